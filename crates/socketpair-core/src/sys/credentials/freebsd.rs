use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};

use libc::socklen_t;

use crate::sys::call;
use crate::{Credentials, Result};

/// `LOCAL_PEERCRED`, unix(4).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    // SAFETY: an xucred is integers and a union of an integer and a pointer: zero is a value of all.
    let mut found: libc::xucred = unsafe { mem::zeroed() };
    call("getsockopt", || {
        let mut len = size_of::<libc::xucred>() as socklen_t;
        // SAFETY: `found` is writable for `len` bytes, and `len` itself is; both outlive the call.
        unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                libc::SOL_LOCAL,
                libc::LOCAL_PEERCRED,
                (&raw mut found).cast(),
                &raw mut len,
            )
        }
    })?;
    // SAFETY: all of the union was zeroed, so the integer is there to be read.
    let pid = unsafe { found.cr_pid__c_anonymous_union.cr_pid };
    Ok(Credentials {
        // Zero before FreeBSD 13.
        pid: (pid != 0).then_some(pid),
        uid: found.cr_uid,
        // The first group is the effective one.
        gid: found.cr_groups[0],
    })
}
