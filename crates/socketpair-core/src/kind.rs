//! The three types of socket a pair can be made of.

use std::fmt;

/// The type of a socket, `SO_TYPE` of socket(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `SOCK_STREAM`: a stream of bytes without boundaries; has an end-of-file and half-close.
    Stream,
    /// `SOCK_DGRAM`: datagrams; no end-of-file, the peer's close shows at the next send only.
    Datagram,
    /// `SOCK_SEQPACKET`: records in order, with an end-of-file and half-close.
    Seqpacket,
}

impl Kind {
    /// All three, in the order of their numbers.
    pub const ALL: [Kind; 3] = [Kind::Stream, Kind::Datagram, Kind::Seqpacket];

    /// The word for it: "stream", "dgram" or "seqpacket".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Stream => "stream",
            Kind::Datagram => "dgram",
            Kind::Seqpacket => "seqpacket",
        }
    }

    /// The number this system gives it (`SOCK_STREAM`, …).
    #[must_use]
    pub const fn to_raw(self) -> i32 {
        match self {
            Kind::Stream => libc::SOCK_STREAM,
            Kind::Datagram => libc::SOCK_DGRAM,
            Kind::Seqpacket => libc::SOCK_SEQPACKET,
        }
    }

    /// The kind a `SO_TYPE` says; `None` for every other type (`SOCK_RAW`, `SOCK_RDM`, …).
    #[must_use]
    pub const fn from_raw(number: i32) -> Option<Kind> {
        match number {
            libc::SOCK_STREAM => Some(Kind::Stream),
            libc::SOCK_DGRAM => Some(Kind::Datagram),
            libc::SOCK_SEQPACKET => Some(Kind::Seqpacket),
            _ => None,
        }
    }

    /// Whether it keeps message boundaries: datagram and seqpacket.
    #[must_use]
    pub const fn keeps_boundaries(self) -> bool {
        !matches!(self, Kind::Stream)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
