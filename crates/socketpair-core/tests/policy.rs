//! The rules of all systems, asked on this one.

use socketpair_core::policy::{
    Creation, Errno, Landed, PeerCredentials, System, Verdict, creation,
    empty_record_needs_credentials, has_atomic_flags, has_batches, has_kind, means_unsupported,
    no_signal_is_an_option, peer_credentials, poll_sees_hang_up, poll_sees_room,
    receive_needs_room, received, recv_flags, recv_verdict, send_buffer_shrinks, send_flags,
    send_needs_nonblock, send_verdict, tells_true_length, too_long_for_now,
};
use socketpair_core::{Kind, Received};

const BSD_FAMILY: [System; 4] = [
    System::Apple,
    System::FreeBsd,
    System::NetBsd,
    System::OpenBsd,
];

fn everywhere() -> impl Iterator<Item = (System, Kind)> {
    System::ALL
        .into_iter()
        .flat_map(|system| Kind::ALL.map(|kind| (system, kind)))
}

#[test]
fn the_current_system_is_the_one_compiled_for() {
    let expected = match std::env::consts::OS {
        "linux" => System::Linux,
        "macos" => System::Apple,
        "freebsd" => System::FreeBsd,
        "netbsd" => System::NetBsd,
        "openbsd" => System::OpenBsd,
        _ => System::Illumos,
    };
    assert_eq!(System::CURRENT, expected);
}

#[test]
fn a_signal_means_again_at_once_everywhere() {
    for (system, kind) in everywhere() {
        assert_eq!(
            send_verdict(system, kind, Errno::Interrupted),
            Verdict::Retry
        );
        for read_shut in [false, true] {
            let verdict = recv_verdict(system, kind, Errno::Interrupted, read_shut);
            assert_eq!(verdict, Verdict::Retry);
        }
    }
}

#[test]
fn an_empty_queue_means_wait_but_for_a_datagram_end_shut_for_reading() {
    for (system, kind) in everywhere() {
        assert_eq!(
            recv_verdict(system, kind, Errno::Again, false),
            Verdict::Wait
        );
        let shut = recv_verdict(system, kind, Errno::Again, true);
        let ended = kind == Kind::Datagram;
        assert_eq!(
            shut,
            if ended {
                Verdict::EndOfFile
            } else {
                Verdict::Wait
            }
        );
    }
}

#[test]
fn a_full_queue_means_wait_where_poll_tells_and_back_off_where_not() {
    for (system, kind) in everywhere() {
        let blind = kind == Kind::Datagram && BSD_FAMILY.contains(&system);
        assert_eq!(poll_sees_room(system, kind), !blind);
        let expected = if blind {
            Verdict::BackOff
        } else {
            Verdict::Wait
        };
        assert_eq!(
            send_verdict(system, kind, Errno::Again),
            expected,
            "{system:?} {kind}"
        );
        assert_eq!(
            send_verdict(system, kind, Errno::NoBuffers),
            Verdict::BackOff
        );
    }
}

#[test]
fn every_other_errno_is_told() {
    for (system, kind) in everywhere() {
        for errno in [
            Errno::NoMemory,
            Errno::MessageSize,
            Errno::Pipe,
            Errno::ConnectionReset,
            Errno::ConnectionRefused,
            Errno::NotConnected,
            Errno::DestinationRequired,
            Errno::Unsupported,
            Errno::Other,
        ] {
            assert_eq!(send_verdict(system, kind, errno), Verdict::Fail);
            assert_eq!(recv_verdict(system, kind, errno, false), Verdict::Fail);
            assert_eq!(recv_verdict(system, kind, errno, true), Verdict::Fail);
        }
        assert_eq!(
            recv_verdict(system, kind, Errno::NoBuffers, false),
            Verdict::Fail
        );
    }
}

#[test]
fn numbers_of_this_system_get_their_meaning() {
    for (number, errno) in [
        (libc::EAGAIN, Errno::Again),
        (libc::EWOULDBLOCK, Errno::Again),
        (libc::EINTR, Errno::Interrupted),
        (libc::ENOBUFS, Errno::NoBuffers),
        (libc::ENOMEM, Errno::NoMemory),
        (libc::EMSGSIZE, Errno::MessageSize),
        (libc::EPIPE, Errno::Pipe),
        (libc::ECONNRESET, Errno::ConnectionReset),
        (libc::ECONNREFUSED, Errno::ConnectionRefused),
        (libc::ENOTCONN, Errno::NotConnected),
        (libc::EDESTADDRREQ, Errno::DestinationRequired),
        (libc::EAFNOSUPPORT, Errno::Unsupported),
        (libc::EPROTONOSUPPORT, Errno::Unsupported),
        (libc::EPROTOTYPE, Errno::Unsupported),
        (libc::ESOCKTNOSUPPORT, Errno::Unsupported),
        (libc::EOPNOTSUPP, Errno::Unsupported),
        (libc::EBADF, Errno::Other),
        (0, Errno::Other),
    ] {
        assert_eq!(Errno::of(number), errno, "{number}");
    }
}

