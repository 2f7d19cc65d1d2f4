//! How many descriptors a process may have.

use crate::sys;

/// The most descriptors that this process may have open at once: getrlimit(2), `RLIMIT_NOFILE`.
///
/// `usize::MAX` where there is no limit, or the system does not tell.
#[must_use]
pub fn descriptor_limit() -> usize {
    sys::descriptor_limit()
}
