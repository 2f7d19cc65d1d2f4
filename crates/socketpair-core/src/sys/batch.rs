//! Many messages per call: recvmmsg(2) and sendmmsg(2), or a loop where the kernel has none.
//!
//! FreeBSD has both by name, but as a loop in libc that drops the error behind the last message.

use crate::Error;

#[cfg(any(target_os = "linux", target_os = "netbsd", target_os = "openbsd"))]
mod kernel;
#[cfg(any(
    test,
    not(any(target_os = "linux", target_os = "netbsd", target_os = "openbsd"))
))]
mod looped;

#[cfg(any(target_os = "linux", target_os = "netbsd", target_os = "openbsd"))]
pub(crate) use kernel::{recv, send};
#[cfg(not(any(target_os = "linux", target_os = "netbsd", target_os = "openbsd")))]
pub(crate) use looped::{recv, send};

/// What a receive of many messages brought.
pub(crate) struct Batch {
    /// How many came.
    pub(crate) came: usize,
    /// The error that ended the batch and that the system will not tell again.
    pub(crate) after: Option<Error>,
}

#[cfg(test)]
mod tests {
    use std::io::{IoSlice, IoSliceMut};
    use std::os::fd::AsFd;

    use super::looped;
    use crate::policy::{Landed, System, recv_flags, send_flags};
    use crate::sys::memory::{Source, Target};
    use crate::{Kind, Result, pair};

    #[test]
    fn a_loop_of_single_calls_moves_the_same_as_a_batch() -> Result<()> {
        let (left, right) = pair(Kind::Datagram)?;
        let messages = [&b"one"[..], b"", b"three"].map(IoSlice::new);
        let flags = send_flags(System::CURRENT, Kind::Datagram);
        assert_eq!(
            looped::send(left.as_fd(), Source::all(&messages), flags)?,
            3
        );

        let mut memory = [[0; 8]; 4];
        let mut bufs = memory.each_mut().map(|piece| IoSliceMut::new(piece));
        let mut out = [Landed::default(); 4];
        let flags = recv_flags(System::CURRENT, Kind::Datagram);
        let batch = looped::recv(right.as_fd(), Target::all(&mut bufs), flags, &mut out)?;
        assert_eq!(batch.came, 3);
        assert_eq!(out.map(|landed| landed.returned), [3, 0, 5, 0]);
        assert!(batch.after.is_some_and(|error| error.is_would_block()));
        assert!(looped::recv(right.as_fd(), Target::all(&mut bufs), flags, &mut out).is_err());
        Ok(())
    }
}
