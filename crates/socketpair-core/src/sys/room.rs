//! How much an `AF_UNIX` stream takes at once. Linux only.

use std::os::fd::BorrowedFd;

use super::options::{queued_len, send_buffer_size};
use crate::Result;

/// How much a socket takes for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// So many bytes at once, as long as nothing else writes to it.
    Bytes(usize),
    /// Too few to be worth it; more when poll(2) says writable.
    Full,
    /// Its send buffer is too small to tell.
    Unknown,
}

/// Send buffers below this are not computed with: what the kernel counts beside the bytes weighs
/// too much.
const SMALLEST_BUFFER: usize = 32 * 1024;
/// What is left unused for what the kernel counts beside the bytes: the heads, of under 1 KiB each,
/// of the buffers of up to 48 KiB that it cuts a send into.
const MARGIN: usize = 4 * 1024;
/// Less than this is not worth a turn. At "writable" (three quarters free) there is always more.
const WORTHWHILE: usize = 8 * 1024;

/// How much an `AF_UNIX` stream takes for certain, from `SO_SNDBUF` and `SIOCOUTQ` (unix(7)).
///
/// The kernel lets a send begin a further buffer while what is queued is below the limit. So a
/// piece that ends [`MARGIN`] below it is taken whole.
pub(crate) fn room(socket: BorrowedFd<'_>) -> Result<Room> {
    let limit = send_buffer_size(socket)?;
    if limit < SMALLEST_BUFFER {
        return Ok(Room::Unknown);
    }
    let free = limit.saturating_sub(queued_len(socket)? + MARGIN);
    Ok(if free < WORTHWHILE {
        Room::Full
    } else {
        Room::Bytes(free)
    })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::{Kind, PairBuilder};

    #[test]
    fn a_piece_as_long_as_the_room_is_taken_whole() -> Result<()> {
        let bytes = vec![1; 1024 * 1024];
        for limit in [16_500, 20_000, 32_000, 106_496, 200_000, 400_000] {
            for piece in [1, 100, 3000, 4096, 9000, 16_500, 65_536, 131_072, 1 << 20] {
                let (to, _peer) = PairBuilder::new(Kind::Stream)
                    .send_buffer_size(limit)
                    .build()?;
                let mut sent = 0;
                while let Room::Bytes(free) = room(to.as_fd())? {
                    let len = free.min(piece);
                    assert_eq!(to.send(&bytes[..len])?, len, "{sent} of {limit} sent");
                    sent += len;
                }
                assert!(sent > 0);
            }
        }
        Ok(())
    }

    #[test]
    fn of_a_small_send_buffer_nothing_is_known() -> Result<()> {
        let (to, _peer) = PairBuilder::new(Kind::Stream)
            .send_buffer_size(5000)
            .build()?;
        assert_eq!(room(to.as_fd())?, Room::Unknown);
        Ok(())
    }
}
