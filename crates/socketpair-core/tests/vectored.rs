//! Transfers in pieces of any number and size, against a model of Linux.
#![cfg(target_os = "linux")]

mod support;

use std::collections::VecDeque;
use std::io::{IoSlice, IoSliceMut};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use socketpair_core::{Kind, Received, pair};
use support::{alone, bytes};

const UNTOUCHED: u8 = 0xa5;

/// So many bytes in so many pieces, cut at places that the seed decides.
#[derive(Clone, Debug)]
struct Pieces {
    total: usize,
    count: usize,
    seed: u64,
}

impl Pieces {
    fn sizes(&self) -> Vec<usize> {
        if self.count == 0 {
            return Vec::new();
        }
        let random = bytes(4 * (self.count - 1), self.seed);
        let mut cuts: Vec<usize> = random
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize % (self.total + 1))
            .collect();
        cuts.extend([0, self.total]);
        cuts.sort_unstable();
        cuts.windows(2).map(|cut| cut[1] - cut[0]).collect()
    }

    fn room(&self) -> usize {
        if self.count == 0 { 0 } else { self.total }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Send(Pieces),
    Receive(Pieces),
    Peek(usize),
    Size,
}

fn pieces() -> impl Strategy<Value = Pieces> {
    let total = prop_oneof![0..64_usize, 0..=(100_usize << 10)];
    let count = prop_oneof![0..4_usize, 0..=2000_usize, 1023..=1026_usize];
    (total, count, any::<u64>()).prop_map(|(total, count, seed)| Pieces { total, count, seed })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => pieces().prop_map(Step::Send),
        3 => pieces().prop_map(Step::Receive),
        1 => (0..2000_usize).prop_map(Step::Peek),
        1 => Just(Step::Size),
    ]
}

/// What is queued: chunks as sent; on a stream all bytes in one.
struct Model {
    kind: Kind,
    queue: VecDeque<Vec<u8>>,
}

impl Model {
    fn sent(&mut self, data: &[u8]) {
        match (self.kind, self.queue.back_mut()) {
            (Kind::Stream, _) if data.is_empty() => {}
            (Kind::Stream, Some(queued)) => queued.extend_from_slice(data),
            _ => self.queue.push_back(data.to_vec()),
        }
    }

    /// What a receive with this room says, and the bytes that land; `None`: would block.
    fn next(&self, room: usize) -> Option<(Received, &[u8])> {
        if self.kind == Kind::Stream && room == 0 {
            return Some((Received::default(), &[]));
        }
        let first = self.queue.front()?;
        let landed = &first[..first.len().min(room)];
        let told = Received {
            len: landed.len(),
            ..Received::default()
        };
        if self.kind == Kind::Stream {
            return Some((told, landed));
        }
        let told = Received {
            message_len: Some(first.len()),
            truncated: room < first.len(),
            ..told
        };
        Some((told, landed))
    }

    fn taken(&mut self, len: usize) {
        if let Some(mut first) = self.queue.pop_front()
            && self.kind == Kind::Stream
            && len < first.len()
        {
            self.queue.push_front(first.split_off(len));
        }
    }
}

/// The bytes that one call moves on a stream: of the first 1024 pieces that are not all empty.
fn window(kind: Kind, sizes: &[usize]) -> usize {
    if kind != Kind::Stream {
        return sizes.iter().sum();
    }
    sizes.iter().skip_while(|&&size| size == 0).take(1024).sum()
}

fn run(kind: Kind, steps: &[Step]) -> Result<(), TestCaseError> {
    let (left, right) = pair(kind).expect("a pair");
    let mut model = Model {
        kind,
        queue: VecDeque::new(),
    };
    for step in steps {
        match step {
            Step::Send(pieces) => {
                let sizes = pieces.sizes();
                let data = bytes(pieces.room(), pieces.seed);
                let mut rest = &data[..];
                let mut slices = Vec::new();
                for &size in &sizes {
                    let (now, later) = rest.split_at(size);
                    slices.push(IoSlice::new(now));
                    rest = later;
                }
                match left.send_vectored(&slices) {
                    Ok(len) => {
                        prop_assert!(len <= window(kind, &sizes));
                        prop_assert!(len > 0 || window(kind, &sizes) == 0);
                        prop_assert!(kind == Kind::Stream || len == data.len());
                        model.sent(&data[..len]);
                    }
                    Err(error) => {
                        prop_assert!(["EAGAIN", "ENOBUFS"].contains(&error.code()), "{}", error);
                        prop_assert!(!model.queue.is_empty(), "full although nothing is queued");
                    }
                }
            }
            Step::Receive(pieces) => {
                let sizes = pieces.sizes();
                let room = window(kind, &sizes);
                let mut memory = vec![UNTOUCHED; pieces.room()];
                let mut rest = &mut memory[..];
                let mut slices = Vec::new();
                for &size in &sizes {
                    let (now, later) = rest.split_at_mut(size);
                    slices.push(IoSliceMut::new(now));
                    rest = later;
                }
                let result = right.recv_vectored(&mut slices);
                check(&result, &memory, model.next(room))?;
                if let Ok(received) = result
                    && (room > 0 || kind != Kind::Stream)
                {
                    model.taken(received.len);
                }
            }
            Step::Peek(room) => {
                let mut memory = vec![UNTOUCHED; *room];
                let result = right.peek(&mut memory);
                check(&result, &memory, model.next(*room))?;
            }
            Step::Size => match (right.next_message_len(), model.queue.front()) {
                (Ok(sized), Some(first)) => {
                    let expected = kind.keeps_boundaries().then_some(first.len());
                    prop_assert_eq!(sized.message_len, expected);
                    prop_assert!(sized.len == 0 && !sized.truncated && !sized.end_of_file);
                }
                (Err(error), None) => prop_assert!(error.is_would_block()),
                other => prop_assert!(false, "{:?}", other.0),
            },
        }
    }
    drop(left);
    while let Some((told, landed)) = model.next(1 << 20) {
        let mut memory = vec![0; 1 << 20];
        let received = right.recv(&mut memory);
        prop_assert_eq!(received, Ok(told));
        prop_assert!(&memory[..told.len] == landed);
        model.taken(told.len);
    }
    let end = right.recv(&mut [0; 8]);
    if kind == Kind::Datagram {
        prop_assert_eq!(end.map_err(|error| error.code()), Err("EAGAIN"));
    } else {
        prop_assert_eq!(end, Ok(Received::end()));
    }
    Ok(())
}

fn check(
    result: &socketpair_core::Result<Received>,
    memory: &[u8],
    expected: Option<(Received, &[u8])>,
) -> Result<(), TestCaseError> {
    match (result, expected) {
        (Ok(received), Some((told, landed))) => {
            prop_assert_eq!(*received, told);
            prop_assert!(&memory[..told.len] == landed, "other bytes than were sent");
            prop_assert!(memory[told.len..].iter().all(|&byte| byte == UNTOUCHED));
        }
        (Err(error), None) => prop_assert!(error.is_would_block(), "{}", error),
        other => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

#[test]
fn whatever_the_pieces_the_bytes_and_the_boundaries_arrive() {
    let config = ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..Default::default()
    };
    let steps = prop::collection::vec(step(), 1..40);
    alone(|| {
        proptest!(config, |(kind in select(&Kind::ALL[..]), steps in steps)| {
            run(kind, &steps)?;
        });
    });
}
