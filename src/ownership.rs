//! Which descriptors the Sockets of this process own, in all of its threads.
//!
//! `fromFd()` of a number that has an owner would give it two, and the second close would hit a
//! stranger. The identity tells a number that is still ours from one that was closed behind our back
//! and given to somebody else.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use socketpair_core::{Identity, Socket};

static OWNED: LazyLock<Mutex<HashMap<RawFd, Identity>>> = LazyLock::new(Mutex::default);

fn owned() -> MutexGuard<'static, HashMap<RawFd, Identity>> {
    // The map stays whole whatever thread panicked: each change of it is one call.
    OWNED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that `socket` has an owner here.
pub fn claim(socket: &Socket) {
    owned().insert(socket.as_raw_fd(), socket.identity());
}

/// Whether the number of `socket`, which was just adopted, already had an owner here.
pub fn is_claimed(socket: &Socket) -> bool {
    owned().get(&socket.as_raw_fd()) == Some(&socket.identity())
}

/// Forgets the claim of `socket`, unless the number was claimed by another one since.
pub fn release(socket: &Socket) {
    let mut owned = owned();
    if owned.get(&socket.as_raw_fd()) == Some(&socket.identity()) {
        owned.remove(&socket.as_raw_fd());
    }
}
