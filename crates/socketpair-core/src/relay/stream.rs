//! One direction of a relay between streams.

use std::sync::atomic::{AtomicU64, Ordering};

use super::carrier::{Carried, Carrier, Fault};
use super::pace::{Pace, Turn};
use super::{carry_end, carry_refusal};
use crate::policy::{Errno, System, Verdict, send_verdict};
use crate::{Error, Kind, Registered, Result, Socket};

/// Bytes from one stream to another, until the first ends.
#[derive(Debug)]
pub(super) struct StreamHalf {
    carrier: Carrier,
    source_ended: bool,
    // A reset that the source told of; it is reported once all bytes are delivered.
    reset: Option<Error>,
    finished: Option<Result<()>>,
}

impl StreamHalf {
    pub(super) fn new(to: &Socket) -> StreamHalf {
        StreamHalf {
            carrier: Carrier::new(to),
            source_ended: false,
            reset: None,
            finished: None,
        }
    }

    pub(super) fn held(&self) -> Option<usize> {
        Some(self.carrier.held()).filter(|held| *held > 0)
    }

    pub(super) fn into_held(self) -> Option<Vec<u8>> {
        Some(self.carrier.into_held()).filter(|held| !held.is_empty())
    }

    /// Moves bytes until the direction is finished. Dropped, it can be called again.
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
            match self.turn(from.socket(), to.socket(), moved) {
                Turn::Finished(result) => self.finished = Some(result),
                turn => drop(pace.next(turn, from, to).await?),
            }
        }
    }

    /// Delivers what is held and takes nothing more.
    pub(super) async fn flush(&mut self, to: &Registered, moved: &AtomicU64) -> Result<()> {
        let mut pace = Pace::default();
        while self.carrier.held() > 0 {
            tokio::task::consume_budget().await;
            match self.give(to.socket(), moved) {
                Ok(()) => {}
                Err(Turn::Finished(result)) => return result,
                Err(turn) => drop(pace.next(turn, to, to).await?),
            }
        }
        Ok(())
    }

    /// Delivers what of it can be delivered at once.
    pub(super) fn push(&mut self, to: &Socket, moved: &AtomicU64) {
        let _ = self.give(to, moved);
    }

    /// One turn: takes no more than can be delivered, and delivers it, without a wait in between.
    /// So a relay that is dropped while it waits holds nothing, unless another process has used the
    /// room.
    fn turn(&mut self, from: &Socket, to: &Socket, moved: &AtomicU64) -> Turn {
        if let Err(turn) = self.give(to, moved) {
            return refused(turn, from);
        }
        if self.source_ended {
            carry_end(to);
            return Turn::Finished(self.reset.map_or(Ok(()), Err));
        }
        let mut stopped = None;
        let carried = self.carrier.carry(from, to, |bytes| {
            let mut given = 0;
            while given < bytes.len() && stopped.is_none() {
                match told(to.send(&bytes[given..]), moved) {
                    Ok(count) => given += count,
                    Err(turn) => stopped = Some(turn),
                }
            }
            given
        });
        match carried {
            Ok(Carried::Bytes(count)) => {
                stopped.map_or(Turn::Moved(count), |turn| refused(turn, from))
            }
            Ok(Carried::End) => {
                self.source_ended = true;
                Turn::Moved(0)
            }
            Ok(Carried::NoRoom) => Turn::NeedRoom,
            Err(Fault::Source(error)) if error.is_would_block() => Turn::NeedInput,
            Err(Fault::Source(error)) => {
                // A reset is told once; what follows it is data or the end. Told again, or any
                // other error: nothing more will come.
                self.source_ended = self.reset.is_some() || error.errno() != libc::ECONNRESET;
                self.reset.get_or_insert(error);
                Turn::Moved(0)
            }
            Err(Fault::Destination(error)) => refused(Turn::Finished(Err(error)), from),
        }
    }

    /// Delivers all that is held, or says what it needs for that.
    fn give(&mut self, to: &Socket, moved: &AtomicU64) -> Result<(), Turn> {
        while self.carrier.held() > 0 {
            told(self.carrier.give(to), moved)?;
        }
        Ok(())
    }
}

/// Counts what was delivered, or says what the next try needs.
fn told(given: Result<usize>, moved: &AtomicU64) -> Result<usize, Turn> {
    match given {
        // Not said by any system here; a loop must not depend on that.
        Ok(0) => Err(Turn::NeedRoom),
        Ok(count) => {
            moved.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
            Ok(count)
        }
        Err(error) => Err(
            match send_verdict(System::CURRENT, Kind::Stream, Errno::of(error.errno())) {
                // In the next turn: a system that breaks off every call must not keep this thread.
                Verdict::Retry => Turn::Moved(0),
                Verdict::Wait => Turn::NeedRoom,
                Verdict::BackOff => Turn::NeedTime(error),
                Verdict::EndOfFile | Verdict::Fail => Turn::Finished(Err(error)),
            },
        ),
    }
}

/// Passes on that the destination takes nothing more.
fn refused(turn: Turn, from: &Socket) -> Turn {
    if matches!(turn, Turn::Finished(_)) {
        carry_refusal(from);
    }
    turn
}
