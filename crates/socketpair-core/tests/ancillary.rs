//! Descriptors travel with data: once, in order, owned, and never lost.

mod support;

use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use socketpair_core::ancillary::check_descriptors;
use socketpair_core::policy::{System, descriptors_max};
use socketpair_core::{Kind, Outgoing, Received, Room, Socket, pair};
use support::{
    Outcome, alone, assert_end, bytes, code, is_close_on_exec, is_same_file, kinds, message_kinds,
    open_descriptors, pipe, receive, receive_info, receive_with, send_with,
};

#[test]
fn any_number_up_to_the_limit_arrives_in_order() -> Outcome {
    alone(|| {
        let max = descriptors_max(System::CURRENT);
        for kind in kinds() {
            for count in [1, 2, 3, 10, 100, max] {
                let (left, right) = pair(kind)?;
                let pipes: Vec<_> = (0..count.min(10)).map(|_| pipe()).collect();
                let sent: Vec<BorrowedFd<'_>> = (0..count)
                    .map(|i| pipes[i % pipes.len()].0.as_fd())
                    .collect();
                send_with(&left, b"x", &sent)?;
                let (_, came) = receive_with(&right, count)?;
                assert_eq!(came.descriptors.len(), count, "{kind}");
                assert!(!came.descriptors_truncated);
                for (arrived, sent) in came.descriptors.iter().zip(&sent) {
                    assert!(is_same_file(arrived, sent) && is_close_on_exec(arrived));
                }
            }
        }
        Ok(())
    })
}

#[test]
fn one_more_than_the_limit_is_refused_and_nothing_is_sent() -> Outcome {
    alone(|| {
        let max = descriptors_max(System::CURRENT);
        let (reader, _writer) = pipe();
        let many = vec![reader.as_fd(); max + 1000];
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for count in [max + 1, max + 1000] {
                let error = send_with(&left, b"x", &many[..count]).expect_err("too many");
                assert_eq!((error.code(), error.syscall()), ("EINVAL", "sendmsg"));
            }
            assert_eq!(code(receive_info(&right)), "EAGAIN", "{kind}");
        }
        Ok(())
    })
}

#[test]
fn a_bad_descriptor_in_the_list_is_found_and_nothing_is_sent() -> Outcome {
    alone(|| {
        let (reader, writer) = pipe();
        let closed = 1999;
        let numbers = [reader.as_raw_fd(), writer.as_raw_fd(), closed];
        assert!(check_descriptors(&numbers[..2]).is_ok() && check_descriptors(&[]).is_ok());
        for bad in [closed, -1, i32::MAX, i32::MIN] {
            let (place, error) = check_descriptors(&[numbers[0], numbers[1], bad, closed])
                .expect_err("it is not open");
            assert_eq!((place, error.code()), (2, "EBADF"));
        }
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            // SAFETY: nobody opens so high a number, so nothing of anyone's is touched.
            let bad = unsafe { BorrowedFd::borrow_raw(closed) };
            for list in [[reader.as_fd(), bad], [bad, reader.as_fd()]] {
                assert_eq!(code(send_with(&left, b"x", &list)), "EBADF");
            }
            assert_eq!(code(receive_info(&right)), "EAGAIN", "{kind}");
        }
        Ok(())
    })
}

#[test]
fn an_empty_list_is_plain_data() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            assert_eq!(send_with(&left, b"plain", &[])?, 5);
            assert!(Outgoing::NOTHING.is_empty());
            let (data, came) = receive_with(&right, 10)?;
            assert_eq!(data, b"plain");
            assert!(
                came.descriptors.is_empty() && !came.descriptors_truncated,
                "{kind}"
            );
            assert_eq!(came.carrying_byte, None);
            assert_eq!(code(receive_with(&right, 10)), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn descriptors_without_data_go_with_a_message_and_are_refused_by_a_stream() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let outgoing = [reader.as_fd()];
        let outgoing = Outgoing::descriptors(&outgoing);
        let nothing: [&[IoSlice<'_>]; 3] = [
            &[],
            &[IoSlice::new(b"")],
            &[IoSlice::new(b""), IoSlice::new(b"")],
        ];
        let (left, right) = pair(Kind::Stream)?;
        for bufs in nothing {
            assert_eq!(code(left.send_with(bufs, &outgoing)), "EINVAL");
        }
        assert_eq!(code(receive_info(&right)), "EAGAIN");
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            for bufs in nothing {
                assert_eq!(left.send_with(bufs, &outgoing)?, 0);
                let (data, came) = receive_with(&right, 1)?;
                assert!(data.is_empty() && !came.received.end_of_file, "{kind}");
                assert_eq!(came.descriptors.len(), 1);
            }
        }
        Ok(())
    })
}

#[test]
fn a_message_cut_short_still_brings_its_descriptors() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            for room in [3, 0] {
                send_with(&left, b"longer", &[reader.as_fd()])?;
                let mut small = vec![0; room];
                let came = right.recv_with(&mut [IoSliceMut::new(&mut small)], Room::ALL)?;
                assert!(
                    came.received.truncated && came.received.len == room,
                    "{kind}"
                );
                assert_eq!(came.descriptors.len(), 1);
                assert_eq!(came.carrying_byte, None);
                assert!(!came.descriptors_truncated);
            }
            assert_eq!(code(receive_with(&right, 1)), "EAGAIN");
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn each_look_opens_the_descriptors_anew() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let (reader, _writer) = pipe();
            send_with(&left, b"look", &[reader.as_fd(), reader.as_fd()])?;
            let mut looks = Vec::new();
            for room in [2, 1, 0, 2] {
                let mut buffer = [0; 8];
                let room = Room::for_descriptors(room);
                let came = right.peek_with(&mut [IoSliceMut::new(&mut buffer)], room)?;
                assert_eq!(
                    (came.received.len, &buffer[..4]),
                    (4, &b"look"[..]),
                    "{kind}"
                );
                assert_eq!(came.descriptors.len(), room.descriptors);
                assert_eq!(came.descriptors_truncated, room.descriptors < 2);
                looks.extend(came.descriptors);
            }
            let (data, came) = receive_with(&right, 2)?;
            assert_eq!((&data[..], came.descriptors.len()), (&b"look"[..], 2));
            looks.extend(came.descriptors);
            assert!(
                looks
                    .iter()
                    .all(|fd| is_same_file(fd, &reader) && is_close_on_exec(fd))
            );
        }
        Ok(())
    })
}

