//! socketpair(2).

use std::os::fd::{FromRawFd, OwnedFd};

use libc::c_int;
use nix::sys::socket::{AddressFamily, SockFlag, SockType};

use super::nix_call;
use crate::policy::Creation;
use crate::{Error, Kind, Result};

/// An `AF_UNIX` pair of a known kind.
pub(crate) fn unix(kind: Kind, protocol: i32, plan: Creation) -> Result<(OwnedFd, OwnedFd)> {
    // nix names protocols and can't say just any number.
    if protocol != 0 {
        let flags = flags(plan).bits();
        return raw(libc::AF_UNIX, kind.to_raw() | flags, protocol);
    }
    let ty = match kind {
        Kind::Stream => SockType::Stream,
        Kind::Datagram => SockType::Datagram,
        Kind::Seqpacket => SockType::SeqPacket,
    };
    nix_call("socketpair", || {
        nix::sys::socket::socketpair(AddressFamily::Unix, ty, None, flags(plan))
    })
}

#[cfg(not(target_vendor = "apple"))]
fn flags(plan: Creation) -> SockFlag {
    let mut flags = SockFlag::empty();
    flags.set(SockFlag::SOCK_CLOEXEC, plan.close_on_exec);
    flags.set(SockFlag::SOCK_NONBLOCK, plan.nonblocking);
    flags
}

#[cfg(target_vendor = "apple")]
fn flags(_plan: Creation) -> SockFlag {
    SockFlag::empty()
}

/// socketpair(2), number for number.
pub(crate) fn raw(domain: i32, ty: i32, protocol: i32) -> Result<(OwnedFd, OwnedFd)> {
    let mut ends: [c_int; 2] = [-1; 2];
    super::call("socketpair", || {
        // SAFETY: `ends` is two ints, writable for the call; the other arguments are plain numbers.
        unsafe { libc::socketpair(domain, ty, protocol, ends.as_mut_ptr()) }
    })?;
    // No system does this; but an OwnedFd of -1 would be undefined behaviour.
    if ends.iter().any(|&end| end < 0) {
        return Err(Error::new(libc::EBADF, "socketpair"));
    }
    // SAFETY: the call succeeded, so both numbers are open descriptors that nobody else knows of.
    // On a failure they are not looked at: Linux stores numbers that are not open.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}
