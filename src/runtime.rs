//! The tokio runtime: one for the process, made at the first wait, gone with the last environment that
//! waited.
//!
//! It drives readiness and the relays, whose calls never wait, so one thread does. It is joined when its last
//! user leaves: a thread still running in this library while it is unloaded would crash the process. One that
//! the kernel holds up is left behind; it has destructors of this library to run, and until they have run the
//! C library unloads nothing (glibc; musl never does).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{cell::Cell, io, thread};

use socketpair_core::{Error, Result};
use tokio::runtime::{Builder, Handle};

use crate::relaying;

struct Shared {
    runtime: tokio::runtime::Runtime,
    users: usize,
}

static SHARED: Mutex<Option<Shared>> = Mutex::new(None);

/// How long the last user waits for the runtime's thread; it is parked or about to park.
const JOIN: Duration = Duration::from_secs(5);

/// After so many moves of relays the thread looks who has become ready: else a wait would be late by as
/// many relays as there are.
const MOVES_A_LOOK: u32 = 4;

/// One environment's use of the runtime.
#[derive(Default)]
pub struct Runtime {
    user: Cell<bool>,
}

impl Runtime {
    /// The runtime's handle; starts the runtime for the first user of the process.
    ///
    /// # Errors
    /// What the system said when it refused the event queue or the thread (EMFILE, EAGAIN, ENOMEM).
    pub fn handle(&self) -> Result<Handle> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.is_none() {
            *shared = Some(Shared {
                runtime: build().map_err(|error| {
                    Error::new(error.raw_os_error().unwrap_or(libc::ENOMEM), START)
                })?,
                users: 0,
            });
        }
        let Some(shared) = shared.as_mut() else {
            return Err(Error::new(libc::ENOMEM, START));
        };
        if !self.user.replace(true) {
            shared.users += 1;
        }
        Ok(shared.runtime.handle().clone())
    }

    /// Ends this environment's use; the last one stops the runtime and waits for its thread.
    pub fn leave(&self) {
        if !self.user.replace(false) {
            return;
        }
        let last = {
            let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
            match shared.as_mut() {
                Some(inner) if inner.users > 1 => {
                    inner.users -= 1;
                    None
                }
                _ => shared.take(),
            }
        };
        if let Some(last) = last {
            if relaying::is_thread_held_up() {
                last.runtime.shutdown_background();
            } else {
                last.runtime.shutdown_timeout(JOIN);
            }
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const START: &str = "epoll_create1";
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const START: &str = "kqueue";

fn build() -> io::Result<tokio::runtime::Runtime> {
    // Tokio panics, loudly, when the system refuses it a thread: ask for one before.
    thread::Builder::new()
        .spawn(|| {})?
        .join()
        .map_err(|_| io::Error::from_raw_os_error(libc::EAGAIN))?;
    Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(1)
        .thread_name("socketpair-io")
        .event_interval(MOVES_A_LOOK)
        .enable_io()
        .enable_time()
        .build()
}
