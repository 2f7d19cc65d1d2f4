use std::convert::Infallible;
use std::os::fd::{AsRawFd, RawFd};

use super::Directions;
use crate::{Error, Result, Socket};

/// Sockets behind one descriptor that another event loop can watch. Only Linux has it.
#[derive(Debug)]
pub struct ReadySet(Infallible);

impl ReadySet {
    /// Whether this system has such sets.
    pub const EXISTS: bool = false;

    /// Makes an empty set.
    ///
    /// # Errors
    ///
    /// `ENOSYS`: always, here.
    pub fn new() -> Result<ReadySet> {
        Err(Error::new(libc::ENOSYS, "epoll_create1"))
    }

    /// Asks to be told once of `socket`.
    ///
    /// # Errors
    ///
    /// Not reached.
    pub fn ask(&self, _: &Socket, _: u64, _: Directions, _: bool) -> Result<()> {
        match self.0 {}
    }

    /// Takes `socket` out.
    pub fn forget(&self, _: &Socket) {
        match self.0 {}
    }

    /// Tells of what can be tried.
    ///
    /// # Errors
    ///
    /// Not reached.
    pub fn told(&self, _: impl FnMut(u64, Directions)) -> Result<()> {
        match self.0 {}
    }
}

impl AsRawFd for ReadySet {
    fn as_raw_fd(&self) -> RawFd {
        match self.0 {}
    }
}
