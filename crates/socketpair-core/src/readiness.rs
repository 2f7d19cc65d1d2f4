//! Readiness: one registration with tokio per socket, for as long as the socket lives there.

use std::io;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::io::unix::{AsyncFd, AsyncFdReadyGuard};
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::policy::{Errno, System, Verdict, recv_verdict, send_verdict};
use crate::sys::register::{Source, register};
use crate::{Error, Kind, Result, Socket};

/// The call that mio registers with, for errors that have no other name.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "illumos"))]
const REGISTER: &str = "epoll_ctl";
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "illumos")))]
const REGISTER: &str = "kevent";

/// The first wait of a [`Backoff`], the step of tokio's timer, the longest, and how many there are.
const PAUSE_MIN: Duration = Duration::from_millis(1);
const PAUSE_MAX: Duration = Duration::from_millis(16);
const TRIES_MAX: u32 = 630;

/// A [`Socket`] registered with a tokio runtime, which tells when to try a call again.
///
/// It moves no bytes by itself: call [`socket()`](Registered::socket) first, and ask here only
/// after `EAGAIN`. [`StreamSocket`](crate::StreamSocket),
/// [`DatagramSocket`](crate::DatagramSocket) and [`SeqpacketSocket`](crate::SeqpacketSocket) do
/// both. `O_NONBLOCK` is never touched.
///
/// Dropping it deregisters and closes the socket; if somebody closed the number behind our back,
/// neither touches whoever has that number now.
///
/// # Example
///
/// ```
/// use std::future::poll_fn;
/// use socketpair_core::{Kind, Registered, pair};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> socketpair_core::Result<()> {
/// let (left, right) = pair(Kind::Stream)?;
/// let right = Registered::new(right, &tokio::runtime::Handle::current()).map_err(|(e, _)| e)?;
/// let mut buffer = [0; 5];
/// assert!(right.socket().recv(&mut buffer).unwrap_err().is_would_block());
/// left.send(b"hello")?;
/// poll_fn(|cx| right.poll_readable(cx)).await?;
/// assert_eq!(right.socket().recv(&mut buffer)?.len, 5);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Registered {
    io: AsyncFd<Source>,
    runtime: Handle,
}

impl Registered {
    /// Registers `socket` with the I/O driver of `runtime`, from any thread.
    /// `epoll_ctl(2)`, kevent(2).
    ///
    /// # Errors
    ///
    /// The socket comes back with the error. `EBADF`: its number was closed behind our back.
    /// `ENOSPC`, `ENOMEM`: the system's limit on watched descriptors. `EEXIST`: the number is
    /// registered with that runtime already. `ECANCELED`: the runtime is shutting down.
    ///
    /// # Panics
    ///
    /// If `runtime` was built without `enable_io`, as tokio's own sockets do.
    pub fn new(socket: Socket, runtime: &Handle) -> Result<Registered, (Error, Socket)> {
        if !socket.is_intact() {
            return Err((Error::new(libc::EBADF, REGISTER), socket));
        }
        let _entered = runtime.enter();
        match register(socket) {
            Ok(io) => Ok(Registered {
                io,
                runtime: runtime.clone(),
            }),
            Err((cause, socket)) => Err((from_driver(&cause), socket)),
        }
    }

    /// As [`Registered::new`] with the runtime this thread is in; `ECANCELED` if it is in none.
    pub(crate) fn here(socket: Socket) -> Result<Registered, (Error, Socket)> {
        match Handle::try_current() {
            Ok(runtime) => Registered::new(socket, &runtime),
            Err(_) => Err((Error::new(libc::ECANCELED, REGISTER), socket)),
        }
    }

    /// The socket, for calls that never wait.
    #[must_use]
    pub fn socket(&self) -> &Socket {
        &self.io.get_ref().0
    }

