//! Readiness for an event loop that is not tokio's: a set of sockets behind one descriptor.

#[cfg(any(target_os = "linux", target_os = "android"))]
#[path = "ready_set/epoll.rs"]
mod system;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[path = "ready_set/none.rs"]
mod system;

pub use system::ReadySet;

/// Directions of a socket: those that are asked for, or those that can be tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directions {
    /// Receives.
    pub read: bool,
    /// Sends.
    pub write: bool,
}
