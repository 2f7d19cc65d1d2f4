//! Single calls, one after the other.

use std::os::fd::BorrowedFd;
use std::slice;

use super::Batch;
use crate::Result;
use crate::policy::{CallFlags, Landed};
use crate::sys::memory::{Source, Target};
use crate::sys::transfer::{recv_pieces, send_pieces};

pub(crate) fn recv(
    fd: BorrowedFd<'_>,
    bufs: &[Target<'_>],
    flags: CallFlags,
    out: &mut [Landed],
) -> Result<Batch> {
    let mut came = 0;
    for (buf, out) in bufs.iter().zip(out) {
        match recv_pieces(fd, slice::from_ref(buf), flags) {
            Ok(landed) => *out = landed,
            Err(error) if came == 0 => return Err(error),
            Err(error) => {
                return Ok(Batch {
                    came,
                    after: Some(error),
                });
            }
        }
        came += 1;
    }
    Ok(Batch { came, after: None })
}

/// An error after the first message is not kept: whoever sends on meets it, or one that follows it.
pub(crate) fn send(fd: BorrowedFd<'_>, bufs: &[Source<'_>], flags: CallFlags) -> Result<usize> {
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
