//! `SO_PASSCRED` as the mark that tells an empty record from the end.

use std::os::fd::BorrowedFd;
use std::sync::{Mutex, PoisonError};

use crate::policy::{self, System};
use crate::{Kind, Result, sys};

/// Who has switched `SO_PASSCRED` on, on an end where it matters.
///
/// A sender that has it on gets a name of its own by its first send (autobind, unix(7)), which the
/// peer sees. So it is on only while this end receives: switched before a receive or a send that
/// finds it the wrong way round.
#[derive(Debug)]
pub(super) enum PassCred {
    /// Not needed on this system or kind.
    Unused,
    /// Found on when the end was adopted: the user's wish, left alone.
    Theirs,
    /// Switched by this crate; the state it is in now.
    Ours(Mutex<bool>),
}

impl PassCred {
    pub(super) fn of_made(kind: Kind) -> PassCred {
        if kind == Kind::Seqpacket && policy::empty_record_needs_credentials(System::CURRENT) {
            PassCred::Ours(Mutex::new(false))
        } else {
            PassCred::Unused
        }
    }

    pub(super) fn of_adopted(fd: BorrowedFd<'_>, kind: Kind) -> Result<PassCred> {
        match PassCred::of_made(kind) {
            PassCred::Ours(_) if !sys::options::is_unix_domain(fd)? => Ok(PassCred::Unused),
            PassCred::Ours(_) if sys::options::pass_credentials(fd)? => Ok(PassCred::Theirs),
            other => Ok(other),
        }
    }

    /// Runs `call` with the option on (to receive) or off (to send).
    pub(super) fn with<T>(
        &self,
        fd: BorrowedFd<'_>,
        on: bool,
        call: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        match self {
            PassCred::Unused | PassCred::Theirs => call(),
            PassCred::Ours(state) => {
                // Held over the call, so that a send and a receive at once don't take turns
                // undoing each other's switch.
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                if *state != on {
                    sys::options::set_pass_credentials(fd, on)?;
                    *state = on;
                }
                call()
            }
        }
    }

    pub(super) fn undo(&self, fd: BorrowedFd<'_>) {
        if let PassCred::Ours(state) = self {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if *state && sys::options::set_pass_credentials(fd, false).is_ok() {
                *state = false;
            }
        }
    }
}
