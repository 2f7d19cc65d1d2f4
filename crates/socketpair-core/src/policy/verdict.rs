//! What to do about an errno.

use super::System;
use crate::Kind;

/// An errno by meaning, so that a rule for a foreign system can be asked without its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Errno {
    /// `EAGAIN`, `EWOULDBLOCK`.
    Again,
    /// `EINTR`.
    Interrupted,
    /// `ENOBUFS`.
    NoBuffers,
    /// `ENOMEM`.
    NoMemory,
    /// `EMSGSIZE`.
    MessageSize,
    /// `EPIPE`.
    Pipe,
    /// `ECONNRESET`.
    ConnectionReset,
    /// `ECONNREFUSED`.
    ConnectionRefused,
    /// `ENOTCONN`.
    NotConnected,
    /// `EDESTADDRREQ`.
    DestinationRequired,
    /// `EAFNOSUPPORT`, `EPROTONOSUPPORT`, `EPROTOTYPE`, `ESOCKTNOSUPPORT`, `EOPNOTSUPP`.
    Unsupported,
    /// Any other.
    Other,
}

impl Errno {
    /// The meaning of a number of the system this crate was compiled for.
    #[must_use]
    pub const fn of(number: i32) -> Errno {
        match number {
            libc::EAGAIN => Errno::Again,
            libc::EINTR => Errno::Interrupted,
            libc::ENOBUFS => Errno::NoBuffers,
            libc::ENOMEM => Errno::NoMemory,
            libc::EMSGSIZE => Errno::MessageSize,
            libc::EPIPE => Errno::Pipe,
            libc::ECONNRESET => Errno::ConnectionReset,
            libc::ECONNREFUSED => Errno::ConnectionRefused,
            libc::ENOTCONN => Errno::NotConnected,
            libc::EDESTADDRREQ => Errno::DestinationRequired,
            libc::EAFNOSUPPORT
            | libc::EPROTONOSUPPORT
            | libc::EPROTOTYPE
            | libc::ESOCKTNOSUPPORT
            | libc::EOPNOTSUPP => Errno::Unsupported,
            _ => Errno::Other,
        }
    }
}

/// What to do about a failed send or receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Call again at once.
    Retry,
    /// Wait until poll(2) says ready, then call again.
    Wait,
    /// Wait a little by a timer, then call again: poll(2) says ready all the time.
    BackOff,
    /// Nothing will come any more.
    EndOfFile,
    /// Tell the caller.
    Fail,
}

/// What to do about a failed send.
///
/// `ENOBUFS` is a full datagram queue on macOS and the BSDs, where poll(2) goes on saying writable;
/// elsewhere the kernel is short of memory for a moment. Both pass, and neither announces it. So it
/// is with `EAGAIN` on a datagram end there, should it come. Who waits must bound it: on FreeBSD and
/// NetBSD a datagram end whose peer has shut down reading says `ENOBUFS` for ever.
#[must_use]
pub const fn send_verdict(system: System, kind: Kind, errno: Errno) -> Verdict {
    match errno {
        Errno::Interrupted => Verdict::Retry,
        Errno::Again if !poll_sees_room(system, kind) => Verdict::BackOff,
        Errno::Again => Verdict::Wait,
        Errno::NoBuffers => Verdict::BackOff,
        _ => Verdict::Fail,
    }
}

/// Whether poll(2) tells a full queue from one with room: on a datagram end of macOS and the BSDs it
/// always says writable.
#[must_use]
pub const fn poll_sees_room(system: System, kind: Kind) -> bool {
    !matches!(kind, Kind::Datagram) || matches!(system, System::Linux | System::Illumos)
}

/// What to do about a failed receive. `read_shut`: the end has shut down reading itself.
///
/// Linux says `EAGAIN` on a datagram end that has shut down reading, for ever: that is its
/// end-of-file.
#[must_use]
pub const fn recv_verdict(_system: System, kind: Kind, errno: Errno, read_shut: bool) -> Verdict {
    match errno {
        Errno::Interrupted => Verdict::Retry,
        Errno::Again if read_shut && matches!(kind, Kind::Datagram) => Verdict::EndOfFile,
        Errno::Again => Verdict::Wait,
        _ => Verdict::Fail,
    }
}

/// Whether `EMSGSIZE` on a send only means that the queue has no room for it just now.
///
/// NetBSD says so on a seqpacket end for a message under the end's own limit (`limit`, the size of
/// its send buffer while nothing is queued) that is longer than what the queue has left.
#[must_use]
pub const fn too_long_for_now(
    system: System,
    kind: Kind,
    errno: Errno,
    len: usize,
    limit: usize,
) -> bool {
    matches!(errno, Errno::MessageSize) && send_buffer_shrinks(system, kind) && len <= limit
}

/// Whether the send buffer's size, as the system reports it, goes down by what is queued.
#[must_use]
pub const fn send_buffer_shrinks(system: System, kind: Kind) -> bool {
    matches!((system, kind), (System::NetBsd, Kind::Seqpacket))
}
