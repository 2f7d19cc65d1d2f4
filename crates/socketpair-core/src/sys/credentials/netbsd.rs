use std::os::fd::{AsRawFd, BorrowedFd};

use libc::{c_int, socklen_t};

use crate::sys::call;
use crate::{Credentials, Result};

/// The level of `LOCAL_` options, unix(4); libc has no name for it here.
const SOL_LOCAL: c_int = 0;

/// `LOCAL_PEEREID`, unix(4).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    let mut found = libc::unpcbid {
        unp_pid: 0,
        unp_euid: 0,
        unp_egid: 0,
    };
    call("getsockopt", || {
        let mut len = size_of::<libc::unpcbid>() as socklen_t;
        // SAFETY: `found` is writable for `len` bytes, and `len` itself is; both outlive the call.
        unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                SOL_LOCAL,
                libc::LOCAL_PEEREID,
                (&raw mut found).cast(),
                &raw mut len,
            )
        }
    })?;
    Ok(Credentials {
        pid: Some(found.unp_pid),
        uid: found.unp_euid,
        gid: found.unp_egid,
    })
}
