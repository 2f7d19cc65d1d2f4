//! Options, flags and what the system tells of an end.

mod support;

use std::os::fd::AsFd;

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use socketpair_core::pair;
#[cfg(target_os = "linux")]
use socketpair_core::{Kind, Socket};
#[cfg(target_os = "linux")]
use std::net::{TcpListener, TcpStream};
use support::{Outcome, alone, code, fill, kinds};
#[cfg(target_os = "linux")]
use support::{bytes, receive};

#[cfg(target_os = "linux")]
#[test]
fn readable_length_counts_all_that_is_queued_but_of_datagrams_the_first() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            assert_eq!(right.readable_len()?, 0);
            left.send(b"12345")?;
            left.send(b"678")?;
            let first = kind == Kind::Datagram;
            assert_eq!(right.readable_len()?, if first { 5 } else { 8 });
            right.recv(&mut [0; 5])?;
            assert_eq!(right.readable_len()?, 3);
            right.recv(&mut [0; 5])?;
            assert_eq!(right.readable_len()?, 0);
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn linux_doubles_a_size_and_has_floors() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let (send, recv) = (right.send_buffer_size()?, right.recv_buffer_size()?);
            left.set_send_buffer_size(20_000)?;
            left.set_recv_buffer_size(30_000)?;
            assert_eq!(left.send_buffer_size()?, 40_000);
            assert_eq!(left.recv_buffer_size()?, 60_000);
            left.set_send_buffer_size(0)?;
            left.set_recv_buffer_size(0)?;
            assert!(left.send_buffer_size()? > 0);
            assert!(left.recv_buffer_size()? > 0);
            assert_eq!(
                right.send_buffer_size()?,
                send,
                "the other end is not touched"
            );
            assert_eq!(right.recv_buffer_size()?, recv);
            assert_eq!(code(left.set_send_buffer_size(usize::MAX)), "EINVAL");
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn the_send_buffer_is_raised_only_where_its_size_is_nobodys_choice() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let before = left.send_buffer_size()?;
        assert!(left.raise_send_buffer()?);
        assert!(left.send_buffer_size()? > before);
        assert!(!left.raise_send_buffer()?, "once");
        right.set_send_buffer_size(50_000)?;
        assert!(!right.raise_send_buffer()?);
        assert_eq!(right.send_buffer_size()?, 100_000);
        for kind in support::message_kinds() {
            assert!(!pair(kind)?.0.raise_send_buffer()?, "{kind:?}");
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let connection = TcpStream::connect(address).expect("a listener");
        let tcp = Socket::adopt(connection.into()).expect("a socket");
        assert!(
            !tcp.raise_send_buffer()?,
            "the system sizes it, until somebody else does"
        );
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn the_senders_buffer_alone_sets_how_much_fits() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let (usual, _) = fill(&left, &[0; 1024]);
            let (fresh, peer) = pair(kind)?;
            peer.set_recv_buffer_size(0)?;
            assert_eq!(
                fill(&fresh, &[0; 1024]).0,
                usual,
                "the receiver's has no effect"
            );
            left.set_send_buffer_size(400_000)?;
            assert!(
                fill(&left, &[0; 1024]).0 > 0,
                "more room lets a full end go on"
            );
            drop(right);
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_larger_send_buffer_allows_longer_messages() -> Outcome {
    alone(|| {
        for kind in support::message_kinds() {
            let (left, right) = pair(kind)?;
            left.set_send_buffer_size(20_000)?;
            assert_eq!(code(left.send(&bytes(40_000, 1))), "EMSGSIZE");
            left.set_send_buffer_size(50_000)?;
            assert_eq!(left.send(&bytes(40_000, 1))?, 40_000);
            assert!(receive(&right)? == bytes(40_000, 1));
        }
        Ok(())
    })
}

#[test]
fn nonblocking_is_what_was_asked_for_before_and_after_a_send() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for asked in [false, true, false] {
                left.set_nonblocking(asked)?;
                assert_eq!(left.is_nonblocking()?, asked);
                left.send(b"x")?;
                assert_eq!(left.is_nonblocking()?, asked);
                assert!(!right.is_nonblocking()?, "the other end is not touched");
            }
            let fd = left.into_fd();
            let flags = fcntl(fd.as_fd(), FcntlArg::F_GETFL).expect("an open descriptor");
            assert!(!OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK));
        }
        Ok(())
    })
}

#[test]
fn no_call_waits_although_the_end_is_blocking() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            assert!(!left.is_nonblocking()? && !right.is_nonblocking()?);
            assert_eq!(code(right.recv(&mut [0; 4])), "EAGAIN");
            assert_eq!(code(right.peek(&mut [0; 4])), "EAGAIN");
            assert_eq!(code(right.next_message_len()), "EAGAIN");
            let (_, said) = fill(&left, &[0; 100]);
            assert!(["EAGAIN", "ENOBUFS"].contains(&said), "{said}");
        }
        Ok(())
    })
}

#[test]
fn close_on_exec_is_set_and_cleared() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            left.set_close_on_exec(false)?;
            assert!(!left.is_close_on_exec()? && right.is_close_on_exec()?);
            let flags = fcntl(left.as_fd(), FcntlArg::F_GETFD).expect("an open descriptor");
            assert!(!FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC));
            left.set_close_on_exec(true)?;
            assert!(left.is_close_on_exec()?);
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn the_peers_credentials_are_those_of_the_maker_also_after_the_close() -> Outcome {
    // SAFETY: these take nothing and cannot fail.
    let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for end in [&left, &right] {
                let found = end.peer_credentials()?;
                assert_eq!(found.pid, i32::try_from(std::process::id()).ok());
                assert_eq!(found.uid, uid);
                assert_eq!(found.gid, gid);
            }
            let before = left.peer_credentials()?;
            drop(right);
            assert_eq!(left.peer_credentials()?, before);
        }
        Ok(())
    })
}

#[test]
fn a_fresh_end_has_no_error() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, _right) = pair(kind)?;
            assert_eq!(left.take_error()?, None);
        }
        Ok(())
    })
}
