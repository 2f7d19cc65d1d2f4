use std::os::fd::BorrowedFd;

use crate::sys::options::value;
use crate::{Credentials, Result};

/// `LOCAL_PEERCRED` and `LOCAL_PEERPID`, unix(4).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    // SAFETY: an xucred is integers, of which any bytes are a value.
    let found: libc::xucred = unsafe { value(fd, libc::SOL_LOCAL, libc::LOCAL_PEERCRED)? };
    // SAFETY: any bytes are a pid_t.
    let pid = unsafe { value::<libc::pid_t>(fd, libc::SOL_LOCAL, libc::LOCAL_PEERPID) };
    Ok(Credentials {
        pid: pid.ok(),
        uid: found.cr_uid,
        // The first group is the effective one.
        gid: found.cr_groups[0],
    })
}
