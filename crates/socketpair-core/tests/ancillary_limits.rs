//! Too many descriptors, too little room, hostile senders, cycles: nothing is lost, all is told.
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use socketpair_core::ancillary::{Endian, Found, Layout, found};
use socketpair_core::policy::System;
use socketpair_core::{Kind, ReceivedWith, Room, Socket, pair};
use support::{
    Outcome, alone, code, is_close_on_exec, is_same_file, kinds, message_kinds, open_descriptors,
    pipe, receive, receive_with, send_with,
};

#[test]
fn what_finds_no_room_is_told_and_closed() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let sent = [reader.as_fd(); 10];
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for room in [0, 1, 2, 3, 9, 10, 11, 253, usize::MAX] {
                send_with(&left, b"ten", &sent)?;
                let before = open_descriptors();
                let (data, came) = receive_with(&right, room)?;
                assert_eq!(data, b"ten", "the data comes all the same");
                assert_eq!(
                    came.descriptors.len(),
                    room.min(10),
                    "{kind}, room for {room}"
                );
                assert_eq!(came.descriptors_truncated, room < 10);
                assert_eq!(open_descriptors().len(), before.len() + room.min(10));
                drop(came);
                assert_eq!(open_descriptors(), before);
                left.send(b"plain")?;
                let (_, came) = receive_with(&right, room)?;
                assert!(!came.descriptors_truncated, "nothing was cut off here");
            }
        }
        Ok(())
    })
}

#[test]
fn what_finds_no_room_is_told_also_beside_credentials_and_a_pidfd() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let sent = [reader.as_fd(); 10];
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            right.set_pass_credentials(true)?;
            let with_pidfd = right.set_pass_pidfd(true).is_ok();
            for room in [0, 1, 2, 9, 10] {
                send_with(&left, b"ten", &sent)?;
                let before = open_descriptors();
                let (_, came) = receive_with(&right, room)?;
                assert_eq!(came.descriptors.len(), room, "{kind}");
                assert_eq!(came.descriptors_truncated, room < 10);
                assert!(came.credentials.is_some());
                // A pidfd comes behind the descriptors, and surplus ones may take its room.
                assert!(came.pidfd.is_some() || room < 10 || !with_pidfd);
                drop(came);
                assert_eq!(open_descriptors(), before);
                left.send(b"plain")?;
                let (_, came) = receive_with(&right, room)?;
                assert_eq!(came.pidfd.is_some(), with_pidfd);
                assert!(came.credentials.is_some() && !came.descriptors_truncated);
            }
        }
        Ok(())
    })
}

/// Runs `work` while only `free` more descriptors can be opened in this process.
fn with_free_numbers<T>(free: usize, work: impl FnOnce() -> T) -> T {
    use libc::{RLIMIT_NOFILE, getrlimit, rlimit, setrlimit};

    let mut old = rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    let open = open_descriptors();
    let mut holes = (0..).filter(|fd| !open.contains(fd));
    let limit = holes.nth(free).expect("a number");
    // SAFETY: `old` is a rlimit, writable for the first call and readable for the second.
    unsafe {
        assert_eq!(getrlimit(RLIMIT_NOFILE, &raw mut old), 0);
        let new = rlimit {
            rlim_cur: limit.try_into().expect("a number"),
            ..old
        };
        assert_eq!(setrlimit(RLIMIT_NOFILE, &raw const new), 0);
    }
    let result = work();
    // SAFETY: `old` is readable.
    assert_eq!(unsafe { setrlimit(RLIMIT_NOFILE, &raw const old) }, 0);
    result
}

#[test]
fn without_free_numbers_as_many_arrive_as_there_are() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let sent = [reader.as_fd(); 10];
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for free in [0, 1, 4, 9, 10] {
                send_with(&left, b"ten", &sent)?;
                let (data, came) = with_free_numbers(free, || receive_with(&right, 20))?;
                assert_eq!(data, b"ten", "{kind}");
                assert_eq!(came.descriptors.len(), free);
                assert_eq!(came.descriptors_truncated, free < 10);
                assert!(came.descriptors.iter().all(|fd| is_same_file(fd, &reader)));
            }
            // A pidfd for which there is no number is just not there.
            if right.set_pass_pidfd(true).is_ok() {
                left.send(b"plain")?;
                let (data, came) = with_free_numbers(0, || receive_with(&right, 20))?;
                assert_eq!((&data[..], came.pidfd.is_some()), (&b"plain"[..], false));
            }
        }
        Ok(())
    })
}

