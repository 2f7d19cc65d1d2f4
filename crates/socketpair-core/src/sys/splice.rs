//! splice(2) between a stream socket and a pipe. Linux only.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

use nix::fcntl::OFlag;
use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::{pipe2, read};

use crate::{Error, Result};

/// A pipe that bytes lie in between two sockets; it holds pages, not copies.
#[derive(Debug)]
pub(crate) struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Pipe {
    /// pipe2(2), non-blocking and close-on-exec.
    pub(crate) fn new() -> Result<Pipe> {
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)
            .map_err(|errno| Error::new(errno as i32, "pipe2"))?;
        Ok(Pipe { reader, writer })
    }

    /// Moves up to `max` bytes from an `AF_UNIX` stream into the pipe; 0 is the end-of-file. Never
    /// waits: such a socket honours `SPLICE_F_NONBLOCK`, whatever its `O_NONBLOCK`.
    pub(crate) fn fill(&self, socket: BorrowedFd<'_>, max: usize) -> Result<usize> {
        splice(socket.as_raw_fd(), self.writer.as_raw_fd(), max)
    }

    /// Moves up to `max` bytes from the pipe into an `AF_UNIX` stream.
    ///
    /// `SPLICE_F_NONBLOCK` counts for the pipe alone here: on a socket without `O_NONBLOCK` this
    /// waits for room, so the caller asks [`room`] first and moves no more than that. The SIGPIPE
    /// of a broken stream, which splice cannot be told to leave out, is taken back.
    pub(crate) fn drain(&self, socket: BorrowedFd<'_>, max: usize) -> Result<usize> {
        without_sigpipe(|| splice(self.reader.as_raw_fd(), socket.as_raw_fd(), max))
    }

    /// Copies bytes out of the pipe.
    pub(crate) fn read(&self, buf: &mut [u8]) -> Result<usize> {
        read(&self.reader, buf).map_err(|errno| Error::new(errno as i32, "read"))
    }
}

fn splice(from: i32, to: i32, max: usize) -> Result<usize> {
    let flags = libc::SPLICE_F_NONBLOCK | libc::SPLICE_F_MOVE;
    loop {
        // SAFETY: both numbers are borrowed from live owners by the callers for the length of the
        // call; null offsets are what a socket and a pipe need; no memory of ours is involved.
        let moved = unsafe { libc::splice(from, ptr::null_mut(), to, ptr::null_mut(), max, flags) };
        match usize::try_from(moved) {
            Ok(moved) => return Ok(moved),
            Err(_) => match last_errno() {
                libc::EINTR => {}
                errno => return Err(Error::new(errno, "splice")),
            },
        }
    }
}

/// Runs `call` with SIGPIPE blocked in this thread, and takes the one it raised off the queue.
fn without_sigpipe(call: impl FnOnce() -> Result<usize>) -> Result<usize> {
    let pipe_only = sigpipe_only();
    let mut before = empty_set();
    // SAFETY: both sets are initialized and live; only this thread's mask changes.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const pipe_only, &raw mut before) };
    // One that was pending already is the caller's and stays.
    // SAFETY: `before` was initialized above and overwritten by the system.
    let blocked_before = unsafe { libc::sigismember(&raw const before, libc::SIGPIPE) } == 1;
    let pending_before = blocked_before && is_sigpipe_pending();
    let result = call();
    if !pending_before && matches!(result, Err(error) if error.errno() == libc::EPIPE) {
        let at_once = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the set and the time are live and initialized; no siginfo is asked for.
        unsafe { libc::sigtimedwait(&raw const pipe_only, ptr::null_mut(), &raw const at_once) };
    }
    // SAFETY: `before` is the mask this thread had; no old mask is asked for.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
    result
}

fn empty_set() -> libc::sigset_t {
    let mut set = std::mem::MaybeUninit::uninit();
    // SAFETY: sigemptyset writes the whole set and cannot fail on a valid pointer.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: initialized by the call above.
    unsafe { set.assume_init() }
}

fn sigpipe_only() -> libc::sigset_t {
    let mut set = empty_set();
    // SAFETY: the set is initialized and the signal number is a valid one.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGPIPE) };
    set
}

fn is_sigpipe_pending() -> bool {
    let mut pending = empty_set();
    // SAFETY: the set is live and initialized.
    unsafe { libc::sigpending(&raw mut pending) };
    // SAFETY: as above.
    unsafe { libc::sigismember(&raw const pending, libc::SIGPIPE) == 1 }
}

/// How much a socket takes for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// So many bytes at once, without waiting, as long as nobody else writes to it.
    Bytes(usize),
    /// Too few to be worth it; more when poll(2) says writable.
    Full,
    /// Its send buffer is too small to tell.
    Unknown,
}

/// Send buffers below this are not computed with: what the kernel counts beside the bytes weighs
/// too much.
const SMALLEST_BUFFER: usize = 32 * 1024;
/// What is left unused for what the kernel counts beside the bytes: up to three buffers' heads of
/// under 1 KiB for the 16 slots of a pipe.
const MARGIN: usize = 4 * 1024;
/// Less than this is not worth a turn. At "writable" (three quarters free) there is always more.
const WORTHWHILE: usize = 8 * 1024;