#[test]
fn every_call_is_told_not_to_wait() {
    for (system, kind) in everywhere() {
        assert!(send_flags(system, kind).dont_wait);
        assert!(recv_flags(system, kind).dont_wait);
    }
}

#[test]
fn every_send_is_kept_from_raising_sigpipe_by_flag_or_option() {
    for (system, kind) in everywhere() {
        assert_ne!(
            send_flags(system, kind).no_signal,
            no_signal_is_an_option(system)
        );
        assert_eq!(no_signal_is_an_option(system), system == System::Apple);
    }
}

#[test]
fn every_seqpacket_send_ends_its_record_and_no_other_does() {
    for (system, kind) in everywhere() {
        assert_eq!(
            send_flags(system, kind).end_of_record,
            kind == Kind::Seqpacket
        );
        assert!(!recv_flags(system, kind).end_of_record);
    }
}

#[test]
fn the_true_length_is_asked_for_on_messages_of_linux_only() {
    for (system, kind) in everywhere() {
        let expected = system == System::Linux && kind != Kind::Stream;
        assert_eq!(recv_flags(system, kind).true_length, expected);
        assert!(!send_flags(system, kind).true_length);
        assert!(!recv_flags(system, kind).peek);
    }
}

#[test]
fn o_nonblock_is_forced_only_where_a_send_would_wait() {
    let forced = System::ALL
        .into_iter()
        .filter(|&system| send_needs_nonblock(system));
    assert_eq!(forced.collect::<Vec<_>>(), [System::Apple, System::NetBsd]);
}

#[test]
fn macos_alone_has_neither_flags_in_the_call_nor_seqpacket() {
    for (system, kind) in everywhere() {
        assert_eq!(has_atomic_flags(system), system != System::Apple);
        let missing = system == System::Apple && kind == Kind::Seqpacket;
        assert_eq!(has_kind(system, kind), !missing);
    }
}

#[test]
fn batches_are_single_calls_where_the_system_has_none() {
    let with = System::ALL
        .into_iter()
        .filter(|&system| has_batches(system));
    assert_eq!(
        with.collect::<Vec<_>>(),
        [System::Linux, System::NetBsd, System::OpenBsd]
    );
}

#[test]
fn only_linux_hangs_up_and_only_on_kinds_with_an_end() {
    for (system, kind) in everywhere() {
        let expected = system == System::Linux && kind != Kind::Datagram;
        assert_eq!(poll_sees_hang_up(system, kind), expected);
    }
}

#[test]
fn each_system_is_asked_for_credentials_in_its_own_way() {
    assert_eq!(peer_credentials(System::Linux), PeerCredentials::SoPeercred);
    assert_eq!(
        peer_credentials(System::OpenBsd),
        PeerCredentials::SoPeercred
    );
    assert_eq!(
        peer_credentials(System::Apple),
        PeerCredentials::LocalPeercredAndPid
    );
    assert_eq!(
        peer_credentials(System::FreeBsd),
        PeerCredentials::LocalPeercred
    );
    assert_eq!(
        peer_credentials(System::NetBsd),
        PeerCredentials::LocalPeereid
    );
    assert_eq!(
        peer_credentials(System::Illumos),
        PeerCredentials::Getpeerucred
    );
}

#[test]
fn a_type_that_is_refused_is_unsupported_and_a_full_table_is_not() {
    assert!(means_unsupported(Errno::Unsupported));
    for errno in [
        Errno::NoMemory,
        Errno::NoBuffers,
        Errno::Other,
        Errno::Interrupted,
    ] {
        assert!(!means_unsupported(errno));
    }
}

#[test]
fn emsgsize_means_not_now_only_on_netbsd_seqpacket_under_the_limit() {
    for (system, kind) in everywhere() {
        let here = system == System::NetBsd && kind == Kind::Seqpacket;
        assert_eq!(send_buffer_shrinks(system, kind), here);
        assert_eq!(
            too_long_for_now(system, kind, Errno::MessageSize, 2049, 4096),
            here
        );
        assert_eq!(
            too_long_for_now(system, kind, Errno::MessageSize, 4096, 4096),
            here
        );
        assert!(!too_long_for_now(
            system,
            kind,
            Errno::MessageSize,
            4097,
            4096
        ));
        assert!(!too_long_for_now(system, kind, Errno::Again, 1, 4096));
    }
}

