//! What an end needs before its first send, on systems where flags of the call don't do.

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::policy::{self, System};
use crate::{Kind, Result, sys};

/// The preparation of an end for sending: `O_NONBLOCK` where `MSG_DONTWAIT` is no promise,
/// `SO_NOSIGPIPE` where `MSG_NOSIGNAL` may be unknown.
///
/// Done at the first send, so that an end that is only given away is never touched.
#[derive(Debug)]
pub(super) struct Sending {
    needs_nonblock: bool,
    needs_option: bool,
    needs_limit: bool,
    prepared: AtomicBool,
    changed: Mutex<Changed>,
    // The send buffer's size before anything was queued, where it goes down from then on.
    limit: AtomicUsize,
}

/// What was changed on the descriptor.
#[derive(Debug)]
struct Changed {
    /// `O_NONBLOCK` is forced, and this is what the user asks for.
    asked_nonblocking: Option<bool>,
    /// `SO_NOSIGPIPE` was off and is on.
    no_signal: bool,
}

impl Sending {
    pub(super) const fn of(system: System, kind: Kind) -> Sending {
        let needs_nonblock = policy::send_needs_nonblock(system);
        let needs_option = policy::no_signal_is_an_option(system);
        let needs_limit = policy::send_buffer_shrinks(system, kind);
        Sending {
            needs_nonblock,
            needs_option,
            needs_limit,
            prepared: AtomicBool::new(!needs_nonblock && !needs_option && !needs_limit),
            changed: Mutex::new(Changed {
                asked_nonblocking: None,
                no_signal: false,
            }),
            limit: AtomicUsize::new(0),
        }
    }

    pub(super) fn prepare(&self, fd: BorrowedFd<'_>) -> Result<()> {
        if self.prepared.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut changed = self.changed();
        if self.needs_option && !changed.no_signal && !sys::options::no_signal(fd)? {
            sys::options::set_no_signal(fd, true)?;
            changed.no_signal = true;
        }
        if self.limit() == 0 {
            self.learn_limit(fd)?;
        }
        if self.needs_nonblock && changed.asked_nonblocking.is_none() {
            let before = sys::flags::is_nonblocking(fd)?;
            sys::flags::set_nonblocking(fd, true)?;
            changed.asked_nonblocking = Some(before);
        }
        self.prepared.store(true, Ordering::Release);
        Ok(())
    }

    /// The longest message there is room for when nothing is queued, in bytes; 0 where nobody asks.
    pub(super) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// To be called when the size of the send buffer has been set.
    pub(super) fn learn_limit(&self, fd: BorrowedFd<'_>) -> Result<()> {
        if self.needs_limit {
            self.limit
                .store(sys::options::send_buffer_size(fd)?, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(super) fn is_nonblocking(&self, fd: BorrowedFd<'_>) -> Result<bool> {
        self.changed()
            .asked_nonblocking
            .map_or_else(|| sys::flags::is_nonblocking(fd), Ok)
    }

    pub(super) fn set_nonblocking(&self, fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        let mut changed = self.changed();
        if changed.asked_nonblocking.is_some() {
            changed.asked_nonblocking = Some(on);
            Ok(())
        } else {
            sys::flags::set_nonblocking(fd, on)
        }
    }

    /// Puts the descriptor back as the user asked for it. A failure leaves it as it is: there is
    /// nobody to tell.
    pub(super) fn undo(&self, fd: BorrowedFd<'_>) {
        let mut changed = self.changed();
        if changed.no_signal {
            let _ = sys::options::set_no_signal(fd, false);
            changed.no_signal = false;
        }
        if changed.asked_nonblocking.take() == Some(false) {
            let _ = sys::flags::set_nonblocking(fd, false);
        }
    }

    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::pair;

    #[test]
    fn the_first_send_forces_o_nonblock_where_it_is_needed_and_undo_takes_it_back() -> Result<()> {
        let (end, peer) = pair(Kind::Stream)?;
        let fd = end.as_fd();
        let sending = Sending::of(System::NetBsd, Kind::Stream);
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
        let sending = Sending::of(System::NetBsd, Kind::Stream);
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
        let sending = Sending::of(System::Linux, Kind::Stream);
        sending.prepare(fd)?;
        assert!(!sys::flags::is_nonblocking(fd)?);
        sending.set_nonblocking(fd, true)?;
        sending.undo(fd);
        assert!(sys::flags::is_nonblocking(fd)?);
        Ok(())
    }
}
