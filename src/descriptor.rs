//! Descriptors that JavaScript names by their numbers.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use socketpair_core::{Error, Identity, Result, ancillary};

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

/// The descriptors of those numbers, to be passed on.
///
/// # Errors
/// EBADF: one of them is not open.
pub fn borrow(numbers: &[u32]) -> Result<Vec<BorrowedFd<'_>>> {
    let numbers: Vec<RawFd> = numbers.iter().map(|number| number.cast_signed()).collect();
    ancillary::check_descriptors(&numbers).map_err(|(_, error)| error)?;
    let borrowed = numbers.into_iter().map(|number| {
        // SAFETY: the number is open, so it is not -1. Its owner, on this thread or by the promise of
        // `fds`, does not close it before the call that runs has returned.
        unsafe { BorrowedFd::borrow_raw(number) }
    });
    Ok(borrowed.collect())
}

/// Duplicates of the descriptors of those numbers, close-on-exec: all, or none.
///
/// # Errors
/// EBADF: one of them is not open. EMFILE: no room for so many.
pub fn duplicate(numbers: &[u32]) -> Result<Vec<OwnedFd>> {
    let duplicate = |fd: BorrowedFd<'_>| {
        fd.try_clone_to_owned()
            .map_err(|error| Error::new(error.raw_os_error().unwrap_or(libc::EMFILE), "fcntl"))
    };
    borrow(numbers)?.into_iter().map(duplicate).collect()
}

/// Puts `fd` in the place of the descriptor `target`, close-on-exec: dup3(2). `target` is an open
/// `/dev/null` of JavaScript's own, opened to be replaced.
///
/// # Errors
/// EBADF: `target` is something else, and stays as it is; what dup3(2) says.
pub fn put_over(fd: BorrowedFd<'_>, target: RawFd) -> Result<()> {
    const SYSCALL: &str = "dup3";
    let placeholder = File::open("/dev/null")
        .map_err(|error| Error::new(error.raw_os_error().unwrap_or(libc::ENOENT), "open"))?;
    let number = [target.cast_unsigned()];
    let found = borrow(&number)?;
    if Identity::of(found[0])? != Identity::of(placeholder.as_fd())? {
        return Err(Error::new(libc::EBADF, SYSCALL));
    }
    if duplicate_over(fd.as_raw_fd(), target) < 0 {
        let errno = std::io::Error::last_os_error().raw_os_error();
        return Err(Error::new(errno.unwrap_or(libc::EBADF), SYSCALL));
    }
    Ok(())
}

#[cfg(not(target_vendor = "apple"))]
fn duplicate_over(fd: RawFd, target: RawFd) -> RawFd {
    // SAFETY: takes no memory; what it closes is the placeholder, which nobody else uses.
    unsafe { libc::dup3(fd, target, libc::O_CLOEXEC) }
}

#[cfg(target_vendor = "apple")]
fn duplicate_over(fd: RawFd, target: RawFd) -> RawFd {
    // SAFETY: take no memory; what is closed is the placeholder, which nobody else uses.
    unsafe {
        let number = libc::dup2(fd, target);
        if number >= 0 {
            libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC);
        }
        number
    }
}
