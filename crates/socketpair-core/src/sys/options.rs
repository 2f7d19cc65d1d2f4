//! getsockopt(2), setsockopt(2) and ioctl(2).

use std::mem::MaybeUninit;
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
use std::os::fd::{AsRawFd, BorrowedFd};

use libc::{c_int, socklen_t};
#[cfg(target_os = "linux")]
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

use super::call;
use crate::{Error, Result};

/// An option whose value is a `T`.
///
/// # Safety
///
/// All bytes zero must be a value of `T`, and so must be whatever the system stores for the option.
pub(super) unsafe fn value<T>(fd: BorrowedFd<'_>, level: c_int, name: c_int) -> Result<T> {
    let mut value = MaybeUninit::<T>::zeroed();
    call("getsockopt", || {
        #[allow(clippy::cast_possible_truncation, reason = "a few bytes")]
        let mut len = size_of::<T>() as socklen_t;
        // SAFETY: `value` is writable for `len` bytes, and `len` itself is; both outlive the call.
        unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                level,
                name,
                value.as_mut_ptr().cast(),
                &raw mut len,
            )
        }
    })?;
    // SAFETY: zeroed, then filled by the system as far as it goes: the caller vouches for both.
    Ok(unsafe { value.assume_init() })
}

/// An option whose value is an int.
pub(super) fn get(fd: BorrowedFd<'_>, level: c_int, name: c_int) -> Result<c_int> {
    // SAFETY: any bytes are an int.
    unsafe { value(fd, level, name) }
}

pub(super) fn set(fd: BorrowedFd<'_>, level: c_int, name: c_int, value: c_int) -> Result<()> {
    call("setsockopt", || {
        // SAFETY: `value` is readable for the length given, which is its size.
        unsafe {
            libc::setsockopt(
                fd.as_raw_fd(),
                level,
                name,
                (&raw const value).cast(),
                INT_LEN,
            )
        }
    })?;
    Ok(())
}

#[allow(clippy::cast_possible_truncation, reason = "4 bytes")]
const INT_LEN: socklen_t = size_of::<c_int>() as socklen_t;

/// `SO_TYPE`.
pub(crate) fn socket_type(fd: BorrowedFd<'_>) -> Result<c_int> {
    get(fd, libc::SOL_SOCKET, libc::SO_TYPE)
}

/// `SO_DOMAIN` on Linux, getsockname(2) where else it is asked for.
#[cfg(target_os = "linux")]
pub(crate) fn is_unix_domain(fd: BorrowedFd<'_>) -> Result<bool> {
    Ok(get(fd, libc::SOL_SOCKET, libc::SO_DOMAIN)? == libc::AF_UNIX)
}

#[cfg(any(target_os = "freebsd", target_os = "netbsd"))]
pub(super) fn is_unix_domain(fd: BorrowedFd<'_>) -> Result<bool> {
    // SAFETY: a sockaddr_storage is integers, for which zero is a value.
    let mut name: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    call("getsockname", || {
        #[allow(clippy::cast_possible_truncation, reason = "a few bytes")]
        let mut len = size_of::<libc::sockaddr_storage>() as socklen_t;
        // SAFETY: `name` is writable for `len` bytes, and `len` itself is; both outlive the call.
        unsafe { libc::getsockname(fd.as_raw_fd(), (&raw mut name).cast(), &raw mut len) }
    })?;
    Ok(libc::c_int::from(name.ss_family) == libc::AF_UNIX)
}

/// `SO_NOSIGPIPE`, where `MSG_NOSIGNAL` is no promise.
#[cfg(target_vendor = "apple")]
pub(crate) fn no_signal(fd: BorrowedFd<'_>) -> Result<bool> {
    Ok(get(fd, libc::SOL_SOCKET, libc::SO_NOSIGPIPE)? != 0)
}

