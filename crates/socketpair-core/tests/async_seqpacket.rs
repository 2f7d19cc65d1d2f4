//! Seqpackets on tokio.

#![cfg(not(target_vendor = "apple"))]

mod async_support;

use std::io::{IoSlice, IoSliceMut};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_support::{noise, run, run_on_threads};
use socketpair_core::{BATCH_MAX, Received, SeqpacketSocket};

#[test]
fn every_message_arrives_whole_and_in_order_however_full_the_queue() {
    run_on_threads(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let data = noise(4096, 1);
        let sender = async {
            for number in 0..20_000_usize {
                let message = &data[..number % 1500];
                assert_eq!(left.send(message).await, Ok(message.len()));
            }
        };
        let receiver = async {
            let mut buffer = [0; 2048];
            for number in 0..20_000_usize {
                let received = right.recv(&mut buffer).await.expect("recv");
                assert!(!received.end_of_file && !received.truncated);
                assert!(
                    buffer[..received.len] == data[..number % 1500],
                    "message {number}"
                );
            }
        };
        tokio::join!(sender, receiver);
    });
}

#[test]
fn batches_move_many_messages_each_into_its_own_slice() {
    run_on_threads(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let data = noise(100, 2);
        let sender = async {
            let mut sent = 0;
            while sent < 5000 {
                let batch: Vec<IoSlice<'_>> = (sent..5000.min(sent + 80))
                    .map(|n| IoSlice::new(&data[..n % 100]))
                    .collect();
                let count = left.send_many(&batch).await.expect("send");
                assert!((1..=BATCH_MAX).contains(&count));
                sent += count;
            }
        };
        let receiver = async {
            let mut memory = vec![[0_u8; 128]; 80];
            let mut received = 0;
            while received < 5000 {
                let mut out = [Received::default(); 80];
                let count = {
                    let mut bufs: Vec<IoSliceMut<'_>> = memory
                        .iter_mut()
                        .map(|piece| IoSliceMut::new(piece))
                        .collect();
                    right.recv_many(&mut bufs, &mut out).await.expect("recv")
                };
                assert!(count >= 1);
                for (piece, info) in memory.iter().zip(&out).take(count) {
                    assert!(
                        piece[..info.len] == data[..received % 100],
                        "message {received}"
                    );
                    received += 1;
                }
            }
        };
        tokio::join!(sender, receiver);
        assert_eq!(left.send_many(&[]).await, Ok(0));
        assert_eq!(right.recv_many(&mut [], &mut []).await, Ok(0));
    });
}

#[test]
fn a_message_of_many_slices_is_one_message() {
    run(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let data = noise(3000, 3);
        let pieces: Vec<IoSlice<'_>> = data.chunks(1).map(IoSlice::new).collect();
        assert_eq!(left.send_vectored(&pieces).await, Ok(3000));
        assert_eq!(left.send_vectored(&[]).await, Ok(0));
        let mut memory = vec![0; 4000];
        let mut bufs: Vec<IoSliceMut<'_>> = memory.chunks_mut(2).map(IoSliceMut::new).collect();
        assert_eq!(
            right.recv_vectored(&mut bufs).await.expect("recv").len,
            3000
        );
        assert!(memory[..3000] == data);
        let empty = right.recv(&mut memory).await.expect("recv");
        assert!(empty.len == 0 && !empty.end_of_file);
    });
}

#[test]
fn a_message_is_measured_and_looked_at_before_it_is_taken() {
    run(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let mut buffer = [0; 4];
        let (sized, ()) = tokio::join!(right.next_message_len(), async {
            tokio::task::yield_now().await;
            left.send(b"longer").await.expect("send");
        });
        assert!(sized.expect("sized").message_len >= Some(6));
        assert_eq!(right.peek(&mut buffer).await.expect("peek").len, 4);
        let received = right.recv(&mut buffer).await.expect("recv");
        assert!(received.truncated);
        assert_eq!(&buffer, b"long");
    });
}

#[test]
fn many_tasks_wait_on_one_end_and_each_gets_a_different_message() {
    run_on_threads(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let right = Arc::new(right);
        let receivers: Vec<_> = (0..50)
            .map(|_| {
                let right = Arc::clone(&right);
                tokio::spawn(async move {
                    let mut byte = [0];
                    assert_eq!(right.recv(&mut byte).await.expect("recv").len, 1);
                    byte[0]
                })
            })
            .collect();
        for byte in 0..50_u8 {
            left.send(&[byte]).await.expect("send");
        }
        let mut seen = Vec::new();
        for receiver in receivers {
            seen.push(receiver.await.expect("a receiver"));
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<u8>>());
    });
}

#[test]
fn an_endless_exchange_does_not_starve_another_task() {
    run(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let stop = Arc::new(AtomicBool::new(false));
        let endless = tokio::spawn({
            let stop = Arc::clone(&stop);
            async move {
                while !stop.load(Ordering::Relaxed) {
                    left.send(b"x").await.expect("send");
                    right.recv(&mut [0; 4]).await.expect("recv");
                }
            }
        });
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        stop.store(true, Ordering::Relaxed);
        endless.await.expect("the endless task");
    });
}

#[test]
fn a_message_longer_than_the_send_buffer_is_emsgsize_and_nothing_is_queued() {
    run(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let limit = left.socket().send_buffer_size().expect("size");
        let error = left.send(&vec![0; 4 * limit + 1]).await.unwrap_err();
        assert_eq!(error.code(), "EMSGSIZE");
        assert!(
            right
                .socket()
                .recv(&mut [0; 4])
                .unwrap_err()
                .is_would_block()
        );
    });
}

#[test]
fn an_empty_message_is_a_message_and_the_close_is_the_end() {
    run(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        let mut buffer = [0; 8];
        for waits in [false, true] {
            let (received, ()) = tokio::join!(right.recv(&mut buffer), async {
                if waits {
                    tokio::task::yield_now().await;
                }
                left.send(b"").await.expect("send");
            });
            let received = received.expect("recv");
            assert!(received.len == 0 && !received.end_of_file);
        }
        let (received, ()) = tokio::join!(right.recv(&mut buffer), async {
            tokio::task::yield_now().await;
            drop(left);
        });
        assert!(received.expect("recv").end_of_file);
        assert!(right.recv(&mut buffer).await.expect("again").end_of_file);
        assert_eq!(right.send(b"x").await.unwrap_err().code(), "EPIPE");
    });
}

#[test]
fn a_half_close_ends_one_direction_and_leaves_the_other() {
    run(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        left.send(b"last").await.expect("send");
        left.shutdown(Shutdown::Write).expect("shutdown");
        let mut buffer = [0; 8];
        assert_eq!(right.recv(&mut buffer).await.expect("recv").len, 4);
        assert!(right.recv(&mut buffer).await.expect("recv").end_of_file);
        right.send(b"back").await.expect("send");
        assert_eq!(left.recv(&mut buffer).await.expect("recv").len, 4);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_reset_comes_before_what_is_still_queued_and_nothing_of_it_is_lost() {
    run(|| async {
        let (left, right) = SeqpacketSocket::pair().expect("pair");
        left.send(b"unread").await.expect("send");
        right.send(b"queued").await.expect("send");
        drop(right);
        let mut buffer = [0; 8];
        assert_eq!(
            left.recv(&mut buffer).await.unwrap_err().code(),
            "ECONNRESET"
        );
        assert_eq!(left.recv(&mut buffer).await.expect("recv").len, 6);
        assert!(left.recv(&mut buffer).await.expect("recv").end_of_file);
    });
}
