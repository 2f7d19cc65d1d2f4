//! Receiving.

use std::io::IoSliceMut;
use std::os::fd::AsFd;
use std::sync::PoisonError;

use super::Socket;
use crate::policy::{self, CallFlags, Errno, Landed, System, Verdict};
use crate::{Error, Kind, Received, Result, Target, sys};

impl Socket {
    /// Receives into `buf`: what there is of a stream, or one message. recv(2), recvmsg(2).
    ///
    /// A message longer than `buf` is cut and the rest of it lost; [`Received::truncated`] says so.
    /// An empty `buf` leaves a stream alone and answers 0 without end-of-file; on the other kinds it
    /// throws one message away.
    ///
    /// End-of-file: see [`Received::end_of_file`]. Descriptors that came with the data are closed;
    /// [`Socket::recv_with`] takes them.
    ///
    /// # Errors
    ///
    /// `EAGAIN`: nothing there yet; a datagram end hears nothing of its peer's close, so for it this
    /// may last for ever. `ECONNRESET`, once: the peer closed with data of ours unread (Linux: on a
    /// stream after what is queued, on seqpacket before it); on a datagram end of macOS and the BSDs
    /// the peer closed.
    ///
    /// # Cancel safety
    ///
    /// The call either fails and has taken nothing, or returns what it took.
    pub fn recv(&self, buf: &mut [u8]) -> Result<Received> {
        self.take(buf.into(), policy::recv_flags(System::CURRENT, self.kind))
    }

    /// Like [`Socket::recv`], but what was received stays queued: `MSG_PEEK`.
    ///
    /// On a stream it sees all that is queued, on the other kinds the first message.
    ///
    /// # Errors
    ///
    /// As [`Socket::recv`]; a pending `ECONNRESET` is consumed on Linux.
    pub fn peek(&self, buf: &mut [u8]) -> Result<Received> {
        self.peek_into(buf.into())
    }

    /// As [`Socket::peek`], into memory that others may change meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::peek`].
    pub fn peek_into(&self, buf: Target<'_>) -> Result<Received> {
        self.take(buf, peek_flags(self.kind))
    }

    fn take(&self, buf: Target<'_>, flags: CallFlags) -> Result<Received> {
        if self.kind != Kind::Stream {
            return self.take_message(&[buf], flags);
        }
        if buf.is_empty() {
            return Ok(Received::default());
        }
        sys::transfer::recv(self.as_fd(), buf, flags).map(stream_received)
    }

    /// Receives into several pieces of memory in turn, as if they were one: recvmsg(2).
    ///
    /// Any number of pieces will do. Of more than the system takes in one call (1024 on most) a
    /// stream fills only the first so many, and a message goes through memory of this crate's own.
    ///
    /// # Errors
    ///
    /// As [`Socket::recv`].
    pub fn recv_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> Result<Received> {
        let bufs = Target::all(bufs);
        let flags = policy::recv_flags(System::CURRENT, self.kind);
        if self.kind == Kind::Stream {
            // From the first piece with room in it: without any room, 0 would look like the end.
            let Some(start) = bufs.iter().position(|piece| !piece.is_empty()) else {
                return Ok(Received::default());
            };
            return sys::transfer::recv_pieces(self.as_fd(), &bufs[start..], flags)
                .map(|landed| stream_received(landed.returned));
        }
        if bufs.len() <= sys::transfer::PIECES_MAX {
            return self.take_message(bufs, flags);
        }
        Socket::take_through_copy(
            bufs,
            |pieces| self.take_message(pieces, flags),
            |received| received.len,
        )
    }

