use std::os::fd::BorrowedFd;

use crate::sys::options::value;
use crate::{Credentials, Result};

/// `LOCAL_PEERCRED`, unix(4).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    // SAFETY: an xucred is integers and a union of an integer and a pointer, of which any bytes are
    // a value.
    let found: libc::xucred = unsafe { value(fd, libc::SOL_LOCAL, libc::LOCAL_PEERCRED)? };
    // SAFETY: all of the union is initialized, and any bytes are an integer.
    let pid = unsafe { found.cr_pid__c_anonymous_union.cr_pid };
    Ok(Credentials {
        // Zero before FreeBSD 13.
        pid: (pid != 0).then_some(pid),
        uid: found.cr_uid,
        // The first group is the effective one.
        gid: found.cr_groups[0],
    })
}
