//! Making a pair.

use std::os::fd::{AsFd, OwnedFd};

use crate::policy::{self, System};
use crate::{Kind, Result, Socket, sys};

/// Makes a connected pair of sockets with close-on-exec set: socketpair(2).
///
/// # Errors
///
/// `EMFILE`, `ENFILE`: no two descriptors left. `EPROTONOSUPPORT`: the system has no pairs of this
/// kind (seqpacket on macOS). `ENOMEM`, `ENOBUFS`: no memory.
pub fn pair(kind: Kind) -> Result<(Socket, Socket)> {
    PairBuilder::new(kind).build()
}

/// Makes a pair of descriptors, number for number: socketpair(2) as the system has it.
///
/// Any domain, type (with flag bits) and protocol is handed to the system as it is, so close-on-exec
/// is off unless `SOCK_CLOEXEC` is in `ty`. Whatever the system wrote on a failure is not looked at:
/// Linux stores two numbers before it checks, and neither is open.
///
/// # Errors
///
/// What the system says: `EAFNOSUPPORT`, `EPROTONOSUPPORT`, `EPROTOTYPE`, `ESOCKTNOSUPPORT`,
/// `EOPNOTSUPP`, `EINVAL`, `EPERM`, `EMFILE`, `ENFILE`, `ENOMEM`, `ENOBUFS`.
pub fn raw(domain: i32, ty: i32, protocol: i32) -> Result<(OwnedFd, OwnedFd)> {
    sys::pair::raw(domain, ty, protocol)
}

/// A pair to be made, with its options.
///
/// ```
/// use socketpair_core::{Kind, PairBuilder};
///
/// // One end for a child process, one for this one.
/// let (_child, ours) = PairBuilder::new(Kind::Stream).close_on_exec([false, true]).build()?;
/// assert!(ours.is_close_on_exec()?);
/// # Ok::<(), socketpair_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder makes nothing until build() is called"]
pub struct PairBuilder {
    kind: Kind,
    protocol: i32,
    close_on_exec: [bool; 2],
    nonblocking: [bool; 2],
    send_buffer_size: Option<usize>,
    recv_buffer_size: Option<usize>,
}

impl PairBuilder {
    /// A pair of this kind, of protocol 0, close-on-exec, blocking, with the system's buffer sizes.
    pub fn new(kind: Kind) -> PairBuilder {
        PairBuilder {
            kind,
            protocol: 0,
            close_on_exec: [true; 2],
            nonblocking: [false; 2],
            send_buffer_size: None,
            recv_buffer_size: None,
        }
    }

    /// The protocol's number: 0, or `PF_UNIX` where the system takes it. Default 0.
    pub fn protocol(mut self, protocol: i32) -> PairBuilder {
        self.protocol = protocol;
        self
    }

    /// `FD_CLOEXEC` for each end. Default on.
    ///
    /// macOS can only set it after the pair is made: a child forked by another thread in between
    /// inherits both ends.
    pub fn close_on_exec(mut self, each: [bool; 2]) -> PairBuilder {
        self.close_on_exec = each;
        self
    }

    /// `O_NONBLOCK` for each end. Default off; this crate's own calls never wait, whatever it is.
    pub fn nonblocking(mut self, each: [bool; 2]) -> PairBuilder {
        self.nonblocking = each;
        self
    }

    /// `SO_SNDBUF` of both ends, in bytes; see [`Socket::set_send_buffer_size`].
    pub fn send_buffer_size(mut self, bytes: usize) -> PairBuilder {
        self.send_buffer_size = Some(bytes);
        self
    }

    /// `SO_RCVBUF` of both ends, in bytes; see [`Socket::set_recv_buffer_size`].
    pub fn recv_buffer_size(mut self, bytes: usize) -> PairBuilder {
        self.recv_buffer_size = Some(bytes);
        self
    }

    /// Makes the pair. If anything fails, both ends are closed.
    ///
    /// # Errors
    ///
    /// As [`pair`]; also `EPROTONOSUPPORT` for a protocol the system does not take, and what
    /// [`Socket::set_send_buffer_size`] gives.
    pub fn build(&self) -> Result<(Socket, Socket)> {
        let plan = policy::creation(System::CURRENT, self.close_on_exec, self.nonblocking);
        let (first, second) = sys::pair::unix(self.kind, self.protocol, plan)?;
        // Plain descriptors until nothing can fail any more: those are closed in any case, a Socket
        // only if its identity can be asked for.
        let ends = [first, second];
        for (i, end) in ends.iter().enumerate() {
            if let Some(on) = plan.close_on_exec_after[i] {
                sys::flags::set_close_on_exec(end, on)?;
            }
            if let Some(on) = plan.nonblocking_after[i] {
                sys::flags::set_nonblocking(end, on)?;
            }
            if let Some(bytes) = self.send_buffer_size {
                sys::options::set_send_buffer_size(end.as_fd(), bytes)?;
            }
            if let Some(bytes) = self.recv_buffer_size {
                sys::options::set_recv_buffer_size(end.as_fd(), bytes)?;
            }
        }
        let identities = [
            sys::identity(ends[0].as_fd())?,
            sys::identity(ends[1].as_fd())?,
        ];
        let [first, second] = ends;
        Ok((
            Socket::made(first, self.kind, identities[0]),
            Socket::made(second, self.kind, identities[1]),
        ))
    }
}
