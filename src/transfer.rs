//! The hot calls: one system call on the caller's own memory, its outcome as one number.
//!
//! A number below zero is an errno, negated (the name of the system call is the call's own, see
//! lib/native.ts). One above the lowest 32 bits carries the flags of a received message.

use std::time::Duration;

use napi::bindgen_prelude::{Function, Object};
use napi::{Env, JsValue};
use napi_derive::napi;
use socketpair_core::{Result, Source, Target};

use crate::calls::{Call, OUT_OF_BOUNDS, callback, define};
use crate::counters;
use crate::ends::Direction;
use crate::environment;
use crate::event_loop::EventLoop;
use crate::wake::Wakes;
use crate::{receiving, sending};

const POLL: &str = "poll";

/// Opens this environment: `onReady(token)` will be called when an armed end can be tried, where token
/// is the end's number times two, plus one for the write direction. `byLoop`: by libuv, if the host's event
/// loop is that. Gives the hot calls.
#[napi(
    catch_unwind,
    ts_args_type = "onReady: (token: number) => void, byLoop: boolean",
    ts_return_type = "Record<string, (...args: never[]) => number>"
)]
pub fn open<'env>(
    env: &'env Env,
    on_ready: Function<'env, u32, ()>,
    by_loop: bool,
) -> napi::Result<Object<'env>> {
    let raw = env.raw();
    if !environment::is_open(raw) {
        let wakes = Wakes::new(raw, on_ready.raw()).map_err(napi::Error::from_status)?;
        let event_loop = EventLoop::new(raw, on_ready.raw(), by_loop);
        environment::open(raw, wakes, event_loop);
        // Added after the thread-safe function's own hook, so it runs before it.
        env.add_env_cleanup_hook(raw as usize, |raw| {
            environment::close(raw as napi::sys::napi_env);
        })?;
    }
    let mut calls = Object::new(env)?;
    for (name, function) in [
        ("recv", callback!(receiving::recv)),
        ("recvVectored", callback!(receiving::recv_vectored)),
        ("recvMany", callback!(receiving::recv_many)),
        ("peek", callback!(receiving::peek)),
        ("nextLength", callback!(receiving::next_length)),
        ("send", callback!(sending::send)),
        ("sendVectored", callback!(sending::send_vectored)),
        ("sendMany", callback!(sending::send_many)),
        ("sendWith", callback!(sending::send_with)),
        ("arrived", callback!(receiving::arrived)),
        ("checkDescriptors", callback!(sending::check_descriptors)),
        ("hold", callback!(sending::hold)),
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

/// What tells this environment which ends are ready: "loop", the host's event loop, or "tokio".
#[napi(catch_unwind, ts_return_type = "'loop' | 'tokio'")]
pub fn readiness(env: &Env) -> &'static str {
    let by_loop = environment::with(env.raw(), POLL, |environment| {
        Ok(environment.uses_event_loop())
    });
    if by_loop.unwrap_or(false) {
        "loop"
    } else {
        "tokio"
    }
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
    if count > tokens.len() {
        return OUT_OF_BOUNDS;
    }
    let microseconds = |count: usize| Duration::from_micros(count as u64);
    number(environment::with(call.env(), POLL, |environment| {
        let mut asked = tokens.to_vec();
        asked.truncate(count);
        environment.linger(&mut asked, microseconds(spin), microseconds(sleep))?;
        counters::spun(asked.contains(&1));
        for (index, can) in asked.into_iter().enumerate() {
            tokens.set(index, can);
        }
        Ok(0)
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

/// A call's outcome as its answer.
pub fn number(outcome: Result<i64>) -> i64 {
    outcome.unwrap_or_else(|error| -i64::from(error.errno()))
}

/// A length as an answer.
pub fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A length for a table.
pub fn unsigned(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The bytes `offset .. offset + length` (arguments 2 and 3) of the view in argument 1, to be filled.
pub fn target<const N: usize>(call: &Call<N>) -> Option<Target<'_>> {
    call.target(1, call.integer(2)?, call.integer(3)?)
}

/// The same, to be read from.
pub fn source<const N: usize>(call: &Call<N>) -> Option<Source<'_>> {
    call.source(1, call.integer(2)?, call.integer(3)?)
}
