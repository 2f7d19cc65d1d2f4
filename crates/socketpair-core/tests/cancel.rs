//! Futures dropped at every stage: nothing is consumed, sent or leaked unseen.

mod async_support;

use std::pin::pin;

use async_support::{cancelled_after, noise, poll_once, run, run_on_threads};
use socketpair_core::{DatagramSocket, StreamSocket};

#[test]
fn a_read_dropped_while_it_waits_leaves_every_byte_to_the_next() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let mut buffer = [0; 8];
        {
            let mut waiting = pin!(right.read(&mut buffer));
            assert!(poll_once(waiting.as_mut()).is_pending());
            left.write_all(b"hello").await.expect("write");
        }
        assert_eq!(
            buffer, [0; 8],
            "the dropped read has not touched its memory"
        );
        assert_eq!(right.read(&mut buffer).await, Ok(5));
        assert_eq!(&buffer[..5], b"hello");
    });
}

#[test]
fn reads_dropped_at_random_lose_no_byte() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let data = noise(300_000, 1);
        let sender = async {
            for piece in data.chunks(97) {
                left.write_all(piece).await.expect("write");
                tokio::task::yield_now().await;
            }
        };
        let receiver = async {
            let mut all = Vec::new();
            let mut buffer = [0; 150];
            let mut attempt = 0;
            while all.len() < data.len() {
                attempt += 1;
                if let Some(count) = cancelled_after(attempt % 3, right.read(&mut buffer)).await {
                    all.extend_from_slice(&buffer[..count.expect("read")]);
                }
                tokio::task::yield_now().await;
            }
            all
        };
        let ((), all) = tokio::join!(sender, receiver);
        assert!(all == data);
    });
}

#[test]
fn a_large_write_dropped_midway_has_sent_exactly_the_prefix_it_counted() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let data = noise(4 * 1024 * 1024, 2);
        let mut written = 0;
        let dropped = cancelled_after(3, left.write_all_counted(&data, &mut written)).await;
        assert!(dropped.is_none(), "more than a socket takes");
        assert!(written > 0);
        let mut received = vec![0; data.len()];
        assert_eq!(
            right.read_exact(&mut received[..written]).await,
            Ok(written)
        );
        assert!(
            right
                .socket()
                .recv(&mut [0; 1])
                .unwrap_err()
                .is_would_block()
        );
        assert!(received[..written] == data[..written]);
        // The same call goes on where it was.
        let already = written;
        let (rest, count) = tokio::join!(
            left.write_all_counted(&data, &mut written),
            right.read_exact(&mut received[already..])
        );
        assert_eq!((rest, count), (Ok(()), Ok(data.len() - already)));
        assert!(received == data);
    });
}

#[test]
fn writes_and_reads_dropped_at_random_and_continued_move_every_byte_once() {
    run_on_threads(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let data = noise(3 * 1024 * 1024, 3);
        let sender = async {
            let mut written = 0;
            for attempt in 0.. {
                let write = left.write_all_counted(&data, &mut written);
                if cancelled_after(attempt % 4, write).await.is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        let receiver = async {
            let mut received = vec![0; data.len()];
            let mut filled = 0;
            for attempt in 0.. {
                let read = right.read_exact_counted(&mut received, &mut filled);
                if cancelled_after(attempt % 3, read).await.is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            received
        };
        let ((), all) = tokio::join!(sender, receiver);
        assert!(all == data);
    });
}

#[test]
fn messages_received_and_sent_by_futures_dropped_at_random_are_all_there_once() {
    run_on_threads(|| async {
        let (left, right) = DatagramSocket::pair().expect("pair");
        let sender = async {
            for number in 0..5000_usize {
                let message = number.to_le_bytes();
                let mut attempt = number;
                loop {
                    attempt += 1;
                    if cancelled_after(attempt % 3, left.send(&message))
                        .await
                        .is_some()
                    {
                        break;
                    }
                }
            }
        };
        let receiver = async {
            let mut number = 0_usize;
            let mut attempt = 0;
            let mut buffer = [0; 8];
            while number < 5000 {
                attempt += 1;
                if let Some(received) = cancelled_after(attempt % 3, right.recv(&mut buffer)).await
                {
                    assert_eq!(received.expect("recv").len, 8);
                    assert_eq!(usize::from_le_bytes(buffer), number);
                    number += 1;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(sender, receiver);
    });
}

#[test]
fn one_of_many_waiting_reads_is_dropped_and_the_others_are_served() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let (mut one, mut two, mut three) = ([0; 1], [0; 1], [0; 1]);
        let mut first = Box::pin(right.read(&mut one));
        let mut second = Box::pin(right.read(&mut two));
        let mut third = Box::pin(right.read(&mut three));
        assert!(poll_once(first.as_mut()).is_pending());
        assert!(poll_once(second.as_mut()).is_pending());
        assert!(poll_once(third.as_mut()).is_pending());
        drop(second);
        left.write_all(b"ab").await.expect("write");
        assert_eq!(first.await, Ok(1));
        assert_eq!(third.await, Ok(1));
        assert_eq!([one[0], three[0]], *b"ab");
        assert_eq!(two, [0]);
    });
}

#[test]
fn a_runtime_dropped_with_operations_waiting_frees_everything() {
    // The check for leaks is the assertion.
    async_support::without_leak(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        for _ in 0..50 {
            runtime.spawn(async {
                let (left, right) = StreamSocket::pair().expect("pair");
                let big = vec![0; 1024 * 1024];
                let mut byte = [0; 1];
                let _ = tokio::join!(left.write_all(&big), left.read(&mut byte), async {
                    // Enough to get going, too little to finish.
                    right.read(&mut [0; 100]).await
                });
            });
        }
        runtime.block_on(tokio::task::yield_now());
        drop(runtime);
    });
}
