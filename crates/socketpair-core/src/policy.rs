//! What differs between systems, as pure functions.
//!
//! Every rule takes the [`System`] it is asked about, so that the rules of all systems are tested on
//! each of them. The calls ask with [`System::CURRENT`].

mod passing;
mod verdict;

pub use passing::{
    PassCredentials, carrying_byte, descriptors_max, descriptors_room, has_atomic_receive,
    pass_credentials, peek_opens_descriptors, sends_credentials,
};
pub use verdict::{
    Errno, Verdict, poll_sees_room, recv_verdict, send_buffer_shrinks, send_verdict,
    too_long_for_now,
};

use crate::{Kind, Received};

/// A system with socketpair(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    /// Linux, with any libc.
    Linux,
    /// macOS and its relatives.
    Apple,
    /// FreeBSD.
    FreeBsd,
    /// NetBSD.
    NetBsd,
    /// OpenBSD.
    OpenBsd,
    /// illumos.
    Illumos,
}

impl System {
    /// All of them.
    pub const ALL: [System; 6] = [
        System::Linux,
        System::Apple,
        System::FreeBsd,
        System::NetBsd,
        System::OpenBsd,
        System::Illumos,
    ];

    /// The system this crate was compiled for.
    pub const CURRENT: System = if cfg!(target_os = "linux") {
        System::Linux
    } else if cfg!(target_vendor = "apple") {
        System::Apple
    } else if cfg!(target_os = "freebsd") {
        System::FreeBsd
    } else if cfg!(target_os = "netbsd") {
        System::NetBsd
    } else if cfg!(target_os = "openbsd") {
        System::OpenBsd
    } else {
        System::Illumos
    };
}

/// The flags of one send or receive, send(2) and recv(2), by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one MSG_ flag, independent of the others"
)]
pub struct CallFlags {
    /// `MSG_DONTWAIT`.
    pub dont_wait: bool,
    /// `MSG_NOSIGNAL`.
    pub no_signal: bool,
    /// `MSG_EOR`.
    pub end_of_record: bool,
    /// `MSG_TRUNC` as an input: the call returns the true length of a message cut short.
    pub true_length: bool,
    /// `MSG_PEEK`.
    pub peek: bool,
}

/// The flags of every send.
///
/// `MSG_EOR` goes on all seqpacket sends: from FreeBSD 15 on a record lasts until it, on NetBSD an
/// empty record without it never arrives, on Linux it is ignored.
#[must_use]
pub const fn send_flags(system: System, kind: Kind) -> CallFlags {
    CallFlags {
        dont_wait: true,
        no_signal: !no_signal_is_an_option(system),
        end_of_record: matches!(kind, Kind::Seqpacket),
        true_length: false,
        peek: false,
    }
}

/// The flags of every receive.
///
/// `MSG_TRUNC` never goes on a stream: there TCP takes it as "throw the bytes away".
#[must_use]
pub const fn recv_flags(system: System, kind: Kind) -> CallFlags {
    CallFlags {
        dont_wait: true,
        no_signal: false,
        end_of_record: false,
        true_length: kind.keeps_boundaries() && tells_true_length(system),
        peek: false,
    }
}

/// Whether SIGPIPE is switched off by the option `SO_NOSIGPIPE`, because older kernels of this
/// system know no `MSG_NOSIGNAL`.
#[must_use]
pub const fn no_signal_is_an_option(system: System) -> bool {
    matches!(system, System::Apple)
}

/// Whether `MSG_TRUNC` as an input flag makes a receive return a message's true length.
///
/// FreeBSD does from version 14 only, NetBSD hands the flag back in `msg_flags` whether the message
/// was cut or not: there the flag would do harm.
#[must_use]
pub const fn tells_true_length(system: System) -> bool {
    matches!(system, System::Linux)
}

/// Whether `FIONREAD` says the sum of the lengths of all queued messages, so that it goes on holding for
/// the rest when one has been taken. Elsewhere it is the first one's length, or a sum with overhead.
#[must_use]
pub const fn readable_len_is_sum(system: System, kind: Kind) -> bool {
    matches!(system, System::Linux) && matches!(kind, Kind::Seqpacket)
}

/// Whether a receive without room says 0 also when nothing is queued, so that it takes a byte of room
/// to tell. (NetBSD by observation, FreeBSD by its source, the others to be on the safe side.)
#[must_use]
pub const fn receive_needs_room(system: System) -> bool {
    !matches!(system, System::Linux)
}

/// Whether a send waits in spite of `MSG_DONTWAIT`, so that the descriptor needs `O_NONBLOCK`.
#[must_use]
pub const fn send_needs_nonblock(system: System) -> bool {
    matches!(system, System::NetBsd | System::Apple)
}

/// Whether socketpair(2) takes `SOCK_CLOEXEC` and `SOCK_NONBLOCK`; if not, fcntl(2) afterwards.
#[must_use]
pub const fn has_atomic_flags(system: System) -> bool {
    !matches!(system, System::Apple)
}

/// Whether the system is known to make pairs of this kind.
#[must_use]
pub const fn has_kind(system: System, kind: Kind) -> bool {
    !matches!((system, kind), (System::Apple, Kind::Seqpacket))
}

/// Whether socketpair(2) failing so means that the system lacks the type, not that it lacks
/// resources just now.
#[must_use]
pub const fn means_unsupported(errno: Errno) -> bool {
    matches!(errno, Errno::Unsupported)
}

