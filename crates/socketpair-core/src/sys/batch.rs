//! recvmmsg(2) and sendmmsg(2), or a loop where the system has none.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::BorrowedFd;

use crate::Result;
use crate::policy::{CallFlags, Landed};

#[cfg(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd"
))]
mod imp {
    use std::array;
    use std::mem;
    use std::os::fd::AsRawFd;
    use std::ptr;
    use std::slice;

    use super::{BorrowedFd, CallFlags, IoSlice, IoSliceMut, Landed, Result};
    use crate::BATCH_MAX;
    use crate::sys::call;
    use crate::sys::transfer::{Control, header_to_fill, header_to_send, landed, raw_flags};

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
        bufs: &mut [IoSliceMut<'_>],
        control: bool,
        flags: CallFlags,
        out: &mut [Landed],
    ) -> Result<usize> {
        let flags = raw_flags(flags);
        let count = bufs.len().min(out.len()).min(BATCH_MAX);
        let mut room: [Control; BATCH_MAX] = [[0; 4]; BATCH_MAX];
        let mut headers = empty_headers();
        for ((header, buf), room) in headers.iter_mut().zip(&mut bufs[..count]).zip(&mut room) {
            header.msg_hdr = header_to_fill(slice::from_mut(buf), control.then_some(room));
        }
        let came = call("recvmmsg", || {
            // SAFETY: the first `count` headers point to one iovec each, over memory that is
            // writable and borrowed for the call, and to `room`, which outlives it.
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
        for ((out, header), buf) in out.iter_mut().zip(&headers).zip(&*bufs).take(came) {
            *out = landed(&header.msg_hdr, header.msg_len as usize, buf.len());
        }
        Ok(came)
    }

    #[allow(
        clippy::cast_lossless,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "the types of count and flags differ by system; BATCH_MAX fits them all"
    )]
    pub(crate) fn send(
        fd: BorrowedFd<'_>,
        bufs: &[IoSlice<'_>],
        flags: CallFlags,
    ) -> Result<usize> {
        let flags = raw_flags(flags);
        let count = bufs.len().min(BATCH_MAX);
        let mut headers = empty_headers();
        for (header, buf) in headers.iter_mut().zip(&bufs[..count]) {
            header.msg_hdr = header_to_send(slice::from_ref(buf));
        }
        let went = call("sendmmsg", || {
            // SAFETY: the first `count` headers point to one iovec each, over memory that is
            // readable and borrowed for the call; the system writes to the headers alone.
            let went = unsafe {
                libc::sendmmsg(fd.as_raw_fd(), headers.as_mut_ptr(), count as _, flags as _)
            };
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
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
mod imp {
    use std::slice;

    use super::{BorrowedFd, CallFlags, IoSlice, IoSliceMut, Landed, Result};
    use crate::sys::transfer::{recv_pieces, send_pieces};

    pub(crate) fn recv(
        fd: BorrowedFd<'_>,
        bufs: &mut [IoSliceMut<'_>],
        control: bool,
        flags: CallFlags,
        out: &mut [Landed],
    ) -> Result<usize> {
        let mut came = 0;
        for (buf, out) in bufs.iter_mut().zip(out) {
            match recv_pieces(fd, slice::from_mut(buf), control, flags) {
                Ok(landed) => *out = landed,
                Err(error) if came == 0 => return Err(error),
                Err(_) => break,
            }
            came += 1;
        }
        Ok(came)
    }

    pub(crate) fn send(
        fd: BorrowedFd<'_>,
        bufs: &[IoSlice<'_>],
        flags: CallFlags,
    ) -> Result<usize> {
        let mut went = 0;
        for buf in bufs {
            match send_pieces(fd, slice::from_ref(buf), flags) {
                Ok(_) => went += 1,
                Err(error) if went == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(went)
    }
}

pub(crate) use imp::{recv, send};
