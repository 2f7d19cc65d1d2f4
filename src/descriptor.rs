//! Taking over a descriptor that JavaScript names by its number.

use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// The descriptor `fd`, owned; None when no such number is open.
///
/// Ownership is the promise of `Socket.fromFd()`: its caller hands the number over. Whoever can't use it
/// gives it back with `into_raw_fd()`, unclosed.
pub fn from_number(fd: RawFd) -> Option<OwnedFd> {
    // SAFETY: fcntl takes any number; F_GETFD reads no memory.
    if fd < 0 || unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
        return None;
    }
    // SAFETY: the number is open, and its owner hands it over.
    Some(unsafe { OwnedFd::from_raw_fd(fd) })
}
