//! Relays as lib/ sees them: begun, watched and ended by the numbers of their two ends.

use napi::Env;
use napi::bindgen_prelude::BufferSlice;
use napi_derive::napi;

use crate::environment;
use crate::error::OrThrow;
use crate::relaying::Patience;

const SYSCALL: &str = "recvmsg";

/// Bytes that a relay has delivered.
#[napi(object)]
pub struct Counts {
    /// From the first end to the second.
    pub a_to_b: f64,
    /// From the second end to the first.
    pub b_to_a: f64,
}

/// What a relay came to.
#[napi(object, object_from_js = false)]
pub struct RelayOutcome<'env> {
    /// What it has delivered.
    pub counts: Counts,
    /// The errno that it failed with, positive.
    pub errno: Option<i32>,
    /// The system call that failed.
    pub syscall: Option<String>,
    /// What was taken and not delivered to the first end.
    pub for_a: Option<BufferSlice<'env>>,
    /// What was taken and not delivered to the second end.
    pub for_b: Option<BufferSlice<'env>>,
}

/// Begins to move everything between the ends `a` and `b`, until `endRelay`; `onReady` is called with the
/// token of `a` for reading when it has ended by itself. False: they are one and the same socket.
#[napi]
pub fn begin_relay(env: Env, a: u32, b: u32) -> napi::Result<bool> {
    environment::with(env.raw(), SYSCALL, |environment| {
        environment.relay(a, b, SYSCALL)
    })
    .or_throw(env)
}

/// How much the relay of the end `a` has delivered so far; null when it is not relayed.
#[napi]
pub fn relayed(env: Env, a: u32) -> Option<Counts> {
    let relayed = environment::with(env.raw(), SYSCALL, |environment| Ok(environment.relayed(a)));
    relayed.ok().flatten().map(counts)
}

/// Gives the ends `a` and `b` back from their relay, if it is over; `stop` other than 0 stops it, 1 without a
/// wait and 2 after a short one for what its thread does just now. Null: it goes on; if it was to stop, then
/// only until its thread is done with that, and `onReady` is called with the token of `a` after it.
#[napi]
pub fn end_relay(env: &Env, a: u32, b: u32, stop: u32) -> napi::Result<Option<RelayOutcome<'_>>> {
    let stop = match stop {
        0 => None,
        1 => Some(Patience::None),
        _ => Some(Patience::Short),
    };
    let outcome = environment::with(env.raw(), SYSCALL, |environment| {
        Ok(environment.end_relay(a, b, stop))
    });
    let Some(outcome) = outcome.ok().flatten() else {
        return Ok(None);
    };
    let held = |bytes: Option<Vec<u8>>| {
        bytes
            .map(|bytes| BufferSlice::copy_from(env, bytes))
            .transpose()
    };
    Ok(Some(RelayOutcome {
        counts: counts(outcome.relayed),
        errno: outcome.error.map(|error| error.errno()),
        syscall: outcome.error.map(|error| error.syscall().to_owned()),
        for_a: held(outcome.for_a)?,
        for_b: held(outcome.for_b)?,
    }))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to nine petabytes, as every number of JavaScript"
)]
fn counts(relayed: socketpair_core::Relayed) -> Counts {
    Counts {
        a_to_b: relayed.a_to_b as f64,
        b_to_a: relayed.b_to_a as f64,
    }
}
