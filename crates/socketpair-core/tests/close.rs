//! Close, half-close, and who owns a number.

mod support;

use std::fs::File;
use std::io::Read;
use std::net::Shutdown;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};

use socketpair_core::{Kind, Received, Socket, pair};
use support::{
    Outcome, alone, assert_end, code, connected_kinds, is_open, kinds, receive, receive_info,
};

#[test]
fn a_closed_peer_is_the_end_for_receives_and_epipe_for_sends() -> Outcome {
    alone(|| {
        for kind in connected_kinds() {
            let (left, right) = pair(kind)?;
            drop(right);
            assert_end(&left);
            assert_end(&left);
            for _ in 0..2 {
                assert_eq!(code(left.send(b"x")), "EPIPE");
                assert_eq!(code(left.send(b"")), "EPIPE");
            }
            assert_end(&left);
        }
        Ok(())
    })
}

#[test]
fn what_was_sent_before_the_close_comes_before_the_end() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            right.send(b"hello")?;
            drop(right);
            assert_eq!(receive(&left)?, b"hello");
            if kind == Kind::Datagram {
                if cfg!(target_os = "linux") {
                    assert_eq!(code(receive_info(&left)), "EAGAIN");
                }
            } else {
                assert_end(&left);
                assert_end(&left);
            }
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_peer_that_closes_on_our_unread_data_resets_once() -> Outcome {
    alone(|| {
        for kind in connected_kinds() {
            let (left, right) = pair(kind)?;
            left.send(b"unread")?;
            drop(right);
            assert_eq!(code(receive_info(&left)), "ECONNRESET");
            assert_end(&left);
            assert_end(&left);
        }
        let (left, right) = pair(Kind::Datagram)?;
        left.send(b"unread")?;
        drop(right);
        assert_eq!(code(receive_info(&left)), "EAGAIN");
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn the_reset_comes_after_what_a_stream_has_queued_but_before_it_on_seqpacket() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        left.send(b"unread")?;
        right.send(b"queued")?;
        drop(right);
        assert_eq!(receive(&left)?, b"queued");
        assert_eq!(code(receive_info(&left)), "ECONNRESET");
        assert_end(&left);

        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"unread")?;
        right.send(b"queued")?;
        right.send(b"")?;
        drop(right);
        assert_eq!(code(receive_info(&left)), "ECONNRESET");
        assert_eq!(receive(&left)?, b"queued");
        assert_eq!(receive(&left)?, b"");
        assert_end(&left);
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_batch_tells_the_reset_once_and_then_gives_what_is_queued() -> Outcome {
    use std::io::IoSliceMut;

    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"unread")?;
        right.send(b"one")?;
        right.send(b"two")?;
        drop(right);
        let mut memory = [[0; 8]; 4];
        let mut bufs = memory.each_mut().map(|piece| IoSliceMut::new(piece));
        let mut out = [Received::default(); 4];
        assert_eq!(code(left.recv_many(&mut bufs, &mut out)), "ECONNRESET");
        assert_eq!(left.recv_many(&mut bufs, &mut out)?, 2);
        assert_eq!(left.recv_many(&mut bufs, &mut out)?, 0);
        assert!(out[0].end_of_file);
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_send_takes_the_reset_away_on_seqpacket_and_leaves_it_on_a_stream() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"unread")?;
        drop(right);
        assert_eq!(code(left.send(b"x")), "ECONNRESET");
        assert_eq!(code(left.send(b"x")), "EPIPE");
        assert_end(&left);

        let (left, right) = pair(Kind::Stream)?;
        left.send(b"unread")?;
        drop(right);
        assert_eq!(code(left.send(b"x")), "EPIPE");
        assert_eq!(code(receive_info(&left)), "ECONNRESET");
        assert_end(&left);
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_pending_reset_can_be_taken_as_the_error_of_the_socket() -> Outcome {
    alone(|| {
        for kind in connected_kinds() {
            let (left, right) = pair(kind)?;
            assert_eq!(left.take_error()?, None);
            left.send(b"unread")?;
            drop(right);
            let pending = left.take_error()?.expect("the reset");
            assert_eq!(
                (pending.code(), pending.syscall()),
                ("ECONNRESET", "getsockopt")
            );
            assert_eq!(left.take_error()?, None);
            assert_end(&left);
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_peek_takes_the_reset_away() -> Outcome {
    alone(|| {
        for kind in connected_kinds() {
            let (left, right) = pair(kind)?;
            left.send(b"unread")?;
            drop(right);
            assert_eq!(code(left.peek(&mut [0; 4])), "ECONNRESET");
            assert_end(&left);
        }
        Ok(())
    })
}

#[test]
fn a_half_close_ends_one_direction_and_leaves_the_other() -> Outcome {
    alone(|| {
        for kind in connected_kinds() {
            let (left, right) = pair(kind)?;
            left.send(b"before")?;
            left.shutdown(Shutdown::Write)?;
            assert_eq!(code(left.send(b"x")), "EPIPE");
            assert_eq!(receive(&right)?, b"before");
            assert_end(&right);
            assert_end(&right);
            right.send(b"other way")?;
            assert_eq!(receive(&left)?, b"other way");
            assert_eq!(code(receive_info(&left)), "EAGAIN");
            assert_eq!(left.shutdown(Shutdown::Write), Ok(()), "twice is no error");
        }
        Ok(())
    })
}

#[test]
fn shutting_down_reading_ends_this_end_and_leaves_its_sends() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            left.shutdown(Shutdown::Read)?;
            assert_end(&left);
            assert_end(&left);
            left.send(b"still")?;
            assert_eq!(receive(&right)?, b"still");
            if cfg!(target_os = "linux") {
                assert_eq!(code(right.send(b"x")), "EPIPE");
            }
            assert_eq!(left.shutdown(Shutdown::Read), Ok(()));
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn shutting_down_keeps_what_is_queued() -> Outcome {
    alone(|| {
        for kind in kinds() {
            for how in [Shutdown::Read, Shutdown::Both] {
                let (left, right) = pair(kind)?;
                right.send(b"queued")?;
                left.shutdown(how)?;
                assert_eq!(receive(&left)?, b"queued", "{kind} {how:?}");
                assert_end(&left);
            }
        }
        Ok(())
    })
}

#[test]
fn shutting_down_both_ends_everything() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            left.shutdown(Shutdown::Both)?;
            left.shutdown(Shutdown::Both)?;
            assert_end(&left);
            assert_eq!(code(left.send(b"x")), "EPIPE");
            if kind == Kind::Datagram {
                assert_eq!(code(receive_info(&right)), "EAGAIN");
            } else {
                assert_end(&right);
            }
        }
        Ok(())
    })
}

#[test]
fn no_send_raises_sigpipe() -> Outcome {
    use std::io::IoSlice;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static RAISED: AtomicUsize = AtomicUsize::new(0);
    extern "C" fn count(_signal: libc::c_int) {
        RAISED.fetch_add(1, Ordering::SeqCst);
    }
    alone(|| {
        let handler: extern "C" fn(libc::c_int) = count;
        // SAFETY: the handler only adds to an atomic, which is allowed in one.
        let before = unsafe { libc::signal(libc::SIGPIPE, handler as libc::sighandler_t) };
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            drop(right);
            assert!(left.send(b"x").is_err());
            assert!(left.send(b"").is_err());
            assert!(
                left.send_vectored(&[IoSlice::new(b"x"), IoSlice::new(b"y")])
                    .is_err()
            );
            assert!(left.send_many(&[IoSlice::new(b"x")]).is_err());
        }
        let ours = RAISED.load(Ordering::SeqCst);
        let (left, right) = pair(Kind::Stream)?;
        drop(right);
        // SAFETY: one byte is readable.
        let sent = unsafe { libc::send(left.as_raw_fd(), b"x".as_ptr().cast(), 1, 0) };
        let plain = RAISED.load(Ordering::SeqCst) - ours;
        // SAFETY: puts back what was there.
        unsafe { libc::signal(libc::SIGPIPE, before) };
        assert_eq!(sent, -1);
        assert_eq!(ours, 0);
        if !cfg!(target_vendor = "apple") {
            assert_eq!(plain, 1, "a plain send does raise it");
        }
        Ok(())
    })
}

