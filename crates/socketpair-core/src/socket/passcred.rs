//! Credentials with each message: as the user wishes, and as the mark that tells an empty record
//! from the end.

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::policy::{self, System};
use crate::sys::passing::Found;
use crate::{Kind, Result, sys};

/// Who has switched `SO_PASSCRED` on, or what the system has in its place.
///
/// A sender that has it on gets a name of its own by its first send (autobind, unix(7)), which the
/// peer sees. So where this crate needs it as a mark and the user has not asked for it, it is on only
/// while this end receives: switched before a receive or a send that finds it the wrong way round.
#[derive(Debug)]
pub(super) struct PassCred {
    /// This crate needs it to receive.
    is_mark: bool,
    /// What the user asks for. Found on when the end was adopted counts too. Changed with `state` held.
    wished: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// How the option is now.
    on: bool,
}

impl PassCred {
    pub(super) fn of_made(kind: Kind) -> PassCred {
        let is_mark =
            kind == Kind::Seqpacket && policy::empty_record_needs_credentials(System::CURRENT);
        PassCred::new(is_mark, false)
    }

    pub(super) fn of_adopted(found: Option<Found>, kind: Kind) -> PassCred {
        found.map_or_else(
            || PassCred::new(false, false),
            |found| PassCred::new(PassCred::of_made(kind).is_mark, found.credentials),
        )
    }

    fn new(is_mark: bool, on: bool) -> PassCred {
        PassCred {
            is_mark,
            wished: AtomicBool::new(on),
            state: Mutex::new(State { on }),
        }
    }

    /// Runs `call` with the option on (to receive) or off (to send), if it is this crate's to switch.
    pub(super) fn with<T>(
        &self,
        fd: BorrowedFd<'_>,
        on: bool,
        call: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if !self.is_mark {
            return call();
        }
        // Held over the call, so that a send and a receive at once don't take turns undoing each
        // other's switch.
        let mut state = self.state();
        let on = on || self.is_wished();
        state.switch(fd, on)?;
        call()
    }

    /// Whether a receive may meet credentials.
    pub(super) fn is_expected(&self) -> bool {
        self.is_mark || self.is_wished()
    }

    pub(super) fn is_wished(&self) -> bool {
        self.wished.load(Ordering::Relaxed)
    }

    /// Takes the user's wish and fulfils it. A mark that is needed comes back with the next receive.
    pub(super) fn wish(&self, fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        let mut state = self.state();
        state.switch(fd, on)?;
        self.wished.store(on, Ordering::Relaxed);
        Ok(())
    }

    /// Leaves the option as the user wishes. A failure leaves it as it is: there is nobody to tell.
    pub(super) fn undo(&self, fd: BorrowedFd<'_>) {
        let mut state = self.state();
        let _ = state.switch(fd, self.is_wished());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn switch(&mut self, fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        if self.on != on {
            sys::passing::set_credentials(fd, on)?;
            self.on = on;
        }
        Ok(())
    }
}
