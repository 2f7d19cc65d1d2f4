//! What comes along with messages.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Socket;
use crate::sys::passing::Found;
use crate::{Result, sys};

/// What the user has asked for, beside credentials.
#[derive(Debug)]
pub(super) struct Passing {
    /// A pidfd with each message.
    pidfd: AtomicBool,
    /// Descriptors are closed when they come.
    refuses: AtomicBool,
}

impl Passing {
    pub(super) const fn of_made() -> Passing {
        Passing {
            pidfd: AtomicBool::new(false),
            refuses: AtomicBool::new(false),
        }
    }

    pub(super) fn of_adopted(found: Option<Found>) -> Passing {
        found.map_or_else(Passing::of_made, |found| Passing {
            pidfd: AtomicBool::new(found.pidfd),
            refuses: AtomicBool::new(!found.descriptors),
        })
    }

    pub(super) fn expects_pidfd(&self) -> bool {
        self.pidfd.load(Ordering::Relaxed)
    }

    pub(super) fn refuses(&self) -> bool {
        self.refuses.load(Ordering::Relaxed)
    }
}

impl Socket {
    /// Whether messages are asked to carry their sender's credentials: what the user has set, not
    /// what this crate does for itself (see [`set_pass_credentials`](Socket::set_pass_credentials)).
    #[must_use]
    pub fn pass_credentials(&self) -> bool {
        self.passcred.is_wished()
    }

    /// Asks that messages received here carry their sender's credentials:
    /// [`ReceivedWith::credentials`](crate::ReceivedWith::credentials).
    ///
    /// Linux: `SO_PASSCRED`, unix(7); each message, and a stream read never joins the bytes of two
    /// senders. An end that has it on and sends gets a name by that (autobind), which its peer sees.
    /// This crate switches the option on and off for itself, to tell an empty seqpacket message from
    /// the end; the wish goes first, and [`into_fd`](Socket::into_fd) leaves the option as wished.
    ///
    /// FreeBSD: `LOCAL_CREDS_PERSISTENT`, each message. NetBSD: `LOCAL_CREDS`, each datagram; on the
    /// other kinds the first message sent from then on.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`: macOS, OpenBSD and illumos have none; FreeBSD has it from 13 on.
    pub fn set_pass_credentials(&self, on: bool) -> Result<()> {
        self.passcred.wish(self.as_fd(), on)
    }

    /// Whether messages are asked to carry a pidfd.
    #[must_use]
    pub fn pass_pidfd(&self) -> bool {
        self.passing.expects_pidfd()
    }

    /// Asks that messages received here carry a descriptor that stands for their sender:
    /// [`ReceivedWith::pidfd`](crate::ReceivedWith::pidfd). `SO_PASSPIDFD`, Linux 6.5.
    ///
    /// An end that has it on and sends gets a name by that, as with
    /// [`set_pass_credentials`](Socket::set_pass_credentials).
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`: the system has none.
    pub fn set_pass_pidfd(&self, on: bool) -> Result<()> {
        sys::passing::set_pidfd(self.as_fd(), on)?;
        self.passing.pidfd.store(on, Ordering::Relaxed);
        Ok(())
    }

    /// Whether descriptors are accepted here.
    #[must_use]
    pub fn accept_descriptors(&self) -> bool {
        !self.passing.refuses()
    }

    /// Accepts descriptors, which is the default, or none.
    ///
    /// Where it can, the system refuses them: a sender gets `EPERM`, and nothing is sent
    /// (`SO_PASSRIGHTS`, Linux 6.16). What comes all the same, because the system has no such option
    /// or it was sent before, is closed when it is received, and told as cut off.
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn set_accept_descriptors(&self, on: bool) -> Result<()> {
        sys::passing::set_descriptors(self.as_fd(), on)?;
        self.passing.refuses.store(!on, Ordering::Relaxed);
        Ok(())
    }

    /// A descriptor that stands for the process that made the pair: `SO_PEERPIDFD`, Linux 6.5.
    /// Close-on-exec.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`: the system has none. `ESRCH`, `EINVAL`: that process is gone, and the system
    /// makes no pidfd for it. `ENODATA`: an adopted socket without a peer. `EMFILE`.
    pub fn peer_pidfd(&self) -> Result<OwnedFd> {
        sys::passing::peer_pidfd(self.as_fd())
    }
}
