//! The registration under the asynchronous ends, as a foreign thread uses it.

mod async_support;

use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Wake, Waker};

use async_support::without_leak;
use nix::unistd::close;
use socketpair_core::{Kind, Registered, Socket, pair};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

fn register(socket: Socket, runtime: &Runtime) -> Registered {
    Registered::new(socket, runtime.handle())
        .map_err(|(error, _)| error)
        .expect("register")
}

/// Sends a unit at each wake.
struct Bell(Sender<()>, AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, Ordering::SeqCst);
        let _ = self.0.send(());
    }
}

fn bell() -> (Waker, Arc<Bell>, Receiver<()>) {
    let (sender, receiver) = channel();
    let bell = Arc::new(Bell(sender, AtomicUsize::new(0)));
    (Waker::from(Arc::clone(&bell)), bell, receiver)
}

#[test]
fn a_foreign_thread_is_woken_for_each_new_message() {
    without_leak(|| {
        let runtime = runtime();
        for kind in [Kind::Stream, Kind::Datagram] {
            let (left, right) = pair(kind).expect("pair");
            let right = register(right, &runtime);
            let (waker, _, rung) = bell();
            let mut cx = Context::from_waker(&waker);
            for _ in 0..100 {
                assert!(
                    right
                        .socket()
                        .recv(&mut [0; 8])
                        .unwrap_err()
                        .is_would_block()
                );
                assert!(right.poll_readable(&mut cx).is_pending());
                left.send(b"x").expect("send");
                rung.recv().expect("a wake");
                // Ready at last, perhaps after a wake for what was there before.
                while right.poll_readable(&mut cx).is_pending() {
                    rung.recv().expect("another wake");
                }
                assert_eq!(right.socket().recv(&mut [0; 8]).expect("recv").len, 1);
            }
        }
    });
}

#[test]
fn an_idle_end_is_pending_however_often_it_is_asked_and_wakes_nobody() {
    without_leak(|| {
        let runtime = runtime();
        let (left, right) = pair(Kind::Stream).expect("pair");
        let right = register(right, &runtime);
        let (waker, bell, _rung) = bell();
        let mut cx = Context::from_waker(&waker);
        // A stale "readable" is seen through.
        left.send(b"x").expect("send");
        while right.poll_readable(&mut cx).is_pending() {
            std::thread::yield_now();
        }
        assert_eq!(right.socket().recv(&mut [0; 8]).expect("recv").len, 1);
        for _ in 0..100 {
            assert!(right.poll_readable(&mut cx).is_pending());
        }
        assert!(bell.1.load(Ordering::SeqCst) <= 1);
    });
}

#[test]
fn a_full_end_is_writable_again_once_the_peer_has_read() {
    without_leak(|| {
        let runtime = runtime();
        for kind in [Kind::Stream, Kind::Datagram] {
            let (left, right) = pair(kind).expect("pair");
            let left = register(left, &runtime);
            let (waker, _, rung) = bell();
            let mut cx = Context::from_waker(&waker);
            for _ in 0..3 {
                while left.socket().send(&[0; 1000]).is_ok() {}
                assert!(left.poll_writable(&mut cx).is_pending());
                while right.recv(&mut [0; 2000]).is_ok() {}
                while left.poll_writable(&mut cx).is_pending() {
                    rung.recv().expect("a wake");
                }
                left.socket().send(b"x").expect("room again");
            }
        }
    });
}

#[test]
fn the_peers_close_counts_as_readable() {
    without_leak(|| {
        let runtime = runtime();
        let (left, right) = pair(Kind::Stream).expect("pair");
        let right = register(right, &runtime);
        let (waker, _, rung) = bell();
        let mut cx = Context::from_waker(&waker);
        assert!(right.poll_readable(&mut cx).is_pending());
        drop(left);
        while right.poll_readable(&mut cx).is_pending() {
            rung.recv().expect("a wake");
        }
        assert!(right.socket().recv(&mut [0; 8]).expect("recv").end_of_file);
    });
}

/// Somebody closes our number, and a new registered socket gets it. Dropping the old registration
/// must not take the new one's away, nor close it.
#[test]
fn dropping_an_end_whose_number_was_taken_over_harms_nobody() {
    without_leak(|| {
        let runtime = runtime();
        let (old, _old_peer) = pair(Kind::Stream).expect("pair");
        let old = register(old, &runtime);
        let number = old.socket().as_raw_fd();
        close(number).expect("close");
        let (new, peer) = pair(Kind::Stream).expect("pair");
        let (new, peer) = if new.as_raw_fd() == number {
            (new, peer)
        } else {
            (peer, new)
        };
        assert_eq!(
            new.as_raw_fd(),
            number,
            "the lowest number is given out first"
        );
        let new = register(new, &runtime);
        drop(old);
        assert!(new.socket().is_intact());
        let (waker, _, rung) = bell();
        let mut cx = Context::from_waker(&waker);
        assert!(new.poll_readable(&mut cx).is_pending());
        peer.send(b"x").expect("send");
        while new.poll_readable(&mut cx).is_pending() {
            rung.recv().expect("a wake");
        }
        assert_eq!(new.socket().recv(&mut [0; 8]).expect("recv").len, 1);
    });
}

#[test]
fn registering_a_number_that_was_closed_is_ebadf() {
    without_leak(|| {
        let runtime = runtime();
        let (old, _peer) = pair(Kind::Stream).expect("pair");
        close(old.as_raw_fd()).expect("close");
        let (error, _old) = Registered::new(old, runtime.handle()).unwrap_err();
        assert_eq!(error.code(), "EBADF");
    });
}
