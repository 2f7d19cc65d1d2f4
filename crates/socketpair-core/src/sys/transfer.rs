//! recv(2), send(2), recvmsg(2), sendmsg(2).

use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};

use libc::c_int;

use super::call;
use super::memory::{Source, Target};
use crate::Result;
use crate::policy::{CallFlags, Landed};

/// The most pieces of memory one call takes: `IOV_MAX`.
pub(crate) const PIECES_MAX: usize = 1024;

/// `flags` as the numbers of this system.
pub(super) const fn raw_flags(flags: CallFlags) -> c_int {
    (if flags.dont_wait {
        libc::MSG_DONTWAIT
    } else {
        0
    }) | (if flags.no_signal {
        libc::MSG_NOSIGNAL
    } else {
        0
    }) | (if flags.end_of_record {
        libc::MSG_EOR
    } else {
        0
    }) | (if flags.true_length {
        libc::MSG_TRUNC
    } else {
        0
    }) | (if flags.peek { libc::MSG_PEEK } else { 0 })
}

/// recv(2).
pub(crate) fn recv(fd: BorrowedFd<'_>, buf: Target<'_>, flags: CallFlags) -> Result<usize> {
    let flags = raw_flags(flags);
    let returned = call("recv", || {
        // SAFETY: a target is writable for its whole length as long as it lives.
        let returned = unsafe { libc::recv(fd.as_raw_fd(), buf.start(), buf.len(), flags) };
        returned as i64
    })?;
    Ok(returned.min(buf.len()))
}

/// send(2).
pub(crate) fn send(fd: BorrowedFd<'_>, buf: Source<'_>, flags: CallFlags) -> Result<usize> {
    let flags = raw_flags(flags);
    let returned = call("send", || {
        // SAFETY: a source is readable for its whole length as long as it lives.
        let returned = unsafe { libc::send(fd.as_raw_fd(), buf.start(), buf.len(), flags) };
        returned as i64
    })?;
    Ok(returned.min(buf.len()))
}

/// recvmsg(2), of as many pieces as one call takes. There is no room for control data: that some came
/// is told all the same, by `MSG_CTRUNC`, and costs nothing; the kernel closes descriptors among it.
pub(crate) fn recv_pieces(
    fd: BorrowedFd<'_>,
    bufs: &[Target<'_>],
    flags: CallFlags,
) -> Result<Landed> {
    let flags = raw_flags(flags);
    let mut header = header_to_fill(bufs);
    let returned = call("recvmsg", || {
        // SAFETY: `header` points to `bufs`, which are iovecs over memory that is writable as long as
        // they live; it has neither name nor control data.
        let returned = unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut header, flags) };
        returned as i64
    })?;
    Ok(landed(
        &header,
        returned,
        bufs.iter().map(|piece| piece.len()).sum(),
    ))
}

/// sendmsg(2), of as many pieces as one call takes.
pub(crate) fn send_pieces(
    fd: BorrowedFd<'_>,
    bufs: &[Source<'_>],
    flags: CallFlags,
) -> Result<usize> {
    let flags = raw_flags(flags);
    let header = header_to_send(bufs);
    let returned = call("sendmsg", || {
        // SAFETY: `header` points to `bufs`, which are iovecs over memory that is readable as long as
        // they live; it has neither name nor control data.
        let returned = unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const header, flags) };
        returned as i64
    })?;
    Ok(returned.min(bufs.iter().map(|piece| piece.len()).sum()))
}

/// An empty message header.
fn empty_header() -> libc::msghdr {
    // SAFETY: a msghdr is integers and pointers, for all of which zero is a value; zeroed because
    // some systems have padding fields that can't be named.
    unsafe { mem::zeroed() }
}

/// A header that receives into `bufs`. Valid as long as they are.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the width of the count differs by system; PIECES_MAX fits them all"
)]
pub(super) fn header_to_fill(bufs: &[Target<'_>]) -> libc::msghdr {
    let mut header = empty_header();
    // The system reads the array itself, and writes to what it names.
    header.msg_iov = bufs.as_ptr().cast_mut().cast();
    header.msg_iovlen = bufs.len().min(PIECES_MAX) as _;
    header
}

/// A header that sends `bufs`. Valid as long as they are, for sending only.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the width of the count differs by system; PIECES_MAX fits them all"
)]
pub(super) fn header_to_send(bufs: &[Source<'_>]) -> libc::msghdr {
    let mut header = empty_header();
    header.msg_iov = bufs.as_ptr().cast_mut().cast();
    header.msg_iovlen = bufs.len().min(PIECES_MAX) as _;
    header
}

/// What a receive left in `header`.
pub(super) fn landed(header: &libc::msghdr, returned: usize, room: usize) -> Landed {
    Landed {
        returned,
        room,
        truncated: header.msg_flags & libc::MSG_TRUNC != 0,
        end_of_record: header.msg_flags & libc::MSG_EOR != 0,
        control: header.msg_flags & libc::MSG_CTRUNC != 0,
    }
}
