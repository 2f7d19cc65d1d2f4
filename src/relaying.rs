//! A relay while it runs: a task of the runtime, which the JavaScript thread can stop at any moment.
//!
//! What moves the bytes is behind a lock and is polled by the thread that holds it. So the JavaScript thread can
//! stop it by itself, without waiting for the task to be scheduled. In the middle of a poll, which takes
//! about a millisecond at most, it tells the task to end and hears of that later; or it waits, for a limited
//! time, where the end is closed or given away next. None of the relay's calls waits for room or for bytes,
//! but the kernel can hold one up: a process that shares the description and receives into memory that it
//! withholds (userfaultfd(2), FUSE) has the socket's lock meanwhile. When the relay is over nothing here has
//! a share in the ends any more.

use std::future::{Future, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::task::{Context, Poll, Waker, ready};
use std::thread;
use std::time::{Duration, Instant};

use socketpair_core::{Error, Kind, Progress, Registered, Relay, Relayed};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::sleep;

/// After so long a relay begins its wait anew: a full end is not told that its peer reads no more, and a
/// try tells (lib/queue.ts does the same for a send).
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// The limit of a short wait for the poll that is under way: long enough for a thread that has lost its CPU.
const WAIT: Duration = Duration::from_millis(250);
/// For so long of that it only lets other threads run, then it sleeps for as long each time.
const HURRY: Duration = Duration::from_millis(1);

/// Whether the runtime's one thread was found held up in a relay and has not come back.
static HELD_UP: AtomicBool = AtomicBool::new(false);

/// Whether the kernel holds the runtime's thread up: then it is in vain to wait for that.
pub fn is_thread_held_up() -> bool {
    HELD_UP.load(Ordering::Relaxed)
}

/// Whether a stop of a relay waits for the poll that is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It does not.
    None,
    /// For [`WAIT`] at most, once for each relay.
    Short,
}

/// What a relay came to.
#[derive(Default)]
pub struct Outcome {
    /// What it has delivered.
    pub relayed: Relayed,
    /// What it failed with.
    pub error: Option<Error>,
    /// Bytes, or one message, taken from the other end and not delivered to the first.
    pub for_a: Option<Vec<u8>>,
    /// The same for the second.
    pub for_b: Option<Vec<u8>>,
}

/// A poll is under way still; after it the relay is over.
pub struct Busy;

type Moving = Pin<Box<dyn Future<Output = Outcome> + Send>>;

enum Phase {
    Moving(Moving, AbortHandle),
    /// The outcome, until it is taken.
    Over(Option<Outcome>),
}

/// A relay that runs, or is over and not settled yet.
pub struct Relaying {
    phase: Mutex<Phase>,
    progress: OnceLock<Arc<Progress>>,
    stopping: Arc<AtomicBool>,
    waited_in_vain: AtomicBool,
    ended: Waker,
}

impl Relaying {
    /// A relay that has not begun; `ended` is woken when it ends by itself.
    pub fn new(ended: Waker) -> Self {
        Self {
            phase: Mutex::new(Phase::Over(None)),
            progress: OnceLock::new(),
            stopping: Arc::default(),
            waited_in_vain: AtomicBool::default(),
            ended,
        }
    }

    /// Begins to move bytes between `a` and `b`, once.
    ///
    /// # Errors
    /// EINVAL: they can't be relayed.
    pub fn start(
        self: &Arc<Self>,
        a: Arc<Registered>,
        b: Arc<Registered>,
        runtime: &Handle,
    ) -> socketpair_core::Result<()> {
        // Without a message in hand there is no way to ask for the other kinds.
        let asks_again = a.socket().kind() == Kind::Stream;
        let relay = Relay::new(a, b)?;
        let _ = self.progress.set(relay.progress());
        let moving = Box::pin(moving(relay, Arc::clone(&self.stopping), asks_again));
        // The task waits at the lock until its own handle is kept.
        let mut phase = self.lock();
        let this = Arc::clone(self);
        let task = runtime.spawn(poll_fn(move |cx| this.poll(cx)));
        *phase = Phase::Moving(moving, task.abort_handle());
        Ok(())
    }

    /// What has been delivered so far.
    pub fn relayed(&self) -> Relayed {
        self.progress
            .get()
            .map_or_else(Relayed::default, |progress| progress.relayed())
    }