    /// Asks whether a receive is worth trying again. Call it only after one said `EAGAIN`.
    ///
    /// `Ready(Ok)`: try now; it may still say `EAGAIN`, then ask again. `Pending`: the waker of
    /// `cx` is called once when it can be tried. One waker per direction is kept, the latest.
    /// End-of-file, a hang-up and an error count as ready, as in poll(2). May be called from any
    /// thread, inside a runtime or not.
    ///
    /// # Errors
    ///
    /// `ECANCELED`: the runtime is shutting down.
    pub fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_direction(Direction::Read, cx)
    }

    /// Asks whether a send is worth trying again. Call it only after one said `EAGAIN`.
    ///
    /// As [`poll_readable`](Registered::poll_readable), for the other direction.
    ///
    /// # Platform differences
    ///
    /// On the BSDs and macOS a message longer than the free space says `EAGAIN` although poll(2)
    /// calls the socket writable. If a send says `EAGAIN` right after this said `Ready`, wait a
    /// little by a timer instead of asking again at once. Linux has no such case.
    ///
    /// # Errors
    ///
    /// `ECANCELED`: the runtime is shutting down.
    pub fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_direction(Direction::Write, cx)
    }

    /// Deregisters and gives the socket back. Nothing is closed; other waits on it are over.
    #[must_use]
    pub fn into_socket(self) -> Socket {
        self.io.into_inner().0
    }

    fn poll_direction(&self, direction: Direction, cx: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            let polled = match direction {
                Direction::Read => self.io.poll_read_ready(cx),
                Direction::Write => self.io.poll_write_ready(cx),
            };
            let mut guard = ready!(polled).map_err(|cause| from_driver(&cause))?;
            if is_ready(self.socket(), direction) || direction.is_closed(&guard) {
                guard.retain_ready();
                return Poll::Ready(Ok(()));
            }
            // Seen not ready after the guard was made, so no event can be lost by clearing.
            guard.clear_ready();
        }
    }

    /// Resolves when the system calls the direction ready; true when it is so because the driver saw
    /// it closed. Any number of tasks may wait.
    pub(crate) async fn ready(&self, direction: Direction) -> Result<bool> {
        loop {
            let mut guard = self.guard(direction).await?;
            let closed = direction.is_closed(&guard);
            if closed || is_ready(self.socket(), direction) {
                guard.retain_ready();
                return Ok(closed);
            }
            guard.clear_ready();
        }
    }

    /// Receives by `operation`, waiting as long as it says "not now". `None`: it will say so for
    /// ever, as the receiving side was shut down by somebody who shares the description.
    ///
    /// Cancel-safe if `operation` is one system call: nothing is awaited after it succeeded.
    pub(crate) async fn receiving<R>(
        &self,
        mut operation: impl FnMut(&Socket) -> Result<R>,
    ) -> Result<Option<R>> {
        self.attempt(Direction::Read, &mut operation).await
    }

    /// Sends by `operation`, waiting as long as it says "not now". Cancel-safe as `receiving`.
    pub(crate) async fn sending<R>(
        &self,
        mut operation: impl FnMut(&Socket) -> Result<R>,
    ) -> Result<R> {
        match self.attempt(Direction::Write, &mut operation).await? {
            Some(done) => Ok(done),
            // Not reached: only a receive ends this way.
            None => Err(Error::new(libc::EPIPE, "sendmsg")),
        }
    }

    async fn attempt<R>(
        &self,
        direction: Direction,
        operation: &mut impl FnMut(&Socket) -> Result<R>,
    ) -> Result<Option<R>> {
        let socket = self.socket();
        let mut backoff = Backoff::default();
        let mut guard: Option<AsyncFdReadyGuard<'_, Source>> = None;
        loop {
            // An endless stream gives other tasks their turn here, before anything has moved.
            tokio::task::consume_budget().await;
            let error = match operation(socket) {
                Ok(done) => return Ok(Some(done)),
                Err(error) => error,
            };
            match direction.verdict(socket, error) {
                Verdict::Retry => {}
                Verdict::Wait => {
                    if let Some(mut seen) = guard.take() {
                        if direction.is_closed(&seen) {
                            // This flag stays set; waiting by it would spin.
                            if direction == Direction::Read && socket.kind() == Kind::Datagram {
                                return Ok(None);
                            }
                            self.pause(&mut backoff, error).await?;
                        } else {
                            seen.clear_ready();
                        }
                    }
                    guard = Some(self.guard(direction).await?);
                }
                Verdict::BackOff => self.pause(&mut backoff, error).await?,
                Verdict::EndOfFile => return Ok(None),
                Verdict::Fail => return Err(error),
            }
        }
    }

    async fn guard(&self, direction: Direction) -> Result<AsyncFdReadyGuard<'_, Source>> {
        match direction {
            Direction::Read => self.io.readable().await,
            Direction::Write => self.io.writable().await,
        }
        .map_err(|cause| from_driver(&cause))
    }

    /// One attempt for the traits of tokio, which keep one waker per direction.
    pub(crate) fn poll_attempt<R>(
        &self,
        direction: Direction,
        cx: &mut Context<'_>,
        mut operation: impl FnMut(&Socket) -> Result<R>,
    ) -> Poll<Result<R>> {
        let budget = ready!(tokio::task::coop::poll_proceed(cx));
        let mut guard: Option<AsyncFdReadyGuard<'_, Source>> = None;
        loop {
            match operation(self.socket()) {
                Err(error) if error.is_would_block() => {}
                done => {
                    budget.made_progress();
                    return Poll::Ready(done);
                }
            }
            if let Some(mut seen) = guard.take() {
                seen.clear_ready();
            }
            let polled = match direction {
                Direction::Read => self.io.poll_read_ready(cx),
                Direction::Write => self.io.poll_write_ready(cx),
            };
            guard = Some(ready!(polled).map_err(|cause| from_driver(&cause))?);
        }
    }

    /// Waits a little by the clock, each time longer, for a state no readiness tells. Fails with
    /// `error` once that has gone on for long.
    pub(crate) async fn pause(&self, backoff: &mut Backoff, error: Error) -> Result<()> {
        match backoff.next() {
            Some(wait) => self.sleep(wait).await,
            None => return Err(error),
        }
        Ok(())
    }

    /// As [`pause`](Registered::pause), for a state that may last.
    pub(crate) async fn rest(&self, backoff: &mut Backoff) {
        self.sleep(backoff.next().unwrap_or(PAUSE_MAX)).await;
    }

    async fn sleep(&self, wait: Duration) {
        let sleep = {
            // The caller may be outside the runtime; the timer is that of the registration.
            let _entered = self.runtime.enter();
            sleep(wait)
        };
        sleep.await;
    }
}