#[test]
fn dropping_closes_and_giving_up_does_not() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let number = left.as_raw_fd();
            let fd = left.into_fd();
            assert_eq!(fd.as_raw_fd(), number);
            drop(right);
            assert!(is_open(number));
            drop(fd);
            assert!(!is_open(number));
        }
        Ok(())
    })
}

#[test]
fn a_number_closed_by_others_is_left_alone() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let number = left.as_raw_fd();
        assert!(left.is_intact());
        close_behind(&left);
        assert!(!left.is_intact());
        assert_eq!(code(receive_info(&left)), "EBADF");
        assert_eq!(code(left.send(b"x")), "EBADF");
        assert_eq!(code(left.send_buffer_size()), "EBADF");
        // Must not abort, as an OwnedFd would in a debug build.
        drop(left);
        assert!(!is_open(number));
        assert_end(&right);
        Ok(())
    })
}

#[test]
fn a_number_given_out_again_is_not_closed() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let number = left.as_raw_fd();
        close_behind(&left);
        let mut stranger = File::open("/dev/null").expect("it is everywhere");
        assert_eq!(stranger.as_raw_fd(), number, "the lowest free number");
        assert!(!left.is_intact());
        drop(left);
        assert!(is_open(number));
        assert_eq!(stranger.read(&mut [0; 1]).ok(), Some(0));
        drop(right);
        Ok(())
    })
}

