//! What the package does in this process, counted over all environments: rare events only, since a count
//! on the way of every byte would be paid by every byte.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use napi_derive::napi;

static OPEN_ENDS: AtomicI64 = AtomicI64::new(0);
static RECEIVED: AtomicI64 = AtomicI64::new(0);
static WAKES: AtomicI64 = AtomicI64::new(0);
static BATCHES: AtomicI64 = AtomicI64::new(0);
static SPINS: AtomicI64 = AtomicI64::new(0);
static SPINS_READY: AtomicI64 = AtomicI64::new(0);

/// One thing that is counted for as long as it lives.
pub struct Counted(&'static AtomicI64);

impl Counted {
    fn of(count: &'static AtomicI64) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }

    /// An open end, also one on its way between two threads.
    pub fn end() -> Self {
        Self::of(&OPEN_ENDS)
    }

    /// A received descriptor that nobody has taken or closed.
    pub fn received() -> Self {
        Self::of(&RECEIVED)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Counts a batch of so many wakes; an empty one tells nobody anything.
pub fn delivered(wakes: usize) {
    if wakes > 0 {
        BATCHES.fetch_add(1, Relaxed);
        WAKES.fetch_add(i64::try_from(wakes).unwrap_or(0), Relaxed);
    }
}

/// Counts a short wait on the JavaScript thread, and whether it found anything `ready`.
pub fn spun(ready: bool) {
    SPINS.fetch_add(1, Relaxed);
    if ready {
        SPINS_READY.fetch_add(1, Relaxed);
    }
}

/// What was counted in this process.
#[napi(object)]
pub struct Activity {
    pub open_ends: i64,
    pub received_fds: i64,
    pub wakes: i64,
    pub batches: i64,
    pub spins: i64,
    pub spins_ready: i64,
}

/// What was counted in this process so far, over all threads.
#[napi(catch_unwind)]
pub fn activity() -> Activity {
    Activity {
        open_ends: OPEN_ENDS.load(Relaxed),
        received_fds: RECEIVED.load(Relaxed),
        wakes: WAKES.load(Relaxed),
        batches: BATCHES.load(Relaxed),
        spins: SPINS.load(Relaxed),
        spins_ready: SPINS_READY.load(Relaxed),
    }
}
