//! How an end comes to be here, and how it leaves.

use std::os::fd::{AsRawFd, IntoRawFd};
use std::time::{Duration, Instant};

use napi::Env;
use napi_derive::napi;
use socketpair_core::{AdoptError, Error, Kind, PairBuilder, Result, Socket};

use crate::descriptor;
use crate::ends::End;
use crate::environment;
use crate::error::{OrThrow, throwable};
use crate::ownership;
use crate::parked;

/// What a descriptor is asked with before it moves.
const MOVE: &str = "fcntl";

/// An end that was just made or adopted.
#[napi(object)]
pub struct NewEnd {
    /// The number by which every other call names it.
    pub id: u32,
    /// Its descriptor.
    pub fd: i32,
    /// "stream", "dgram" or "seqpacket".
    #[napi(ts_type = "'stream' | 'dgram' | 'seqpacket'")]
    pub kind: String,
}

/// How to make a pair; lib/ has checked every field.
#[napi(object)]
pub struct PairRequest {
    /// "stream", "dgram" or "seqpacket".
    pub kind: String,
    /// The protocol; 0 is the kind's own.
    pub protocol: i32,
    /// `O_NONBLOCK` of each end.
    #[napi(ts_type = "[boolean, boolean]")]
    pub non_blocking: Vec<bool>,
    /// `FD_CLOEXEC` of each end.
    #[napi(ts_type = "[boolean, boolean]")]
    pub close_on_exec: Vec<bool>,
    /// `SO_SNDBUF` of both ends, where asked.
    pub send_buffer_size: Option<u32>,
    /// `SO_RCVBUF` of both ends, where asked.
    pub recv_buffer_size: Option<u32>,
}

/// Makes a pair of one of the three kinds.
#[napi(catch_unwind, ts_return_type = "[NewEnd, NewEnd]")]
pub fn make_pair(env: Env, request: PairRequest) -> napi::Result<Vec<NewEnd>> {
    let PairRequest {
        kind: word,
        protocol,
        non_blocking,
        close_on_exec,
        send_buffer_size,
        recv_buffer_size,
    } = request;
    let kind = kind(&word).ok_or_else(|| invalid("kind"))?;
    let both = |flags: &[bool]| <[bool; 2]>::try_from(flags).map_err(|_| invalid("flags"));
    let mut builder = PairBuilder::new(kind)
        .protocol(protocol)
        .nonblocking(both(&non_blocking)?)
        .close_on_exec(both(&close_on_exec)?);
    if let Some(bytes) = send_buffer_size {
        builder = builder.send_buffer_size(bytes as usize);
    }
    if let Some(bytes) = recv_buffer_size {
        builder = builder.recv_buffer_size(bytes as usize);
    }
    let (one, other) = builder.build().or_throw(env)?;
    take_in_both(env, one, other)
}

/// socketpair(2), number for number.
#[napi(catch_unwind, ts_return_type = "[NewEnd, NewEnd]")]
pub fn raw_pair(env: Env, domain: i32, kind: i32, protocol: i32) -> napi::Result<Vec<NewEnd>> {
    let (one, other) = socketpair_core::raw(domain, kind, protocol).or_throw(env)?;
    let one = Socket::adopt(one).map_err(|refused| throwable(env, refused.error))?;
    let other = Socket::adopt(other).map_err(|refused| throwable(env, refused.error))?;
    take_in_both(env, one, other)
}

/// Takes over the descriptor `fd`; on failure it stays the caller's.
#[napi(catch_unwind)]
pub fn adopt(env: Env, fd: i32) -> napi::Result<NewEnd> {
    const SYSCALL: &str = "getsockopt";
    let descriptor = descriptor::from_number(fd)
        .ok_or_else(|| throwable(env, Error::new(libc::EBADF, SYSCALL)))?;
    match Socket::adopt(descriptor) {
        Ok(socket) if ownership::is_claimed(fd, socket.identity()) => {
            let _ = socket.into_fd().into_raw_fd();
            Err(throwable(env, Error::new(libc::EEXIST, SYSCALL)))
        }
        Ok(socket) => take_in(env, socket),
        Err(AdoptError { error, fd }) => {
            let _ = fd.into_raw_fd();
            Err(throwable(env, error))
        }
    }
}

