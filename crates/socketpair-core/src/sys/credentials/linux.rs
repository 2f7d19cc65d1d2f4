use std::os::fd::BorrowedFd;

use crate::sys::options::value;
use crate::{Credentials, Result};

/// `SO_PEERCRED`, unix(7).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    // SAFETY: a ucred is integers, of which any bytes are a value.
    let found: libc::ucred = unsafe { value(fd, libc::SOL_SOCKET, libc::SO_PEERCRED)? };
    Ok(Credentials {
        pid: Some(found.pid),
        uid: found.uid,
        gid: found.gid,
    })
}
