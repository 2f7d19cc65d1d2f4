//! One direction of a relay between message sockets.

use std::sync::atomic::{AtomicU64, Ordering};

use nix::poll::PollFlags;

use super::pace::{Pace, Turn};
use super::{carry_end, carry_refusal};
use crate::policy::{Errno, System, Verdict, poll_sees_hang_up, recv_verdict, send_verdict};
use crate::readiness::{self, Direction, poll_now};
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
        let mut pace = Pace::default();
        loop {
            if let Some(result) = self.finished {
                return result;
            }
            tokio::task::consume_budget().await;
            let turn = self.turn(from.socket(), to.socket(), moved);
            match turn {
                Turn::Finished(result) => self.finished = Some(result),
                turn => {
                    let shut = pace.next(turn, from, to).await?;
                    // Only on a datagram end this goes on for ever: who shares it has ended it.
                    self.source_ended |= shut && self.kind == Kind::Datagram;
                }
            }
        }
    }

    /// One turn: takes no message that can't be delivered, and delivers it, without a wait in
    /// between.
    fn turn(&mut self, from: &Socket, to: &Socket, moved: &AtomicU64) -> Turn {
        if self.holds.is_some() {
            return self.give(from, to, moved);
        }
        if self.source_ended {
            carry_end(to);
            return Turn::Finished(self.reset.map_or(Ok(()), Err));
        }
        match take(from, to, &mut self.buffer) {
            Ok(Taken::NoRoom) => Turn::NeedRoom,
            Ok(Taken::Gone) => self.refused(Error::new(libc::EPIPE, "sendmsg"), from),
            Ok(Taken::Message(received)) if received.end_of_file => {
                self.source_ended = true;
                Turn::Moved(0)
            }
            Ok(Taken::Message(received)) if received.truncated => {
                // Another process receives here too and took the message that was measured.
                Turn::Finished(Err(Error::new(libc::EMSGSIZE, "recvmsg")))
            }
            Ok(Taken::Message(received)) => {
                self.holds = Some(received.len);
                self.give(from, to, moved)
            }
            Err(error) => {
                match recv_verdict(System::CURRENT, self.kind, Errno::of(error.errno()), false) {
                    Verdict::Retry => Turn::Moved(0),
                    Verdict::Wait => Turn::NeedInput,
                    Verdict::BackOff => Turn::NeedTime(error),
                    Verdict::EndOfFile => {
                        self.source_ended = true;
                        Turn::Moved(0)
                    }
                    Verdict::Fail => {
                        self.source_failed(error);
                        Turn::Moved(0)
                    }
                }
            }
        }
    }

    /// Delivers the message that is held.
    fn give(&mut self, from: &Socket, to: &Socket, moved: &AtomicU64) -> Turn {
        let len = self.holds.unwrap_or(0);
        match self.push(to, moved) {
            Ok(()) => {
                if self.buffer.capacity() > KEPT {
                    self.buffer = Vec::new();
                }
                Turn::Moved(len)
            }
            Err(Turn::Finished(Err(error))) => self.refused(error, from),
            Err(turn) => turn,
        }
    }

    fn source_failed(&mut self, error: Error) {
        // On Linux a reset is told once, and before what is still queued.
        self.source_ended = self.kind == Kind::Datagram
            || self.reset.is_some()
            || error.errno() != libc::ECONNRESET;
        self.reset.get_or_insert(error);
    }

    fn refused(&mut self, error: Error, from: &Socket) -> Turn {
        if self.kind != Kind::Datagram {
            carry_refusal(from);
        }
        Turn::Finished(Err(error))
    }

    /// Delivers what is held and takes nothing more.
    pub(super) async fn flush(&mut self, to: &Registered, moved: &AtomicU64) -> Result<()> {
        let mut pace = Pace::default();
        while self.holds.is_some() {
            tokio::task::consume_budget().await;
            match self.push(to.socket(), moved) {
                Ok(()) => {}
                Err(Turn::Finished(result)) => return result,
                Err(turn) => drop(pace.next(turn, to, to).await?),
            }
        }
        Ok(())
    }

    /// Delivers what is held if that is possible at once, or says what it needs for that.
    pub(super) fn push(&mut self, to: &Socket, moved: &AtomicU64) -> Result<(), Turn> {
        let Some(len) = self.holds else {
            return Ok(());
        };
        match to.send(self.buffer.get(..len).unwrap_or_default()) {
            Ok(_) => {
                self.delivered(len, moved);
                Ok(())
            }
            Err(error) => Err(
                match send_verdict(System::CURRENT, self.kind, Errno::of(error.errno())) {
                    Verdict::Retry => Turn::Moved(0),
                    Verdict::Wait => Turn::NeedRoom,
                    Verdict::BackOff => Turn::NeedTime(error),
                    Verdict::EndOfFile | Verdict::Fail => Turn::Finished(Err(error)),
                },
            ),
        }
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
