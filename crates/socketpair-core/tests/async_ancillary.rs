//! Descriptors over asynchronous ends: waited for, cancelled, and sent once.

mod async_support;

use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::pin;

use async_support::{cancelled_after, noise, poll_once, run, run_on_threads};
#[cfg(not(target_vendor = "apple"))]
use socketpair_core::SeqpacketSocket;
use socketpair_core::{DatagramSocket, Outgoing, Room, StreamSocket};

fn pipe() -> (OwnedFd, OwnedFd) {
    nix::unistd::pipe().expect("a pipe")
}

/// Writes into the writing end that came, and reads it from the other one.
fn assert_joined(reader: &OwnedFd, writer: OwnedFd) {
    File::from(writer).write_all(b"!").expect("a reader");
    let mut byte = [0];
    assert_eq!(nix::unistd::read(reader, &mut byte), Ok(1));
    assert_eq!(&byte, b"!");
}

#[test]
fn a_waiting_stream_read_gets_the_descriptors() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("a pair");
        let (reader, writer) = pipe();
        let mut buffer = [0; 16];
        let mut bufs = [IoSliceMut::new(&mut buffer)];
        let mut reading = pin!(right.read_with(&mut bufs, Room::for_descriptors(1)));
        assert!(poll_once(reading.as_mut()).is_pending());
        let outgoing = [writer.as_fd()];
        let outgoing = Outgoing::descriptors(&outgoing);
        let sent = left
            .write_with(&[IoSlice::new(b"da"), IoSlice::new(b"ta")], &outgoing)
            .await;
        assert_eq!(sent, Ok(4));
        drop(writer);
        let mut came = reading.await.expect("data");
        assert_eq!(came.received.len, 4);
        assert_joined(&reader, came.descriptors.pop().expect("the descriptor"));
        left.shutdown(Shutdown::Write).expect("a half-close");
        let end = right
            .read_with(&mut [IoSliceMut::new(&mut [0; 4])], Room::ALL)
            .await;
        assert!(end.expect("the end").received.end_of_file);
    });
}

macro_rules! message_tests {
    ($socket:ident, $waiting:ident) => {
        #[test]
        fn $waiting() {
            run(|| async {
                let (left, right) = $socket::pair().expect("a pair");
                let (reader, writer) = pipe();
                let mut buffer = [0; 16];
                let mut bufs = [IoSliceMut::new(&mut buffer)];
                let mut receiving = pin!(right.recv_with(&mut bufs, Room::for_descriptors(1)));
                assert!(poll_once(receiving.as_mut()).is_pending());
                let outgoing = [writer.as_fd(), reader.as_fd()];
                let outgoing = Outgoing::descriptors(&outgoing);
                let sent = left.send_with(&[IoSlice::new(b"data")], &outgoing).await;
                assert_eq!(sent, Ok(4));
                drop(writer);
                let mut came = receiving.await.expect("data");
                assert_eq!((came.received.len, came.received.truncated), (4, false));
                assert!(came.descriptors_truncated, "there was room for one");
                assert_joined(&reader, came.descriptors.pop().expect("the descriptor"));
                right.shutdown(Shutdown::Read).expect("the end");
                let end = right
                    .recv_with(&mut [IoSliceMut::new(&mut [0; 4])], Room::ALL)
                    .await;
                assert!(end.expect("the end").received.end_of_file);
            });
        }
    };
}

message_tests!(
    DatagramSocket,
    a_waiting_datagram_receive_gets_the_descriptors
);
#[cfg(not(target_vendor = "apple"))]
message_tests!(
    SeqpacketSocket,
    a_waiting_seqpacket_receive_gets_the_descriptors
);

#[test]
fn a_large_write_carries_its_descriptors_once_with_its_first_byte() {
    run_on_threads(|| async {
        let (left, right) = StreamSocket::pair().expect("a pair");
        let data = noise(3 << 20, 5);
        let (reader, writer) = pipe();
        let sent = data.clone();
        let sending = tokio::spawn(async move {
            let list = [writer.as_fd(), reader.as_fd()];
            let mut written = 0;
            let outgoing = Outgoing::descriptors(&list);
            left.write_all_with(&sent, &outgoing, &mut written).await?;
            Ok::<_, socketpair_core::Error>(written)
        });
        let mut came = Vec::new();
        let mut buffer = vec![0; 50_000];
        loop {
            let mut bufs = [IoSliceMut::new(&mut buffer)];
            let with = right.read_with(&mut bufs, Room::ALL).await.expect("data");
            if with.received.end_of_file {
                break;
            }
            assert_eq!(with.descriptors.len(), if came.is_empty() { 2 } else { 0 });
            came.extend_from_slice(&buffer[..with.received.len]);
        }
        assert!(came == data);
        assert_eq!(sending.await.expect("no panic"), Ok(data.len()));
    });
}

#[test]
fn a_write_that_was_dropped_goes_on_without_sending_them_again() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("a pair");
        let data = noise(1 << 20, 6);
        let (reader, _writer) = pipe();
        let list = [reader.as_fd()];
        let outgoing = Outgoing::descriptors(&list);
        let (mut written, mut came, mut descriptors) = (0, Vec::new(), 0);
        let mut buffer = vec![0; 30_000];
        while came.len() < data.len() {
            let _ = cancelled_after(1, left.write_all_with(&data, &outgoing, &mut written)).await;
            let mut bufs = [IoSliceMut::new(&mut buffer)];
            let with = right.read_with(&mut bufs, Room::ALL).await.expect("data");
            descriptors += with.descriptors.len();
            came.extend_from_slice(&buffer[..with.received.len]);
        }
        assert!(came == data && written == data.len());
        assert_eq!(descriptors, 1);
    });
}

#[test]
fn a_receive_that_was_dropped_has_taken_nothing() {
    run(|| async {
        let (left, right) = DatagramSocket::pair().expect("a pair");
        let (reader, _writer) = pipe();
        let list = [reader.as_fd()];
        let mut buffer = [0; 4];
        for _ in 0..50 {
            let mut bufs = [IoSliceMut::new(&mut buffer)];
            let dropped = cancelled_after(2, right.recv_with(&mut bufs, Room::ALL)).await;
            assert!(dropped.is_none());
            let bufs = [IoSlice::new(b"data")];
            let sent = left.send_with(&bufs, &Outgoing::descriptors(&list)).await;
            assert_eq!(sent, Ok(4));
            let mut bufs = [IoSliceMut::new(&mut buffer)];
            let came = right.recv_with(&mut bufs, Room::ALL).await.expect("data");
            assert_eq!(came.descriptors.len(), 1);
        }
    });
}

#[test]
fn a_stream_refuses_descriptors_without_data() {
    run(|| async {
        let (left, _right) = StreamSocket::pair().expect("a pair");
        let (reader, _writer) = pipe();
        let list = [reader.as_fd()];
        let outgoing = Outgoing::descriptors(&list);
        let refused = left.write_with(&[], &outgoing).await.expect_err("no data");
        assert_eq!(refused.code(), "EINVAL");
        let refused = left.write_all_with(b"", &outgoing, &mut 0).await;
        assert_eq!(refused.expect_err("no data").code(), "EINVAL");
        assert_eq!(
            left.write_all_with(b"", &Outgoing::NOTHING, &mut 0).await,
            Ok(())
        );
    });
}
