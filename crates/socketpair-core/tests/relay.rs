//! The relay between streams.

mod async_support;

use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::pin::pin;

use async_support::{cancelled_after, noise, poll_once, run, run_on_threads, without_leak};
use socketpair_core::{
    Kind, PairBuilder, Registered, Relay, Relayed, Socket, StreamSocket, pair, relay,
};

const MIB: usize = 1024 * 1024;

/// A client, the two ends to be relayed, and a server.
fn chain() -> (StreamSocket, StreamSocket, StreamSocket, StreamSocket) {
    let (client, a) = StreamSocket::pair().expect("pair");
    let (b, server) = StreamSocket::pair().expect("pair");
    (client, a, b, server)
}

fn stream(socket: Socket) -> StreamSocket {
    StreamSocket::new(socket)
        .map_err(|(error, _)| error)
        .expect("register")
}

async fn send_all(socket: &StreamSocket, bytes: &[u8]) {
    socket.write_all(bytes).await.expect("write");
    socket.shutdown(Shutdown::Write).expect("shutdown");
}

async fn read_to_end(socket: &StreamSocket) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 48 * 1024];
    loop {
        match socket.read(&mut buffer).await.expect("read") {
            0 => return all,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Sends both ways through a relay and compares.
async fn exchange(client: &StreamSocket, server: &StreamSocket, there: &[u8], back: &[u8]) {
    let ((), (), at_server, at_client) = tokio::join!(
        send_all(client, there),
        send_all(server, back),
        read_to_end(server),
        read_to_end(client)
    );
    assert!(
        at_server == there,
        "there: {} of {}",
        at_server.len(),
        there.len()
    );
    assert!(
        at_client == back,
        "back: {} of {}",
        at_client.len(),
        back.len()
    );
}

fn total(there: &[u8], back: &[u8]) -> Relayed {
    Relayed {
        a_to_b: there.len() as u64,
        b_to_a: back.len() as u64,
    }
}

#[test]
fn sixteen_mebibytes_cross_both_ways_unchanged() {
    run_on_threads(|| async {
        let (client, a, b, server) = chain();
        let (there, back) = (noise(16 * MIB, 1), noise(16 * MIB, 2));
        let (relayed, ()) = tokio::join!(relay(&a, &b), exchange(&client, &server, &there, &back));
        assert_eq!(relayed, Ok(total(&there, &back)));
        for end in [&a, &b] {
            assert!(end.socket().is_intact());
            assert!(
                !end.socket().is_nonblocking().expect("flag"),
                "O_NONBLOCK is not touched"
            );
        }
    });
}

#[test]
fn writes_of_all_sizes_cross_unchanged_on_one_thread() {
    run(|| async {
        let (client, a, b, server) = chain();
        let data = noise(2 * MIB, 3);
        let sender = async {
            let (mut start, mut size) = (0, 1);
            while start < data.len() {
                let end = data.len().min(start + size);
                client.write_all(&data[start..end]).await.expect("write");
                start = end;
                size = size * 7 % 70_001;
            }
            client.shutdown(Shutdown::Write).expect("shutdown");
            server.shutdown(Shutdown::Write).expect("shutdown");
        };
        let (relayed, (), received) = tokio::join!(relay(&a, &b), sender, read_to_end(&server));
        assert_eq!(relayed, Ok(total(&data, &[])));
        assert!(received == data);
    });
}

#[test]
fn small_send_buffers_and_non_blocking_ends_are_relayed_too() {
    run_on_threads(|| async {
        for (size, nonblocking) in [
            (1024, false),
            (20_000, false),
            (40_000, false),
            (1024, true),
        ] {
            let make = || {
                PairBuilder::new(Kind::Stream)
                    .send_buffer_size(size)
                    .nonblocking([nonblocking; 2])
                    .build()
                    .expect("pair")
            };
            let ((client, a), (b, server)) = (make(), make());
            let [client, a, b, server] = [client, a, b, server].map(stream);
            let (there, back) = (noise(MIB, 4), noise(MIB, 5));
            let (relayed, ()) =
                tokio::join!(relay(&a, &b), exchange(&client, &server, &there, &back));
            assert_eq!(relayed, Ok(total(&there, &back)));
            assert_eq!(a.socket().is_nonblocking(), Ok(nonblocking));
        }
    });
}

#[test]
fn a_tcp_connection_is_relayed_to_a_pair() {
    run_on_threads(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let address = listener.local_addr().expect("address");
        let client = TcpStream::connect(address).expect("connect");
        let (a, _) = listener.accept().expect("accept");
        let adopt = |tcp: TcpStream| stream(Socket::adopt(OwnedFd::from(tcp)).expect("adopt"));
        let (client, a) = (adopt(client), adopt(a));
        let (b, server) = StreamSocket::pair().expect("pair");
        let (there, back) = (noise(8 * MIB, 6), noise(8 * MIB, 7));
        let (relayed, ()) = tokio::join!(relay(&a, &b), exchange(&client, &server, &there, &back));
        assert_eq!(relayed, Ok(total(&there, &back)));
    });
}

#[test]
fn a_half_close_is_carried_over_and_the_other_direction_goes_on() {
    run(|| async {
        let (client, a, b, server) = chain();
        let (relayed, ()) = tokio::join!(relay(&a, &b), async {
            send_all(&client, b"question").await;
            assert_eq!(read_to_end(&server).await, b"question");
            send_all(&server, b"answer").await;
            assert_eq!(read_to_end(&client).await, b"answer");
        });
        assert_eq!(
            relayed,
            Ok(Relayed {
                a_to_b: 8,
                b_to_a: 6
            })
        );
    });
}

#[test]
fn an_end_that_refuses_bytes_is_carried_over_and_the_other_direction_finishes() {
    run(|| async {
        let (client, a, b, server) = chain();
        server.write_all(b"last words").await.expect("write");
        server.shutdown(Shutdown::Read).expect("shutdown");
        let (relayed, ()) = tokio::join!(relay(&a, &b), async {
            client.write_all(b"nobody reads this").await.expect("write");
            // The relay finds out and passes it on: the client's writes fail in the end.
            let error = loop {
                match client.write(b"x").await {
                    Ok(_) => tokio::task::yield_now().await,
                    Err(error) => break error,
                }
            };
            assert_eq!(error.code(), "EPIPE");
            let mut words = [0; 10];
            assert_eq!(client.read_exact(&mut words).await, Ok(10));
            server.write_all(b", and more").await.expect("write");
            assert_eq!(client.read_exact(&mut words).await, Ok(10));
            server.shutdown(Shutdown::Write).expect("shutdown");
            assert_eq!(client.read(&mut words).await, Ok(0));
        });
        assert_eq!(relayed.unwrap_err().code(), "EPIPE");
    });
}

/// Bytes for a peer known to be gone are not even taken.
#[cfg(target_os = "linux")]
#[test]
fn bytes_for_a_closed_peer_stay_where_they_are() {
    run(|| async {
        let (client, a, b, server) = chain();
        client.write_all(b"kept").await.expect("write");
        drop(server);
        let mut relay = Relay::new(&a, &b).expect("relay");
        let error = relay.run().await.unwrap_err();
        assert_eq!(error.code(), "EPIPE");
        assert_eq!(relay.run().await.unwrap_err(), error, "told again");
        let parts = relay.into_parts();
        assert_eq!((parts.for_a, parts.for_b), (None, None));
        let mut kept = [0; 8];
        assert_eq!(a.read(&mut kept).await, Ok(4));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_peer_that_closes_without_reading_all_is_econnreset_after_everything_is_delivered() {
    run(|| async {
        let (client, a, b, server) = chain();
        let (relayed, ()) = tokio::join!(relay(&a, &b), async {
            client.write_all(b"ignored").await.expect("write");
            assert_eq!(server.peek(&mut [0; 8]).await, Ok(7));
            server.write_all(b"goodbye").await.expect("write");
            client.shutdown(Shutdown::Write).expect("shutdown");
            drop(server);
            assert_eq!(read_to_end(&client).await, b"goodbye");
        });
        assert_eq!(relayed.unwrap_err().code(), "ECONNRESET");
    });
}

#[test]
fn a_relay_cancelled_at_random_and_continued_loses_nothing() {
    run_on_threads(|| async {
        let (client, a, b, server) = chain();
        let (there, back) = (noise(4 * MIB, 8), noise(4 * MIB, 9));
        let relaying = async {
            let mut relay = Relay::new(&a, &b).expect("relay");
            for attempt in 0_usize.. {
                if let Some(result) = cancelled_after(attempt % 5, relay.run()).await {
                    return result.expect("relayed");
                }
                tokio::task::yield_now().await;
            }
            unreachable!("the loop has no other end")
        };
        let (relayed, ()) = tokio::join!(relaying, exchange(&client, &server, &there, &back));
        assert_eq!(relayed, total(&there, &back));
    });
}

/// What a dropped relay did not deliver is still at its source: nothing is held in between.
#[cfg(target_os = "linux")]
#[test]
fn a_relay_dropped_while_nobody_reads_holds_nothing() {
    run(|| async {
        let (client, a, b, server) = chain();
        let data = noise(MIB, 10);
        let mut written = 0;
        {
            let mut relay = Relay::new(&a, &b).expect("relay");
            for _ in 0..20 {
                let write = client.write_all_counted(&data, &mut written);
                assert!(cancelled_after(2, write).await.is_none(), "nobody reads");
                assert!(cancelled_after(5, relay.run()).await.is_none());
                assert_eq!(relay.held(), (None, None));
            }
        }
        // The bytes are in two sockets: first what was relayed, then what was not.
        let mut received = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        for end in [&server, &a] {
            while let Ok(got) = end.socket().recv(&mut buffer) {
                received.extend_from_slice(&buffer[..got.len]);
            }
        }
        assert!(
            received == data[..written],
            "{} of {written}",
            received.len()
        );
    });
}

#[test]
fn a_relay_dropped_on_the_way_leaves_the_ends_usable_for_another() {
    run(|| async {
        let (client, a, b, server) = chain();
        for round in 0..50_u8 {
            client.write_all(&[round; 1000]).await.expect("write");
            assert!(
                cancelled_after(usize::from(round % 4), relay(&a, &b))
                    .await
                    .is_none()
            );
            let (mut one, mut two) = ([0; 500], [0; 500]);
            {
                let mut again = pin!(relay(&a, &b));
                assert!(poll_once(again.as_mut()).is_pending());
            }
            let relayed = async { relay(&a, &b).await.map(drop) };
            tokio::select! {
                result = relayed => result.expect("still relaying"),
                done = async {
                    assert_eq!(server.read_exact(&mut one).await, Ok(500));
                    assert_eq!(server.read_exact(&mut two).await, Ok(500));
                } => done,
            }
            assert_eq!((one, two), ([round; 500], [round; 500]));
        }
        a.write_all(b"direct").await.expect("write");
        let mut direct = [0; 6];
        assert_eq!(client.read_exact(&mut direct).await, Ok(6));
    });
}

#[test]
fn progress_is_seen_while_it_runs() {
    run(|| async {
        let (client, a, b, server) = chain();
        let mut relay = Relay::new(&a, &b).expect("relay");
        let progress = relay.progress();
        let (relayed, ()) = tokio::join!(relay.run(), async {
            for round in 1..=10_u64 {
                client.write_all(&[0; 100]).await.expect("write");
                server.read_exact(&mut [0; 100]).await.expect("read");
                let seen = progress.relayed();
                assert_eq!((seen.a_to_b, seen.b_to_a), (100 * round, 0));
            }
            drop((client, server));
        });
        assert_eq!(relayed, Ok(progress.relayed()));
    });
}

#[test]
fn unlike_kinds_and_one_socket_twice_are_einval() {
    run(|| async {
        let (a, _a) = pair(Kind::Stream).expect("pair");
        let (b, _b) = pair(Kind::Datagram).expect("pair");
        let runtime = tokio::runtime::Handle::current();
        let register = |socket| Registered::new(socket, &runtime).map_err(|(e, _)| e);
        let (a, b) = (
            register(a).expect("register"),
            register(b).expect("register"),
        );
        assert_eq!(relay(&a, &b).await.unwrap_err().code(), "EINVAL");
        assert_eq!(relay(&a, &a).await.unwrap_err().code(), "EINVAL");
    });
}

#[test]
fn hundreds_of_relays_run_side_by_side() {
    run_on_threads(|| async {
        let mut tasks = Vec::new();
        for number in 0..200_u64 {
            tasks.push(tokio::spawn(async move {
                let (client, a, b, server) = chain();
                let (there, back) = (noise(20_000, number), noise(30_000, number + 1000));
                let (relayed, ()) =
                    tokio::join!(relay(&a, &b), exchange(&client, &server, &there, &back));
                assert_eq!(relayed, Ok(total(&there, &back)));
            }));
        }
        for task in tasks {
            task.await.expect("a relay");
        }
    });
}

/// The far ends belong to threads that use blocking std streams; the runtime has one thread, which
/// a single blocking call would stop for good.
#[test]
fn a_slow_blocking_reader_does_not_stop_the_only_thread_of_the_runtime() {
    run(|| async {
        use std::io::{Read, Write};
        use std::os::unix::net::UnixStream;
        let (client, a) = pair(Kind::Stream).expect("pair");
        let (b, server) = pair(Kind::Stream).expect("pair");
        let (a, b) = (stream(a), stream(b));
        let data = noise(4 * MIB, 11);
        let (go, wait) = std::sync::mpsc::channel();
        let mut client = UnixStream::from(client.into_fd());
        let mut server = UnixStream::from(server.into_fd());
        let writer = std::thread::spawn({
            let data = data.clone();
            move || {
                client.write_all(&data).expect("write");
                client.shutdown(Shutdown::Write).expect("shutdown");
                client.read(&mut [0; 1]).expect("the end")
            }
        });
        let reader = std::thread::spawn(move || {
            // Reads nothing until the runtime has shown that it is alive with the queue full.
            wait.recv().expect("go");
            let mut all = Vec::new();
            server.read_to_end(&mut all).expect("read");
            all
        });
        let mut relay = Relay::new(&a, &b).expect("relay");
        let progress = relay.progress();
        let (relayed, ()) = tokio::join!(relay.run(), async {
            // Until nothing moves any more: the far queue is full.
            let mut seen = u64::MAX;
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                let now = progress.relayed().a_to_b;
                if now > 0 && now == seen {
                    break;
                }
                seen = now;
            }
            go.send(()).expect("the reader");
        });
        assert_eq!(relayed, Ok(total(&data, &[])));
        assert!(reader.join().expect("the reader") == data);
        assert_eq!(writer.join().expect("the writer"), 0);
    });
}

#[test]
fn a_runtime_dropped_with_relays_at_work_frees_everything() {
    without_leak(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        for number in 0..20 {
            runtime.spawn(async move {
                let (client, a, b, server) = chain();
                let data = noise(MIB, number);
                let mut buffer = vec![0; 100];
                let _ = tokio::join!(
                    relay(&a, &b),
                    client.write_all(&data),
                    server.read_exact(&mut buffer)
                );
            });
        }
        runtime.block_on(tokio::task::yield_now());
        drop(runtime);
    });
}
