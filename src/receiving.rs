//! The hot calls that receive.

use napi::sys;
use socketpair_core::policy::{self, System};
use socketpair_core::{Kind, Received, ReceivedWith, Result, Room, Socket, Target};

use crate::arrivals::Arrival;
use crate::calls::{Call, OUT_OF_BOUNDS};
use crate::environment;
use crate::received;
use crate::transfer::{number, signed, target, unsigned};

/// Flags of a received message, above the 32 bits of its length.
mod flag {
    pub const TRUNCATED: i64 = 1 << 32;
    pub const END_OF_RECORD: i64 = 1 << 33;
    pub const END_OF_FILE: i64 = 1 << 34;
    /// The length is what landed: the system does not tell how long a truncated message was.
    pub const LENGTH_UNKNOWN: i64 = 1 << 35;
    /// Something came along with it: `arrived()` gives it.
    pub const ARRIVED: i64 = 1 << 36;
    /// Descriptors came where none were asked for, and were closed.
    pub const DROPPED: i64 = 1 << 37;
}

/// The most descriptors of a batch: lib/ keeps as many for somebody to look at.
const DESCRIPTORS_A_BATCH: usize = 1012;
/// The most that a message brings, beside a pidfd.
const DESCRIPTORS_A_MESSAGE: usize = 253;

/// The numbers of a message in the table of `recvMany`.
const ROW: usize = 4;

const RECV: &str = "recvmsg";

/// `recv(id, buffer, offset, length, most)`: with at most so many descriptors; without `most`, which is
/// for streams, those that come are closed.
pub fn recv(call: &Call<5>) -> i64 {
    let Some(bytes) = target(call) else {
        return OUT_OF_BOUNDS;
    };
    receive(call.env(), call.id(0), &[bytes], call.integer(4))
}

/// `peek(id, buffer, offset, length)`
pub fn peek(call: &Call<4>) -> i64 {
    let Some(bytes) = target(call) else {
        return OUT_OF_BOUNDS;
    };
    with_received(call.env(), call.id(0), |socket| socket.peek_into(bytes))
}

/// `recvVectored(id, views)`: of a stream.
pub fn recv_vectored(call: &Call<2>) -> i64 {
    let Some(views) = call.targets(1) else {
        return OUT_OF_BOUNDS;
    };
    receive(call.env(), call.id(0), &views, None)
}

