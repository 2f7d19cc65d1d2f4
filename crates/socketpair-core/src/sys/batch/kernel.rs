//! recvmmsg(2) and sendmmsg(2).

use std::array;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::slice;

use super::Batch;
use crate::policy::{CallFlags, Landed};
use crate::sys::call;
use crate::sys::memory::{Source, Target};
use crate::sys::transfer::{header_to_fill, header_to_send, landed, raw_flags};
use crate::{BATCH_MAX, Result};

#[allow(
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    reason = "the types of count and flags differ by system; BATCH_MAX fits them all"
)]
pub(crate) fn recv(
    fd: BorrowedFd<'_>,
    bufs: &[Target<'_>],
    flags: CallFlags,
    out: &mut [Landed],
) -> Result<Batch> {
    let flags = raw_flags(flags);
    let count = bufs.len().min(out.len()).min(BATCH_MAX);
    let mut headers = empty_headers();
    for (header, buf) in headers.iter_mut().zip(&bufs[..count]) {
        header.msg_hdr = header_to_fill(slice::from_ref(buf));
    }
    let came = call("recvmmsg", || {
        // SAFETY: the first `count` headers point to one iovec each, over memory that is
        // writable as long as its target lives.
        let came = unsafe {
            libc::recvmmsg(
                fd.as_raw_fd(),
                headers.as_mut_ptr(),
                count as _,
                flags as _,
                ptr::null_mut(),
            )
        };
        came as i64
    })?;
    let came = came.min(count);
    for ((out, header), buf) in out.iter_mut().zip(&headers).zip(bufs).take(came) {
        *out = landed(&header.msg_hdr, header.msg_len as usize, buf.len());
    }
    Ok(Batch { came, after: None })
}

#[allow(
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    reason = "the types of count and flags differ by system; BATCH_MAX fits them all"
)]
pub(crate) fn send(fd: BorrowedFd<'_>, bufs: &[Source<'_>], flags: CallFlags) -> Result<usize> {
    let flags = raw_flags(flags);
    let count = bufs.len().min(BATCH_MAX);
    let mut headers = empty_headers();
    for (header, buf) in headers.iter_mut().zip(&bufs[..count]) {
        header.msg_hdr = header_to_send(slice::from_ref(buf));
    }
    let went = call("sendmmsg", || {
        // SAFETY: the first `count` headers point to one iovec each, over memory that is
        // readable as long as its source lives; the system writes to the headers alone.
        let went =
            unsafe { libc::sendmmsg(fd.as_raw_fd(), headers.as_mut_ptr(), count as _, flags as _) };
        went as i64
    })?;
    Ok(went.min(count))
}

fn empty_headers() -> [libc::mmsghdr; BATCH_MAX] {
    array::from_fn(|_| {
        // SAFETY: a mmsghdr is integers and pointers, for all of which zero is a value.
        unsafe { mem::zeroed() }
    })
}
