use std::os::fd::{AsRawFd, RawFd};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::Directions;
use crate::{Error, Result, Socket};

const CREATE: &str = "epoll_create1";
const CONTROL: &str = "epoll_ctl";
const WAIT: &str = "epoll_wait";

/// So many answers are taken at a time; the others come next.
const ANSWERS: usize = 128;

/// Sockets behind one descriptor that another event loop can watch: it is readable while something of the
/// set is to be [told](ReadySet::told). epoll(7).
///
/// Every question is answered once: a socket that nobody waits for costs the set nothing, however
/// many bytes move through it. `O_NONBLOCK` is never touched.
///
/// # Platform differences
///
/// Linux only. Elsewhere [`EXISTS`](ReadySet::EXISTS) is false and [`new`](ReadySet::new) fails.
///
/// # Example
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// use socketpair_core::{Directions, Kind, ReadySet, pair};
///
/// let (left, right) = pair(Kind::Stream)?;
/// let set = ReadySet::new()?;
/// set.ask(&right, 7, Directions { read: true, write: false }, false)?;
/// left.send(b"hello")?;
/// let mut told = Vec::new();
/// set.told(|key, can| told.push((key, can.read)))?;
/// assert_eq!(told, [(7, true)]);
/// # }
/// # Ok::<(), socketpair_core::Error>(())
/// ```
#[derive(Debug)]
pub struct ReadySet(Epoll);

impl ReadySet {
    /// Whether this system has such sets.
    pub const EXISTS: bool = true;

    /// Makes an empty set. `epoll_create1(2)`.
    ///
    /// # Errors
    ///
    /// `EMFILE`, `ENFILE`: no more descriptors. `ENOMEM`.
    pub fn new() -> Result<ReadySet> {
        Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)
            .map(ReadySet)
            .map_err(|errno| Error::new(errno as i32, CREATE))
    }

    /// Asks to be told once, under `key`, when `socket` can be tried in one of the directions `asked`;
    /// takes the place of an earlier question about it. `epoll_ctl(2)`.
    ///
    /// `known`: the socket is in the set already. It must be [forgotten](ReadySet::forget) before it is
    /// closed or given up.
    ///
    /// # Errors
    ///
    /// `EBADF`: its number was closed behind our back. `ENOSPC`, `ENOMEM`: the system's limit on watched
    /// descriptors.
    pub fn ask(&self, socket: &Socket, key: u64, asked: Directions, known: bool) -> Result<()> {
        let mut flags = EpollFlags::EPOLLONESHOT;
        flags.set(EpollFlags::EPOLLIN, asked.read);
        flags.set(EpollFlags::EPOLLOUT, asked.write);
        let mut event = EpollEvent::new(flags, key);
        if known {
            match self.0.modify(socket, &mut event) {
                // The number stands for something else by now, or the set has lost it.
                Err(Errno::ENOENT) => {}
                done => return done.map_err(failed),
            }
        }
        if !socket.is_intact() {
            return Err(failed(Errno::EBADF));
        }
        match self.0.add(socket, event) {
            // It went and came back behind our back, and the description was never closed.
            Err(Errno::EEXIST) => self.0.modify(socket, &mut event),
            done => done,
        }
        .map_err(failed)
    }

    /// Takes `socket` out, which was asked about: nothing more is told of it.
    pub fn forget(&self, socket: &Socket) {
        // The number of a stranger may be in the set too, for itself.
        if socket.is_intact() {
            let _ = self.0.delete(socket);
        }
    }

    /// Calls `each` with the key of a question and what can be tried, for those whose answer is there.
    /// End-of-file, a hang-up and an error count as "can be tried". Never waits. `epoll_wait(2)`.
    ///
    /// # Errors
    ///
    /// None that a live set knows.
    pub fn told(&self, mut each: impl FnMut(u64, Directions)) -> Result<()> {
        let mut events = [EpollEvent::empty(); ANSWERS];
        let count = match self.0.wait(&mut events, EpollTimeout::ZERO) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(errno) => return Err(Error::new(errno as i32, WAIT)),
        };
        for event in &events[..count] {
            let flags = event.events();
            let ended = flags.intersects(EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR);
            let can = Directions {
                read: ended || flags.contains(EpollFlags::EPOLLIN),
                write: ended || flags.contains(EpollFlags::EPOLLOUT),
            };
            each(event.data(), can);
        }
        Ok(())
    }
}

impl AsRawFd for ReadySet {
    fn as_raw_fd(&self) -> RawFd {
        self.0.0.as_raw_fd()
    }
}

fn failed(errno: Errno) -> Error {
    Error::new(errno as i32, CONTROL)
}