/// Whether the kernel has recvmmsg(2) and sendmmsg(2); if not, a loop of single calls stands in.
/// (FreeBSD has such a loop in libc, under these names.)
#[must_use]
pub const fn has_batches(system: System) -> bool {
    matches!(system, System::Linux | System::NetBsd | System::OpenBsd)
}

/// Whether an empty seqpacket message is told from end-of-file by its control data: `SO_PASSCRED`
/// makes every message carry the sender's credentials, end-of-file carries none. Elsewhere by
/// `MSG_EOR`.
#[must_use]
pub const fn empty_record_needs_credentials(system: System) -> bool {
    matches!(system, System::Linux)
}

/// Whether poll(2) tells of the peer's close by `POLLHUP`. Where not, a close shows as readable.
#[must_use]
pub const fn poll_sees_hang_up(system: System, kind: Kind) -> bool {
    matches!(system, System::Linux) && !matches!(kind, Kind::Datagram)
}

/// How the peer's credentials are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeerCredentials {
    /// `SO_PEERCRED`: pid, uid and gid.
    SoPeercred,
    /// `LOCAL_PEERCRED` with `LOCAL_PEERPID` (macOS: streams only).
    LocalPeercredAndPid,
    /// `LOCAL_PEERCRED`; the pid is in it from FreeBSD 13 on.
    LocalPeercred,
    /// `LOCAL_PEEREID`: pid, uid and gid.
    LocalPeereid,
    /// getpeerucred(3C).
    Getpeerucred,
}

/// How the peer's credentials are asked for on a system.
#[must_use]
pub const fn peer_credentials(system: System) -> PeerCredentials {
    match system {
        System::Linux | System::OpenBsd => PeerCredentials::SoPeercred,
        System::Apple => PeerCredentials::LocalPeercredAndPid,
        System::FreeBsd => PeerCredentials::LocalPeercred,
        System::NetBsd => PeerCredentials::LocalPeereid,
        System::Illumos => PeerCredentials::Getpeerucred,
    }
}

/// What recvmsg(2) said of one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Landed {
    /// The return value.
    pub returned: usize,
    /// Bytes there was room for.
    pub room: usize,
    /// `MSG_TRUNC` came back.
    pub truncated: bool,
    /// `MSG_EOR` came back.
    pub end_of_record: bool,
    /// Control data came with it.
    pub control: bool,
}

/// What a successful receive of a message kind brought.
#[must_use]
pub const fn received(system: System, kind: Kind, landed: Landed, read_shut: bool) -> Received {
    let cut = landed.truncated || landed.returned > landed.room;
    let empty = landed.returned == 0 && !cut;
    let ended = empty
        && match kind {
            Kind::Stream => landed.room > 0,
            Kind::Seqpacket if empty_record_needs_credentials(system) => !landed.control,
            Kind::Seqpacket => !landed.end_of_record,
            // Linux says EAGAIN after the end's own shutdown, so 0 is an empty datagram there.
            Kind::Datagram => read_shut && !matches!(system, System::Linux),
        };
    if ended {
        return Received::end();
    }
    let len = if landed.returned > landed.room {
        landed.room
    } else {
        landed.returned
    };
    Received {
        len,
        message_len: if !kind.keeps_boundaries() || (cut && !tells_true_length(system)) {
            None
        } else {
            Some(landed.returned)
        },
        truncated: cut && kind.keeps_boundaries(),
        end_of_record: landed.end_of_record,
        end_of_file: false,
    }
}

/// How the flags a pair was asked for get onto its two ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Creation {
    /// `SOCK_CLOEXEC` in the call.
    pub close_on_exec: bool,
    /// `SOCK_NONBLOCK` in the call.
    pub nonblocking: bool,
    /// `FD_CLOEXEC` to be set (or cleared) on an end afterwards.
    pub close_on_exec_after: [Option<bool>; 2],
    /// `O_NONBLOCK` to be set on an end afterwards.
    pub nonblocking_after: [Option<bool>; 2],
}

/// How the flags a pair was asked for get onto its two ends.
///
/// Close-on-exec for one end only is set on both in the call and cleared on the other, so that no
/// child forked in between inherits what it should not. Where the call takes no flags, that gap
/// stays open.
#[must_use]
pub const fn creation(
    system: System,
    close_on_exec: [bool; 2],
    nonblocking: [bool; 2],
) -> Creation {
    if !has_atomic_flags(system) {
        return Creation {
            close_on_exec: false,
            nonblocking: false,
            close_on_exec_after: [set_if(close_on_exec[0]), set_if(close_on_exec[1])],
            nonblocking_after: [set_if(nonblocking[0]), set_if(nonblocking[1])],
        };
    }
    let both_nonblocking = nonblocking[0] && nonblocking[1];
    let any_close_on_exec = close_on_exec[0] || close_on_exec[1];
    Creation {
        close_on_exec: any_close_on_exec,
        nonblocking: both_nonblocking,
        close_on_exec_after: if any_close_on_exec {
            [
                clear_unless(close_on_exec[0]),
                clear_unless(close_on_exec[1]),
            ]
        } else {
            [None, None]
        },
        nonblocking_after: if both_nonblocking {
            [None, None]
        } else {
            [set_if(nonblocking[0]), set_if(nonblocking[1])]
        },
    }
}

const fn set_if(wanted: bool) -> Option<bool> {
    if wanted { Some(true) } else { None }
}

const fn clear_unless(wanted: bool) -> Option<bool> {
    if wanted { None } else { Some(false) }
}
