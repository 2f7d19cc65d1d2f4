//! Who sent it: credentials and pidfds, asked for and given.
#![cfg(target_os = "linux")]

mod support;

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd};
use std::process::Command;

use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, UnixAddr, getpeername, getsockopt, recvmsg, sockopt,
};
use socketpair_core::{Credentials, Kind, Outgoing, Received, Result, Room, Socket, pair};
use support::{
    Outcome, alone, code, connected_kinds, is_close_on_exec, kinds, pipe, receive, receive_info,
    receive_with, send_with,
};

/// This process.
fn ours() -> Credentials {
    // SAFETY: these take no memory and never fail.
    let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
    Credentials {
        pid: Some(std::process::id().cast_signed()),
        uid,
        gid,
    }
}

fn send_as(end: &Socket, credentials: Credentials) -> Result<usize> {
    let outgoing = Outgoing {
        credentials: Some(credentials),
        ..Outgoing::NOTHING
    };
    end.send_with(&[IoSlice::new(b"as")], &outgoing)
}

#[test]
fn each_message_says_who_sent_it_once_that_is_asked_for() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            assert!(!right.pass_credentials());
            left.send(b"unasked")?;
            assert_eq!(receive_with(&right, 0)?.1.credentials, None, "{kind}");
            right.set_pass_credentials(true)?;
            assert!(right.pass_credentials() && !left.pass_credentials());
            for data in [&b"one"[..], b"two"] {
                left.send(data)?;
                let (got, came) = receive_with(&right, 0)?;
                assert_eq!((&got[..], came.credentials), (data, Some(ours())), "{kind}");
                assert!(!came.descriptors_truncated && came.unknown == 0);
            }
            right.set_pass_credentials(false)?;
            left.send(b"no more")?;
            assert_eq!(receive_with(&right, 0)?.1.credentials, None);
        }
        Ok(())
    })
}

#[test]
fn a_message_sent_before_anybody_asked_says_nobody() -> Outcome {
    alone(|| {
        for kind in [Kind::Stream, Kind::Datagram] {
            let (left, right) = pair(kind)?;
            left.send(b"early")?;
            right.set_pass_credentials(true)?;
            let (_, came) = receive_with(&right, 0)?;
            let nobody = Credentials {
                pid: None,
                uid: 65534,
                gid: 65534,
            };
            assert_eq!(came.credentials, Some(nobody), "{kind}");
        }
        Ok(())
    })
}

#[test]
fn the_end_says_nothing_of_anyone() -> Outcome {
    alone(|| {
        for kind in connected_kinds() {
            let (left, right) = pair(kind)?;
            right.set_pass_credentials(true)?;
            let _ = right.set_pass_pidfd(true);
            left.send(b"last")?;
            drop(left);
            assert_eq!(
                receive_with(&right, 0)?.1.credentials,
                Some(ours()),
                "{kind}"
            );
            let (_, came) = receive_with(&right, 0)?;
            assert_eq!(came.received, Received::end());
            assert_eq!((came.credentials, came.pidfd.is_some()), (None, false));
        }
        Ok(())
    })
}

#[test]
fn credentials_come_with_descriptors_too() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            right.set_pass_credentials(true)?;
            let list = [reader.as_fd(); 3];
            for credentials in [None, Some(ours())] {
                let outgoing = Outgoing {
                    descriptors: &list,
                    credentials,
                };
                left.send_with(&[IoSlice::new(b"both")], &outgoing)?;
                let (data, came) = receive_with(&right, 3)?;
                assert_eq!((&data[..], came.credentials), (&b"both"[..], Some(ours())));
                assert_eq!(came.descriptors.len(), 3, "{kind}");
            }
            // Room for the data and credentials of a peek as well.
            send_with(&left, b"peek", &list)?;
            let mut buffer = [0; 4];
            let came = right.peek_with(&mut [IoSliceMut::new(&mut buffer)], Room::NONE)?;
            assert_eq!(came.credentials, Some(ours()));
            assert!(came.descriptors_truncated && came.descriptors.is_empty());
            receive(&right)?;
        }
        Ok(())
    })
}

