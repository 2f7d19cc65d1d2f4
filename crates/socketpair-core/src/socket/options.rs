//! Options and flags.

use std::os::fd::AsFd;

use super::Socket;
#[cfg(target_os = "linux")]
use crate::Kind;
use crate::{Credentials, Error, Result, sys};

/// Bytes to ask for where large writes are seen: twice the usual, of which more would be no quicker.
#[cfg(target_os = "linux")]
const LARGE: usize = 512 * 1024;

impl Socket {
    /// Bytes that can be read now: `FIONREAD`, ioctl(2).
    ///
    /// All queued bytes on a stream and on seqpacket, the first datagram on a datagram end (Linux).
    /// The BSDs count all datagrams, with the address and the ancillary data of each.
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn readable_len(&self) -> Result<usize> {
        sys::options::readable_len(self.as_fd())
    }

    /// The size of the send buffer in bytes, as the system counts: `SO_SNDBUF`, socket(7).
    ///
    /// Linux counts its own bookkeeping, and reports twice what was asked for.
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn send_buffer_size(&self) -> Result<usize> {
        sys::options::send_buffer_size(self.as_fd())
    }

    /// Asks for a send buffer of `bytes`: `SO_SNDBUF`, socket(7). The system may give more or less.
    ///
    /// On Linux this alone sets how much can be under way from this end, and how long a message can
    /// be. On FreeBSD the peer's receive buffer counts.
    ///
    /// # Errors
    ///
    /// `EINVAL`: more than an `int` holds. `ENOBUFS`: more than the system allows (macOS, BSDs).
    pub fn set_send_buffer_size(&self, bytes: usize) -> Result<()> {
        sys::options::set_send_buffer_size(self.as_fd(), bytes)?;
        self.sending.learn_limit(self.as_fd())
    }

    /// Makes room for large writes: a send buffer of 512 KiB, which Linux counts as 1 MiB, or as much of that
    /// as `net.core.wmem_max` allows. Only on Linux, only of a stream of `AF_UNIX`, and only while the size is
    /// the system's own, so that nobody's choice is overruled. True if it was raised.
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor. `EMFILE`, `ENFILE`, `ENOMEM`: the usual size can't be
    /// asked for, which takes a socket.
    pub fn raise_send_buffer(&self) -> Result<bool> {
        #[cfg(target_os = "linux")]
        if self.kind() == Kind::Stream && sys::options::is_unix_domain(self.as_fd())? {
            let before = self.send_buffer_size()?;
            if before == sys::options::usual_send_buffer_size()? && before < LARGE {
                self.set_send_buffer_size(LARGE)?;
                return Ok(self.send_buffer_size()? > before);
            }
        }
        Ok(false)
    }

    /// The size of the receive buffer in bytes, as the system counts: `SO_RCVBUF`, socket(7).
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn recv_buffer_size(&self) -> Result<usize> {
        sys::options::recv_buffer_size(self.as_fd())
    }

    /// Asks for a receive buffer of `bytes`: `SO_RCVBUF`, socket(7). Without effect on a Linux pair.
    ///
    /// # Errors
    ///
    /// As [`Socket::set_send_buffer_size`].
    pub fn set_recv_buffer_size(&self, bytes: usize) -> Result<()> {
        sys::options::set_recv_buffer_size(self.as_fd(), bytes)
    }

    /// Whether `O_NONBLOCK` was asked for: fcntl(2).
    ///
    /// Reports what was asked, also on macOS and NetBSD, where the first send sets it because a send
    /// would wait without it.
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn is_nonblocking(&self) -> Result<bool> {
        self.sending.is_nonblocking(self.as_fd())
    }

    /// Sets or clears `O_NONBLOCK`: fcntl(2). It belongs to the open file description, which copies
    /// of this end in other processes share; the calls here never wait either way.
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn set_nonblocking(&self, on: bool) -> Result<()> {
        self.sending.set_nonblocking(self.as_fd(), on)
    }

    /// Whether `FD_CLOEXEC` is set: fcntl(2).
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn is_close_on_exec(&self) -> Result<bool> {
        sys::flags::is_close_on_exec(self.as_fd())
    }

    /// Sets or clears `FD_CLOEXEC`: fcntl(2).
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn set_close_on_exec(&self, on: bool) -> Result<()> {
        sys::flags::set_close_on_exec(self.as_fd(), on)
    }

    /// Who made the pair: `SO_PEERCRED`, unix(7), or what the system has in its place. Stays true
    /// when the peer has closed, or another process uses the end.
    ///
    /// # Errors
    ///
    /// `EINVAL`: a datagram end of macOS or NetBSD. `ENOTCONN`: an adopted socket without a peer.
    pub fn peer_credentials(&self) -> Result<Credentials> {
        sys::credentials::peer(self.as_fd())
    }

    /// Takes the pending error, if there is one: `SO_ERROR`, socket(7).
    ///
    /// It is the error a receive would have told; told once, here or there.
    ///
    /// # Errors
    ///
    /// `EBADF`: someone else has closed the descriptor.
    pub fn take_error(&self) -> Result<Option<Error>> {
        sys::options::take_error(self.as_fd())
    }
}
