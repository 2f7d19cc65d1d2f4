//! Seqpacket: records in order, empty ones among them, with an end.
#![cfg(not(target_vendor = "apple"))]

mod support;

use std::net::Shutdown;

use socketpair_core::{Kind, Received, pair};
use support::{Outcome, alone, assert_end, receive, receive_info};

#[test]
fn an_empty_message_is_a_message_and_not_the_end() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"")?;
        left.send(b"a")?;
        left.send(b"")?;
        drop(left);
        for expected in [&b""[..], b"a", b""] {
            assert_eq!(receive(&right)?, expected);
        }
        assert_end(&right);
        assert_end(&right);
        Ok(())
    })
}

#[test]
fn an_empty_message_sent_before_the_first_receive_is_told_from_the_end() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send_vectored(&[])?;
        left.shutdown(Shutdown::Write)?;
        let received = receive_info(&right)?;
        assert_eq!((received.len, received.end_of_file), (0, false));
        assert_eq!(received.message_len, Some(0));
        assert_end(&right);
        Ok(())
    })
}

#[test]
fn peeking_tells_an_empty_message_from_the_end_too() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"")?;
        drop(left);
        for _ in 0..2 {
            let seen = right.peek(&mut [0; 4])?;
            assert_eq!((seen.len, seen.end_of_file), (0, false));
            let sized = right.next_message_len()?;
            assert_eq!((sized.message_len, sized.end_of_file), (Some(0), false));
        }
        assert_eq!(receive(&right)?, b"");
        assert_eq!(right.peek(&mut [0; 4]), Ok(Received::end()));
        assert_eq!(right.next_message_len(), Ok(Received::end()));
        assert_end(&right);
        Ok(())
    })
}

#[test]
fn ends_that_send_and_receive_in_turn_keep_telling_them_apart() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        for _ in 0..20 {
            left.send(b"")?;
            assert_eq!(receive(&right)?, b"");
            right.send(b"")?;
            assert_eq!(receive(&left)?, b"");
        }
        left.shutdown(Shutdown::Write)?;
        right.send(b"")?;
        assert_eq!(receive(&left)?, b"");
        drop(right);
        assert_end(&left);
        Ok(())
    })
}

#[test]
fn both_directions_at_once_from_two_threads_tell_them_apart() -> Outcome {
    const ROUNDS: usize = 2000;
    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        let work = |end: &socketpair_core::Socket| -> Outcome {
            let (mut sent, mut came) = (0, 0);
            while sent < ROUNDS || came < ROUNDS {
                if sent < ROUNDS {
                    match end.send(b"") {
                        Ok(_) => sent += 1,
                        Err(error) if error.is_would_block() => {}
                        Err(error) => return Err(error),
                    }
                }
                match receive_info(end) {
                    Ok(received) => {
                        assert!(!received.end_of_file, "an empty message, not the end");
                        came += 1;
                    }
                    Err(error) if error.is_would_block() => std::thread::yield_now(),
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| work(&right));
            work(&left)?;
            other.join().expect("no panic")
        })
    })
}

#[cfg(target_os = "linux")]
#[test]
fn no_end_gets_a_name_by_telling_them_apart() -> Outcome {
    use std::os::fd::AsRawFd;

    use nix::sys::socket::{UnixAddr, getpeername, getsockname};

    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        for _ in 0..3 {
            left.send(b"there")?;
            assert_eq!(receive(&right)?, b"there");
            right.send(b"back")?;
            assert_eq!(receive(&left)?, b"back");
            let mut out = [Received::default()];
            left.send_many(&[std::io::IoSlice::new(b"x")])?;
            right.recv_many(&mut [std::io::IoSliceMut::new(&mut [0; 4])], &mut out)?;
            right.send_vectored(&[])?;
            receive(&left)?;
        }
        for end in [&left, &right] {
            for name in [
                getsockname::<UnixAddr>(end.as_raw_fd()),
                getpeername::<UnixAddr>(end.as_raw_fd()),
            ] {
                let name = name.expect("a connected socket");
                assert!(name.as_abstract().is_none(), "{name}");
            }
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_given_away_end_passes_no_credentials() -> Outcome {
    use nix::sys::socket::{getsockopt, setsockopt, sockopt};

    use socketpair_core::Socket;

    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"x")?;
        receive(&right)?;
        assert_eq!(
            getsockopt(&left, sockopt::PassCred),
            Ok(false),
            "it has only sent"
        );
        assert_eq!(
            getsockopt(&right, sockopt::PassCred),
            Ok(true),
            "it has received"
        );
        assert_eq!(getsockopt(&right.into_fd(), sockopt::PassCred), Ok(false));

        // What the user has set stays, and empty messages are still told from the end.
        let (left, right) = pair(Kind::Seqpacket)?;
        setsockopt(&right, sockopt::PassCred, &true).expect("the option exists");
        let right = Socket::adopt(right.into_fd()).expect("a socket");
        left.send(b"")?;
        assert_eq!(receive(&right)?, b"");
        right.send(b"back")?;
        drop(left);
        let _ = receive_info(&right);
        assert_end(&right);
        assert_eq!(getsockopt(&right.into_fd(), sockopt::PassCred), Ok(true));
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn descriptors_that_come_along_are_closed() -> Outcome {
    use std::io::IoSlice;
    use std::os::fd::AsRawFd;

    use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};

    alone(|| {
        for kind in Kind::ALL {
            let (left, right) = pair(kind)?;
            let fds = [left.as_raw_fd(); 5];
            let rights = [ControlMessage::ScmRights(&fds)];
            for _ in 0..3 {
                sendmsg::<()>(
                    left.as_raw_fd(),
                    &[IoSlice::new(b"data")],
                    &rights,
                    MsgFlags::empty(),
                    None,
                )
                .expect("room for it");
            }
            let before = support::open_descriptors();
            right.peek(&mut [0; 4])?;
            assert_eq!(receive(&right)?, b"data");
            let mut out = [Received::default(); 2];
            if kind.keeps_boundaries() {
                let mut buffers = [[0; 4]; 2];
                let mut pieces = buffers.each_mut().map(|b| std::io::IoSliceMut::new(b));
                assert_eq!(right.recv_many(&mut pieces, &mut out)?, 2);
            } else {
                assert_eq!(receive(&right)?, b"data");
                assert_eq!(receive(&right)?, b"data");
            }
            assert_eq!(support::open_descriptors(), before, "{kind}");
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_copy_that_outlives_the_end_is_left_as_the_user_had_it() -> Outcome {
    use std::os::fd::AsFd;

    use nix::sys::socket::{getsockopt, sockopt};

    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"x")?;
        right.recv(&mut [0; 4])?;
        let copy = right.as_fd().try_clone_to_owned().expect("a free number");
        assert_eq!(getsockopt(&copy, sockopt::PassCred), Ok(true));
        drop(right);
        assert_eq!(getsockopt(&copy, sockopt::PassCred), Ok(false));
        Ok(())
    })
}