/// K60: `SCM_CREDENTIALS` is 2, `SCM_RIGHTS` is 1.
#[test]
fn control_messages_are_in_the_order_of_the_system() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            right.set_pass_credentials(true)?;
            for (list, expected) in [(&[][..], &[2][..]), (&[reader.as_fd()], &[2, 1])] {
                send_with(&left, b"x", list)?;
                let mut control = nix::cmsg_space!(libc::ucred, [i32; 1]);
                let mut byte = [0];
                let mut bufs = [IoSliceMut::new(&mut byte)];
                let flags = MsgFlags::MSG_CMSG_CLOEXEC;
                let fd = right.as_raw_fd();
                let came =
                    recvmsg::<()>(fd, &mut bufs, Some(&mut control), flags).expect("a message");
                let mut types = Vec::new();
                for message in came.cmsgs().expect("room for them") {
                    types.push(match message {
                        ControlMessageOwned::ScmCredentials(_) => 2,
                        ControlMessageOwned::ScmRights(numbers) => {
                            assert!(nix::unistd::close(numbers[0]).is_ok());
                            1
                        }
                        other => panic!("{other:?}"),
                    });
                }
                assert_eq!(types, expected, "{kind}");
            }
        }
        Ok(())
    })
}

#[test]
fn a_wish_for_credentials_survives_sends_and_is_left_on_the_descriptor() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Seqpacket)?;
        left.send(b"")?;
        assert_eq!(receive(&right)?, b"");
        // Switched on for this crate's own use: nothing the user sees.
        assert!(!right.pass_credentials());
        assert_eq!(getsockopt(&right, sockopt::PassCred), Ok(true));
        right.set_pass_credentials(true)?;
        right.send(b"back")?;
        assert_eq!(
            getsockopt(&right, sockopt::PassCred),
            Ok(true),
            "still wished"
        );
        assert_eq!(receive(&left)?, b"back");
        left.send(b"")?;
        let (data, came) = receive_with(&right, 0)?;
        assert_eq!((data.len(), came.credentials), (0, Some(ours())));
        assert!(!came.received.end_of_file);

        let fd = right.into_fd();
        assert_eq!(getsockopt(&fd, sockopt::PassCred), Ok(true));
        let right = Socket::adopt(fd).expect("a socket");
        assert!(right.pass_credentials(), "found on, so wished");
        right.set_pass_credentials(false)?;
        assert_eq!(getsockopt(&right, sockopt::PassCred), Ok(false));
        // Empty messages are still told from the end.
        left.send(b"")?;
        let (data, came) = receive_with(&right, 0)?;
        assert!(data.is_empty() && !came.received.end_of_file);
        assert_eq!(came.credentials, None);
        drop(left);
        assert!(receive_info(&right)?.end_of_file);
        assert_eq!(getsockopt(&right.into_fd(), sockopt::PassCred), Ok(false));
        Ok(())
    })
}

/// F18, and the reason why this crate does not do that of its own accord.
#[test]
fn only_a_wish_for_credentials_gives_a_sender_a_name() -> Outcome {
    alone(|| {
        for kind in [Kind::Datagram, Kind::Seqpacket] {
            let (left, right) = pair(kind)?;
            let name = || getpeername::<UnixAddr>(right.as_raw_fd()).expect("a peer");
            right.send(b"x")?;
            receive_with(&left, 1)?;
            left.send(b"x")?;
            assert!(name().as_abstract().is_none(), "{kind}");
            left.set_pass_credentials(true)?;
            left.send(b"x")?;
            assert!(name().as_abstract().is_some(), "{kind}");
        }
        Ok(())
    })
}

#[test]
fn credentials_are_given_by_the_sender_as_far_as_the_system_allows() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            right.set_pass_credentials(true)?;
            let without_pid = Credentials {
                pid: None,
                ..ours()
            };
            for own in [ours(), without_pid] {
                assert_eq!(send_as(&left, own)?, 2);
                assert_eq!(
                    receive_with(&right, 0)?.1.credentials,
                    Some(ours()),
                    "{kind}"
                );
            }
            let nobody = Credentials {
                pid: Some(i32::MAX),
                ..ours()
            };
            let stranger = Credentials {
                pid: Some(1),
                uid: 12345,
                gid: 54321,
            };
            if ours().uid == 0 {
                assert_eq!(code(send_as(&left, nobody)), "ESRCH");
                send_as(&left, stranger)?;
                assert_eq!(receive_with(&right, 0)?.1.credentials, Some(stranger));
            } else {
                assert_eq!(code(send_as(&left, nobody)), "EPERM");
                assert_eq!(code(send_as(&left, stranger)), "EPERM");
            }
            assert_eq!(code(receive_info(&right)), "EAGAIN", "nothing was sent");
        }
        Ok(())
    })
}

