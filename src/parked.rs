//! Ends on their way from one thread to another: out of one environment, and not yet in the next.
//!
//! The table is the process's, so what happens to either thread meanwhile does not matter. An end that
//! nobody asks for in time is closed by a thread that exists only while something is parked. It is joined
//! when the last environment goes: one still running in this library while it is unloaded would crash the
//! process.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;
use std::{io, mem};

use socketpair_core::{Error, Result};

use crate::ends::End;

static PARKED: LazyLock<Mutex<Parked>> = LazyLock::new(Mutex::default);
/// Something was parked that is due earlier than the rest, or the watch is to end.
static CHANGED: Condvar = Condvar::new();
static SECRET: LazyLock<RandomState> = LazyLock::new(RandomState::new);

#[derive(Default)]
struct Parked {
    ends: HashMap<String, Waiting>,
    environments: usize,
    watch: Option<Watch>,
    /// Counts keys and watches.
    serial: u64,
}

struct Waiting {
    end: End,
    /// None: it waits as long as there are environments.
    deadline: Option<Instant>,
}

impl Waiting {
    fn is_due(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }
}

/// The thread that closes what is due.
struct Watch {
    serial: u64,
    thread: JoinHandle<()>,
    /// It found nothing to wait for, and does not come back for the lock.
    ended: bool,
    wakes_at: Option<Instant>,
}

impl Watch {
    /// Whether it will see what is parked: it has not ended, not even by a panic.
    fn is_watching(&self) -> bool {
        !self.ended && !self.thread.is_finished()
    }
}

fn parked() -> MutexGuard<'static, Parked> {
    // The table stays whole whatever thread panicked: each change of it is one call.
    PARKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts an environment.
pub fn enter() {
    parked().environments += 1;
}

/// An environment goes; the last one closes what is parked, and waits for the thread.
pub fn leave() {
    let (watch, left) = {
        let mut parked = parked();
        parked.environments -= 1;
        if parked.environments > 0 {
            return;
        }
        (parked.watch.take(), mem::take(&mut parked.ends))
    };
    CHANGED.notify_all();
    if let Some(watch) = watch {
        let _ = watch.thread.join();
    }
    drop(left);
}

/// Parks what `take` gives until `deadline`; the key is good for one [`claim`].
///
/// # Errors
/// What the system said when it refused the thread (EAGAIN, ENOMEM): `take` was not called then. Else
/// those of `take`.
pub fn park(deadline: Option<Instant>, take: impl FnOnce() -> Result<End>) -> Result<String> {
    let mut parked = parked();
    parked.keep_watch()?;
    let mut end = take()?;
    end.leave();
    let key = key(parked.next());
    parked.ends.insert(key.clone(), Waiting { end, deadline });
    let wakes_at = parked.watch.as_ref().and_then(|watch| watch.wakes_at);
    if deadline.is_some_and(|deadline| wakes_at.is_none_or(|wakes_at| deadline < wakes_at)) {
        CHANGED.notify_all();
    }
    Ok(key)
}

/// The end that was parked with that key; None when it is not there, or not any more.
pub fn claim(key: &str) -> Option<End> {
    let mut parked = parked();
    // Closing what is due is the watch's business, even if it comes late.
    if parked.ends.get(key)?.is_due(Instant::now()) {
        return None;
    }
    let claimed = parked.ends.remove(key);
    if parked.ends.is_empty() {
        CHANGED.notify_all();
    }
    claimed.map(|waiting| waiting.end)
}

/// A name that nobody can guess from others, and that no other process gives.
fn key(serial: u64) -> String {
    let half = |which: u8| SECRET.hash_one((serial, which));
    format!("{:016x}{:016x}", half(0), half(1))
}

impl Parked {
    fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    fn keep_watch(&mut self) -> Result<()> {
        if self.watch.as_ref().is_some_and(Watch::is_watching) {
            return Ok(());
        }
        if let Some(ended) = self.watch.take() {
            let _ = ended.thread.join();
        }
        let serial = self.next();
        let thread = thread::Builder::new()
            .name("socketpair-park".to_owned())
            .spawn(move || watch(serial))
            .map_err(|error| refused(&error))?;
        self.watch = Some(Watch {
            serial,
            thread,
            ended: false,
            wakes_at: None,
        });
        Ok(())
    }

    fn take_due(&mut self, now: Instant) -> Vec<End> {
        let due = self.ends.extract_if(|_, waiting| waiting.is_due(now));
        due.map(|(_, waiting)| waiting.end).collect()
    }
}

fn refused(error: &io::Error) -> Error {
    Error::new(
        error.raw_os_error().unwrap_or(libc::EAGAIN),
        "pthread_create",
    )
}

/// Closes what is due, until nothing is parked or another environment's watch has taken over.
fn watch(serial: u64) {
    let mut parked = parked();
    loop {
        let due = parked.take_due(Instant::now());
        if !due.is_empty() {
            // close(2) can wait, and nobody shall wait for it.
            drop(parked);
            drop(due);
            parked = self::parked();
            continue;
        }
        let nearest = parked.ends.values().filter_map(|end| end.deadline).min();
        let nothing_left = parked.ends.is_empty();
        let Some(own) = parked.watch.as_mut().filter(|now| now.serial == serial) else {
            return;
        };
        if nothing_left {
            own.ended = true;
            return;
        }
        own.wakes_at = nearest;
        parked = match nearest {
            Some(nearest) => {
                let rest = nearest.saturating_duration_since(Instant::now());
                let woken = CHANGED.wait_timeout(parked, rest);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => CHANGED.wait(parked).unwrap_or_else(PoisonError::into_inner),
        };
    }
}
