//! One direction of a relay between streams.

use std::sync::atomic::{AtomicU64, Ordering};

use super::carrier::{Carrier, Fault, Taken};
use super::{carry_end, carry_refusal};
use crate::policy::{Errno, System, Verdict, send_verdict};
use crate::readiness::{Backoff, Direction};
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

/// What one turn came to.
enum Turn {
    Moved,
    NeedInput,
    NeedRoom,
    /// The system has no memory for it now and will not tell when it has.
    NeedTime(Error),
    Finished(Result<()>),
}

impl StreamHalf {
    pub(super) fn new(from: &Socket, to: &Socket) -> StreamHalf {
        StreamHalf {
            carrier: Carrier::new(from, to),
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
        let mut backoff = Backoff::default();
        loop {
            if let Some(result) = self.finished {
                return result;
            }
            tokio::task::consume_budget().await;
            match self.turn(from.socket(), to.socket(), moved) {
                Turn::Moved => backoff = Backoff::default(),
                Turn::NeedInput => from.ready(Direction::Read).await?,
                Turn::NeedRoom => to.ready(Direction::Write).await?,
                Turn::NeedTime(error) => to.pause(&mut backoff, error).await?,
                Turn::Finished(result) => self.finished = Some(result),
            }
        }
    }

    /// Delivers what is held and takes nothing more.
    pub(super) async fn flush(&mut self, to: &Registered, moved: &AtomicU64) -> Result<()> {
        let mut backoff = Backoff::default();
        while self.carrier.held() > 0 {
            match self.give(to.socket(), moved) {
                Err(Turn::NeedRoom) => to.ready(Direction::Write).await?,
                Err(Turn::NeedTime(error)) => to.pause(&mut backoff, error).await?,
                Err(Turn::Finished(result)) => return result,
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Delivers what of it can be delivered at once.
    pub(super) fn push(&mut self, to: &Socket, moved: &AtomicU64) {
        let _ = self.give(to, moved);
    }

    /// One turn: takes no more than can be delivered, and delivers it, without a wait in between.
    /// So a relay that is dropped while it waits holds nothing, unless somebody else has used the
    /// room.
    fn turn(&mut self, from: &Socket, to: &Socket, moved: &AtomicU64) -> Turn {
        if let Err(turn) = self.give(to, moved) {
            return refused(turn, from);
        }
        if self.source_ended {
            carry_end(to);
            return Turn::Finished(self.reset.map_or(Ok(()), Err));
        }
        match self.carrier.take(from, to) {
            Ok(Taken::Some) => match self.give(to, moved) {
                Ok(()) => Turn::Moved,
                Err(turn) => refused(turn, from),
            },
            Ok(Taken::End) => {
                self.source_ended = true;
                Turn::Moved
            }
            Ok(Taken::NoRoom) => Turn::NeedRoom,
            Err(Fault::Source(error)) if error.is_would_block() => Turn::NeedInput,
            Err(Fault::Source(error)) => {
                // A reset is told once; what follows it is data or the end. Told again, or any
                // other error: nothing more will come.
                self.source_ended = self.reset.is_some() || error.errno() != libc::ECONNRESET;
                self.reset.get_or_insert(error);
                Turn::Moved
            }
            Err(Fault::Destination(error)) => refused(Turn::Finished(Err(error)), from),
        }
    }

    /// Delivers all that is held, or says what it needs for that.
    fn give(&mut self, to: &Socket, moved: &AtomicU64) -> Result<(), Turn> {
        while self.carrier.held() > 0 {
            match self.carrier.give(to) {
                // Not said by any system here; a loop must not depend on that.
                Ok(0) => return Err(Turn::NeedRoom),
                Ok(count) => {
                    let count = u64::try_from(count).unwrap_or(u64::MAX);
                    moved.fetch_add(count, Ordering::Relaxed);
                }
                Err(error) => {
                    let errno = Errno::of(error.errno());
                    match send_verdict(System::CURRENT, Kind::Stream, errno) {
                        Verdict::Retry => {}
                        Verdict::Wait => return Err(Turn::NeedRoom),
                        Verdict::BackOff => return Err(Turn::NeedTime(error)),
                        Verdict::EndOfFile | Verdict::Fail => {
                            return Err(Turn::Finished(Err(error)));
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// Passes on that the destination takes nothing more.
fn refused(turn: Turn, from: &Socket) -> Turn {
    if matches!(turn, Turn::Finished(_)) {
        carry_refusal(from);
    }
    turn
}
