//! Streams on tokio.

mod async_support;

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_support::{noise, run, run_on_threads, without_leak};
use socketpair_core::{Kind, Registered, StreamSocket, pair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const MIB: usize = 1024 * 1024;

async fn read_to_end(socket: &StreamSocket) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match socket.read(&mut buffer).await.expect("read") {
            0 => return all,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

#[test]
fn eight_mebibytes_cross_both_ways_at_once() {
    run_on_threads(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let (there, back) = (noise(8 * MIB, 1), noise(8 * MIB, 2));
        let send = async |socket: &StreamSocket, bytes: &[u8]| {
            socket.write_all(bytes).await.expect("write");
            socket.shutdown(Shutdown::Write).expect("shutdown");
        };
        let ((), (), at_right, at_left) = tokio::join!(
            send(&left, &there),
            send(&right, &back),
            read_to_end(&right),
            read_to_end(&left),
        );
        assert!(at_right == there, "left to right");
        assert!(at_left == back, "right to left");
    });
}

#[test]
fn a_half_close_ends_one_direction_and_leaves_the_other() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        left.write_all(b"question").await.expect("write");
        left.shutdown(Shutdown::Write).expect("shutdown");
        assert_eq!(read_to_end(&right).await, b"question");
        assert_eq!(left.write(b"more").await.unwrap_err().code(), "EPIPE");
        right.write_all(b"answer").await.expect("write back");
        drop(right);
        assert_eq!(read_to_end(&left).await, b"answer");
    });
}

#[test]
fn a_waiting_read_ends_when_the_peer_closes_and_when_this_end_shuts_down() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let (count, ()) = tokio::join!(async { left.read(&mut [0]).await }, async {
            tokio::task::yield_now().await;
            drop(right);
        });
        assert_eq!(count, Ok(0));
        let (left, _right) = StreamSocket::pair().expect("pair");
        let (count, ()) = tokio::join!(async { left.read(&mut [0]).await }, async {
            tokio::task::yield_now().await;
            left.shutdown(Shutdown::Read).expect("shutdown");
        });
        assert_eq!(count, Ok(0));
    });
}

#[test]
fn a_thread_with_a_blocking_std_stream_is_a_full_counterpart() {
    run(|| async {
        let (mine, theirs) = pair(Kind::Stream).expect("pair");
        let mine = StreamSocket::new(mine)
            .map_err(|(error, _)| error)
            .expect("register");
        let data = noise(3 * MIB, 3);
        let thread = std::thread::spawn({
            let mut stream = UnixStream::from(theirs.into_fd());
            move || {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).expect("read");
                stream.write_all(&all).expect("write");
            }
        });
        mine.write_all(&data).await.expect("write");
        mine.shutdown(Shutdown::Write).expect("shutdown");
        assert!(read_to_end(&mine).await == data);
        thread.join().expect("the thread");
    });
}

#[test]
fn a_child_process_echoes_through_its_blocking_end() {
    run(|| async {
        let (mine, theirs) = pair(Kind::Stream).expect("pair");
        let theirs = theirs.into_fd();
        let mut child = Command::new("cat")
            .stdin(Stdio::from(theirs.try_clone().expect("dup")))
            .stdout(Stdio::from(theirs))
            .spawn()
            .expect("cat");
        let mine = StreamSocket::new(mine)
            .map_err(|(error, _)| error)
            .expect("register");
        let data = noise(MIB, 4);
        let (written, echoed) = tokio::join!(
            async {
                mine.write_all(&data).await?;
                mine.shutdown(Shutdown::Write)
            },
            read_to_end(&mine)
        );
        assert_eq!(written, Ok(()));
        assert!(echoed == data);
        assert!(child.wait().expect("wait").success());
    });
}

#[test]
fn empty_reads_and_writes_touch_nothing() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        assert_eq!(left.read(&mut []).await, Ok(0));
        assert_eq!(left.read_vectored(&mut []).await, Ok(0));
        assert_eq!(left.write(&[]).await, Ok(0));
        assert_eq!(
            left.write_all_vectored(&mut [IoSlice::new(&[])]).await,
            Ok(())
        );
        right.write_all(b"x").await.expect("write");
        assert_eq!(left.read(&mut []).await, Ok(0));
        assert_eq!(left.read(&mut [0; 4]).await, Ok(1));
    });
}

