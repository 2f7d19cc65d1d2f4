use std::os::fd::{AsRawFd, BorrowedFd};

use libc::socklen_t;

use crate::sys::call;
use crate::{Credentials, Result};

/// `SO_PEERCRED`, getsockopt(2).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    let mut found = libc::sockpeercred {
        uid: 0,
        gid: 0,
        pid: 0,
    };
    call("getsockopt", || {
        let mut len = size_of::<libc::sockpeercred>() as socklen_t;
        // SAFETY: `found` is writable for `len` bytes, and `len` itself is; both outlive the call.
        unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_PEERCRED,
                (&raw mut found).cast(),
                &raw mut len,
            )
        }
    })?;
    Ok(Credentials {
        pid: Some(found.pid),
        uid: found.uid,
        gid: found.gid,
    })
}
