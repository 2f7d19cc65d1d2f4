use std::os::fd::{AsRawFd, BorrowedFd};

use libc::{c_int, socklen_t};

use crate::sys::call;
use crate::{Credentials, Result};

/// `LOCAL_PEERCRED` and `LOCAL_PEERPID`, unix(4).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    let mut found = libc::xucred {
        cr_version: 0,
        cr_uid: 0,
        cr_ngroups: 0,
        cr_groups: [0; 16],
    };
    let mut pid: libc::pid_t = 0;
    call("getsockopt", || {
        let mut len = size_of::<libc::xucred>() as socklen_t;
        // SAFETY: `found` is writable for `len` bytes, and `len` itself is; both outlive the call.
        let result: c_int = unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                libc::SOL_LOCAL,
                libc::LOCAL_PEERCRED,
                (&raw mut found).cast(),
                &raw mut len,
            )
        };
        result
    })?;
    let told = call("getsockopt", || {
        let mut len = size_of::<libc::pid_t>() as socklen_t;
        // SAFETY: `pid` is writable for `len` bytes, and `len` itself is; both outlive the call.
        let result: c_int = unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                libc::SOL_LOCAL,
                libc::LOCAL_PEERPID,
                (&raw mut pid).cast(),
                &raw mut len,
            )
        };
        result
    });
    Ok(Credentials {
        pid: told.is_ok().then_some(pid),
        uid: found.cr_uid,
        // The first group is the effective one.
        gid: found.cr_groups[0],
    })
}
