//! What can be asked of an end and set on it, besides moving bytes.

use std::net::Shutdown;

use napi::Env;
use napi_derive::napi;
use socketpair_core::{Error, Result, Socket};

use crate::environment;
use crate::error::OrThrow;

/// Runs `action`, which moves no bytes, on the end `id`; EBADF also where its number was closed behind our
/// back, so that nothing is asked of the stranger who may have it now, and nothing set on it.
fn with<R>(
    env: Env,
    id: u32,
    syscall: &'static str,
    action: impl FnOnce(&Socket) -> Result<R>,
) -> napi::Result<R> {
    environment::with(env.raw(), syscall, |environment| {
        environment.look_at(id, syscall, |socket| {
            intact(socket, syscall).and_then(action)
        })
    })
    .or_throw(env)
}

/// As [`with`], but EBUSY while the end is relayed.
fn exclusively<R>(
    env: Env,
    id: u32,
    syscall: &'static str,
    action: impl FnOnce(&Socket) -> Result<R>,
) -> napi::Result<R> {
    environment::with(env.raw(), syscall, |environment| {
        environment.with(id, syscall, |_, socket| {
            intact(socket, syscall).and_then(action)
        })
    })
    .or_throw(env)
}

fn intact<'a>(socket: &'a Socket, syscall: &'static str) -> Result<&'a Socket> {
    if socket.is_intact() {
        Ok(socket)
    } else {
        Err(Error::new(libc::EBADF, syscall))
    }
}

fn double(bytes: usize) -> f64 {
    u32::try_from(bytes).map_or(f64::from(u32::MAX), f64::from)
}

/// `SO_SNDBUF`
#[napi(catch_unwind)]
pub fn send_buffer_size(env: Env, id: u32) -> napi::Result<f64> {
    with(env, id, "getsockopt", Socket::send_buffer_size).map(double)
}

/// Sets `SO_SNDBUF`; not of an end that is relayed, since a relay counts on the room that it has seen.
#[napi(catch_unwind)]
pub fn set_send_buffer_size(env: Env, id: u32, bytes: u32) -> napi::Result<()> {
    exclusively(env, id, "setsockopt", |socket| {
        socket.set_send_buffer_size(bytes as usize)
    })
}

/// Makes room for large writes, where the size is nobody's choice; not of an end that is relayed.
#[napi(catch_unwind)]
pub fn raise_send_buffer(env: Env, id: u32) -> napi::Result<bool> {
    exclusively(env, id, "setsockopt", Socket::raise_send_buffer)
}

/// `SO_RCVBUF`
#[napi(catch_unwind)]
pub fn recv_buffer_size(env: Env, id: u32) -> napi::Result<f64> {
    with(env, id, "getsockopt", Socket::recv_buffer_size).map(double)
}

/// Sets `SO_RCVBUF`.
#[napi(catch_unwind)]
pub fn set_recv_buffer_size(env: Env, id: u32, bytes: u32) -> napi::Result<()> {
    with(env, id, "setsockopt", |socket| {
        socket.set_recv_buffer_size(bytes as usize)
    })
}

/// FIONREAD
#[napi(catch_unwind)]
pub fn readable_length(env: Env, id: u32) -> napi::Result<f64> {
    with(env, id, "ioctl", Socket::readable_len).map(double)
}

/// `O_NONBLOCK`, as the user asked for it.
#[napi(catch_unwind)]
pub fn is_non_blocking(env: Env, id: u32) -> napi::Result<bool> {
    with(env, id, "fcntl", Socket::is_nonblocking)
}

/// Sets `O_NONBLOCK`.
#[napi(catch_unwind)]
pub fn set_non_blocking(env: Env, id: u32, on: bool) -> napi::Result<()> {
    with(env, id, "fcntl", |socket| socket.set_nonblocking(on))
}

/// `FD_CLOEXEC`
#[napi(catch_unwind)]
pub fn is_close_on_exec(env: Env, id: u32) -> napi::Result<bool> {
    with(env, id, "fcntl", Socket::is_close_on_exec)
}

/// Sets `FD_CLOEXEC`.
#[napi(catch_unwind)]
pub fn set_close_on_exec(env: Env, id: u32, on: bool) -> napi::Result<()> {
    with(env, id, "fcntl", |socket| socket.set_close_on_exec(on))
}

/// Whether messages are to carry their sender's credentials.
#[napi(catch_unwind)]
pub fn passes_credentials(env: Env, id: u32) -> napi::Result<bool> {
    with(
        env,
        id,
        "getsockopt",
        |socket| Ok(socket.pass_credentials()),
    )
}

/// Asks that they do, or don't.
#[napi(catch_unwind)]
pub fn set_pass_credentials(env: Env, id: u32, on: bool) -> napi::Result<()> {
    with(env, id, "setsockopt", |socket| {
        socket.set_pass_credentials(on)
    })
}

/// Whether messages are to carry a pidfd of their sender.
#[napi(catch_unwind)]
pub fn passes_pidfd(env: Env, id: u32) -> napi::Result<bool> {
    with(env, id, "getsockopt", |socket| Ok(socket.pass_pidfd()))
}

/// Asks that they do, or don't.
#[napi(catch_unwind)]
pub fn set_pass_pidfd(env: Env, id: u32, on: bool) -> napi::Result<()> {
    with(env, id, "setsockopt", |socket| socket.set_pass_pidfd(on))
}

/// Whether descriptors are accepted.
#[napi(catch_unwind)]
pub fn accepts_descriptors(env: Env, id: u32) -> napi::Result<bool> {
    with(env, id, "getsockopt", |socket| {
        Ok(socket.accept_descriptors())
    })
}

/// Accepts them, or not.
#[napi(catch_unwind)]
pub fn set_accept_descriptors(env: Env, id: u32, on: bool) -> napi::Result<()> {
    with(env, id, "setsockopt", |socket| {
        socket.set_accept_descriptors(on)
    })
}

/// shutdown(2); `how` is 0 (read), 1 (write) or 2 (both). It ends what a relay moves, so that refuses it.
#[napi(catch_unwind)]
pub fn shutdown(env: Env, id: u32, how: u32) -> napi::Result<()> {
    let how = match how {
        0 => Shutdown::Read,
        1 => Shutdown::Write,
        _ => Shutdown::Both,
    };
    exclusively(env, id, "shutdown", |socket| socket.shutdown(how))
}

/// Who made the pair, as the system recorded it.
#[napi(object)]
pub struct PeerCredentials {
    /// Process, 0 where the system does not tell.
    pub pid: i32,
    /// Effective user.
    pub uid: u32,
    /// Effective group.
    pub gid: u32,
}

/// `SO_PEERCRED` or what the system has instead.
#[napi(catch_unwind)]
pub fn peer_credentials(env: Env, id: u32) -> napi::Result<PeerCredentials> {
    let credentials = with(env, id, "getsockopt", Socket::peer_credentials)?;
    Ok(PeerCredentials {
        pid: credentials.pid.unwrap_or(0),
        uid: credentials.uid,
        gid: credentials.gid,
    })
}

/// What this system supports, each found out by trying.
#[napi(object)]
pub struct Supported {
    /// Stream pairs.
    pub stream: bool,
    /// Datagram pairs.
    pub dgram: bool,
    /// Seqpacket pairs.
    pub seqpacket: bool,
}

/// Tries what this system supports.
#[napi(catch_unwind)]
pub fn supported() -> Supported {
    let supported = socketpair_core::supported();
    Supported {
        stream: supported.stream,
        dgram: supported.dgram,
        seqpacket: supported.seqpacket,
    }
}
