//! Descriptors on a stream: with the bytes of the write that carried them.

mod support;

use std::io::IoSliceMut;
use std::os::fd::AsFd;

use socketpair_core::{Kind, Received, Room, pair};
use support::{Outcome, alone, bytes, pipe, receive_with, send_with};

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
