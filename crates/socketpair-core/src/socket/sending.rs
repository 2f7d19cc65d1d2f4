//! What an end needs before its first send, on systems where flags of the call don't do.

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::policy::{self, System};
use crate::{Result, sys};

/// The preparation of an end for sending: `O_NONBLOCK` where `MSG_DONTWAIT` is no promise,
/// `SO_NOSIGPIPE` where `MSG_NOSIGNAL` may be unknown.
///
/// Done at the first send, so that an end that is only given away is never touched. While
/// `O_NONBLOCK` is forced, what the user asks for is kept here.
#[derive(Debug)]
pub(super) struct Sending {
    needs_nonblock: bool,
    needs_option: bool,
    prepared: AtomicBool,
    // What the user asked for, once O_NONBLOCK is forced.
    asked: Mutex<Option<bool>>,
}

impl Default for Sending {
    fn default() -> Sending {
        Sending::new(
            policy::send_needs_nonblock(System::CURRENT),
            policy::no_signal_is_an_option(System::CURRENT),
        )
    }
}

impl Sending {
    const fn new(needs_nonblock: bool, needs_option: bool) -> Sending {
        Sending {
            needs_nonblock,
            needs_option,
            prepared: AtomicBool::new(!needs_nonblock && !needs_option),
            asked: Mutex::new(None),
        }
    }

    pub(super) fn prepare(&self, fd: BorrowedFd<'_>) -> Result<()> {
        if self.prepared.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if self.needs_option {
            sys::options::set_no_signal(fd, true)?;
        }
        if self.needs_nonblock && asked.is_none() {
            let before = sys::flags::is_nonblocking(fd)?;
            if !before {
                sys::flags::set_nonblocking(fd, true)?;
            }
            *asked = Some(before);
        }
        self.prepared.store(true, Ordering::Release);
        Ok(())
    }

    pub(super) fn is_nonblocking(&self, fd: BorrowedFd<'_>) -> Result<bool> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.map_or_else(|| sys::flags::is_nonblocking(fd), Ok)
    }

    pub(super) fn set_nonblocking(&self, fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_some() {
            *asked = Some(on);
            Ok(())
        } else {
            sys::flags::set_nonblocking(fd, on)
        }
    }

    /// Puts the descriptor back as the user asked for it. A failure leaves it as it is: there is
    /// nobody to tell.
    pub(super) fn undo(&self, fd: BorrowedFd<'_>) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if self.needs_option && self.prepared.load(Ordering::Acquire) {
            let _ = sys::options::set_no_signal(fd, false);
        }
        if asked.take() == Some(false) {
            let _ = sys::flags::set_nonblocking(fd, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::{Kind, pair};

    #[test]
    fn the_first_send_forces_o_nonblock_where_it_is_needed_and_undo_takes_it_back() -> Result<()> {
        let (end, peer) = pair(Kind::Stream)?;
        let fd = end.as_fd();
        let sending = Sending::new(true, false);
        assert!(!sys::flags::is_nonblocking(fd)?);
        sending.prepare(fd)?;
        assert!(sys::flags::is_nonblocking(fd)?);
        assert!(
            !sending.is_nonblocking(fd)?,
            "what was asked is reported, not what was forced"
        );
        assert!(
            !sys::flags::is_nonblocking(peer.as_fd())?,
            "the other end is not touched"
        );
        sending.undo(fd);
        assert!(!sys::flags::is_nonblocking(fd)?);
        Ok(())
    }

    #[test]
    fn what_the_user_asks_for_while_it_is_forced_is_kept_for_undo() -> Result<()> {
        let (end, _peer) = pair(Kind::Stream)?;
        let fd = end.as_fd();
        let sending = Sending::new(true, false);
        sending.prepare(fd)?;
        sending.set_nonblocking(fd, true)?;
        assert!(sending.is_nonblocking(fd)?);
        sending.set_nonblocking(fd, false)?;
        assert!(sys::flags::is_nonblocking(fd)?, "still forced");
        sending.set_nonblocking(fd, true)?;
        sending.undo(fd);
        assert!(sys::flags::is_nonblocking(fd)?, "asked for, so it stays");
        Ok(())
    }

    #[test]
    fn an_end_that_needs_nothing_is_never_touched() -> Result<()> {
        let (end, _peer) = pair(Kind::Stream)?;
        let fd = end.as_fd();
        let sending = Sending::new(false, false);
        sending.prepare(fd)?;
        assert!(!sys::flags::is_nonblocking(fd)?);
        sending.set_nonblocking(fd, true)?;
        sending.undo(fd);
        assert!(sys::flags::is_nonblocking(fd)?);
        Ok(())
    }
}
