use std::os::fd::BorrowedFd;

use libc::c_int;

use crate::sys::options::value;
use crate::{Credentials, Result};

/// The level of `LOCAL_` options, unix(4); libc has no name for it here.
const SOL_LOCAL: c_int = 0;

/// `LOCAL_PEEREID`, unix(4).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    // SAFETY: an unpcbid is integers, of which any bytes are a value.
    let found: libc::unpcbid = unsafe { value(fd, SOL_LOCAL, libc::LOCAL_PEEREID)? };
    Ok(Credentials {
        pid: Some(found.unp_pid),
        uid: found.unp_euid,
        gid: found.unp_egid,
    })
}
