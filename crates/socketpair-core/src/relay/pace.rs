//! When a direction makes its next try, and how much it moves before others have their turn.

use crate::readiness::{Backoff, Direction};
use crate::{Error, Registered, Result};

/// Bytes that a direction moves in one poll: below a millisecond of copying, and enough to make
/// asking the system who else is ready cheap beside it.
const SHARE: usize = 512 * 1024;

/// What one turn came to.
pub(super) enum Turn {
    /// So many bytes were moved, or something else has changed.
    Moved(usize),
    NeedInput,
    NeedRoom,
    /// The system has no memory for it now and will not tell when it has.
    NeedTime(Error),
    Finished(Result<()>),
}

/// Waits between the turns of one direction.
#[derive(Debug, Default)]
pub(super) struct Pace {
    moved: usize,
    // The end was called ready for this, and nothing has moved since.
    tried: Option<Direction>,
    backoff: Backoff,
}

impl Pace {
    /// Waits for what `turn` needs. True: a wait for input was in vain, since the end can be read as
    /// poll(2) says, has nothing, and its receiving side is shut down.
    ///
    /// A turn that finds nothing to do at an end that is called ready is possible where another
    /// process uses it too, and takes or fills first. Then a timer comes before the next try: the two
    /// must not turn round each other.
    ///
    /// # Errors
    ///
    /// `ECANCELED`: the runtime is shutting down. Of `NeedTime` its error, once it has gone on for
    /// ten seconds.
    pub(super) async fn next(
        &mut self,
        turn: Turn,
        from: &Registered,
        to: &Registered,
    ) -> Result<bool> {
        let (end, direction) = match turn {
            Turn::Moved(bytes) => {
                (self.tried, self.backoff) = (None, Backoff::default());
                self.moved = self.moved.saturating_add(bytes);
                if self.moved >= SHARE {
                    self.moved = 0;
                    tokio::task::yield_now().await;
                }
                return Ok(false);
            }
            Turn::NeedTime(error) => {
                return to.pause(&mut self.backoff, error).await.map(|()| false);
            }
            Turn::Finished(_) => return Ok(false),
            Turn::NeedInput => (from, Direction::Read),
            Turn::NeedRoom => (to, Direction::Write),
        };
        let in_vain = self.tried == Some(direction);
        if in_vain {
            end.rest(&mut self.backoff).await;
        }
        let closed = end.ready(direction).await?;
        self.tried = Some(direction);
        Ok(in_vain && closed && direction == Direction::Read)
    }
}
