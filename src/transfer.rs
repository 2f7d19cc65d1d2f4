//! The hot calls: one system call on the caller's own memory, its outcome as one number.
//!
//! A number below zero is an errno, negated (the name of the system call is the call's own, see
//! lib/native.ts). One above the lowest 32 bits carries the flags of a received message.

use std::time::Duration;

use napi::bindgen_prelude::{Function, Object};
use napi::{Env, JsValue};
use napi_derive::napi;
use socketpair_core::{Kind, Received, Result, Socket};

use crate::calls::{Call, OUT_OF_BOUNDS, callback, define};
use crate::ends::Direction;
use crate::environment;
use crate::wake::Wakes;

/// Flags of a received message, above the 32 bits of its length.
mod flag {
    pub const TRUNCATED: i64 = 1 << 32;
    pub const END_OF_RECORD: i64 = 1 << 33;
    pub const END_OF_FILE: i64 = 1 << 34;
    /// The length is what landed: the system does not tell how long a truncated message was.
    pub const LENGTH_UNKNOWN: i64 = 1 << 35;
}

/// How many messages go into one `sendmmsg`.
const MESSAGES_A_CALL: usize = 64;

const SEND: &str = "sendmsg";
const RECV: &str = "recvmsg";
const POLL: &str = "poll";

/// Opens this environment: `onReady(token)` will be called when an armed end can be tried, where token
/// is the end's number times two, plus one for the write direction. Gives the hot calls.
#[napi(
    ts_args_type = "onReady: (token: number) => void",
    ts_return_type = "Record<string, (...args: never[]) => number>"
)]
pub fn open<'env>(env: &'env Env, on_ready: Function<'env, u32, ()>) -> napi::Result<Object<'env>> {
    let raw = env.raw();
    if !environment::is_open(raw) {
        let wakes = Wakes::new(raw, on_ready.raw()).map_err(napi::Error::from_status)?;
        environment::open(raw, wakes);
        // Added after the thread-safe function's own hook, so it runs before it.
        env.add_env_cleanup_hook(raw as usize, |raw| {
            environment::close(raw as napi::sys::napi_env);
        })?;
    }
    let mut calls = Object::new(env)?;
    for (name, function) in [
        ("recv", callback!(recv)),
        ("recvVectored", callback!(recv_vectored)),
        ("recvMany", callback!(recv_many)),
        ("peek", callback!(peek)),
        ("nextLength", callback!(next_length)),
        ("send", callback!(send)),
        ("sendVectored", callback!(send_vectored)),
        ("sendMany", callback!(send_many)),
        ("arm", callback!(arm)),
        ("disarm", callback!(disarm)),
        ("linger", callback!(wait_a_moment)),
        ("keepAlive", callback!(keep_alive)),
        ("nudge", callback!(nudge)),
    ] {
        define(env, &mut calls, name, function)?;
    }
    Ok(calls)
}

/// `recv(id, buffer, offset, length)`
fn recv(call: &Call<4>) -> i64 {
    receive(call, Socket::recv)
}

/// `peek(id, buffer, offset, length)`
fn peek(call: &Call<4>) -> i64 {
    receive(call, Socket::peek)
}

fn receive(call: &Call<4>, transfer: impl FnOnce(&Socket, &mut [u8]) -> Result<Received>) -> i64 {
    let Some(bytes) = range(call) else {
        return OUT_OF_BOUNDS;
    };
    with_received(call.env(), call.id(0), |socket| transfer(socket, bytes))
}

/// `recvVectored(id, views)`
fn recv_vectored(call: &Call<2>) -> i64 {
    let Some(mut views) = call.targets(1) else {
        return OUT_OF_BOUNDS;
    };
    with_received(call.env(), call.id(0), |socket| {
        socket.recv_vectored(&mut views)
    })
}

/// `nextLength(id)`: the length of the next message, which stays.
fn next_length(call: &Call<1>) -> i64 {
    with_received(call.env(), call.id(0), Socket::next_message_len)
}

fn with_received(
    env: napi::sys::napi_env,
    id: u32,
    transfer: impl FnOnce(&Socket) -> Result<Received>,
) -> i64 {
    number(environment::with(env, RECV, |environment| {
        environment.with(id, RECV, |end, socket| {
            if let Some(error) = end.take_deferred() {
                return Err(error);
            }
            let received = transfer(socket)?;
            Ok(match socket.kind() {
                Kind::Stream => signed(received.len),
                Kind::Datagram | Kind::Seqpacket => message(&received),
            })
        })
    }))
}

/// The number of a message: its true length where it is known, and its flags.
fn message(received: &Received) -> i64 {
    let mut number = signed(received.message_len.unwrap_or(received.len));
    if received.truncated {
        number |= flag::TRUNCATED;
        if received.message_len.is_none() {
            number |= flag::LENGTH_UNKNOWN;
        }
    }
    if received.end_of_record {
        number |= flag::END_OF_RECORD;
    }
    if received.end_of_file {
        number |= flag::END_OF_FILE;
    }
    number
}

