//! What comes along with data: descriptors and credentials.

use super::System;

/// The most descriptors that one message carries: `SCM_MAX_FD` of Linux; 509 on NetBSD, where the
/// kernel says success for more and delivers nothing. Elsewhere what all systems take.
#[must_use]
pub const fn descriptors_max(system: System) -> usize {
    match system {
        System::NetBsd => 509,
        _ => 253,
    }
}

/// For how many descriptors a receive makes room when the caller wants `wanted` of them.
///
/// Linux closes what finds no room, and delivers what does. NetBSD delivers none of them then, macOS
/// and older FreeBSD may lose them open: there all get in, and the surplus is closed here.
#[must_use]
pub const fn descriptors_room(system: System, wanted: usize) -> usize {
    let max = descriptors_max(system);
    match system {
        System::Linux if wanted < max => wanted,
        System::Linux => max,
        _ => 512,
    }
}

/// Whether recvmsg(2) takes `MSG_CMSG_CLOEXEC`; if not, fcntl(2) at once afterwards.
#[must_use]
pub const fn has_atomic_receive(system: System) -> bool {
    !matches!(system, System::Apple | System::Illumos)
}

/// Whether a look at a message (`MSG_PEEK`) opens its descriptors, anew each time. Where it does
/// not, what stands in their place are no descriptor numbers.
#[must_use]
pub const fn peek_opens_descriptors(system: System) -> bool {
    matches!(system, System::Linux)
}

/// How messages are made to carry their sender's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PassCredentials {
    /// `SO_PASSCRED`: each message.
    SoPasscred,
    /// `LOCAL_CREDS_PERSISTENT`: each message.
    LocalCredsPersistent,
    /// `LOCAL_CREDS`: each datagram; on a connected kind the first message after it was set.
    LocalCreds,
}

/// How messages are made to carry their sender's credentials, if they can be.
#[must_use]
pub const fn pass_credentials(system: System) -> Option<PassCredentials> {
    match system {
        System::Linux => Some(PassCredentials::SoPasscred),
        System::FreeBsd => Some(PassCredentials::LocalCredsPersistent),
        System::NetBsd => Some(PassCredentials::LocalCreds),
        System::Apple | System::OpenBsd | System::Illumos => None,
    }
}

/// Whether a sender can attach credentials itself. Linux checks them; FreeBSD puts in the true ones,
/// whatever was given.
#[must_use]
pub const fn sends_credentials(system: System) -> bool {
    matches!(system, System::Linux | System::FreeBsd)
}

/// A byte of one stream read of `len` bytes that is sure to be of the write whose descriptors it
/// brought, as an index.
///
/// A read of Linux ends with bytes of that write and may begin with earlier ones; elsewhere a read
/// begins with them and may end with later ones.
#[must_use]
pub const fn carrying_byte(system: System, len: usize) -> Option<usize> {
    match system {
        _ if len == 0 => None,
        System::Linux => Some(len - 1),
        _ => Some(0),
    }
}
