//! What a direction of a stream relay carries its bytes in: a pipe for splice(2), or a buffer.

use crate::readiness::Direction;
use crate::{Error, Result, Socket, readiness};

#[cfg(target_os = "linux")]
use {
    crate::sys::splice::{Pipe, Room, is_unix, room},
    std::os::fd::AsFd,
};

/// The most bytes that are taken in one turn.
const TURN: usize = 64 * 1024;

/// What taking bytes from the source came to.
pub(super) enum Taken {
    /// Some bytes are held.
    Some,
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

/// Holds the bytes on their way. At most one of the two holds any.
#[derive(Debug)]
pub(super) struct Carrier {
    #[cfg(target_os = "linux")]
    spliced: Spliced,
    copied: Copied,
}

impl Carrier {
    pub(super) fn new(from: &Socket, to: &Socket) -> Carrier {
        #[cfg(not(target_os = "linux"))]
        let _ = (from, to);
        Carrier {
            #[cfg(target_os = "linux")]
            spliced: Spliced {
                possible: is_unix(from.as_fd()) && is_unix(to.as_fd()),
                ..Spliced::default()
            },
            copied: Copied::default(),
        }
    }

    /// Bytes taken and not delivered.
    pub(super) fn held(&self) -> usize {
        #[cfg(target_os = "linux")]
        let spliced = self.spliced.held;
        #[cfg(not(target_os = "linux"))]
        let spliced = 0;
        spliced + self.copied.held().len()
    }

    /// Takes bytes, as many as the destination has room for by all that can be known. Call it only
    /// while nothing is held.
    pub(super) fn take(&mut self, from: &Socket, to: &Socket) -> Result<Taken, Fault> {
        #[cfg(target_os = "linux")]
        if let Some(taken) = self.spliced.take(from, to)? {
            return Ok(taken);
        }
        self.copied.take(from, to)
    }

    /// Delivers some of what is held; the number of bytes. `EAGAIN`: no room.
    pub(super) fn give(&mut self, to: &Socket) -> Result<usize> {
        #[cfg(target_os = "linux")]
        if self.spliced.held > 0 {
            if let Some(given) = self.spliced.give(to)? {
                return Ok(given);
            }
            self.copied.fill(self.spliced.give_up()?);
        }
        self.copied.give(to)
    }

    /// The bytes taken and not delivered.
    pub(super) fn into_held(mut self) -> Vec<u8> {
        #[cfg(target_os = "linux")]
        if self.spliced.held > 0 {
            return self.spliced.give_up().unwrap_or_default();
        }
        self.copied.bytes.truncate(self.copied.end);
        self.copied
            .bytes
            .split_off(self.copied.start.min(self.copied.bytes.len()))
    }
}

/// A destination that is gone says so here, before bytes are taken for it. `Some`: it is, but there
/// are no bytes to lose.
fn check_alive(from: &Socket, to: &Socket) -> Result<Option<Taken>, Fault> {
    match to.send(&[]) {
        Err(error) if error.errno() == libc::EPIPE => {
            let next = from.peek(&mut [0]).map_err(Fault::Source)?;
            if next.end_of_file {
                Ok(Some(Taken::End))
            } else {
                Err(Fault::Destination(error))
            }
        }
        // Any other error is for the send that moves bytes.
        _ => Ok(None),
    }
}

/// Bytes in a pipe.
#[cfg(target_os = "linux")]
#[derive(Debug, Default)]
struct Spliced {
    possible: bool,
    // Made with the first bytes: a relay that is idle costs no descriptors.
    pipe: Option<Pipe>,
    held: usize,
}

#[cfg(target_os = "linux")]
impl Spliced {
    /// `None`: not possible, copy.
    fn take(&mut self, from: &Socket, to: &Socket) -> Result<Option<Taken>, Fault> {
        if !self.possible {
            return Ok(None);
        }
        if let Some(ended) = check_alive(from, to)? {
            return Ok(Some(ended));
        }
        let max = match room(to.as_fd()).map_err(Fault::Destination)? {
            Room::Bytes(free) => free.min(TURN),
            Room::Full => return Ok(Some(Taken::NoRoom)),
            Room::Unknown => return Ok(None),
        };
        let Ok(pipe) = self.pipe.take().map_or_else(Pipe::new, Ok) else {
            // No descriptors left, or a limit on pipes: a buffer does as well.
            self.possible = false;
            return Ok(None);
        };
        let pipe = self.pipe.insert(pipe);
        match pipe.fill(from.as_fd(), max) {
            Ok(0) => Ok(Some(Taken::End)),
            Ok(count) => {
                self.held = count;
                Ok(Some(Taken::Some))
            }
            Err(error) if is_refusal(error) => {
                self.possible = false;
                self.pipe = None;
                Ok(None)
            }
            Err(error) => Err(Fault::Source(error)),
        }
    }

    /// `None`: not possible, give up and copy.
    fn give(&mut self, to: &Socket) -> Result<Option<usize>> {
        let Some(pipe) = &self.pipe else {
            return Ok(None);
        };
        let max = match room(to.as_fd())? {
            Room::Bytes(free) => free.min(self.held),
            Room::Full => return Err(Error::new(libc::EAGAIN, "splice")),
            Room::Unknown => return Ok(None),
        };
        match pipe.drain(to.as_fd(), max) {
            Ok(count) => {
                self.held = self.held.saturating_sub(count);
                Ok(Some(count))
            }
            Err(error) if is_refusal(error) => {
                self.possible = false;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Copies out what the pipe holds.
    fn give_up(&mut self) -> Result<Vec<u8>> {
        let mut bytes = vec![0; self.held];
        let mut filled = 0;
        if let Some(pipe) = &self.pipe {
            while filled < bytes.len() {
                match pipe.read(&mut bytes[filled..])? {
                    0 => break,
                    count => filled += count,
                }
            }
        }
        bytes.truncate(filled);
        self.held = 0;
        Ok(bytes)
    }
}

/// Whether splice says that it does not do this pair of descriptors at all.
#[cfg(target_os = "linux")]
fn is_refusal(error: Error) -> bool {
    matches!(error.errno(), libc::EINVAL | libc::ENOSYS | libc::EPERM)
}

/// Bytes in a buffer, allocated with the first of them.
#[derive(Debug, Default)]
struct Copied {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Copied {
    fn held(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    #[cfg(target_os = "linux")]
    fn fill(&mut self, bytes: Vec<u8>) {
        (self.start, self.end) = (0, bytes.len());
        self.bytes = bytes;
    }

    fn take(&mut self, from: &Socket, to: &Socket) -> Result<Taken, Fault> {
        if let Some(ended) = check_alive(from, to)? {
            return Ok(ended);
        }
        if !readiness::is_ready(to, Direction::Write) {
            return Ok(Taken::NoRoom);
        }
        // Half the send buffer is about what fits when poll(2) says writable.
        let max = to.send_buffer_size().map_err(Fault::Destination)?;
        let max = (max / 2).clamp(1, TURN);
        if self.bytes.len() < max {
            self.bytes.resize(max, 0);
        }
        let received = from.recv(&mut self.bytes[..max]).map_err(Fault::Source)?;
        (self.start, self.end) = (0, received.len);
        Ok(if received.end_of_file {
            Taken::End
        } else {
            Taken::Some
        })
    }

    fn give(&mut self, to: &Socket) -> Result<usize> {
        let count = to.send(self.held())?;
        self.start += count;
        Ok(count)
    }
}
