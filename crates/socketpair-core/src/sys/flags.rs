//! fcntl(2): the flags of the descriptor and of the open file description.

use std::os::fd::AsFd;

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};

use super::nix_call;
use crate::Result;

pub(crate) fn is_close_on_exec(fd: impl AsFd) -> Result<bool> {
    Ok(descriptor_flags(&fd)?.contains(FdFlag::FD_CLOEXEC))
}

pub(crate) fn set_close_on_exec(fd: impl AsFd, on: bool) -> Result<()> {
    let mut flags = descriptor_flags(&fd)?;
    if flags.contains(FdFlag::FD_CLOEXEC) != on {
        flags.set(FdFlag::FD_CLOEXEC, on);
        nix_call("fcntl", || fcntl(&fd, FcntlArg::F_SETFD(flags)))?;
    }
    Ok(())
}

pub(crate) fn is_nonblocking(fd: impl AsFd) -> Result<bool> {
    Ok(status_flags(&fd)?.contains(OFlag::O_NONBLOCK))
}

pub(crate) fn set_nonblocking(fd: impl AsFd, on: bool) -> Result<()> {
    let mut flags = status_flags(&fd)?;
    if flags.contains(OFlag::O_NONBLOCK) != on {
        flags.set(OFlag::O_NONBLOCK, on);
        nix_call("fcntl", || fcntl(&fd, FcntlArg::F_SETFL(flags)))?;
    }
    Ok(())
}

fn descriptor_flags(fd: impl AsFd) -> Result<FdFlag> {
    Ok(FdFlag::from_bits_retain(nix_call("fcntl", || {
        fcntl(&fd, FcntlArg::F_GETFD)
    })?))
}

fn status_flags(fd: impl AsFd) -> Result<OFlag> {
    Ok(OFlag::from_bits_retain(nix_call("fcntl", || {
        fcntl(&fd, FcntlArg::F_GETFL)
    })?))
}
