//! Descriptors that came with data, or are held for a send that waits: owned here until JavaScript takes
//! or closes them, and closed with the environment.

use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd, RawFd};

use napi::{Env, sys};
use napi_derive::napi;
use socketpair_core::{Error, Identity, Result, Socket};

use crate::counters::Counted;
use crate::environment;
use crate::error::OrThrow;
use crate::ownership::Claim;
use crate::pair::{NewEnd, take_in};

/// One descriptor and its owner.
pub struct Received {
    claim: Claim,
    identity: Identity,
    // None only while it is given up.
    fd: Option<OwnedFd>,
    _counted: Counted,
}

impl Received {
    /// Takes `fd` in.
    ///
    /// # Errors
    /// What fstat(2) failed with; `fd` is closed then.
    pub fn new(fd: OwnedFd) -> Result<Self> {
        let identity = Identity::of(fd.as_fd())?;
        Ok(Self {
            claim: Claim::of(fd.as_raw_fd(), identity),
            identity,
            fd: Some(fd),
            _counted: Counted::received(),
        })
    }

    /// Its number.
    pub fn number(&self) -> RawFd {
        self.fd.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// Gives the descriptor up; None when its number was closed behind our back.
    pub fn into_fd(mut self) -> Option<OwnedFd> {
        let fd = self.fd.take()?;
        if self.is_intact(&fd) {
            return Some(fd);
        }
        let _ = fd.into_raw_fd();
        None
    }

    /// The descriptor as a socket, which owns it from then on; when it is none it stays here.
    ///
    /// # Errors
    /// EBADF when its number was closed behind our back, else those of [`Socket::adopt`].
    pub fn adopt(&mut self) -> Result<Socket> {
        let missing = Error::new(libc::EBADF, "getsockopt");
        let fd = self.fd.take().ok_or(missing)?;
        if !self.is_intact(&fd) {
            self.fd = Some(fd);
            return Err(missing);
        }
        Socket::adopt(fd).map_err(|refused| {
            self.fd = Some(refused.fd);
            refused.error
        })
    }

    fn is_intact(&self, fd: &OwnedFd) -> bool {
        !self.claim.is_lost() && Identity::of(fd.as_fd()).is_ok_and(|now| now == self.identity)
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let Some(fd) = self.fd.take() else { return };
        if !self.is_intact(&fd) {
            // Somebody else's number by now: closing it would be theft.
            let _ = fd.into_raw_fd();
        }
    }
}

/// What a descriptor weighs for the garbage collector, in bytes: of these a process can have a few thousand,
/// and the object that stands for one is so small that they would run out long before memory does.
const WEIGHT: i64 = 256 * 1024;

/// Tells the garbage collector that `change` more descriptors hang on objects, or fewer. It may collect at
/// once, so nothing of the environment may be borrowed.
pub fn weigh(env: sys::napi_env, change: i64) {
    if change == 0 {
        return;
    }
    let mut total = 0;
    // SAFETY: on the JavaScript thread of `env`; `total` outlives the call.
    unsafe { sys::napi_adjust_external_memory(env, change * WEIGHT, &raw mut total) };
}

/// Gives the descriptor of that number to the caller.
#[napi(catch_unwind)]
pub fn take_received(env: Env, id: u32) -> napi::Result<i32> {
    take_out(env, id)
        .and_then(Received::into_fd)
        .map(IntoRawFd::into_raw_fd)
        .ok_or(Error::new(libc::EBADF, "fcntl"))
        .or_throw(env)
}

/// Makes it an end of its own; when it is no socket it stays here.
#[napi(catch_unwind)]
pub fn adopt_received(env: Env, id: u32) -> napi::Result<NewEnd> {
    let socket = environment::with(env.raw(), "getsockopt", |environment| {
        environment.adopt_received(id)
    })
    .or_throw(env)?;
    weigh(env.raw(), -1);
    take_in(env, socket)
}

/// Closes it; says whether it was still here.
#[napi(catch_unwind)]
pub fn close_received(env: Env, id: u32) -> bool {
    take_out(env, id).is_some()
}

/// Puts it in the place of the descriptor `target`, an open `/dev/null` that its caller owns and goes on
/// owning: dup3(2). It is no longer here then.
#[napi(catch_unwind)]
pub fn move_received(env: Env, id: u32, target: i32) -> napi::Result<()> {
    environment::with(env.raw(), "dup3", |environment| {
        environment.with_received(id, "dup3", |received| {
            let fd = received
                .fd
                .as_ref()
                .filter(|fd| received.is_intact(fd))
                .ok_or(Error::new(libc::EBADF, "dup3"))?;
            crate::descriptor::put_over(fd.as_fd(), target)
        })
    })
    .or_throw(env)?;
    drop(take_out(env, id));
    Ok(())
}

fn take_out(env: Env, id: u32) -> Option<Received> {
    environment::with(env.raw(), "close", |environment| {
        Ok(environment.take_received(id))
    })
    .ok()
    .flatten()
    .inspect(|_| weigh(env.raw(), -1))
}