/// Closes the end; nothing happens when it is gone already, or when its number is a stranger's by now.
#[napi(catch_unwind)]
pub fn close(env: Env, id: u32) {
    drop(take_out(env, id));
}

/// Gives the end's descriptor to the caller, as it was asked for: what the package set on it is undone.
#[napi(catch_unwind)]
pub fn detach(env: Env, id: u32) -> napi::Result<i32> {
    let socket = take_out(env, id)
        .filter(Socket::is_intact)
        .ok_or_else(|| throwable(env, Error::new(libc::EBADF, "fcntl")))?;
    Ok(socket.into_fd().into_raw_fd())
}

/// Takes the end out of this environment, whole, for whichever asks for it with the key that comes back;
/// it is closed when none does within `timeout` milliseconds. On failure it stays as it was.
#[napi(catch_unwind)]
pub fn park(env: Env, id: u32, timeout: f64) -> napi::Result<String> {
    // One that no clock reaches is no deadline.
    let deadline = Duration::try_from_secs_f64(timeout / 1000.0)
        .ok()
        .and_then(|timeout| Instant::now().checked_add(timeout));
    environment::with(env.raw(), MOVE, |environment| {
        environment.with(id, MOVE, |_, socket| intact(socket))?;
        parked::park(deadline, || environment.take_end(id))
    })
    .or_throw(env)
}

/// Takes in the end that was parked with `key`; null when there is none, or none any more.
#[napi(catch_unwind)]
pub fn claim(env: Env, key: String) -> napi::Result<Option<NewEnd>> {
    environment::with(env.raw(), MOVE, move |environment| {
        let Some(end) = parked::claim(&key) else {
            return Ok(None);
        };
        let socket = end.socket(MOVE)?;
        intact(socket)?;
        let (fd, kind) = (socket.as_raw_fd(), socket.kind().as_str().to_owned());
        let id = environment.insert(end, MOVE)?;
        Ok(Some(NewEnd { id, fd, kind }))
    })
    .or_throw(env)
}

/// EBADF where the number was closed behind our back.
fn intact(socket: &Socket) -> Result<()> {
    if socket.is_intact() {
        Ok(())
    } else {
        Err(Error::new(libc::EBADF, MOVE))
    }
}

/// Gives `socket` its number.
///
/// # Errors
/// EBADF when the environment is being torn down, EMFILE when there are no more numbers.
pub fn take_in(env: Env, socket: Socket) -> napi::Result<NewEnd> {
    let (fd, kind) = (socket.as_raw_fd(), socket.kind().as_str().to_owned());
    let id = environment::with(env.raw(), "socketpair", |environment| {
        environment.insert(End::new(socket), "socketpair")
    });
    Ok(NewEnd {
        id: id.or_throw(env)?,
        fd,
        kind,
    })
}

fn take_in_both(env: Env, one: Socket, other: Socket) -> napi::Result<Vec<NewEnd>> {
    Ok(vec![take_in(env, one)?, take_in(env, other)?])
}

fn take_out(env: Env, id: u32) -> Option<Socket> {
    environment::with(env.raw(), "close", |environment| Ok(environment.take(id)))
        .ok()
        .flatten()
}

fn kind(word: &str) -> Option<Kind> {
    [Kind::Stream, Kind::Datagram, Kind::Seqpacket]
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

fn invalid(what: &str) -> napi::Error {
    napi::Error::new(
        napi::Status::InvalidArg,
        format!("lib/ passed wrong {what}"),
    )
}
