use std::os::fd::BorrowedFd;

use nix::sys::socket::{getsockopt, sockopt};

use crate::sys::nix_call;
use crate::{Credentials, Result};

/// `SO_PEERCRED`, unix(7).
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Credentials> {
    let found = nix_call("getsockopt", || getsockopt(&fd, sockopt::PeerCredentials))?;
    Ok(Credentials {
        pid: Some(found.pid()),
        uid: found.uid(),
        gid: found.gid(),
    })
}