/// How much an `AF_UNIX` stream takes for certain, from `SO_SNDBUF` and `SIOCOUTQ` (unix(7)).
///
/// The kernel lets a send begin a further buffer while what is queued is below the limit. So a
/// piece that ends [`MARGIN`] below it needs no wait.
pub(crate) fn room(socket: BorrowedFd<'_>) -> Result<Room> {
    let limit = getsockopt(&socket, sockopt::SndBuf)
        .map_err(|errno| Error::new(errno as i32, "getsockopt"))?;
    if limit < SMALLEST_BUFFER {
        return Ok(Room::Unknown);
    }
    let free = limit.saturating_sub(queued(socket)? + MARGIN);
    Ok(if free < WORTHWHILE {
        Room::Full
    } else {
        Room::Bytes(free)
    })
}

/// `SIOCOUTQ`: what is queued for the peer, in the kernel's count. Its number is `TIOCOUTQ`'s.
fn queued(socket: BorrowedFd<'_>) -> Result<usize> {
    let mut count: libc::c_int = 0;
    // SAFETY: the request writes one int, which `count` is and outlives the call.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut count) };
    if done < 0 {
        return Err(Error::new(last_errno(), "ioctl"));
    }
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Whether the socket is of `AF_UNIX`, the family whose rules this file knows. `SO_DOMAIN`.
pub(crate) fn is_unix(socket: BorrowedFd<'_>) -> bool {
    let mut domain: libc::c_int = 0;
    let mut len = libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or(0);
    // SAFETY: the option is one int; `domain` has that size, as `len` says, and outlives the call.
    let done = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_DOMAIN,
            (&raw mut domain).cast(),
            &raw mut len,
        )
    };
    done == 0 && domain == libc::AF_UNIX
}

fn last_errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;
    use crate::{Kind, PairBuilder, pair};

    /// The sockets are blocking: a piece too long would stop the thread for good.
    #[test]
    fn a_piece_no_longer_than_the_room_never_waits() {
        let (done, wait) = channel();
        std::thread::spawn(move || {
            for limit in [17_000, 32_000, 106_496, 200_000] {
                for written in [1, 100, 3000, 4096, 5000, 65_536] {
                    fill_up(limit, written).expect("no error");
                }
            }
            done.send(()).expect("the test waits");
        });
        wait.recv_timeout(Duration::from_secs(60))
            .expect("a splice waited");
    }

    /// Moves pieces made of writes of one size until the destination is full.
    fn fill_up(limit: usize, written: usize) -> Result<()> {
        let (source, from) = pair(Kind::Stream)?;
        let (to, _peer) = PairBuilder::new(Kind::Stream)
            .send_buffer_size(limit)
            .build()?;
        let pipe = Pipe::new()?;
        let mut moved = 0;
        while let Room::Bytes(free) = room(to.as_fd())? {
            while source.send(&vec![1; written]).is_ok() {}
            let mut held = pipe.fill(from.as_fd(), free.min(65_536))?;
            while held > 0 {
                let count = pipe.drain(to.as_fd(), held)?;
                held -= count;
                moved += count;
            }
        }
        assert!(moved > 0);
        Ok(())
    }

    #[test]
    fn an_empty_blocking_source_is_eagain_and_its_end_is_zero() -> Result<()> {
        let (source, from) = pair(Kind::Stream)?;
        let pipe = Pipe::new()?;
        assert!(pipe.fill(from.as_fd(), 100).unwrap_err().is_would_block());
        source.send(b"last")?;
        drop(source);
        assert_eq!(pipe.fill(from.as_fd(), 100)?, 4);
        assert_eq!(pipe.fill(from.as_fd(), 100)?, 0);
        Ok(())
    }

    static SIGPIPES: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn count_sigpipe(_: libc::c_int) {
        SIGPIPES.fetch_add(1, Ordering::SeqCst);
    }

    #[test]
    fn a_broken_stream_is_epipe_and_raises_no_sigpipe() -> Result<()> {
        let (source, from) = pair(Kind::Stream)?;
        let (to, peer) = pair(Kind::Stream)?;
        let pipe = Pipe::new()?;
        source.send(b"bytes")?;
        assert_eq!(pipe.fill(from.as_fd(), 100)?, 5);
        drop(peer);
        let handler = count_sigpipe as extern "C" fn(libc::c_int);
        // SAFETY: the handler only adds to an atomic, which is safe in a signal handler.
        let before = unsafe { libc::signal(libc::SIGPIPE, handler as libc::sighandler_t) };
        assert_eq!(pipe.drain(to.as_fd(), 5).unwrap_err().code(), "EPIPE");
        assert!(!is_sigpipe_pending());
        assert_eq!(SIGPIPES.load(Ordering::SeqCst), 0);
        // SAFETY: `before` is what signal returned: the handler that was there.
        unsafe { libc::signal(libc::SIGPIPE, before) };
        Ok(())
    }

    #[test]
    fn only_sockets_of_af_unix_are_computed_with() -> Result<()> {
        let (unix, _peer) = pair(Kind::Stream)?;
        assert!(is_unix(unix.as_fd()));
        let inet = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
        assert!(!is_unix(inet.as_fd()));
        Ok(())
    }
}