/// One recvmsg(2) with so many bytes for control data; those that came.
fn receive_control(end: &Socket, len: usize) -> Vec<u8> {
    // As aligned as headers need it.
    let mut control = vec![0_u64; len / 8 + 1];
    let mut data = [0_u8; 16];
    let mut piece = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: data.len(),
    };
    // SAFETY: a msghdr is integers and pointers, for all of which zero is a value.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut piece;
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = len as _;
    // SAFETY: the header points to memory that is writable for the lengths given.
    let came = unsafe { libc::recvmsg(end.as_raw_fd(), &raw mut header, libc::MSG_CMSG_CLOEXEC) };
    assert!(came > 0);
    #[allow(
        clippy::unnecessary_cast,
        reason = "the width of the length differs by libc"
    )]
    let len = header.msg_controllen as usize;
    let bytes = control.iter().flat_map(|word| word.to_ne_bytes());
    bytes.take(len).collect()
}

#[test]
fn control_data_cut_anywhere_by_the_system_names_all_that_is_open() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let bits = usize::BITS;
        let endian = if cfg!(target_endian = "little") {
            Endian::Little
        } else {
            Endian::Big
        };
        let layout = Layout::of(System::CURRENT, bits, endian);
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for with_credentials in [false, true] {
                right.set_pass_credentials(with_credentials)?;
                let _ = right.set_pass_pidfd(with_credentials);
                for len in 1..140 {
                    send_with(&left, b"ten", &[reader.as_fd(); 10])?;
                    let before = open_descriptors();
                    let control = receive_control(&right, len);
                    let named: BTreeSet<RawFd> = found(System::CURRENT, layout, &control)
                        .filter_map(|found| match found {
                            Found::Descriptor(number) | Found::Pidfd(number) => Some(number),
                            _ => None,
                        })
                        .collect();
                    let after = open_descriptors();
                    let opened: BTreeSet<RawFd> = after.difference(&before).copied().collect();
                    assert_eq!(named, opened, "{kind}, room for {len} bytes");
                    for number in opened {
                        nix::unistd::close(number).expect("it is ours");
                    }
                }
            }
        }
        Ok(())
    })
}

#[test]
fn a_flood_to_one_who_ignores_it_leaves_nothing_open() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let flood = vec![reader.as_fd(); 253];
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let before = open_descriptors();
            for round in 0..40 {
                let mut queued = 0;
                while send_with(&left, b"flood", &flood).is_ok() {
                    queued += 1;
                }
                assert!(queued > 1, "{kind}");
                for _ in 0..queued {
                    if round % 2 == 0 {
                        assert_eq!(receive(&right)?, b"flood");
                    } else {
                        let (data, came) = receive_with(&right, 0)?;
                        assert_eq!(data, b"flood");
                        assert!(came.descriptors.is_empty() && came.descriptors_truncated);
                    }
                }
                assert_eq!(open_descriptors(), before, "{kind}");
            }
            assert_eq!(code(receive_with(&right, 0)), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn a_flood_to_one_who_takes_it_is_closed_with_each_result() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let flood = vec![reader.as_fd(); 253];
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let before = open_descriptors().len();
            for _ in 0..2000 {
                send_with(&left, b"x", &flood)?;
                let (_, came) = receive_with(&right, 253)?;
                assert_eq!(came.descriptors.len(), 253);
            }
            assert_eq!(open_descriptors().len(), before, "{kind}");
        }
        Ok(())
    })
}

/// Sends control messages as they are given.
fn send_raw(end: &Socket, data: &[u8], control: &[ControlMessage<'_>]) -> nix::Result<usize> {
    let bufs = [IoSlice::new(data)];
    sendmsg::<()>(
        end.as_raw_fd(),
        &bufs,
        control,
        MsgFlags::MSG_DONTWAIT,
        None,
    )
}

#[test]
fn several_lists_in_one_message_arrive_as_one() -> Outcome {
    alone(|| {
        let pipes: Vec<_> = (0..4).map(|_| pipe()).collect();
        let numbers: Vec<RawFd> = pipes.iter().map(|(r, _)| r.as_raw_fd()).collect();
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let lists = [
                ControlMessage::ScmRights(&numbers[..1]),
                ControlMessage::ScmRights(&numbers[1..]),
            ];
            send_raw(&left, b"x", &lists).expect("room for it");
            let (_, came) = receive_with(&right, 4)?;
            assert_eq!(came.descriptors.len(), 4, "{kind}");
            let pairs = came.descriptors.iter().zip(&pipes);
            assert!(
                pairs
                    .into_iter()
                    .all(|(fd, (reader, _))| is_same_file(fd, reader))
            );
        }
        Ok(())
    })
}

#[test]
fn control_messages_of_other_kinds_are_counted_and_taken_for_nothing_else() -> Outcome {
    use nix::sys::socket::{setsockopt, sockopt};

    alone(|| {
        let (reader, _writer) = pipe();
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            setsockopt(&right, sockopt::ReceiveTimestamp, &true).expect("a known option");
            send_with(&left, b"timed", &[reader.as_fd(); 3])?;
            let (data, came) = receive_with(&right, 253)?;
            assert_eq!(
                (&data[..], came.descriptors.len()),
                (&b"timed"[..], 3),
                "{kind}"
            );
            assert_eq!(came.unknown, 1);
            assert!(!came.descriptors_truncated);
            // Without room for it, something is told to be missing.
            left.send(b"timed")?;
            assert!(receive_with(&right, 0)?.1.descriptors_truncated);
        }
        Ok(())
    })
}

