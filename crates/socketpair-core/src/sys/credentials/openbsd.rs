use std::os::fd::BorrowedFd;

use crate::sys::options::value;
use crate::{Credentials, Result};

/// `SO_PEERCRED`, getsockopt(2).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    // SAFETY: a sockpeercred is integers, of which any bytes are a value.
    let found: libc::sockpeercred = unsafe { value(fd, libc::SOL_SOCKET, libc::SO_PEERCRED)? };
    Ok(Credentials {
        pid: Some(found.pid),
        uid: found.uid,
        gid: found.gid,
    })
}