#[test]
fn more_slices_than_one_call_takes_are_all_written_and_read() {
    run_on_threads(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let data = noise(5000 * 100, 5);
        let mut pieces: Vec<IoSlice<'_>> = data.chunks(100).map(IoSlice::new).collect();
        pieces.insert(7, IoSlice::new(&[]));
        let mut received = vec![0; data.len()];
        let (written, ()) = tokio::join!(left.write_all_vectored(&mut pieces), async {
            let mut filled = 0;
            while filled < received.len() {
                let mut pieces: Vec<IoSliceMut<'_>> = received[filled..]
                    .chunks_mut(3)
                    .map(IoSliceMut::new)
                    .collect();
                filled += right.read_vectored(&mut pieces).await.expect("read");
            }
        });
        assert_eq!(written, Ok(()));
        assert!(
            pieces.iter().all(|piece| piece.is_empty()),
            "what is left is nothing"
        );
        assert!(received == data);
    });
}

#[test]
fn peek_leaves_the_bytes_and_read_exact_tells_an_early_end() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let mut buffer = [0; 8];
        let (peeked, ()) = tokio::join!(right.peek(&mut buffer), async {
            tokio::task::yield_now().await;
            left.write_all(b"hello").await.expect("write");
        });
        assert_eq!(peeked, Ok(5));
        drop(left);
        assert_eq!(right.read_exact(&mut buffer).await, Ok(5));
        assert_eq!(&buffer[..5], b"hello");
    });
}

#[test]
fn a_write_to_a_closed_peer_is_epipe_and_unread_data_is_econnreset_once() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        left.write_all(b"unread").await.expect("write");
        drop(right);
        assert_eq!(left.write(b"x").await.unwrap_err().code(), "EPIPE");
        #[cfg(target_os = "linux")]
        assert_eq!(
            left.read(&mut [0; 4]).await.unwrap_err().code(),
            "ECONNRESET"
        );
        assert_eq!(left.read(&mut [0; 4]).await, Ok(0));
    });
}

#[test]
fn the_traits_of_tokio_work_on_both_halves() {
    run_on_threads(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let data = noise(2 * MIB, 6);
        let (mut reader, mut writer) = tokio::io::split(left);
        let echo = tokio::spawn(async move {
            let (mut reader, mut writer) = tokio::io::split(right);
            tokio::io::copy(&mut reader, &mut writer)
                .await
                .expect("copy");
            writer.shutdown().await.expect("shutdown");
        });
        let mut echoed = Vec::new();
        let (written, read) = tokio::join!(
            async {
                writer.write_all(&data).await?;
                writer.shutdown().await
            },
            reader.read_to_end(&mut echoed)
        );
        written.expect("write");
        read.expect("read");
        assert!(echoed == data);
        echo.await.expect("the echo");
    });
}

#[test]
fn all_of_a_thousand_waiting_pairs_are_woken() {
    run_on_threads(|| async {
        let mut tasks = Vec::new();
        let mut peers = Vec::new();
        for number in 0..1000_u32 {
            let (left, right) = StreamSocket::pair().expect("pair");
            peers.push((number, left));
            tasks.push(tokio::spawn(async move {
                let mut bytes = [0; 4];
                // Three rounds: each must be woken anew.
                for _ in 0..3 {
                    assert_eq!(right.read_exact(&mut bytes).await, Ok(4));
                    assert_eq!(u32::from_le_bytes(bytes), number);
                    right.write_all(&bytes).await.expect("write");
                }
            }));
        }
        for _ in 0..3 {
            for (number, left) in &peers {
                left.write_all(&number.to_le_bytes()).await.expect("write");
            }
            for (number, left) in &peers {
                let mut bytes = [0; 4];
                assert_eq!(left.read_exact(&mut bytes).await, Ok(4));
                assert_eq!(u32::from_le_bytes(bytes), *number);
            }
        }
        for task in tasks {
            task.await.expect("a task");
        }
    });
}

#[test]
fn many_tasks_wait_on_one_end_and_each_is_served() {
    run_on_threads(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let right = Arc::new(right);
        let readers: Vec<_> = (0..50)
            .map(|_| {
                let right = Arc::clone(&right);
                tokio::spawn(async move {
                    let mut byte = [0];
                    assert_eq!(right.read(&mut byte).await, Ok(1));
                    byte[0]
                })
            })
            .collect();
        for byte in 0..50_u8 {
            left.write_all(&[byte]).await.expect("write");
        }
        let mut seen = Vec::new();
        for reader in readers {
            seen.push(reader.await.expect("a reader"));
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<u8>>());
    });
}