#[test]
fn pairs_nested_twelve_deep_come_out_again() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (mut inside, innermost) = pair(kind)?;
            innermost.send(b"the core")?;
            drop(innermost);
            for _ in 0..12 {
                let (left, right) = pair(kind)?;
                send_with(&left, b"shell", &[inside.as_fd()])?;
                inside = right;
            }
            for _ in 0..12 {
                let (_, mut came) = receive_with(&inside, 1)?;
                let arrived = came.descriptors.pop().expect("the next");
                assert!(is_close_on_exec(&arrived));
                inside = Socket::adopt(arrived).expect("a socket");
            }
            assert_eq!(receive(&inside)?, b"the core", "{kind}");
        }
        Ok(())
    })
}

/// Whether nobody holds the writing end of the pipe any more.
fn has_ended(mut reader: &File) -> bool {
    matches!(reader.read(&mut [0; 1]), Ok(0))
}

/// Cycles are collected late: when some socket is closed with descriptors on their way (F23).
#[test]
fn a_ring_of_ends_on_their_way_is_collected_with_all_it_holds() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (reader, writer) = pipe();
            fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("a pipe");
            let reader = File::from(reader);
            {
                let ring = [pair(kind)?, pair(kind)?, pair(kind)?];
                for (i, (left, _)) in ring.iter().enumerate() {
                    let (next_left, next_right) = &ring[(i + 1) % 3];
                    let sent = [next_left.as_fd(), next_right.as_fd(), writer.as_fd()];
                    send_with(left, b"ring", &sent)?;
                }
                drop(writer);
            }
            let begun = Instant::now();
            while !has_ended(&reader) {
                assert!(
                    begun.elapsed() < Duration::from_secs(30),
                    "{kind}: still held"
                );
                let (left, right) = pair(kind)?;
                send_with(&left, b"trigger", &[reader.as_fd()])?;
                drop((left, right));
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    })
}

#[test]
fn an_end_sent_over_itself_comes_out_or_is_collected() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            send_with(&left, b"self", &[left.as_fd(), right.as_fd()])?;
            let (_, came) = receive_with(&right, 2)?;
            assert!(is_same_file(&came.descriptors[0], &left), "{kind}");
            assert!(is_same_file(&came.descriptors[1], &right));
        }
        Ok(())
    })
}

#[test]
fn concurrent_receivers_get_each_descriptor_once() -> Outcome {
    const MESSAGES: usize = 300;
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let pipes: Vec<_> = (0..3).map(|_| pipe()).collect();
            let list: Vec<BorrowedFd<'_>> = pipes.iter().map(|(r, _)| r.as_fd()).collect();
            let take = || -> socketpair_core::Result<Vec<OwnedFd>> {
                let mut taken = Vec::new();
                loop {
                    let mut byte = [0];
                    match right.recv_with(&mut [IoSliceMut::new(&mut byte)], Room::ALL) {
                        Ok(ReceivedWith { descriptors, .. }) if byte[0] == b'x' => {
                            assert_eq!(descriptors.len(), 3);
                            taken.extend(descriptors);
                        }
                        Ok(_) => return Ok(taken),
                        Err(error) if error.is_would_block() => std::thread::yield_now(),
                        Err(error) => return Err(error),
                    }
                }
            };
            let send = |data: &[u8], list: &[BorrowedFd<'_>]| loop {
                match send_with(&left, data, list) {
                    Err(error) if error.is_would_block() => std::thread::yield_now(),
                    other => return other,
                }
            };
            let taken = std::thread::scope(|scope| {
                let takers = [scope.spawn(take), scope.spawn(take)];
                for _ in 0..MESSAGES {
                    send(b"x", &list)?;
                }
                send(b".", &[])?;
                send(b".", &[])?;
                let mut count = 0;
                for taker in takers {
                    count += taker.join().expect("no panic")?.len();
                }
                socketpair_core::Result::Ok(count)
            })?;
            assert_eq!(taken, 3 * MESSAGES, "{kind}");
        }
        Ok(())
    })
}

#[test]
fn o_nonblock_of_a_descriptor_is_shared_and_close_on_exec_is_not() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let (inner, _other) = pair(Kind::Stream)?;
        inner.set_close_on_exec(false)?;
        send_with(&left, b"x", &[inner.as_fd()])?;
        let (_, mut came) = receive_with(&right, 1)?;
        let arrived = Socket::adopt(came.descriptors.pop().expect("it")).expect("a socket");
        assert!(arrived.is_close_on_exec()? && !inner.is_close_on_exec()?);
        arrived.set_nonblocking(true)?;
        assert!(inner.is_nonblocking()?);
        Ok(())
    })
}
