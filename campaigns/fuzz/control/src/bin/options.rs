//! An input as a program of calls on a pair: options, sends, receives, descriptors, in any order and with any
//! number. No call panics or waits, counts agree, and no descriptor is left over.

#![no_main]

use std::io::{IoSlice, IoSliceMut};
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use libfuzzer_sys::fuzz_target;
use socketpair_core::{Kind, Outgoing, PairBuilder, Received, Room, Socket, raw};
use socketpair_fuzz::Bytes;

/// The lowest free number: the same before and after, if nothing was left open.
fn lowest_free() -> i32 {
    let any = std::io::stderr().as_fd().try_clone_to_owned();
    any.expect("a descriptor can be duplicated").as_raw_fd()
}

fn make(bytes: &mut Bytes<'_>) -> Option<(Socket, Socket)> {
    let mut builder = PairBuilder::new(Kind::ALL[bytes.below(3)])
        .close_on_exec([bytes.flag(), bytes.flag()])
        .nonblocking([bytes.flag(), bytes.flag()]);
    let choices = bytes.byte();
    if choices & 3 == 3 {
        builder = builder.protocol(bytes.word());
    }
    if choices & 0xc == 0xc {
        builder = builder.send_buffer_size(bytes.long());
    }
    if choices & 0x30 == 0x30 {
        builder = builder.recv_buffer_size(bytes.long());
    }
    builder.build().ok()
}

fn set(end: &Socket, bytes: &mut Bytes<'_>) {
    let (which, on) = (bytes.below(9), bytes.flag());
    match which {
        0 => {
            if end.set_nonblocking(on).is_ok() {
                assert_eq!(end.is_nonblocking(), Ok(on));
            }
        }
        1 => {
            if end.set_close_on_exec(on).is_ok() {
                assert_eq!(end.is_close_on_exec(), Ok(on));
            }
        }
        2 => {
            if end.set_pass_credentials(on).is_ok() {
                assert_eq!(end.pass_credentials(), on);
            }
        }
        3 => {
            if end.set_pass_pidfd(on).is_ok() {
                assert_eq!(end.pass_pidfd(), on);
            }
        }
        4 => {
            if end.set_accept_descriptors(on).is_ok() {
                assert_eq!(end.accept_descriptors(), on);
            }
        }
        5 => drop(end.set_send_buffer_size(bytes.long())),
        6 => drop(end.set_recv_buffer_size(bytes.long())),
        7 => drop(end.raise_send_buffer()),
        _ => drop(end.take_error()),
    }
}

/// Sends pieces of one memory, with a few descriptors. Gives the bytes that went.
fn send(end: &Socket, memory: &[u8], bytes: &mut Bytes<'_>) -> usize {
    let pieces: Vec<IoSlice<'_>> = (0..bytes.below(5))
        .map(|_| IoSlice::new(&memory[..bytes.length().min(memory.len())]))
        .collect();
    let whole: usize = pieces.iter().map(|piece| piece.len()).sum();
    let some = std::io::stderr();
    let descriptors: Vec<BorrowedFd<'_>> = vec![some.as_fd(); bytes.below(256).saturating_sub(240)];
    let sent = match bytes.below(4) {
        0 => end.send(&memory[..whole.min(memory.len())]),
        1 => end.send_many(&pieces).map(|_| 0),
        2 => end.send_vectored(&pieces),
        _ => end.send_with(&pieces, &Outgoing::descriptors(&descriptors)),
    };
    sent.unwrap_or(0)
}

fn check(received: Received, room: usize) {
    assert!(received.len <= room);
    assert!(!received.end_of_file || received.len == 0);
    if let Some(whole) = received.message_len {
        assert!(received.len <= whole);
    }
}

fn receive(end: &Socket, memory: &mut [u8], bytes: &mut Bytes<'_>) {
    let half = memory.len() / 2;
    let (first, second) = memory.split_at_mut(half);
    let (one, other) = (bytes.length().min(half), bytes.length().min(half));
    let room = one + other;
    let mut pieces = [
        IoSliceMut::new(&mut first[..one]),
        IoSliceMut::new(&mut second[..other]),
    ];
    let descriptors = Room::for_descriptors(bytes.below(5));
    match bytes.below(6) {
        0 => drop(end.recv(&mut first[..one]).map(|got| check(got, one))),
        1 => drop(end.peek(&mut first[..one]).map(|got| check(got, one))),
        2 => drop(end.recv_vectored(&mut pieces).map(|got| check(got, room))),
        3 => {
            let mut out = [Received::default(); 2];
            let count = end.recv_many(&mut pieces, &mut out).unwrap_or(0);
            assert!(count <= 2);
        }
        4 => {
            if let Ok(got) = end.recv_with(&mut pieces, descriptors) {
                check(got.received, room);
                assert!(got.descriptors.len() <= descriptors.descriptors);
            }
        }
        _ => drop(end.next_message_len()),
    }
}

fn run(bytes: &mut Bytes<'_>, memory: &mut [u8]) {
    if let Ok(numbers) = raw(
        bytes.word() % 50,
        bytes.word() % 0x1_0000,
        bytes.word() % 300,
    ) {
        let _: (OwnedFd, OwnedFd) = numbers;
    }
    let Some((one, other)) = make(bytes) else {
        return;
    };
    let mut ends = [Some(one), Some(other)];
    for _ in 0..64 {
        if bytes.is_empty() {
            return;
        }
        let which = usize::from(bytes.flag());
        let Some(end) = &ends[which] else { return };
        match bytes.below(8) {
            0 | 1 => set(end, bytes),
            2..=4 => drop(send(end, memory, bytes)),
            5 | 6 => receive(end, memory, bytes),
            _ => match bytes.below(12) {
                0 => drop(end.shutdown(Shutdown::Read)),
                1 => drop(end.shutdown(Shutdown::Write)),
                2 => drop(end.shutdown(Shutdown::Both)),
                3 => ends[which] = None,
                4 => {
                    let number = ends[which].take().map(Socket::into_fd);
                    ends[which] = number.and_then(|number| Socket::adopt(number).ok());
                }
                _ => drop(end.readable_len()),
            },
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let free = lowest_free();
    let mut memory = vec![0x5a; 64 * 1024];
    run(&mut Bytes::new(input), &mut memory);
    assert_eq!(lowest_free(), free, "a descriptor was left open");
});
