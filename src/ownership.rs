//! Which descriptors the Sockets and received descriptors of this process own, in all of its threads.
//!
//! `fromFd()` of a number that has an owner would give it two, and the second close would hit a
//! stranger. The identity tells a number that is still ours from one that was closed behind our back
//! and given to somebody else; when that somebody is an owner of ours too, the first one is told that
//! it has lost the number.

use std::collections::HashMap;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use socketpair_core::Identity;

static OWNED: LazyLock<Mutex<HashMap<RawFd, Owned>>> = LazyLock::new(Mutex::default);

struct Owned {
    identity: Identity,
    lost: Arc<AtomicBool>,
}

/// The right of one owner to its number, until it is dropped.
pub struct Claim {
    number: RawFd,
    lost: Arc<AtomicBool>,
}

fn owned() -> MutexGuard<'static, HashMap<RawFd, Owned>> {
    // The map stays whole whatever thread panicked: each change of it is one call.
    OWNED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Claim {
    /// Notes that `number`, which stands for `identity`, has an owner here.
    pub fn of(number: RawFd, identity: Identity) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let now = Owned {
            identity,
            lost: Arc::clone(&lost),
        };
        if let Some(before) = owned().insert(number, now) {
            // The system gave the number out again, so it was closed behind its owner's back.
            before.lost.store(true, Ordering::Release);
        }
        Self { number, lost }
    }

    /// Whether another owner in this process has the number by now.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut owned = owned();
        if owned
            .get(&self.number)
            .is_some_and(|now| Arc::ptr_eq(&now.lost, &self.lost))
        {
            owned.remove(&self.number);
        }
    }
}

/// Whether `number`, which stands for `identity`, has an owner here.
pub fn is_claimed(number: RawFd, identity: Identity) -> bool {
    owned()
        .get(&number)
        .is_some_and(|now| now.identity == identity)
}
