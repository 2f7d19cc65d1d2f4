use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use crate::sys::call;
use crate::{Credentials, Result};

/// getpeerucred(3C).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    // Null asks the library to allocate.
    let mut found: *mut libc::ucred_t = ptr::null_mut();
    call("getpeerucred", || {
        // SAFETY: `found` is writable, and null, for which the library makes a ucred of its own.
        unsafe { libc::getpeerucred(fd.as_raw_fd(), &raw mut found) }
    })?;
    // SAFETY: the call succeeded, so `found` is a ucred of the library's.
    let (pid, uid, gid) = unsafe {
        (
            libc::ucred_getpid(found),
            libc::ucred_geteuid(found),
            libc::ucred_getegid(found),
        )
    };
    // SAFETY: `found` came from getpeerucred and is not used after this.
    unsafe { libc::ucred_free(found) };
    // -1 in any of them: not known.
    Ok(Credentials {
        pid: (pid != -1).then_some(pid),
        uid,
        gid,
    })
}
