//! The hot calls that send.

use napi::sys;
use socketpair_core::{Credentials, Outgoing, Result, Socket, Source, ancillary};

use crate::calls::{Call, OUT_OF_BOUNDS};
use crate::descriptor;
use crate::environment;
use crate::received::{self, Received};
use crate::transfer::{number, signed, source};

/// How many messages go into one `sendmmsg`.
const MESSAGES_A_CALL: usize = 64;

const SEND: &str = "sendmsg";

/// `send(id, buffer, offset, length)`
pub fn send(call: &Call<4>) -> i64 {
    let Some(bytes) = source(call) else {
        return OUT_OF_BOUNDS;
    };
    with_sent(call.env(), call.id(0), |socket| socket.send_from(bytes))
}

/// `sendVectored(id, views, from, skip)`: from `skip` bytes into entry `from` on.
pub fn send_vectored(call: &Call<4>) -> i64 {
    let Some(views) = pieces(call) else {
        return OUT_OF_BOUNDS;
    };
    with_sent(call.env(), call.id(0), |socket| {
        socket.send_vectored_from(&views)
    })
}

/// The views of the array in argument 1, from `skip` (argument 3) bytes into entry `from` (2) on.
fn pieces<const N: usize>(call: &Call<N>) -> Option<Vec<Source<'_>>> {
    let (from, skip) = (call.integer(2)?, call.integer(3)?);
    let mut views = call.sources(1, from)?;
    if let Some(first) = views.first_mut() {
        *first = first.part(skip, first.len().checked_sub(skip)?)?;
    }
    Some(views)
}

/// `sendWith(id, views, from, skip, descriptors, credentials)`: as `sendVectored`, with what goes along;
/// the credentials are pid, uid and gid, or nothing.
pub fn send_with(call: &Call<6>) -> i64 {
    let (Some(views), Some(numbers), Some(credentials)) =
        (pieces(call), call.numbers(4), call.numbers(5))
    else {
        return OUT_OF_BOUNDS;
    };
    let (numbers, credentials) = (numbers.to_vec(), credentials.to_vec());
    with_sent(call.env(), call.id(0), |socket| {
        let outgoing = Outgoing {
            descriptors: &descriptor::borrow(&numbers)?,
            credentials: match *credentials.as_slice() {
                [pid, uid, gid] => Some(Credentials {
                    pid: Some(pid.cast_signed()),
                    uid,
                    gid,
                }),
                _ => None,
            },
        };
        socket.send_with_from(&views, &outgoing)
    })
}

/// `sendMany(id, views, from)`: the messages from entry `from` on; gives how many went.
pub fn send_many(call: &Call<3>) -> i64 {
    let Some(from) = call.integer(2) else {
        return OUT_OF_BOUNDS;
    };
    let Some(views) = call.sources(1, from) else {
        return OUT_OF_BOUNDS;
    };
    with_sent(call.env(), call.id(0), |socket| {
        let mut sent = 0;
        for batch in views.chunks(MESSAGES_A_CALL) {
            match socket.send_many_from(batch) {
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

fn with_sent(env: sys::napi_env, id: u32, transfer: impl FnOnce(&Socket) -> Result<usize>) -> i64 {
    number(environment::with(env, SEND, |environment| {
        environment.with(id, SEND, |_, socket| transfer(socket).map(signed))
    }))
}

/// `checkDescriptors(numbers)`: the place of the first that is not open, counted from 1; 0 when all are.
pub fn check_descriptors(call: &Call<1>) -> i64 {
    let Some(numbers) = call.numbers(0) else {
        return OUT_OF_BOUNDS;
    };
    let numbers = numbers.to_vec();
    let numbers: Vec<_> = numbers.into_iter().map(u32::cast_signed).collect();
    match ancillary::check_descriptors(&numbers) {
        Ok(()) => 0,
        Err((place, _)) => signed(place + 1),
    }
}

/// `hold(numbers, ids)`: duplicates of those descriptors, whose numbers take their place; `ids` gets what
/// `closeReceived` takes. All or none.
pub fn hold(call: &Call<2>) -> i64 {
    let (Some(numbers), Some(ids)) = (call.numbers(0), call.numbers(1)) else {
        return OUT_OF_BOUNDS;
    };
    if ids.len() < numbers.len() {
        return OUT_OF_BOUNDS;
    }
    let mut count = 0;
    let answer = number(environment::with(call.env(), "fcntl", |environment| {
        let held = descriptor::duplicate(&numbers.to_vec())?
            .into_iter()
            .map(Received::new)
            .collect::<Result<Vec<_>>>()?;
        for (index, duplicate) in held.into_iter().enumerate() {
            numbers.set(index, duplicate.number().cast_unsigned());
            ids.set(index, environment.insert_received(duplicate, "fcntl")?);
            count += 1;
        }
        Ok(0)
    }));
    received::weigh(call.env(), count);
    answer
}