#[test]
fn a_cut_message_is_reported_cut_with_its_length_where_it_is_known() {
    for (system, kind) in everywhere().filter(|(_, kind)| kind.keeps_boundaries()) {
        let known = tells_true_length(system);
        let landed = Landed {
            returned: if known { 10 } else { 4 },
            room: 4,
            truncated: true,
            ..Landed::default()
        };
        let expected = Received {
            len: 4,
            message_len: known.then_some(10),
            truncated: true,
            ..Received::default()
        };
        assert_eq!(received(system, kind, landed, false), expected);
    }
}

#[test]
fn a_whole_message_has_its_length_and_may_mark_a_record() {
    for (system, kind) in everywhere().filter(|(_, kind)| kind.keeps_boundaries()) {
        let landed = Landed {
            returned: 3,
            room: 20,
            end_of_record: true,
            ..Landed::default()
        };
        let expected = Received {
            len: 3,
            message_len: Some(3),
            end_of_record: true,
            ..Received::default()
        };
        assert_eq!(received(system, kind, landed, false), expected);
    }
}

#[test]
fn nothing_on_seqpacket_is_the_end_unless_the_mark_of_the_system_came_with_it() {
    for system in System::ALL {
        let nothing = Landed {
            room: 9,
            ..Landed::default()
        };
        let end = received(system, Kind::Seqpacket, nothing, false);
        assert_eq!(end, Received::end());
        let marked = if empty_record_needs_credentials(system) {
            Landed {
                control: true,
                ..nothing
            }
        } else {
            Landed {
                end_of_record: true,
                ..nothing
            }
        };
        let message = received(system, Kind::Seqpacket, marked, false);
        assert!(!message.end_of_file);
        assert_eq!(message.message_len, Some(0));
        let cut = Landed {
            truncated: true,
            room: 0,
            ..Landed::default()
        };
        assert!(!received(system, Kind::Seqpacket, cut, false).end_of_file);
    }
}

#[test]
fn an_empty_datagram_is_a_message_until_the_end_shuts_down_reading() {
    for system in System::ALL {
        let nothing = Landed {
            room: 9,
            ..Landed::default()
        };
        assert!(!received(system, Kind::Datagram, nothing, false).end_of_file);
        // Linux says EAGAIN at the end, so 0 is a datagram queued before.
        let ended = system != System::Linux;
        assert_eq!(
            received(system, Kind::Datagram, nothing, true).end_of_file,
            ended
        );
    }
}

#[test]
fn only_linux_can_be_asked_for_a_message_without_room_for_it() {
    for system in System::ALL {
        assert_eq!(receive_needs_room(system), system != System::Linux);
    }
}

#[test]
fn flags_for_both_ends_go_into_the_call_where_it_takes_them() {
    for system in System::ALL
        .into_iter()
        .filter(|&system| has_atomic_flags(system))
    {
        let plan = creation(system, [true; 2], [true; 2]);
        assert_eq!(
            plan,
            Creation {
                close_on_exec: true,
                nonblocking: true,
                ..Creation::default()
            }
        );
        assert_eq!(
            creation(system, [false; 2], [false; 2]),
            Creation::default()
        );
    }
}

#[test]
fn close_on_exec_for_one_end_is_set_on_both_and_cleared_on_the_other() {
    for system in System::ALL
        .into_iter()
        .filter(|&system| has_atomic_flags(system))
    {
        let plan = creation(system, [true, false], [false, true]);
        assert_eq!(
            plan,
            Creation {
                close_on_exec: true,
                nonblocking: false,
                close_on_exec_after: [None, Some(false)],
                nonblocking_after: [None, Some(true)],
            }
        );
    }
}

#[test]
fn without_flags_in_the_call_each_end_gets_its_own_afterwards() {
    let plan = creation(System::Apple, [true, false], [false, true]);
    assert_eq!(
        plan,
        Creation {
            close_on_exec: false,
            nonblocking: false,
            close_on_exec_after: [Some(true), None],
            nonblocking_after: [None, Some(true)],
        }
    );
}

#[test]
fn every_plan_ends_with_what_was_asked_for() {
    let each = [[false, false], [false, true], [true, false], [true, true]];
    for system in System::ALL {
        for close_on_exec in each {
            for nonblocking in each {
                let plan = creation(system, close_on_exec, nonblocking);
                for i in 0..2 {
                    let fd = plan.close_on_exec_after[i].unwrap_or(plan.close_on_exec);
                    let fl = plan.nonblocking_after[i].unwrap_or(plan.nonblocking);
                    assert_eq!((fd, fl), (close_on_exec[i], nonblocking[i]), "{system:?}");
                }
                if !has_atomic_flags(system) {
                    assert!(!plan.close_on_exec && !plan.nonblocking);
                }
            }
        }
    }
}
