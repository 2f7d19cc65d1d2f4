//! A set of sockets behind one descriptor, as an event loop uses it.
#![cfg(any(target_os = "linux", target_os = "android"))]

mod async_support;

use std::os::fd::{AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};

use async_support::without_leak;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{close, dup, dup2_raw};
use socketpair_core::{Directions, Kind, ReadySet, Socket, pair};

const READ: Directions = Directions {
    read: true,
    write: false,
};
const WRITE: Directions = Directions {
    read: false,
    write: true,
};
const BOTH: Directions = Directions {
    read: true,
    write: true,
};

fn told(set: &ReadySet) -> Vec<(u64, Directions)> {
    let mut told = Vec::new();
    set.told(|key, can| told.push((key, can))).expect("told");
    told
}

/// Whether another loop would be woken.
fn is_readable(set: &ReadySet) -> bool {
    // SAFETY: the set is alive and has the descriptor open.
    let fd = unsafe { BorrowedFd::borrow_raw(set.as_raw_fd()) };
    let mut polled = [PollFd::new(fd, PollFlags::POLLIN)];
    poll(&mut polled, PollTimeout::ZERO).expect("poll") == 1
}

fn drain(socket: &Socket) {
    while socket.recv(&mut [0; 64]).is_ok_and(|got| got.len > 0) {}
}

#[test]
fn a_question_is_answered_once_however_much_comes() {
    without_leak(|| {
        for kind in [Kind::Stream, Kind::Datagram, Kind::Seqpacket] {
            let (left, right) = pair(kind).expect("pair");
            let set = ReadySet::new().expect("set");
            set.ask(&right, 1, READ, false).expect("ask");
            assert!(!is_readable(&set));
            left.send(b"one").expect("send");
            assert!(is_readable(&set));
            assert_eq!(told(&set), [(1, READ)]);
            left.send(b"two").expect("send");
            assert!(!is_readable(&set));
            assert_eq!(told(&set), []);
            set.ask(&right, 2, READ, true).expect("ask");
            assert_eq!(told(&set), [(2, READ)], "it is there already");
            set.forget(&right);
        }
    });
}

#[test]
fn bytes_that_are_gone_when_it_is_asked_are_not_told() {
    without_leak(|| {
        let (left, right) = pair(Kind::Stream).expect("pair");
        let set = ReadySet::new().expect("set");
        set.ask(&right, 1, READ, false).expect("ask");
        left.send(b"one").expect("send");
        drain(&right);
        assert_eq!(told(&set), []);
        left.send(b"two").expect("send");
        assert_eq!(told(&set), [(1, READ)], "the question stands");
    });
}

#[test]
fn each_direction_is_told_for_itself_and_the_end_for_both() {
    without_leak(|| {
        let (left, right) = pair(Kind::Stream).expect("pair");
        let set = ReadySet::new().expect("set");
        set.ask(&right, 1, BOTH, false).expect("ask");
        assert_eq!(told(&set), [(1, WRITE)]);
        while right.send(&[0; 4096]).is_ok() {}
        set.ask(&right, 1, BOTH, true).expect("ask");
        assert_eq!(told(&set), []);
        left.send(b"x").expect("send");
        assert_eq!(told(&set), [(1, READ)]);
        drain(&right);
        set.ask(&right, 1, BOTH, true).expect("ask");
        drop(left);
        assert_eq!(told(&set), [(1, BOTH)]);
    });
}

#[test]
fn o_nonblock_is_not_touched() {
    let (_left, right) = pair(Kind::Stream).expect("pair");
    let set = ReadySet::new().expect("set");
    set.ask(&right, 1, READ, false).expect("ask");
    let flags = fcntl(&right, FcntlArg::F_GETFL).expect("fcntl");
    assert!(!OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK));
}

#[test]
fn what_is_forgotten_is_not_told_though_a_duplicate_lives() {
    without_leak(|| {
        let (left, right) = pair(Kind::Stream).expect("pair");
        let set = ReadySet::new().expect("set");
        set.ask(&right, 1, READ, false).expect("ask");
        let duplicate = dup(&right).expect("dup");
        set.forget(&right);
        drop(right);
        left.send(b"x").expect("send");
        assert_eq!(told(&set), []);
        drop(duplicate);
    });
}

#[test]
fn a_number_that_was_closed_behind_our_back_is_ebadf_and_a_stranger_stays() {
    without_leak(|| {
        let set = ReadySet::new().expect("set");
        let (_left, right) = pair(Kind::Stream).expect("pair");
        set.ask(&right, 1, READ, false).expect("ask");
        let number = right.as_raw_fd();
        close(number).expect("close");
        assert_eq!(set.ask(&right, 2, READ, true).unwrap_err().code(), "EBADF");
        // The number comes back, and stands for a socket of somebody who uses the same set.
        let (far, near) = pair(Kind::Stream).expect("pair");
        let (far, near) = if near.as_raw_fd() == number {
            (far, near)
        } else {
            (near, far)
        };
        assert_eq!(near.as_raw_fd(), number);
        set.ask(&near, 3, READ, false).expect("ask");
        set.forget(&right);
        drop(right);
        far.send(b"x").expect("send");
        assert_eq!(told(&set), [(3, READ)]);
    });
}

#[test]
fn a_number_that_went_and_came_back_can_be_asked_about() {
    without_leak(|| {
        let set = ReadySet::new().expect("set");
        let (left, right) = pair(Kind::Stream).expect("pair");
        set.ask(&right, 1, READ, false).expect("ask");
        let number = right.as_raw_fd();
        let duplicate: OwnedFd = dup(&right).expect("dup");
        close(number).expect("close");
        // SAFETY: the number is free, and `right` goes on owning it.
        let back = unsafe { dup2_raw(&duplicate, number) }
            .expect("dup2")
            .into_raw_fd();
        assert_eq!(back, number);
        for known in [false, true] {
            set.ask(&right, 2, READ, known).expect("ask");
        }
        left.send(b"x").expect("send");
        assert_eq!(told(&set), [(2, READ)]);
        drop(duplicate);
    });
}

#[test]
fn more_answers_than_are_taken_at_once_come_next() {
    without_leak(|| {
        let set = ReadySet::new().expect("set");
        let pairs: Vec<_> = (0..200)
            .map(|_| pair(Kind::Stream).expect("pair"))
            .collect();
        for ((left, right), key) in pairs.iter().zip(0..) {
            set.ask(right, key, READ, false).expect("ask");
            left.send(b"x").expect("send");
        }
        let mut keys: Vec<_> = told(&set).into_iter().map(|(key, _)| key).collect();
        assert!(keys.len() < 200 && is_readable(&set));
        keys.extend(told(&set).into_iter().map(|(key, _)| key));
        keys.sort_unstable();
        assert!(keys.into_iter().eq(0..200));
    });
}