    /// Whether it has ended. While it is polled it has not, and tells when it has.
    pub fn is_over(&self) -> bool {
        self.try_lock()
            .is_some_and(|phase| matches!(*phase, Phase::Over(_)))
    }

    /// Stops it if it runs, and gives what it came to, once: None after that.
    ///
    /// # Errors
    /// Its task polls it just now, and ends it after that, as if it had ended by itself.
    pub fn stop(&self, patience: Patience) -> Result<Option<Outcome>, Busy> {
        self.stopping.store(true, Ordering::Release);
        // With the other fence: the lock is free here, or the task sees the flag after its poll.
        fence(Ordering::SeqCst);
        let phase = match patience {
            Patience::None => self.try_lock(),
            Patience::Short => self.lock_in_time(),
        };
        let mut phase = phase.ok_or(Busy)?;
        if let Phase::Moving(moving, task) = &mut *phase {
            let outcome = poll(moving, &mut Context::from_waker(Waker::noop()));
            task.abort();
            *phase = Phase::Over(match outcome {
                Poll::Ready(outcome) => Some(outcome),
                Poll::Pending => None,
            });
        }
        Ok(match &mut *phase {
            Phase::Over(outcome) => outcome.take(),
            Phase::Moving(..) => None,
        })
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let polled = self.poll_locked(cx);
        // The lock is free again.
        fence(Ordering::SeqCst);
        if polled.is_ready() {
            if self.waited_in_vain.load(Ordering::Relaxed) {
                HELD_UP.store(false, Ordering::Relaxed);
            }
            self.ended.wake_by_ref();
        } else if self.stopping.load(Ordering::Acquire) {
            // A stop may have found the lock taken, and nothing else would wake the task.
            cx.waker().wake_by_ref();
        }
        polled
    }

    fn poll_locked(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut phase = self.lock();
        if let Phase::Moving(moving, _) = &mut *phase {
            let outcome = ready!(poll(moving, cx));
            // The ends are let go before anybody hears of it.
            drop(mem::replace(&mut *phase, Phase::Over(Some(outcome))));
        }
        Poll::Ready(())
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Phase>> {
        match self.phase.try_lock() {
            Ok(phase) => Some(phase),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn lock_in_time(&self) -> Option<MutexGuard<'_, Phase>> {
        let begun = Instant::now();
        loop {
            if let Some(phase) = self.try_lock() {
                return Some(phase);
            }
            // The second end of the relay is closed too, it may be.
            if self.waited_in_vain.load(Ordering::Relaxed) {
                return None;
            }
            match begun.elapsed() {
                waited if waited < HURRY => thread::yield_now(),
                waited if waited < WAIT => thread::sleep(HURRY),
                _ => {
                    self.waited_in_vain.store(true, Ordering::Relaxed);
                    HELD_UP.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

/// Runs `relay` until it ends or is told to stop; it hears of that when it is polled.
async fn moving(
    mut relay: Relay<Arc<Registered>, Arc<Registered>>,
    stopping: Arc<AtomicBool>,
    asks_again: bool,
) -> Outcome {
    let error = loop {
        // A timer can be made on the runtime's thread only; a stop polls from another.
        if stopping.load(Ordering::Acquire) {
            break None;
        }
        let mut run = pin!(relay.run());
        let mut pause = pin!(sleep(ASK_AGAIN));
        let result = poll_fn(|cx| {
            if stopping.load(Ordering::Acquire) {
                return Poll::Ready(Some(None));
            }
            match run.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Some(result.err())),
                Poll::Pending if asks_again => pause.as_mut().poll(cx).map(|()| None),
                Poll::Pending => Poll::Pending,
            }
        });
        if let Some(error) = result.await {
            break error;
        }
    };
    let parts = relay.into_parts();
    Outcome {
        relayed: parts.relayed,
        error,
        for_a: parts.for_a,
        for_b: parts.for_b,
    }
}

/// A panic must not leave the ends taken for ever; as an outcome it becomes an error with a code.
fn poll(moving: &mut Moving, cx: &mut Context<'_>) -> Poll<Outcome> {
    catch_unwind(AssertUnwindSafe(|| moving.as_mut().poll(cx))).unwrap_or_else(|_| {
        Poll::Ready(Outcome {
            error: Some(Error::new(libc::ENOTRECOVERABLE, "recvmsg")),
            ..Outcome::default()
        })
    })
}
