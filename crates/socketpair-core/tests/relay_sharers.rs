//! A relay beside others that use the description of one of its ends, against its rule.

#![cfg(target_os = "linux")]

mod async_support;

use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use async_support::without_leak;
use socketpair_core::{Kind, Registered, Relay, Socket, pair};

/// Takes the room away that the relay has just seen, until told to end.
fn spoil(shared: &Socket, ending: &AtomicBool) {
    while !ending.load(Ordering::Relaxed) {
        for bytes in [200_000, 1] {
            shared.set_send_buffer_size(bytes).expect("SO_SNDBUF");
            let _ = shared.send(&[255; 4096]);
            thread::sleep(Duration::from_micros(20));
        }
    }
}

/// The ends are blocking, the far reader stops again and again, and the runtime has one thread: a call
/// that waits for room would stop it for good.
#[test]
fn a_sharer_that_takes_the_room_away_does_not_stop_the_thread() {
    without_leak(|| {
        let (client, a) = pair(Kind::Stream).expect("pair");
        let (b, server) = pair(Kind::Stream).expect("pair");
        let shared = b.as_fd().try_clone_to_owned().expect("a duplicate");
        let shared = Socket::adopt(shared)
            .map_err(|failed| failed.error)
            .expect("a socket");
        let ending = Arc::new(AtomicBool::new(false));
        let spoiler = thread::spawn({
            let ending = Arc::clone(&ending);
            move || spoil(&shared, &ending)
        });
        let writer = thread::spawn(move || {
            use std::io::Write;
            let mut client = UnixStream::from(client.into_fd());
            let bytes = vec![1; 100_000];
            while client.write_all(&bytes).is_ok() {}
        });
        let mut server = UnixStream::from(server.into_fd());
        let (ask, asked) = channel();
        let (answer, answers) = channel();
        let relaying = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            let [a, b] = [a, b].map(|end| {
                Registered::new(end, runtime.handle())
                    .map_err(|(error, _)| error)
                    .expect("registered")
            });
            runtime.block_on(async {
                let mut relay = Relay::new(&a, &b).expect("relay");
                for () in asked {
                    let run = tokio::time::timeout(Duration::from_millis(2), relay.run());
                    assert!(run.await.is_err(), "it goes on");
                    answer.send(()).expect("the test waits");
                }
            });
        });
        let mut memory = vec![0; 100_000];
        for _ in 0..400 {
            ask.send(()).expect("the relay waits");
            // Nothing is read until it has come back.
            answers
                .recv_timeout(Duration::from_secs(20))
                .expect("the relay's thread is stuck");
            assert!(server.read(&mut memory).expect("read") > 0);
        }
        drop(ask);
        relaying.join().expect("the relay");
        ending.store(true, Ordering::Relaxed);
        spoiler.join().expect("the sharer");
        drop(server);
        writer.join().expect("the writer");
    });
}