/// `recvMany(id, slab, table)`: messages side by side into the slab; for each, the table gets its offset,
/// the bytes that landed, its flags (those above, shifted down) and its true length. Gives their count;
/// 0 at end-of-file.
fn recv_many(call: &Call<3>) -> i64 {
    let Some(slab) = call.whole(1) else {
        return OUT_OF_BOUNDS;
    };
    let Some(table) = call.numbers(2) else {
        return OUT_OF_BOUNDS;
    };
    number(environment::with(call.env(), RECV, |environment| {
        environment.with(call.id(0), RECV, |end, socket| {
            if let Some(error) = end.take_deferred() {
                return Err(error);
            }
            let mut offset = 0;
            let mut count = 0;
            for row in table.as_chunks_mut::<4>().0 {
                let room = &mut slab[offset..];
                let received = match take_if_it_fits(socket, room, count == 0) {
                    Ok(Some(received)) => received,
                    Ok(None) => break,
                    Err(error) if count == 0 => return Err(error),
                    Err(error) => {
                        if !error.is_would_block() {
                            end.defer(error);
                        }
                        break;
                    }
                };
                if received.end_of_file {
                    break;
                }
                let flags = (message(&received) >> 32) & 0xff;
                *row = [
                    unsigned(offset),
                    unsigned(received.len),
                    u32::try_from(flags).unwrap_or(0),
                    unsigned(received.message_len.unwrap_or(received.len)),
                ];
                offset += received.len;
                count += 1;
            }
            Ok(count)
        })
    }))
}

/// The next message, unless it is longer than the room that the batch has left: then it waits for the
/// next batch. The first one of a batch is taken in any case, cut if it must be.
fn take_if_it_fits(socket: &Socket, room: &mut [u8], first: bool) -> Result<Option<Received>> {
    if !first {
        let next = socket.next_message_len()?;
        if next.end_of_file {
            return Ok(Some(next));
        }
        if next.message_len.is_none_or(|length| length > room.len()) || room.is_empty() {
            return Ok(None);
        }
    }
    socket.recv(room).map(Some)
}

/// `send(id, buffer, offset, length)`
fn send(call: &Call<4>) -> i64 {
    let Some(bytes) = range(call) else {
        return OUT_OF_BOUNDS;
    };
    with_sent(call.env(), call.id(0), |socket| socket.send(bytes))
}

/// `sendVectored(id, views, from, skip)`: from `skip` bytes into entry `from` on.
fn send_vectored(call: &Call<4>) -> i64 {
    let (Some(from), Some(skip)) = (call.integer(2), call.integer(3)) else {
        return OUT_OF_BOUNDS;
    };
    let Some(mut views) = call.sources(1, from) else {
        return OUT_OF_BOUNDS;
    };
    if let Some(first) = views.first_mut() {
        if skip > first.len() {
            return OUT_OF_BOUNDS;
        }
        first.advance(skip);
    }
    with_sent(call.env(), call.id(0), |socket| {
        socket.send_vectored(&views)
    })
}

/// `sendMany(id, views, from)`: the messages from entry `from` on; gives how many went.
fn send_many(call: &Call<3>) -> i64 {
    let Some(from) = call.integer(2) else {
        return OUT_OF_BOUNDS;
    };
    let Some(views) = call.sources(1, from) else {
        return OUT_OF_BOUNDS;
    };
    with_sent(call.env(), call.id(0), |socket| {
        let mut sent = 0;
        for batch in views.chunks(MESSAGES_A_CALL) {
            match socket.send_many(batch) {
                Ok(count) => {
                    sent += count;
                    if count < batch.len() {
                        break;
                    }
                }
                // The error comes back with the next call, which begins at the message that got it.
                Err(_) if sent > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(sent)
    })
}

fn with_sent(
    env: napi::sys::napi_env,
    id: u32,
    transfer: impl FnOnce(&Socket) -> Result<usize>,
) -> i64 {
    number(environment::with(env, SEND, |environment| {
        environment.with(id, SEND, |_, socket| transfer(socket).map(signed))
    }))
}

/// `arm(id, direction)`: 1 when `onReady` will be called, 0 when the end can be tried at once.
fn arm(call: &Call<2>) -> i64 {
    let direction = direction(call);
    number(environment::with(call.env(), POLL, |environment| {
        environment.arm(call.id(0), direction).map(i64::from)
    }))
}

/// `disarm(id, direction)`: nobody waits there any more.
fn disarm(call: &Call<2>) -> i64 {
    number(environment::with(call.env(), POLL, |environment| {
        environment.disarm(call.id(0), direction(call));
        Ok(0)
    }))
}

fn direction(call: &Call<2>) -> Direction {
    if call.integer(1) == Some(0) {
        Direction::Read
    } else {
        Direction::Write
    }
}

/// `linger(tokens, count, spin, sleep)`: waits a moment on this thread, spinning and then sleeping for so
/// many microseconds; each token becomes 1 if its end can be tried, else 0.
fn wait_a_moment(call: &Call<4>) -> i64 {
    let Some(tokens) = call.numbers(0) else {
        return OUT_OF_BOUNDS;
    };
    let (Some(count), Some(spin), Some(sleep)) =
        (call.integer(1), call.integer(2), call.integer(3))
    else {
        return OUT_OF_BOUNDS;
    };
    let Some(tokens) = tokens.get_mut(..count) else {
        return OUT_OF_BOUNDS;
    };
    let microseconds = |count: usize| Duration::from_micros(count as u64);
    number(environment::with(call.env(), POLL, |environment| {
        environment
            .linger(tokens, microseconds(spin), microseconds(sleep))
            .map(|()| 0)
    }))
}

/// `keepAlive(keep)`: whether waits keep the event loop running.
fn keep_alive(call: &Call<1>) -> i64 {
    number(environment::with(call.env(), POLL, |environment| {
        environment.keep_alive(call.integer(0) == Some(1));
        Ok(0)
    }))
}

/// `nudge()`: makes the event loop turn once if something keeps it running, and keeps nothing running.
fn nudge(call: &Call<0>) -> i64 {
    number(environment::with(call.env(), POLL, |environment| {
        environment.nudge();
        Ok(0)
    }))
}

fn range(call: &Call<4>) -> Option<&mut [u8]> {
    call.bytes(1, call.integer(2)?, call.integer(3)?)
}

fn number(outcome: Result<i64>) -> i64 {
    outcome.unwrap_or_else(|error| -i64::from(error.errno()))
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn unsigned(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
