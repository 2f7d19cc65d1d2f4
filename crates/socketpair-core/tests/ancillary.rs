//! Descriptors travel with data: once, in order, owned, and never lost.

mod support;

use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use socketpair_core::ancillary::check_descriptors;
use socketpair_core::policy::{System, descriptors_max};
use socketpair_core::{Kind, Outgoing, Received, Room, Socket, pair};
use support::{
    Outcome, alone, assert_end, bytes, code, is_close_on_exec, is_same_file, kinds, message_kinds,
    open_descriptors, pipe, receive, receive_info, receive_with, send_with,
};

/// A file without a name, with this content, at its beginning.
fn file_of(content: &[u8]) -> File {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("socketpair-ancillary-{}-{count}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut options = File::options();
    let mut file = options
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .expect("a temporary file");
    std::fs::remove_file(&path).expect("just made");
    file.write_all(content).expect("a writable file");
    file.rewind().expect("a seekable file");
    file
}

#[test]
fn one_descriptor_arrives_owned_close_on_exec_and_shares_its_offset() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let mut file = file_of(b"0123456789");
            let mut kept = file.try_clone().expect("a free number");
            file.seek(SeekFrom::Start(2)).expect("a seekable file");
            assert_eq!(send_with(&left, b"data", &[file.as_fd()])?, 4);
            drop(file);

            let (data, mut came) = receive_with(&right, 1)?;
            assert_eq!(data, b"data");
            assert!(!came.descriptors_truncated && came.unknown == 0);
            assert!(came.credentials.is_none() && came.pidfd.is_none());
            let arrived = came.descriptors.pop().expect("the descriptor");
            assert!(came.descriptors.is_empty());
            assert!(is_close_on_exec(&arrived) && is_same_file(&arrived, &kept));
            let mut arrived = File::from(arrived);
            let mut three = [0; 3];
            arrived.read_exact(&mut three).expect("three bytes");
            assert_eq!(&three, b"234");
            assert_eq!(kept.stream_position().expect("seekable"), 5, "{kind}");
        }
        Ok(())
    })
}

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
fn files_of_every_sort_still_work_on_the_other_side() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let send_over = |fd: BorrowedFd<'_>| -> socketpair_core::Result<OwnedFd> {
            send_with(&left, b"x", &[fd])?;
            let (_, mut came) = receive_with(&right, 1)?;
            Ok(came.descriptors.pop().expect("the descriptor"))
        };
        // A pipe.
        let (reader, writer) = pipe();
        let arrived = send_over(writer.as_fd())?;
        drop(writer);
        File::from(arrived).write_all(b"through").expect("a reader");
        let mut text = String::new();
        File::from(reader)
            .read_to_string(&mut text)
            .expect("an end");
        assert_eq!(text, "through");
        // A listening socket, and a connected one.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let arrived = TcpListener::from(send_over(listener.as_fd())?);
        drop(listener);
        let client = TcpStream::connect(address).expect("a listener");
        let (server, _) = arrived.accept().expect("a client");
        let mut client = TcpStream::from(send_over(client.as_fd())?);
        let mut server = TcpStream::from(send_over(server.as_fd())?);
        client.write_all(b"hi").expect("a peer");
        let mut two = [0; 2];
        server.read_exact(&mut two).expect("two bytes");
        assert_eq!(&two, b"hi");
        // A directory.
        let directory = File::open(std::env::temp_dir()).expect("a directory");
        assert!(is_same_file(send_over(directory.as_fd())?, &directory));
        // The other end of a pair, which then works, and the carrying pair's own ends.
        let (inner, other) = pair(Kind::Datagram)?;
        let other = Socket::adopt(send_over(other.as_fd())?).expect("a socket");
        inner.send(b"inner")?;
        assert_eq!(receive(&other)?, b"inner");
        assert!(is_same_file(send_over(left.as_fd())?, &left));
        assert!(is_same_file(send_over(right.as_fd())?, &right));
        Ok(())
    })
}

