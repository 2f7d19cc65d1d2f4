//! Sending and receiving with descriptors and credentials.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::AsFd;

use super::Socket;
use super::recv::peek_flags;
use crate::policy::{self, CallFlags, Landed, System};
use crate::sys::ancillary::{Arrived, Expected};
use crate::{Error, Kind, Outgoing, ReceivedWith, Result, Room, Source, Target, sys};

impl Socket {
    /// Sends several pieces of memory as if they were one, with what goes along: sendmsg(2).
    ///
    /// As [`Socket::send_vectored`] in all that concerns the data. A stream that takes only a part
    /// of it has sent what goes along with the first byte: send the rest without, else it goes
    /// twice. The receiver gets copies of the descriptors, and those here may be closed at once.
    ///
    /// # Errors
    ///
    /// As [`Socket::send`]. Nothing has been sent, neither data nor descriptors:
    ///
    /// - `EINVAL`: more descriptors than a message carries (253, NetBSD 509); a kind of file that the
    ///   system does not pass (`io_uring` on Linux); or no data on a stream, which would lose them.
    /// - `EBADF`: a descriptor that is not open, or of a kind the system does not pass (kqueue);
    ///   [`check_descriptors`](crate::ancillary::check_descriptors) tells which.
    /// - `EPERM`: credentials that are not the sender's own, without the privilege to claim others;
    ///   or the peer [accepts no descriptors](Socket::set_accept_descriptors). `ESRCH`: credentials
    ///   with a process id that is nobody's. `EOPNOTSUPP`: credentials, where senders give none.
    /// - `ETOOMANYREFS`: this user has more descriptors on their way than may be open (Linux).
    /// - `ENOMEM`: musl has no room for 253 descriptors together with credentials.
    ///
    /// # Cancel safety
    ///
    /// The call either fails and has sent nothing, or returns what it sent.
    pub fn send_with(&self, bufs: &[IoSlice<'_>], outgoing: &Outgoing<'_>) -> Result<usize> {
        self.send_with_from(Source::all(bufs), outgoing)
    }

    /// As [`Socket::send_with`], from memory that others may change meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::send_with`].
    pub fn send_with_from(&self, bufs: &[Source<'_>], outgoing: &Outgoing<'_>) -> Result<usize> {
        if outgoing.is_empty() {
            return self.send_vectored_from(bufs);
        }
        if self.kind() == Kind::Stream && bufs.iter().all(|piece| piece.is_empty()) {
            return Err(Error::new(libc::EINVAL, "sendmsg"));
        }
        self.send_gathered(bufs, |fd, pieces, flags| {
            sys::ancillary::send(fd, pieces, flags, outgoing)
        })
    }

    /// Receives into several pieces of memory as if they were one, with what came along: recvmsg(2).
    ///
    /// As [`Socket::recv_vectored`] in all that concerns the data; no room at all for data leaves a
    /// stream alone, and throws the data of a message away, not its descriptors. Every descriptor
    /// that came is returned or closed, and none is inherited by a child (macOS and illumos: but by
    /// one forked by another thread within the call).
    ///
    /// On a stream a receive stops where descriptors came, see
    /// [`ReceivedWith::carrying_byte`]; those of a write that is read bit by bit come with its first
    /// byte. On the other kinds they come also with a message that is cut.
    ///
    /// # Errors
    ///
    /// As [`Socket::recv`]. `EMSGSIZE`: too few free descriptor numbers in this process (macOS and
    /// the BSDs; Linux delivers as many as there are); none is left open, and the message is lost but
    /// for a stream's.
    ///
    /// # Cancel safety
    ///
    /// The call either fails and has taken nothing, or returns what it took.
    pub fn recv_with(&self, bufs: &mut [IoSliceMut<'_>], room: Room) -> Result<ReceivedWith> {
        self.recv_with_into(Target::all(bufs), room)
    }

    /// As [`Socket::recv_with`], into memory that others may change meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::recv_with`].
    pub fn recv_with_into(&self, bufs: &[Target<'_>], room: Room) -> Result<ReceivedWith> {
        let flags = policy::recv_flags(System::CURRENT, self.kind());
        self.take_with(bufs, room, flags)
    }

    /// Like [`Socket::recv_with`], but what was received stays queued: `MSG_PEEK`.
    ///
    /// Linux opens the descriptors anew at each look, and at the receive; elsewhere a look brings
    /// none.
    ///
    /// # Errors
    ///
    /// As [`Socket::recv_with`]; a pending `ECONNRESET` is consumed on Linux.
    pub fn peek_with(&self, bufs: &mut [IoSliceMut<'_>], room: Room) -> Result<ReceivedWith> {
        self.take_with(Target::all(bufs), room, peek_flags(self.kind()))
    }

    fn take_with(&self, bufs: &[Target<'_>], room: Room, flags: CallFlags) -> Result<ReceivedWith> {
        if self.kind() == Kind::Stream {
            // From the first piece with room in it: without any room, 0 would look like the end.
            let Some(start) = bufs.iter().position(|piece| !piece.is_empty()) else {
                return Ok(ReceivedWith::default());
            };
            return self.take_message_with(&bufs[start..], room, flags);
        }
        if bufs.len() <= sys::transfer::PIECES_MAX {
            return self.take_message_with(bufs, room, flags);
        }
        Socket::take_through_copy(
            bufs,
            |pieces| self.take_message_with(pieces, room, flags),
            |came| came.received.len,
        )
    }

    fn take_message_with(
        &self,
        bufs: &[Target<'_>],
        room: Room,
        flags: CallFlags,
    ) -> Result<ReceivedWith> {
        self.tell_now()?;
        let room = if self.passing.refuses() {
            Room::NONE
        } else {
            room
        };
        let expected = Expected {
            descriptors: room.descriptors,
            credentials: self.passcred.is_expected(),
            as_mark: !self.passcred.is_wished(),
            pidfd: self.passing.expects_pidfd(),
        };
        let fd = self.as_fd();
        let receive = |bufs: &[Target<'_>]| {
            self.passcred
                .with(fd, true, || sys::ancillary::recv(fd, bufs, flags, expected))
        };
        let no_room = bufs.iter().all(|piece| piece.is_empty());
        let result = if no_room && policy::receive_needs_room(System::CURRENT) {
            receive(&[Target::from(&mut [0][..])])
                .map(|(landed, arrived)| (Landed { room: 0, ..landed }, arrived))
        } else {
            receive(bufs)
        };
        match result {
            Ok((landed, arrived)) => Ok(self.received_with(landed, arrived, room)),
            Err(error) => self.end_or(error).map(|received| ReceivedWith {
                received,
                ..ReceivedWith::default()
            }),
        }
    }

    fn received_with(&self, landed: Landed, arrived: Arrived, room: Room) -> ReceivedWith {
        let mut received = self.received(landed);
        let came = !arrived.descriptors.is_empty();
        if came && received.end_of_file {
            // NetBSD delivers descriptors without data also on a stream.
            received.end_of_file = false;
        }
        let mut descriptors = arrived.descriptors;
        let surplus = descriptors.len() > room.descriptors;
        descriptors.truncate(room.descriptors);
        ReceivedWith {
            received,
            descriptors_truncated: surplus || arrived.cut,
            descriptors,
            // The end-of-file of a Linux stream comes with credentials that are nobody's.
            credentials: arrived
                .credentials
                .filter(|_| !received.end_of_file && self.passcred.is_wished()),
            pidfd: arrived.pidfd.filter(|_| !received.end_of_file),
            unknown: arrived.unknown,
            carrying_byte: if came && self.kind() == Kind::Stream {
                policy::carrying_byte(System::CURRENT, received.len)
            } else {
                None
            },
        }
    }
}