#[test]
fn a_number_given_out_again_to_another_socket_is_not_closed() -> Outcome {
    alone(|| {
        let (left, _right) = pair(Kind::Stream)?;
        let number = left.as_raw_fd();
        close_behind(&left);
        let (stranger, other) = pair(Kind::Stream)?;
        assert_eq!(stranger.as_raw_fd(), number);
        assert!(!left.is_intact() && stranger.is_intact());
        assert_ne!(left.identity(), stranger.identity());
        drop(left);
        stranger.send(b"alive")?;
        assert_eq!(receive(&other)?, b"alive");
        Ok(())
    })
}

#[test]
fn giving_up_a_number_that_is_a_stranger_by_now_changes_nothing_on_it() -> Outcome {
    alone(|| {
        let (left, _right) = pair(Kind::Stream)?;
        close_behind(&left);
        let (stranger, _other) = pair(Kind::Stream)?;
        stranger.set_nonblocking(true)?;
        let fd = left.into_fd();
        assert_eq!(fd.into_raw_fd(), stranger.as_raw_fd());
        assert!(stranger.is_nonblocking()? && stranger.is_intact());
        Ok(())
    })
}

#[test]
fn a_duplicate_keeps_the_peer_connected_and_is_the_same_socket() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let identity = left.identity();
        let fd = left.into_fd();
        let copy = Socket::adopt(fd.try_clone().expect("room")).expect("a socket");
        drop(fd);
        assert_eq!(copy.identity(), identity);
        assert_eq!(code(receive_info(&right)), "EAGAIN");
        copy.send(b"from the copy")?;
        assert_eq!(receive(&right)?, b"from the copy");
        drop(copy);
        assert_end(&right);
        Ok(())
    })
}

#[test]
fn adoption_goes_by_the_type_and_gives_back_what_is_no_socket() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, _right) = pair(kind)?;
            let adopted = Socket::adopt(left.into_fd()).expect("a socket");
            assert_eq!(adopted.kind(), kind);
        }
        let file: OwnedFd = File::open("/dev/null").expect("it is everywhere").into();
        let number = file.as_raw_fd();
        let refused = Socket::adopt(file).expect_err("not a socket");
        assert_eq!(refused.error.code(), "ENOTSOCK");
        assert_eq!(refused.error.syscall(), "getsockopt");
        assert_eq!(refused.fd.as_raw_fd(), number);
        assert_eq!(refused.to_string(), refused.error.to_string());
        Ok(())
    })
}

#[test]
fn a_tcp_connection_is_a_stream() -> Outcome {
    use std::net::{TcpListener, TcpStream};

    alone(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let near = TcpStream::connect(address).expect("a connection");
        let (far, _) = listener.accept().expect("a connection");
        let near = Socket::adopt(near.into()).expect("a socket");
        let far = Socket::adopt(far.into()).expect("a socket");
        assert_eq!(near.kind(), Kind::Stream);
        near.send(b"abcdef")?;
        let mut two = [0; 2];
        let mut came = Vec::new();
        while came.len() < 6 {
            match far.recv(&mut two) {
                Ok(received) => came.extend_from_slice(&two[..received.len]),
                Err(error) => assert!(error.is_would_block()),
            }
        }
        assert_eq!(came, b"abcdef");
        near.shutdown(Shutdown::Write)?;
        let end = loop {
            match receive_info(&far) {
                Err(error) if error.is_would_block() => {}
                other => break other?,
            }
        };
        assert_eq!(end, Received::end());
        Ok(())
    })
}

#[test]
fn an_end_can_be_shared_and_sent_between_threads() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Socket>();
}

/// Closes the number of `end` as code that knows nothing of it would.
fn close_behind(end: &Socket) {
    // SAFETY: the number is open; that its owner does not expect this is what is tested.
    drop(unsafe { OwnedFd::from_raw_fd(end.as_raw_fd()) });
}