fn receive(env: sys::napi_env, id: u32, pieces: &[Target<'_>], most: Option<usize>) -> i64 {
    number(environment::with(env, RECV, |environment| {
        let room = most.map_or(Room::NONE, |most| environment.room(most));
        environment.with(id, RECV, |end, socket| {
            if let Some(error) = end.take_deferred() {
                return Err(error);
            }
            let came = socket.recv_with_into(pieces, room)?;
            let mut answer = match socket.kind() {
                Kind::Stream => signed(came.received.len),
                Kind::Datagram | Kind::Seqpacket => message(&came.received),
            };
            if came.received.end_of_file {
                return Ok(answer);
            }
            if most.is_none() {
                if came.descriptors_truncated && socket.accept_descriptors() {
                    answer |= flag::DROPPED;
                }
            } else if let Some(arrival) = Arrival::of(0, came) {
                answer |= flag::ARRIVED;
                environment.arrived(vec![arrival]);
            }
            Ok(answer)
        })
    }))
}

/// `nextLength(id)`: the length of the next message, which stays.
pub fn next_length(call: &Call<1>) -> i64 {
    with_received(call.env(), call.id(0), Socket::next_message_len)
}

fn with_received(
    env: sys::napi_env,
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

/// `recvMany(id, slab, table, most)`: messages side by side into the slab, each with at most so many
/// descriptors; for each, the table gets its offset, the bytes that landed, its flags (those above, shifted
/// down) and its true length. Gives their count; 0 at end-of-file.
pub fn recv_many(call: &Call<4>) -> i64 {
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
            let most = call.integer(3).unwrap_or(0);
            let next = most.min(DESCRIPTORS_A_MESSAGE) + usize::from(socket.pass_pidfd());
            let left = environment.room(DESCRIPTORS_A_BATCH).descriptors;
            let mut offset = 0;
            let mut count = 0;
            let mut descriptors = 0;
            let mut arrivals = Vec::new();
            let mut queued = Queued::default();
            for row in 0..table.len() / ROW {
                let Some(memory) = slab.part(offset, slab.len() - offset) else {
                    break;
                };
                let room = Room::for_descriptors(most.min(left.saturating_sub(descriptors)));
                let came = match take_if_it_fits(socket, memory, room, count == 0, &mut queued) {
                    Ok(Some(came)) => came,
                    Ok(None) => break,
                    Err(error) if count == 0 => return Err(error),
                    Err(error) => {
                        if !error.is_would_block() {
                            end.defer(error);
                        }
                        break;
                    }
                };
                let received = came.received;
                if received.end_of_file {
                    break;
                }
                let mut answer = message(&received);
                if let Some(arrival) = Arrival::of(count, came) {
                    answer |= flag::ARRIVED;
                    descriptors += arrival.descriptors();
                    arrivals.push(arrival);
                }
                let entry: [u32; ROW] = [
                    unsigned(offset),
                    unsigned(received.len),
                    unsigned(usize::try_from(answer >> 32).unwrap_or(0)),
                    unsigned(received.message_len.unwrap_or(received.len)),
                ];
                for (column, number) in entry.into_iter().enumerate() {
                    table.set(row * ROW + column, number);
                }
                offset += received.len;
                count += 1;
                if descriptors + next > DESCRIPTORS_A_BATCH {
                    break;
                }
            }
            environment.arrived(arrivals);
            Ok(signed(count))
        })
    }))
}

/// What is known of the queue, so that not each message has to be measured before it is taken.
#[derive(Default)]
struct Queued {
    /// No message that was in the queue when it was asked is longer, and it holds one at least; else 0.
    bytes: usize,
}

impl Queued {
    /// Whether the next message is sure to fit into so much memory.
    fn fits(&mut self, socket: &Socket, memory: usize) -> Result<bool> {
        if self.bytes == 0 {
            self.bytes = socket.readable_len()?;
        }
        Ok(self.bytes > 0 && self.bytes <= memory)
    }

    /// A message of so many bytes was taken.
    fn took(&mut self, socket: &Socket, length: usize) {
        self.bytes = if policy::readable_len_is_sum(System::CURRENT, socket.kind()) {
            self.bytes.saturating_sub(length)
        } else {
            0
        };
    }
}

/// The next message, unless it is longer than the memory that the batch has left: then it waits for the
/// next batch. The first one of a batch is taken in any case, cut if it must be.
fn take_if_it_fits(
    socket: &Socket,
    memory: Target<'_>,
    room: Room,
    first: bool,
    queued: &mut Queued,
) -> Result<Option<ReceivedWith>> {
    if !first && !queued.fits(socket, memory.len())? {
        let next = socket.next_message_len()?;
        if next.end_of_file {
            return Ok(Some(ReceivedWith::end()));
        }
        if next.message_len.is_none_or(|length| length > memory.len()) || memory.is_empty() {
            return Ok(None);
        }
    }
    let came = socket.recv_with_into(&[memory], room)?;
    if !first {
        queued.took(socket, came.received.len);
    }
    Ok(Some(came))
}

/// `arrived(table)`: what came along with the last receive, as [`arrivals::deliver`] writes it. More than
/// the table has room for: ask again with a larger one.
pub fn arrived(call: &Call<1>) -> i64 {
    let Some(table) = call.numbers(0) else {
        return OUT_OF_BOUNDS;
    };
    let mut descriptors = 0;
    let answer = number(environment::with(call.env(), RECV, |environment| {
        let (width, delivered) = environment.deliver(&table)?;
        descriptors = delivered;
        Ok(signed(width))
    }));
    received::weigh(call.env(), signed(descriptors));
    answer
}