/// Whether poll(2) calls the direction ready now. A failing poll does: the next call tells its
/// error.
pub(crate) fn is_ready(socket: &Socket, direction: Direction) -> bool {
    let asked = match direction {
        Direction::Read => PollFlags::POLLIN,
        Direction::Write => PollFlags::POLLOUT,
    };
    !matches!(poll_now(socket, asked), Some(flags) if flags.is_empty())
}

/// What poll(2) says about the socket at once; `None` if it failed.
pub(crate) fn poll_now(socket: &Socket, asked: PollFlags) -> Option<PollFlags> {
    use std::os::fd::AsFd;
    let mut entry = [PollFd::new(socket.as_fd(), asked)];
    poll(&mut entry, PollTimeout::ZERO).ok()?;
    entry[0].revents()
}

/// One of the two directions of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Direction {
    /// Whether the driver saw the direction closed: a flag that `clear_ready` leaves set.
    fn is_closed(self, guard: &AsyncFdReadyGuard<'_, Source>) -> bool {
        match self {
            Direction::Read => guard.ready().is_read_closed(),
            Direction::Write => guard.ready().is_write_closed(),
        }
    }

    fn verdict(self, socket: &Socket, error: Error) -> Verdict {
        let errno = Errno::of(error.errno());
        match self {
            // A read shutdown of our own is an end-of-file already when it comes from `Socket`.
            Direction::Read => recv_verdict(System::CURRENT, socket.kind(), errno, false),
            Direction::Write => send_verdict(System::CURRENT, socket.kind(), errno),
        }
    }
}

/// Growing waits between attempts where readiness says nothing: a full datagram queue on the
/// BSDs answers `ENOBUFS` and stays "writable". Bounded, as NetBSD says so for ever to a datagram
/// end whose peer has shut down reading.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The next wait: 1 ms, doubled each time up to 16 ms; `None` after ten seconds of them.
    fn next(&mut self) -> Option<Duration> {
        if self.tries >= TRIES_MAX {
            return None;
        }
        let wait = PAUSE_MIN.saturating_mul(1 << self.tries.min(4));
        self.tries += 1;
        Some(wait)
    }
}

/// The driver's errors are the system's, but for one of its own: it is shutting down.
fn from_driver(cause: &io::Error) -> Error {
    Error::new(cause.raw_os_error().unwrap_or(libc::ECANCELED), REGISTER)
}