#[test]
fn more_pieces_than_one_call_takes_carry_them_too() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        let outgoing = [reader.as_fd()];
        let outgoing = Outgoing::descriptors(&outgoing);
        let data = bytes(1500, 9);
        let pieces: Vec<_> = data.chunks(1).map(IoSlice::new).collect();
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let sent = left.send_with(&pieces, &outgoing)?;
            let mut memory = vec![0; 1500];
            let mut room: Vec<_> = memory.chunks_mut(1).map(IoSliceMut::new).collect();
            let came = right.recv_with(&mut room, Room::ALL)?;
            assert_eq!(
                came.received.len,
                if kind == Kind::Stream { 1024 } else { 1500 }
            );
            assert_eq!(
                (sent, came.descriptors.len()),
                (came.received.len, 1),
                "{kind}"
            );
            assert!(memory[..sent] == data[..sent]);
        }
        Ok(())
    })
}

#[test]
fn what_nobody_receives_is_closed_with_the_socket() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let (reader, writer) = pipe();
            send_with(&left, b"x", &[writer.as_fd()])?;
            drop(writer);
            drop(right);
            let mut nothing = [0; 1];
            let end = File::from(reader).read(&mut nothing).expect("the end");
            assert_eq!(end, 0, "{kind}: no writer is left");
        }
        Ok(())
    })
}

#[test]
fn a_sender_that_is_gone_has_sent_its_descriptors() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let (reader, writer) = pipe();
            send_with(&left, b"last", &[reader.as_fd()])?;
            drop((left, reader));
            let (data, mut came) = receive_with(&right, 1)?;
            assert_eq!(data, b"last");
            File::from(writer).write_all(b"later").expect("a reader");
            let mut text = String::new();
            let arrived = came.descriptors.pop().expect("the descriptor");
            File::from(arrived)
                .read_to_string(&mut text)
                .expect("an end");
            assert_eq!(text, "later", "{kind}");
            if kind != Kind::Datagram {
                assert_end(&right);
                let (_, end) = receive_with(&right, 1)?;
                assert!(end.received.end_of_file && end.descriptors.is_empty());
            }
        }
        Ok(())
    })
}

#[test]
fn the_end_is_told_with_room_for_descriptors_too() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            right.shutdown(Shutdown::Read)?;
            let (_, end) = receive_with(&right, 5)?;
            assert_eq!(end.received, Received::end(), "{kind}");
            drop(left);
        }
        Ok(())
    })
}

#[test]
fn an_empty_message_is_told_from_the_end_with_and_without_descriptors() -> Outcome {
    alone(|| {
        if !kinds().any(|kind| kind == Kind::Seqpacket) {
            return Ok(());
        }
        let (left, right) = pair(Kind::Seqpacket)?;
        let (reader, _writer) = pipe();
        left.send(b"")?;
        send_with(&left, b"", &[reader.as_fd()])?;
        left.send(b"")?;
        drop(left);
        for count in [0, 1, 0] {
            let (data, came) = receive_with(&right, 3)?;
            assert!(data.is_empty() && !came.received.end_of_file);
            assert!(!came.descriptors_truncated && came.credentials.is_none());
            assert_eq!(came.descriptors.len(), count);
        }
        assert!(receive_with(&right, 3)?.1.received.end_of_file);
        Ok(())
    })
}

#[test]
fn a_socket_that_accepts_none_opens_none() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let (reader, _writer) = pipe();
            assert!(right.accept_descriptors());
            send_with(&left, b"before", &[reader.as_fd()])?;
            right.set_accept_descriptors(false)?;
            assert!(!right.accept_descriptors());
            let before = open_descriptors();
            // What was sent before is closed as it comes.
            let (data, came) = receive_with(&right, 5)?;
            assert_eq!((&data[..], came.descriptors.len()), (&b"before"[..], 0));
            assert!(came.descriptors_truncated, "{kind}");
            // Later the system refuses, if it can.
            match send_with(&left, b"after", &[reader.as_fd()]) {
                Ok(_) => {
                    let (data, came) = receive_with(&right, 5)?;
                    assert_eq!((&data[..], came.descriptors.len()), (&b"after"[..], 0));
                    assert!(came.descriptors_truncated);
                }
                Err(error) => assert_eq!(error.code(), "EPERM"),
            }
            assert_eq!(open_descriptors(), before);
            left.send(b"plain")?;
            assert_eq!(receive(&right)?, b"plain");
            // It stays so for the next owner, where the system keeps it.
            let right = Socket::adopt(right.into_fd()).expect("a socket");
            right.set_accept_descriptors(true)?;
            send_with(&left, b"again", &[reader.as_fd()])?;
            assert_eq!(receive_with(&right, 5)?.1.descriptors.len(), 1);
        }
        Ok(())
    })
}
