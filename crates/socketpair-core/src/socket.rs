//! One end: the owner of a descriptor.

mod ancillary;
mod batch;
mod options;
mod passcred;
mod passing;
mod recv;
mod send;
mod sending;

use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd, RawFd};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use passcred::PassCred;
use passing::Passing;
use sending::Sending;

use crate::policy::System;
use crate::{Error, Kind, Result, sys};

pub use batch::BATCH_MAX;

/// Which socket a descriptor number stands for: device and inode of fstat(2).
///
/// Two descriptors of one socket, a duplicate or a copy in another process, have the same identity;
/// the two ends of a pair differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// `st_dev`.
    pub device: u64,
    /// `st_ino`.
    pub inode: u64,
}

impl Identity {
    /// What `fd` stands for now: fstat(2). Of things that are no sockets several may look alike.
    ///
    /// # Errors
    ///
    /// `EBADF`: it is not open.
    pub fn of(fd: BorrowedFd<'_>) -> Result<Identity> {
        sys::identity(fd)
    }
}

/// One end of a pair: the owner of its descriptor.
///
/// Every call returns at once; where it would have to wait it fails with `EAGAIN`
/// ([`Error::is_would_block`]), whatever `O_NONBLOCK` says. Calls broken off by a signal are
/// repeated. No call raises SIGPIPE.
///
/// All methods take `&self` and may be called from any number of threads at once. One call moves one
/// message, or one run of bytes, whole: messages never mix, the bytes of concurrent stream sends may
/// interleave at the boundaries of calls.
///
/// # Closing
///
/// Dropping undoes what this crate has set for its own use and closes the descriptor, unless the number has come to stand for something else in the
/// meantime because other code closed it: then it is left alone. See [`Socket::is_intact`].
#[derive(Debug)]
pub struct Socket {
    // None only while it is taken apart.
    fd: Option<OwnedFd>,
    kind: Kind,
    identity: Identity,
    read_shut: AtomicBool,
    sending: Sending,
    passcred: PassCred,
    passing: Passing,
    // An error that a batch met behind its messages, where the system won't tell it again.
    untold: Mutex<Option<Error>>,
}

/// A descriptor that could not be adopted, and why.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct AdoptError {
    /// Why.
    pub error: Error,
    /// The descriptor, unchanged.
    pub fd: OwnedFd,
}

impl Socket {
    /// Takes over any connected socket; its `SO_TYPE` decides the kind.
    ///
    /// # Errors
    ///
    /// `ENOTSOCK`: not a socket. `ESOCKTNOSUPPORT`: a socket of another type, such as `SOCK_RAW`.
    /// The descriptor comes back with the error.
    pub fn adopt(fd: OwnedFd) -> Result<Socket, AdoptError> {
        match Socket::look_at(&fd) {
            Ok((kind, identity, passcred, passing)) => {
                Ok(Socket::new(fd, kind, identity, passcred, passing))
            }
            Err(error) => Err(AdoptError { error, fd }),
        }
    }

    fn look_at(fd: &OwnedFd) -> Result<(Kind, Identity, PassCred, Passing)> {
        let number = sys::options::socket_type(fd.as_fd())?;
        let kind = Kind::from_raw(number)
            .ok_or_else(|| Error::new(libc::ESOCKTNOSUPPORT, "getsockopt"))?;
        let identity = sys::identity(fd.as_fd())?;
        let found = sys::passing::found(fd.as_fd())?;
        let passcred = PassCred::of_adopted(found, kind);
        Ok((kind, identity, passcred, Passing::of_adopted(found)))
    }

    /// An end of a pair just made.
    pub(crate) fn made(fd: OwnedFd, kind: Kind, identity: Identity) -> Socket {
        let passcred = PassCred::of_made(kind);
        Socket::new(fd, kind, identity, passcred, Passing::of_made())
    }

    fn new(
        fd: OwnedFd,
        kind: Kind,
        identity: Identity,
        passcred: PassCred,
        passing: Passing,
    ) -> Socket {
        Socket {
            fd: Some(fd),
            kind,
            identity,
            read_shut: AtomicBool::new(false),
            sending: Sending::of(System::CURRENT, kind),
            passcred,
            passing,
            untold: Mutex::new(None),
        }
    }

    /// The kind of this end.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Which socket this is, as seen when it was made or adopted.
    #[must_use]
    pub const fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether the descriptor number still stands for this socket: `false` when other code has
    /// closed the number, also when it has been given out again since.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        sys::identity(self.as_fd()).is_ok_and(|now| now == self.identity)
    }

    /// Gives the descriptor up, as the user left it: what this crate has set on it for its own use
    /// (`O_NONBLOCK` and `SO_NOSIGPIPE` where sends need them, `SO_PASSCRED`) is undone.
    ///
    /// If the number is no longer [intact](Socket::is_intact) nothing is undone, and the number
    /// handed out is someone else's: ask before.
    #[must_use]
    pub fn into_fd(mut self) -> OwnedFd {
        if self.is_intact() {
            self.sending.undo(self.as_fd());
            self.passcred.undo(self.as_fd());
        }
        self.fd
            .take()
            .unwrap_or_else(|| unreachable!("an end holds its descriptor until here"))
    }

    /// Ends one direction or both: shutdown(2).
    ///
    /// `Write` is the half-close: the peer reads what is queued and then end-of-file. A datagram
    /// peer is not told. After `Read` this end reads what is queued, then end-of-file; on a datagram
    /// end this call is what makes an end-of-file at all, kept in this object because the system
    /// does not say so. macOS and the BSDs throw away what is queued.
    ///
    /// Wakes whoever waits on this end. Repeating it is no error.
    ///
    /// # Errors
    ///
    /// `ENOTCONN`: an adopted socket that is not connected.
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        // Before the call: a waiter that it wakes must find the mark.
        let ends_reading = !matches!(how, Shutdown::Write);
        let was_shut = ends_reading && self.read_shut.swap(true, Ordering::AcqRel);
        let result = sys::shutdown(self.as_fd(), how);
        if result.is_err() && ends_reading && !was_shut {
            self.read_shut.store(false, Ordering::Release);
        }
        result
    }

    fn read_shut(&self) -> bool {
        self.read_shut.load(Ordering::Acquire)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd
            .as_ref()
            .expect("an end holds its descriptor until it is given up")
            .as_fd()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let Some(fd) = self.fd.take() else { return };
        if sys::identity(fd.as_fd()).is_ok_and(|now| now == self.identity) {
            // A child may have the description too, and shall find it as the user left it.
            self.sending.undo(fd.as_fd());
            self.passcred.undo(fd.as_fd());
            drop(fd);
        } else {
            // Someone else's number by now, or nobody's: closing it would be theft, and OwnedFd
            // aborts a debug build on EBADF.
            let _ = fd.into_raw_fd();
        }
    }
}