#[cfg(target_vendor = "apple")]
pub(crate) fn set_no_signal(fd: BorrowedFd<'_>, on: bool) -> Result<()> {
    set(fd, libc::SOL_SOCKET, libc::SO_NOSIGPIPE, c_int::from(on))
}

#[cfg(not(target_vendor = "apple"))]
#[allow(
    clippy::unnecessary_wraps,
    reason = "it can fail where it does something"
)]
pub(crate) fn no_signal(_fd: BorrowedFd<'_>) -> Result<bool> {
    Ok(true)
}

#[cfg(not(target_vendor = "apple"))]
#[allow(
    clippy::unnecessary_wraps,
    reason = "it can fail where it does something"
)]
pub(crate) fn set_no_signal(_fd: BorrowedFd<'_>, _on: bool) -> Result<()> {
    Ok(())
}

pub(crate) fn send_buffer_size(fd: BorrowedFd<'_>) -> Result<usize> {
    get(fd, libc::SOL_SOCKET, libc::SO_SNDBUF).map(unsigned)
}

/// What `SO_SNDBUF` is where nobody has set it.
#[cfg(target_os = "linux")]
pub(crate) fn usual_send_buffer_size() -> Result<usize> {
    let fresh = socket(
        AddressFamily::Unix,
        SockType::Stream,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .map_err(|errno| Error::new(errno as i32, "socket"))?;
    send_buffer_size(fresh.as_fd())
}

pub(crate) fn recv_buffer_size(fd: BorrowedFd<'_>) -> Result<usize> {
    get(fd, libc::SOL_SOCKET, libc::SO_RCVBUF).map(unsigned)
}

pub(crate) fn set_send_buffer_size(fd: BorrowedFd<'_>, bytes: usize) -> Result<()> {
    set(fd, libc::SOL_SOCKET, libc::SO_SNDBUF, int(bytes)?)
}

pub(crate) fn set_recv_buffer_size(fd: BorrowedFd<'_>, bytes: usize) -> Result<()> {
    set(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, int(bytes)?)
}

/// `SO_ERROR`.
pub(crate) fn take_error(fd: BorrowedFd<'_>) -> Result<Option<Error>> {
    let errno = get(fd, libc::SOL_SOCKET, libc::SO_ERROR)?;
    Ok((errno != 0).then(|| Error::new(errno, "getsockopt")))
}

/// `FIONREAD`.
pub(crate) fn readable_len(fd: BorrowedFd<'_>) -> Result<usize> {
    let mut bytes: c_int = 0;
    call("ioctl", || {
        // SAFETY: this request stores one int, for which `bytes` is writable.
        unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONREAD, &raw mut bytes) }
    })?;
    Ok(unsigned(bytes))
}

/// `SIOCOUTQ`: what is queued for the peer, in the kernel's count. Its number is `TIOCOUTQ`'s.
#[cfg(target_os = "linux")]
pub(super) fn queued_len(fd: BorrowedFd<'_>) -> Result<usize> {
    let mut bytes: c_int = 0;
    call("ioctl", || {
        // SAFETY: this request stores one int, for which `bytes` is writable.
        unsafe { libc::ioctl(fd.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) }
    })?;
    Ok(unsigned(bytes))
}

/// Bytes that are sure to be enough for the first message, where nothing tells its true length.
#[cfg(target_vendor = "apple")]
pub(crate) fn first_message_bound(fd: BorrowedFd<'_>) -> Result<usize> {
    // Of the first datagram alone; FIONREAD counts them all.
    get(fd, libc::SOL_SOCKET, libc::SO_NREAD).map(unsigned)
}

#[cfg(not(target_vendor = "apple"))]
pub(crate) fn first_message_bound(fd: BorrowedFd<'_>) -> Result<usize> {
    readable_len(fd)
}

fn unsigned(value: c_int) -> usize {
    usize::try_from(value).unwrap_or(0)
}

fn int(bytes: usize) -> Result<c_int> {
    c_int::try_from(bytes).map_err(|_| Error::new(libc::EINVAL, "setsockopt"))
}
