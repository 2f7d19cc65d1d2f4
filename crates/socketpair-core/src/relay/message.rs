//! One direction of a relay between message sockets.

use std::sync::atomic::{AtomicU64, Ordering};

use nix::poll::PollFlags;

use super::{carry_end, carry_refusal};
use crate::policy::{Errno, System, Verdict, poll_sees_hang_up, send_verdict};
use crate::readiness::{self, Direction, is_shutdown, poll_now};
use crate::{Error, Kind, Received, Registered, Result, Socket};

/// Memory kept from message to message; what a longer one needed is given back.
const KEPT: usize = 64 * 1024;

/// Messages from one socket to another of its kind, until the first ends.
#[derive(Debug)]
pub(super) struct MessageHalf {
    kind: Kind,
    buffer: Vec<u8>,
    // Length of the message in `buffer` that is taken and not delivered.
    holds: Option<usize>,
    source_ended: bool,
    reset: Option<Error>,
    finished: Option<Result<()>>,
}

/// What looking for a message came to.
#[derive(Clone, Copy)]
enum Taken {
    Message(Received),
    NoRoom,
    /// The destination is gone; nothing was taken.
    Gone,
}

impl MessageHalf {
    pub(super) fn new(kind: Kind) -> MessageHalf {
        MessageHalf {
            kind,
            buffer: Vec::new(),
            holds: None,
            source_ended: false,
            reset: None,
            finished: None,
        }
    }

    pub(super) fn held(&self) -> Option<usize> {
        self.holds
    }

    pub(super) fn into_held(mut self) -> Option<Vec<u8>> {
        let len = self.holds?;
        self.buffer.truncate(len);
        Some(self.buffer)
    }

    /// Moves messages until the direction is finished. Dropped, it can be called again.
    pub(super) async fn run(
        &mut self,
        from: &Registered,
        to: &Registered,
        moved: &AtomicU64,
    ) -> Result<()> {
        loop {
            if let Some(result) = self.finished {
                return result;
            }
            match self.flush(to, moved).await {
                Ok(()) => {}
                Err(error) if is_shutdown(error) => return Err(error),
                Err(error) => {
                    self.refuse(error, from.socket());
                    continue;
                }
            }
            if self.source_ended {
                carry_end(to.socket());
                self.finished = Some(self.reset.map_or(Ok(()), Err));
                continue;
            }
            to.ready(Direction::Write).await?;
            let buffer = &mut self.buffer;
            let taken = from
                .receiving(|socket| take(socket, to.socket(), buffer))
                .await;
            match taken {
                Ok(taken) => self.arrived(taken, from.socket(), to.socket(), moved),
                Err(error) if is_shutdown(error) => return Err(error),
                Err(error) => self.source_failed(error),
            }
        }
    }

    /// Handles what came, and sends a message on at once, before any wait.
    fn arrived(&mut self, taken: Option<Taken>, from: &Socket, to: &Socket, moved: &AtomicU64) {
        match taken {
            Some(Taken::NoRoom) => {}
            Some(Taken::Gone) => self.refuse(Error::new(libc::EPIPE, "sendmsg"), from),
            None => self.source_ended = true,
            Some(Taken::Message(received)) if received.end_of_file => self.source_ended = true,
            Some(Taken::Message(received)) if received.truncated => {
                // Somebody else receives here too and took the message that was measured.
                self.finished = Some(Err(Error::new(libc::EMSGSIZE, "recvmsg")));
            }
            Some(Taken::Message(received)) => {
                self.holds = Some(received.len);
                if let Err(error) = self.push(to, moved) {
                    self.refuse(error, from);
                }
            }
        }
        if self.holds.is_none() && self.buffer.capacity() > KEPT {
            self.buffer = Vec::new();
        }
    }

    fn source_failed(&mut self, error: Error) {
        // On Linux a reset is told once, and before what is still queued.
        self.source_ended = self.kind == Kind::Datagram
            || self.reset.is_some()
            || error.errno() != libc::ECONNRESET;
        self.reset.get_or_insert(error);
    }

    fn refuse(&mut self, error: Error, from: &Socket) {
        self.finished = Some(Err(error));
        if self.kind != Kind::Datagram {
            carry_refusal(from);
        }
    }

    /// Delivers what is held and takes nothing more.
    pub(super) async fn flush(&mut self, to: &Registered, moved: &AtomicU64) -> Result<()> {
        if let Some(len) = self.holds {
            let message = self.buffer.get(..len).unwrap_or_default();
            to.sending(|socket| socket.send(message)).await?;
            self.delivered(len, moved);
        }
        Ok(())
    }

    /// Delivers what is held if that is possible at once; an error only if it never will be.
    pub(super) fn push(&mut self, to: &Socket, moved: &AtomicU64) -> Result<()> {
        let Some(len) = self.holds else {
            return Ok(());
        };
        match to.send(self.buffer.get(..len).unwrap_or_default()) {
            Ok(_) => self.delivered(len, moved),
            Err(error) => {
                let errno = Errno::of(error.errno());
                if send_verdict(System::CURRENT, self.kind, errno) == Verdict::Fail {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn delivered(&mut self, len: usize, moved: &AtomicU64) {
        self.holds = None;
        moved.fetch_add(u64::try_from(len).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// Takes the next message whole, if the destination can take one.
fn take(from: &Socket, to: &Socket, buffer: &mut Vec<u8>) -> Result<Taken> {
    if !readiness::is_ready(to, Direction::Write) {
        return Ok(Taken::NoRoom);
    }
    let next = from.next_message_len()?;
    if next.end_of_file {
        return Ok(Taken::Message(next));
    }
    if poll_sees_hang_up(System::CURRENT, to.kind())
        && poll_now(to, PollFlags::POLLOUT).is_some_and(|seen| seen.contains(PollFlags::POLLHUP))
    {
        return Ok(Taken::Gone);
    }
    // One byte at least: an empty buffer would say nothing about a longer message.
    let len = next.message_len.unwrap_or(KEPT).max(1);
    if buffer.len() < len {
        buffer.resize(len, 0);
    }
    from.recv(buffer).map(Taken::Message)
}
