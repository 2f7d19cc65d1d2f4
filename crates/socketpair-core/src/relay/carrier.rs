//! What a direction of a stream relay carries its bytes in.
//!
//! The bytes are copied through memory. splice(2) would save that, but nothing keeps it from waiting:
//! into a socket it heeds `O_NONBLOCK` alone, which belongs to everybody who shares the description,
//! and room that was there a moment ago is gone when one of them writes.

use std::cell::RefCell;

use crate::readiness::Direction;
use crate::{Error, Result, Socket, readiness};

/// The most bytes that are taken at a time. They are in the CPU's cache still when they are sent.
const PIECE: usize = 64 * 1024;

thread_local! {
    /// Bytes between the two calls that move them; of one relay at a time, as no wait is in between.
    static PASSING: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What one turn came to.
pub(super) enum Carried {
    /// So many bytes were taken. What of them was not delivered is held.
    Bytes(usize),
    /// The destination has no room; nothing was taken.
    NoRoom,
    /// The source has ended.
    End,
}

/// Which of the two ends an error is about.
pub(super) enum Fault {
    Source(Error),
    Destination(Error),
}

/// Holds what was taken and found no room after all.
#[derive(Debug)]
pub(super) struct Carrier {
    rest: Vec<u8>,
    start: usize,
    #[cfg(target_os = "linux")]
    computes: bool,
}

impl Carrier {
    pub(super) fn new(to: &Socket) -> Carrier {
        #[cfg(not(target_os = "linux"))]
        let _ = to;
        Carrier {
            rest: Vec::new(),
            start: 0,
            #[cfg(target_os = "linux")]
            computes: {
                use std::os::fd::AsFd;
                crate::sys::options::is_unix_domain(to.as_fd()).unwrap_or(false)
            },
        }
    }

    /// Bytes taken and not delivered.
    pub(super) fn held(&self) -> usize {
        self.rest.len() - self.start
    }

    /// The bytes taken and not delivered.
    pub(super) fn into_held(mut self) -> Vec<u8> {
        self.rest.split_off(self.start)
    }

    /// Delivers some of what is held by `send`; the number of bytes. `EAGAIN`: no room.
    pub(super) fn give(&mut self, to: &Socket) -> Result<usize> {
        let count = to.send(&self.rest[self.start..])?;
        self.start += count;
        if self.held() == 0 {
            (self.rest, self.start) = (Vec::new(), 0);
        }
        Ok(count)
    }

    /// Takes bytes, as many as the destination has room for by all that can be known, and hands
    /// them to `give` at once, which answers how many it delivered. Call it only while nothing is
    /// held.
    pub(super) fn carry(
        &mut self,
        from: &Socket,
        to: &Socket,
        give: impl FnOnce(&[u8]) -> usize,
    ) -> Result<Carried, Fault> {
        if let Some(ended) = check_alive(from, to)? {
            return Ok(ended);
        }
        let max = match self.room(to).map_err(Fault::Destination)? {
            0 => return Ok(Carried::NoRoom),
            room => room.min(PIECE),
        };
        PASSING.with_borrow_mut(|memory| {
            if memory.is_empty() {
                memory.resize(PIECE, 0);
            }
            let received = from.recv(&mut memory[..max]).map_err(Fault::Source)?;
            if received.end_of_file {
                return Ok(Carried::End);
            }
            let bytes = &memory[..received.len];
            let rest = &bytes[give(bytes).min(bytes.len())..];
            if !rest.is_empty() {
                (self.rest, self.start) = (rest.to_vec(), 0);
            }
            Ok(Carried::Bytes(received.len))
        })
    }

    /// How many bytes the destination takes now by all that can be known.
    fn room(&self, to: &Socket) -> Result<usize> {
        #[cfg(target_os = "linux")]
        if self.computes {
            use crate::sys::room::{Room, room};
            use std::os::fd::AsFd;
            match room(to.as_fd())? {
                Room::Bytes(free) => return Ok(free),
                Room::Full => return Ok(0),
                Room::Unknown => {}
            }
        }
        if !readiness::is_ready(to, Direction::Write) {
            return Ok(0);
        }
        // Half the send buffer is about what fits when poll(2) says writable.
        Ok((to.send_buffer_size()? / 2).max(1))
    }
}

/// A destination that is gone says so here, before bytes are taken for it. `Some`: it is, but there
/// are no bytes to lose.
fn check_alive(from: &Socket, to: &Socket) -> Result<Option<Carried>, Fault> {
    match to.send(&[]) {
        Err(error) if error.errno() == libc::EPIPE => {
            let next = from.peek(&mut [0]).map_err(Fault::Source)?;
            if next.end_of_file {
                Ok(Some(Carried::End))
            } else {
                Err(Fault::Destination(error))
            }
        }
        // Any other error is for the send that moves bytes.
        _ => Ok(None),
    }
}
