//! The system calls: the only place with `unsafe`, one small function each.

#![allow(unsafe_code, reason = "this is where the system is called")]

pub(crate) mod ancillary;
pub(crate) mod batch;
pub(crate) mod credentials;
pub(crate) mod flags;
pub(crate) mod memory;
pub(crate) mod options;
pub(crate) mod pair;
pub(crate) mod passing;
pub(crate) mod register;
#[cfg(target_os = "linux")]
pub(crate) mod room;
pub(crate) mod transfer;

use std::net::Shutdown;
use std::os::fd::{AsRawFd, BorrowedFd};

use crate::{Error, Identity, Result};

/// Calls broken off by a signal are repeated so often. None here waits, so a signal hardly ever
/// meets one; a system that says EINTR for ever must not hang the caller.
const ATTEMPTS_MAX: usize = 128;

/// Runs a system call that returns -1 on failure, again while signals break it off.
fn call<R: Into<i64> + Copy>(
    syscall: &'static str,
    mut attempt: impl FnMut() -> R,
) -> Result<usize> {
    let mut errno = libc::EINTR;
    for _ in 0..ATTEMPTS_MAX {
        if let Ok(value) = usize::try_from(attempt().into()) {
            return Ok(value);
        }
        errno = nix::errno::Errno::last_raw();
        if errno != libc::EINTR {
            break;
        }
    }
    Err(Error::new(errno, syscall))
}

/// Runs a call of nix's, again while signals break it off.
fn nix_call<T>(syscall: &'static str, mut attempt: impl FnMut() -> nix::Result<T>) -> Result<T> {
    let mut result = attempt();
    for _ in 1..ATTEMPTS_MAX {
        if !matches!(result, Err(nix::errno::Errno::EINTR)) {
            break;
        }
        result = attempt();
    }
    result.map_err(|errno| Error::new(errno as i32, syscall))
}

/// fstat(2): which file this is.
pub(crate) fn identity(fd: BorrowedFd<'_>) -> Result<Identity> {
    let look = || nix_call("fstat", || nix::sys::stat::fstat(fd));
    let mut stat = look()?;
    if stat.st_ino == 0 {
        // NetBSD numbers a socket when first asked, from 0 on, and takes 0 for "not yet numbered":
        // only from the second look on the number stays.
        stat = look()?;
    }
    #[allow(
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "dev_t and ino_t differ by system in width and sign; only equality counts"
    )]
    Ok(Identity {
        device: stat.st_dev as u64,
        inode: stat.st_ino as u64,
    })
}

/// getrlimit(2) of `RLIMIT_NOFILE`.
pub(crate) fn descriptor_limit() -> usize {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_NOFILE)
        .ok()
        .and_then(|(soft, _)| usize::try_from(soft).ok())
        .unwrap_or(usize::MAX)
}

/// shutdown(2).
pub(crate) fn shutdown(fd: BorrowedFd<'_>, how: Shutdown) -> Result<()> {
    let how = match how {
        Shutdown::Read => libc::SHUT_RD,
        Shutdown::Write => libc::SHUT_WR,
        Shutdown::Both => libc::SHUT_RDWR,
    };
    call("shutdown", || {
        // SAFETY: takes no memory; the descriptor is borrowed, so open for the call.
        unsafe { libc::shutdown(fd.as_raw_fd(), how) }
    })?;
    Ok(())
}