#[test]
fn many_tasks_write_at_once_and_nothing_is_lost() {
    run_on_threads(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let left = Arc::new(left);
        let writers: Vec<_> = (0..8_u8)
            .map(|number| {
                let left = Arc::clone(&left);
                tokio::spawn(async move { left.write_all(&vec![number; MIB]).await })
            })
            .collect();
        let reader = tokio::spawn(async move { read_to_end(&right).await });
        for writer in writers {
            assert_eq!(writer.await.expect("a writer"), Ok(()));
        }
        drop(left);
        let all = reader.await.expect("the reader");
        let mut counts = [0; 8];
        for byte in all {
            counts[usize::from(byte)] += 1;
        }
        assert_eq!(counts, [MIB; 8]);
    });
}

#[test]
fn an_endless_stream_does_not_starve_another_task() {
    run(|| async {
        let (left, right) = StreamSocket::pair().expect("pair");
        let stop = Arc::new(AtomicBool::new(false));
        // Neither call of the loop ever waits. Without a yield inside, no other task would run.
        let endless = tokio::spawn({
            let stop = Arc::clone(&stop);
            async move {
                let mut buffer = [0; 16];
                while !stop.load(Ordering::Relaxed) {
                    left.write_all(&buffer).await.expect("write");
                    right.read_exact(&mut buffer).await.expect("read");
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
fn an_endless_stream_by_the_traits_does_not_starve_another_task() {
    run(|| async {
        let (mut left, mut right) = StreamSocket::pair().expect("pair");
        let stop = Arc::new(AtomicBool::new(false));
        let endless = tokio::spawn({
            let stop = Arc::clone(&stop);
            async move {
                let mut buffer = [0; 16];
                while !stop.load(Ordering::Relaxed) {
                    AsyncWriteExt::write_all(&mut left, &buffer)
                        .await
                        .expect("write");
                    AsyncReadExt::read_exact(&mut right, &mut buffer)
                        .await
                        .expect("read");
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
fn another_kind_and_a_thread_without_runtime_are_refused_and_the_socket_comes_back() {
    run(|| async {
        let (left, right) = pair(Kind::Datagram).expect("pair");
        let (error, left) = StreamSocket::new(left).unwrap_err();
        assert_eq!(error.code(), "EPROTOTYPE");
        left.send(b"still works").expect("send");
        drop(right);
    });
    without_leak(|| {
        let (left, right) = pair(Kind::Stream).expect("pair");
        let (error, left) = StreamSocket::new(left).unwrap_err();
        assert_eq!(error.code(), "ECANCELED");
        left.send(b"still works").expect("send");
        drop(right);
    });
}

#[test]
fn a_socket_goes_in_and_out_of_the_runtime_unchanged() {
    run(|| async {
        let (left, right) = pair(Kind::Stream).expect("pair");
        let left = StreamSocket::new(left)
            .map_err(|(error, _)| error)
            .expect("register");
        assert!(!left.socket().is_nonblocking().expect("flag"));
        left.write_all(b"once").await.expect("write");
        let left = left.into_socket();
        let left = StreamSocket::new(left)
            .map_err(|(error, _)| error)
            .expect("again");
        left.write_all(b"more").await.expect("write");
        let mut buffer = [0; 8];
        assert_eq!(right.recv(&mut buffer).expect("recv").len, 8);
    });
}

#[test]
fn a_runtime_that_has_ended_says_so_and_the_socket_lives_on() {
    without_leak(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (left, right) = pair(Kind::Stream).expect("pair");
        let left = Registered::new(left, runtime.handle())
            .map_err(|(e, _)| e)
            .expect("register");
        drop(runtime);
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        let std::task::Poll::Ready(Err(error)) = left.poll_readable(&mut cx) else {
            panic!("no error");
        };
        assert_eq!(error.code(), "ECANCELED");
        let left = left.into_socket();
        right.send(b"x").expect("send");
        assert_eq!(left.recv(&mut [0; 4]).expect("recv").len, 1);
    });
}