#[test]
fn a_stream_read_never_joins_two_senders() -> Outcome {
    if ours().uid != 0 {
        return Ok(());
    }
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        right.set_pass_credentials(true)?;
        let other = Credentials {
            uid: 12345,
            ..ours()
        };
        left.send(b"own")?;
        send_as(&left, other)?;
        left.send(b"own")?;
        for (expected, who) in [(&b"own"[..], ours()), (b"as", other), (b"own", ours())] {
            let (data, came) = receive_with(&right, 0)?;
            assert_eq!((&data[..], came.credentials), (expected, Some(who)));
        }
        Ok(())
    })
}

/// The process that a pidfd stands for, as /proc has it.
fn process_of(pidfd: &impl AsRawFd) -> Option<i32> {
    let path = format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd());
    let info = std::fs::read_to_string(path).ok()?;
    let line = info.lines().find(|line| line.starts_with("Pid:"))?;
    line["Pid:".len()..].trim().parse().ok()
}

#[test]
fn a_pidfd_comes_with_each_message_once_that_is_asked_for() -> Outcome {
    alone(|| {
        let (reader, _writer) = pipe();
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            assert!(!right.pass_pidfd());
            if let Err(error) = right.set_pass_pidfd(true) {
                // Before Linux 6.5.
                assert_eq!(error.code(), "ENOPROTOOPT");
                continue;
            }
            for with_credentials in [false, true] {
                right.set_pass_credentials(with_credentials)?;
                for list in [&[][..], &[reader.as_fd(); 2]] {
                    send_with(&left, b"x", list)?;
                    let (_, came) = receive_with(&right, list.len())?;
                    let pidfd = came.pidfd.expect("a pidfd");
                    assert_eq!(process_of(&pidfd), ours().pid, "{kind}");
                    assert!(is_close_on_exec(&pidfd));
                    assert_eq!(came.credentials.is_some(), with_credentials);
                    assert_eq!(came.descriptors.len(), list.len());
                    assert!(!came.descriptors_truncated);
                }
            }
            // A plain receive leaves none open; another owner finds the option as it is.
            left.send(b"plain")?;
            assert_eq!(receive(&right)?, b"plain");
            let right = Socket::adopt(right.into_fd()).expect("a socket");
            assert!(right.pass_pidfd());
            right.set_pass_pidfd(false)?;
            left.send(b"x")?;
            assert!(receive_with(&right, 1)?.1.pidfd.is_none());
        }
        Ok(())
    })
}

#[test]
fn the_maker_of_a_pair_is_known_by_a_pidfd() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for end in [&left, &right] {
                match end.peer_pidfd() {
                    Ok(pidfd) => {
                        assert_eq!(process_of(&pidfd), ours().pid, "{kind}");
                        assert!(is_close_on_exec(&pidfd));
                    }
                    Err(error) => assert_eq!(error.code(), "ENOPROTOOPT"),
                }
            }
        }
        Ok(())
    })
}

#[test]
fn a_child_is_told_from_its_parent() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        right.set_pass_credentials(true)?;
        left.set_close_on_exec(false)?;
        let script = format!("printf child >&{}", left.as_raw_fd());
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .spawn()
            .expect("a shell");
        assert!(child.wait().expect("its end").success());
        let (data, came) = receive_with(&right, 0)?;
        let expected = Credentials {
            pid: Some(child.id().cast_signed()),
            ..ours()
        };
        assert_eq!(
            (&data[..], came.credentials),
            (&b"child"[..], Some(expected))
        );
        // It did not make the pair.
        assert_eq!(right.peer_credentials()?, ours());
        Ok(())
    })
}