#[test]
fn descriptors_of_a_large_stream_send_come_once_with_its_first_byte() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let (reader, writer) = pipe();
        let data = bytes(1 << 20, 3);
        let (mut sent, mut came, mut descriptors) = (0, Vec::new(), Vec::new());
        while came.len() < data.len() {
            if sent == 0 {
                sent = send_with(&left, &data, &[reader.as_fd(), writer.as_fd()])?;
                assert!(sent < data.len(), "more than a stream takes at once");
            } else if let Ok(more) = left.send(&data[sent..]) {
                sent += more;
            }
            let at = came.len();
            let (now, with) = receive_with(&right, 10)?;
            came.extend(now);
            assert_eq!(with.descriptors.len(), if at == 0 { 2 } else { 0 });
            descriptors.extend(with.descriptors);
        }
        assert!(came == data);
        assert_eq!(descriptors.len(), 2);
        Ok(())
    })
}

/// What each of several stream writes brought, read with so much room.
fn reads_of(
    writes: &[(&[u8], usize)],
    room: usize,
) -> socketpair_core::Result<Vec<(String, usize, Option<usize>)>> {
    let (left, right) = pair(Kind::Stream)?;
    let (reader, _writer) = pipe();
    for (data, count) in writes {
        send_with(&left, data, &vec![reader.as_fd(); *count])?;
    }
    drop(left);
    let mut reads = Vec::new();
    loop {
        let mut buffer = vec![0; room];
        let came = right.recv_with(&mut [IoSliceMut::new(&mut buffer)], Room::ALL)?;
        if came.received.end_of_file {
            return Ok(reads);
        }
        let text = String::from_utf8_lossy(&buffer[..came.received.len]).into_owned();
        reads.push((text, came.descriptors.len(), came.carrying_byte));
    }
}

/// F16: earlier bytes may come with a descriptor, and a read stops behind its bytes.
#[cfg(target_os = "linux")]
#[test]
fn on_a_stream_the_last_byte_of_a_read_belongs_to_its_descriptors() -> Outcome {
    alone(|| {
        let read = |text: &str, count, byte| (text.to_owned(), count, byte);
        assert_eq!(
            reads_of(&[(b"AA", 0), (b"BB", 1), (b"CC", 0)], 20)?,
            [read("AABB", 1, Some(3)), read("CC", 0, None)]
        );
        assert_eq!(
            reads_of(&[(b"AA", 1), (b"BB", 2), (b"CC", 3), (b"DD", 0)], 20)?,
            [
                read("AA", 1, Some(1)),
                read("BB", 2, Some(1)),
                read("CC", 3, Some(1)),
                read("DD", 0, None)
            ]
        );
        // Read bit by bit, they come with the first byte.
        assert_eq!(
            reads_of(&[(b"AA", 0), (b"BBBB", 2), (b"C", 0)], 3)?,
            [
                read("AAB", 2, Some(2)),
                read("BBB", 0, None),
                read("C", 0, None)
            ]
        );
        assert_eq!(
            reads_of(&[(b"AA", 0), (b"BB", 1)], 2)?,
            [read("AA", 0, None), read("BB", 1, Some(1))]
        );
        Ok(())
    })
}

#[test]
fn the_byte_told_belongs_to_the_write_that_carried_the_descriptors() -> Outcome {
    alone(|| {
        let writes: Vec<(Vec<u8>, usize)> = (0..40_u8)
            .map(|i| {
                (
                    vec![b'a' + i % 26; usize::from(i) % 7 + 1],
                    usize::from(i % 4),
                )
            })
            .collect();
        let writes: Vec<(&[u8], usize)> = writes.iter().map(|(d, n)| (&d[..], *n)).collect();
        for room in [1, 2, 3, 5, 8, 100] {
            let carrying: Vec<_> = writes.iter().filter(|(_, count)| *count > 0).collect();
            let told: Vec<_> = reads_of(&writes, room)?
                .into_iter()
                .filter(|(_, count, _)| *count > 0)
                .map(|(text, count, byte)| (text.as_bytes()[byte.expect("a byte")], count))
                .collect();
            let expected: Vec<_> = carrying.iter().map(|(data, n)| (data[0], *n)).collect();
            assert_eq!(told, expected, "{room}");
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

#[test]
fn a_stream_receive_without_room_for_data_leaves_everything() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let (reader, _writer) = pipe();
        send_with(&left, b"x", &[reader.as_fd()])?;
        for bufs in [&mut [][..], &mut [IoSliceMut::new(&mut [])]] {
            let came = right.recv_with(bufs, Room::ALL)?;
            assert_eq!(came.received, Received::default());
            assert!(came.descriptors.is_empty());
        }
        assert_eq!(receive_with(&right, 1)?.1.descriptors.len(), 1);
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
