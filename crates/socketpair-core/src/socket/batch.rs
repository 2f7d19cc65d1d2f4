//! Many messages per system call.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::AsFd;

use super::Socket;
use crate::policy::{self, Landed, System};
use crate::{Error, Kind, Received, Result, Source, Target, sys};

/// The most messages that one [`Socket::recv_many`] or [`Socket::send_many`] moves.
pub const BATCH_MAX: usize = 64;

impl Socket {
    /// Receives messages that are there, each into a piece of memory of its own: recvmmsg(2), or a
    /// loop of recvmsg(2) where the system has none.
    ///
    /// Takes at most as many as there are pieces in `bufs`, places in `out`, and [`BATCH_MAX`].
    /// Returns how many messages came; `out[i]` is about `bufs[i]`. End-of-file is told on its own:
    /// the return value is 0, and `out[0]` has [`Received::end_of_file`]. Messages before the end
    /// are returned first, the end by the next call.
    ///
    /// # Errors
    ///
    /// As [`Socket::recv`], if there was no message before the error. `EOPNOTSUPP`: a stream.
    pub fn recv_many(&self, bufs: &mut [IoSliceMut<'_>], out: &mut [Received]) -> Result<usize> {
        if self.kind == Kind::Stream {
            return Err(Error::new(libc::EOPNOTSUPP, "recvmmsg"));
        }
        let count = bufs.len().min(out.len()).min(BATCH_MAX);
        if count == 0 {
            return Ok(0);
        }
        self.tell_now()?;
        let (bufs, out) = (Target::all(&mut bufs[..count]), &mut out[..count]);
        let fd = self.as_fd();
        let flags = policy::recv_flags(System::CURRENT, self.kind);
        let mut landed = [Landed::default(); BATCH_MAX];
        let result = self.passcred.with(fd, true, || {
            sys::batch::recv(fd, bufs, flags, &mut landed[..count])
        });
        let came = match result {
            Ok(batch) => {
                if let Some(error) = batch.after {
                    self.tell_later(error);
                }
                batch.came.min(count)
            }
            Err(error) => {
                out[0] = self.end_or(error)?;
                return Ok(0);
            }
        };
        for (i, (place, landed)) in out.iter_mut().zip(&landed[..came]).enumerate() {
            *place = self.received(*landed);
            // The system fills all places that are left with the end.
            if place.end_of_file {
                return Ok(i);
            }
        }
        Ok(came)
    }

    /// Sends each piece as a message of its own: sendmmsg(2), or a loop of sendmsg(2) where the
    /// system has none.
    ///
    /// Returns how many messages were sent, at least 1 and at most [`BATCH_MAX`], or 0 for no pieces.
    ///
    /// # Errors
    ///
    /// As [`Socket::send`], of the first message; an error at a later one ends the batch, and the
    /// next call meets it again. `EOPNOTSUPP`: a stream.
    pub fn send_many(&self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        self.send_many_from(Source::all(bufs))
    }

    /// As [`Socket::send_many`], from memory that others may change meanwhile.
    ///
    /// # Errors
    ///
    /// Those of [`Socket::send_many`].
    pub fn send_many_from(&self, bufs: &[Source<'_>]) -> Result<usize> {
        if self.kind == Kind::Stream {
            return Err(Error::new(libc::EOPNOTSUPP, "sendmmsg"));
        }
        let bufs = &bufs[..bufs.len().min(BATCH_MAX)];
        let Some(first) = bufs.first() else {
            return Ok(0);
        };
        let fd = self.as_fd();
        self.sending.prepare(fd)?;
        let flags = policy::send_flags(System::CURRENT, self.kind);
        self.passcred
            .with(fd, false, || sys::batch::send(fd, bufs, flags))
            .map_err(|error| self.send_error(error, first.len()))
    }
}
