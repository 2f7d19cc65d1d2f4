//! Sending.

use std::io::IoSlice;
use std::os::fd::{AsFd, BorrowedFd};

use super::Socket;
use crate::policy::{self, CallFlags, Errno, System};
use crate::{Error, Kind, Result, Source, sys};

impl Socket {
    /// Sends `buf`: as much of it as a stream takes now, or all of it as one message. send(2).
    ///
    /// Returns the bytes taken, which on a stream may be fewer than given. An empty `buf` is an
    /// empty message, or nothing on a stream. A seqpacket message ends its record (`MSG_EOR`).
    ///
    /// # Errors
    ///
    /// `EAGAIN`: no room now. `ENOBUFS`: no room now on a datagram end of macOS and the BSDs, and
    /// poll(2) says writable all the same. `EMSGSIZE`: longer than a message can be; on Linux the
    /// send buffer less 32 bytes. `EPIPE`: the peer has closed or shut down reading, or this end has
    /// shut down writing. `ECONNRESET`: on seqpacket the peer closed with data of ours unread, said
    /// once. On a datagram end whose peer has closed: `ECONNREFUSED` once, then `ENOTCONN` (Linux);
    /// `ECONNRESET` once, then `EDESTADDRREQ` or `ENOTCONN` (macOS and the BSDs). `ENOMEM`.
    ///
    /// # Cancel safety
    ///
    /// The call either fails and has sent nothing, or returns what it sent.
    pub fn send(&self, buf: &[u8]) -> Result<usize> {
        self.send_from(buf.into())
    }

    /// As [`Socket::send`], from memory that others may change meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::send`].
    pub fn send_from(&self, buf: Source<'_>) -> Result<usize> {
        let fd = self.as_fd();
        self.sending.prepare(fd)?;
        let flags = policy::send_flags(System::CURRENT, self.kind);
        self.passcred
            .with(fd, false, || sys::transfer::send(fd, buf, flags))
            .map_err(|error| self.send_error(error, buf.len()))
    }

    /// Sends several pieces of memory in turn, as if they were one: sendmsg(2).
    ///
    /// Any number of pieces will do. Of more than the system takes in one call (1024 on most) a
    /// stream takes only the first so many, and a message goes through memory of this crate's own.
    /// No pieces are an empty message, and nothing at all on a stream.
    ///
    /// # Errors
    ///
    /// As [`Socket::send`].
    pub fn send_vectored(&self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        self.send_vectored_from(Source::all(bufs))
    }

    /// As [`Socket::send_vectored`], from memory that others may change meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::send_vectored`].
    pub fn send_vectored_from(&self, bufs: &[Source<'_>]) -> Result<usize> {
        if self.kind == Kind::Stream {
            if bufs.is_empty() {
                return Ok(0);
            }
            if bufs.iter().all(|piece| piece.is_empty()) {
                return self.send(&[]);
            }
        }
        self.send_gathered(bufs, sys::transfer::send_pieces)
    }

    /// Sends by `call`, which takes as many pieces as one system call does.
    pub(super) fn send_gathered(
        &self,
        bufs: &[Source<'_>],
        call: impl FnOnce(BorrowedFd<'_>, &[Source<'_>], CallFlags) -> Result<usize>,
    ) -> Result<usize> {
        if self.kind == Kind::Stream {
            // From the first piece that has bytes: else 0 taken of some would be told.
            let start = bufs.iter().position(|piece| !piece.is_empty());
            return self.send_pieces(&bufs[start.unwrap_or(0)..], call);
        }
        let max = sys::transfer::PIECES_MAX;
        if bufs.len() <= max {
            return self.send_pieces(bufs, call);
        }
        let (direct, rest) = bufs.split_at(max - 1);
        let mut copy = Vec::new();
        for piece in rest {
            piece.load(&mut copy);
        }
        let mut pieces = direct.to_vec();
        pieces.push(Source::from(copy.as_slice()));
        self.send_pieces(&pieces, call)
    }

    fn send_pieces(
        &self,
        bufs: &[Source<'_>],
        call: impl FnOnce(BorrowedFd<'_>, &[Source<'_>], CallFlags) -> Result<usize>,
    ) -> Result<usize> {
        let fd = self.as_fd();
        self.sending.prepare(fd)?;
        let flags = policy::send_flags(System::CURRENT, self.kind);
        self.passcred
            .with(fd, false, || call(fd, bufs, flags))
            .map_err(|error| self.send_error(error, bufs.iter().map(|piece| piece.len()).sum()))
    }

    /// `ENOBUFS` in place of an `EMSGSIZE` that only means "not now".
    pub(super) fn send_error(&self, error: Error, len: usize) -> Error {
        let errno = Errno::of(error.errno());
        let limit = self.sending.limit();
        if policy::too_long_for_now(System::CURRENT, self.kind, errno, len, limit) {
            Error::new(libc::ENOBUFS, error.syscall())
        } else {
            error
        }
    }
}
