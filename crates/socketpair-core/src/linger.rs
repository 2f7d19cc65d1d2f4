//! A short wait on the calling thread, for whoever expects an answer within microseconds.

use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::{Error, Result, Socket};

/// What a [`linger`] waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Interest {
    /// A receive would not block.
    Read,
    /// A send would not block.
    Write,
}

/// Waits on this thread until one of `waits` can be tried: first asking again and again for `spin`,
/// letting other threads run in between, then asleep for at most `sleep`. poll(2), ppoll(2),
/// `sched_yield(2)`.
///
/// Gives, in the order of `waits`, which can be tried: none of them when the time was over. End-of-file,
/// a hang-up and an error count as "can be tried".
///
/// # Errors
///
/// `EINVAL`: more sockets than the process may have descriptors. `ENOMEM`.
///
/// # Platform differences
///
/// It sleeps on Linux and FreeBSD; elsewhere poll(2) can't for less than a millisecond, and it only
/// spins.
pub fn linger(waits: &[(&Socket, Interest)], spin: Duration, sleep: Duration) -> Result<Vec<bool>> {
    let mut polled: Vec<_> = waits
        .iter()
        .map(|(socket, interest)| {
            let events = match interest {
                Interest::Read => PollFlags::POLLIN,
                Interest::Write => PollFlags::POLLOUT,
            };
            PollFd::new(socket.as_fd(), events)
        })
        .collect();
    let begun = Instant::now();
    let mut ready = ask(&mut polled)?;
    while !ready && begun.elapsed() < spin {
        thread::yield_now();
        ready = ask(&mut polled)?;
    }
    if !ready && !sleep.is_zero() {
        doze(&mut polled, sleep)?;
    }
    Ok(polled.iter().map(|one| one.any().unwrap_or(true)).collect())
}

fn ask(polled: &mut [PollFd<'_>]) -> Result<bool> {
    answer(poll(polled, PollTimeout::ZERO), "poll")
}

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn doze(polled: &mut [PollFd<'_>], sleep: Duration) -> Result<bool> {
    let timeout = nix::sys::time::TimeSpec::from_duration(sleep);
    answer(nix::poll::ppoll(polled, Some(timeout), None), "ppoll")
}

#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn doze(_: &mut [PollFd<'_>], _: Duration) -> Result<bool> {
    Ok(false)
}

/// A signal ends a short wait as its time would: the caller has a longer one.
fn answer(result: nix::Result<i32>, syscall: &'static str) -> Result<bool> {
    match result {
        Ok(count) => Ok(count > 0),
        Err(nix::errno::Errno::EINTR | nix::errno::Errno::EAGAIN) => Ok(false),
        Err(errno) => Err(Error::new(errno as i32, syscall)),
    }
}