    /// Receives one message by `take` into more pieces than one call takes; `len_of` tells how many
    /// bytes of them it filled.
    pub(super) fn take_through_copy<R>(
        bufs: &[Target<'_>],
        take: impl FnOnce(&[Target<'_>]) -> Result<R>,
        len_of: impl FnOnce(&R) -> usize,
    ) -> Result<R> {
        let (direct, rest) = bufs.split_at(sys::transfer::PIECES_MAX - 1);
        let direct_len: usize = direct.iter().map(|piece| piece.len()).sum();
        let mut copy = vec![0; rest.iter().map(|piece| piece.len()).sum()];
        let mut pieces = direct.to_vec();
        pieces.push(Target::from(copy.as_mut_slice()));
        let received = take(&pieces)?;
        drop(pieces);
        let mut copied = &copy[..len_of(&received).saturating_sub(direct_len)];
        for piece in rest {
            let (now, later) = copied.split_at(copied.len().min(piece.len()));
            piece.store(now);
            copied = later;
        }
        Ok(received)
    }

    fn take_message(&self, bufs: &[Target<'_>], flags: CallFlags) -> Result<Received> {
        self.tell_now()?;
        if policy::receive_needs_room(System::CURRENT) && bufs.iter().all(|piece| piece.is_empty())
        {
            return self.discard_message(flags);
        }
        let fd = self.as_fd();
        let result = self
            .passcred
            .with(fd, true, || sys::transfer::recv_pieces(fd, bufs, flags));
        match result {
            Ok(landed) => Ok(self.received(landed)),
            Err(error) => self.end_or(error),
        }
    }

    /// Keeps an error that came behind the messages of a batch, for the next receive.
    pub(super) fn tell_later(&self, error: Error) {
        let errno = Errno::of(error.errno());
        let verdict = policy::recv_verdict(System::CURRENT, self.kind, errno, self.read_shut());
        if verdict == Verdict::Fail {
            *self.untold.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    pub(super) fn tell_now(&self) -> Result<()> {
        if policy::has_batches(System::CURRENT) {
            return Ok(());
        }
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .map_or(Ok(()), Err)
    }

    /// Receives a message for which there is no room, where that takes a byte of room to tell.
    fn discard_message(&self, flags: CallFlags) -> Result<Received> {
        let mut byte = [0];
        let bufs = &[Target::from(&mut byte[..])];
        match sys::transfer::recv_pieces(self.as_fd(), bufs, flags) {
            Ok(landed) => Ok(self.received(Landed { room: 0, ..landed })),
            Err(error) => self.end_or(error),
        }
    }

    pub(super) fn received(&self, landed: Landed) -> Received {
        policy::received(System::CURRENT, self.kind, landed, self.read_shut())
    }

    /// The end-of-file if `error` means that, else the error.
    pub(super) fn end_or(&self, error: Error) -> Result<Received> {
        let errno = Errno::of(error.errno());
        match policy::recv_verdict(System::CURRENT, self.kind, errno, self.read_shut()) {
            Verdict::EndOfFile => Ok(Received::end()),
            _ => Err(error),
        }
    }

    /// Sizes the next message without taking it: [`Received::message_len`] is its length in bytes,
    /// [`Received::len`] is 0. An end-of-file is told as by [`Socket::recv`].
    ///
    /// Linux tells the exact length. Elsewhere it is the room that is sure to be enough: an upper
    /// bound, from `FIONREAD`. On a stream there is no length, only whether something is there or
    /// the end has come.
    ///
    /// # Errors
    ///
    /// As [`Socket::peek`].
    pub fn next_message_len(&self) -> Result<Received> {
        let flags = peek_flags(self.kind);
        if self.kind == Kind::Stream {
            let seen = self.take(Target::from(&mut [0][..]), flags)?;
            return Ok(Received { len: 0, ..seen });
        }
        if policy::tells_true_length(System::CURRENT) {
            let seen = self.take_message(&[], flags)?;
            return Ok(Received {
                truncated: false,
                ..seen
            });
        }
        let seen = self.take_message(&[Target::from(&mut [0][..])], flags)?;
        if seen.end_of_file {
            return Ok(seen);
        }
        let bound = sys::options::first_message_bound(self.as_fd())?;
        Ok(Received {
            len: 0,
            truncated: false,
            message_len: Some(bound.max(seen.len)),
            ..seen
        })
    }
}

fn stream_received(len: usize) -> Received {
    if len == 0 {
        Received::end()
    } else {
        Received {
            len,
            ..Received::default()
        }
    }
}

pub(super) fn peek_flags(kind: Kind) -> CallFlags {
    CallFlags {
        peek: true,
        ..policy::recv_flags(System::CURRENT, kind)
    }
}
