//! How control data lies in memory: cmsg(3), as data.

use std::ops::Range;

use crate::policy::System;

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endian {
    /// The least significant byte first.
    Little,
    /// The most significant byte first.
    Big,
}

/// How a system lays control messages out: a header of length, level and type, the payload behind
/// it, the next header behind that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Bytes of the length field: a `size_t` on Linux, a `socklen_t` elsewhere.
    pub len_width: usize,
    /// Where the payload begins, in bytes from the start of the header.
    pub data_offset: usize,
    /// Headers begin at multiples of this, in bytes.
    pub align: usize,
    /// The byte order.
    pub endian: Endian,
}

impl Layout {
    /// The layout of `system` on a processor of 64 bits, or of 32 bits as x86 has them.
    #[must_use]
    pub const fn of(system: System, bits: u32, endian: Endian) -> Layout {
        let word = if bits == 64 { 8 } else { 4 };
        let (len_width, align) = match system {
            System::Linux => (word, word),
            System::Apple | System::Illumos => (4, 4),
            System::FreeBsd | System::NetBsd | System::OpenBsd => (4, word),
        };
        Layout {
            len_width,
            data_offset: (len_width + 8).next_multiple_of(align),
            align,
            endian,
        }
    }

    /// Length of the header proper, in bytes.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        self.len_width + 8
    }

    /// Bytes that a message with a payload of `len` bytes takes up to the next header:
    /// `CMSG_SPACE`.
    #[must_use]
    pub const fn space(&self, len: usize) -> usize {
        (self.data_offset + len).next_multiple_of(self.align)
    }

    /// The number in `bytes`, which are at most 8.
    pub(super) fn number(&self, bytes: &[u8]) -> u64 {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self.endian {
            Endian::Little => bytes.iter().rev().fold(0, append),
            Endian::Big => bytes.iter().fold(0, append),
        }
    }

    /// The 32-bit number at `at`, if it is there.
    pub(super) fn word(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let word = bytes.get(at..)?.first_chunk()?;
        Some(match self.endian {
            Endian::Little => u32::from_le_bytes(*word),
            Endian::Big => u32::from_be_bytes(*word),
        })
    }

    /// Stores the 32-bit number `word` at `at`, where there must be room for it.
    pub(super) fn put_word(&self, bytes: &mut [u8], at: usize, word: u32) {
        let word = match self.endian {
            Endian::Little => word.to_le_bytes(),
            Endian::Big => word.to_be_bytes(),
        };
        bytes[at..at + 4].copy_from_slice(&word);
    }

    /// The part of a header that holds the length's lowest 32 bits.
    pub(super) fn low_word_of_len(&self) -> Range<usize> {
        match self.endian {
            Endian::Little => 0..4,
            Endian::Big => self.len_width - 4..self.len_width,
        }
    }
}

/// What a control message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// `SCM_RIGHTS`: descriptors.
    Rights,
    /// `SCM_CREDENTIALS`, `SCM_CREDS`, `SCM_CREDS2`: the sender's credentials.
    Credentials(CredentialsForm),
    /// `SCM_PIDFD`: a descriptor that stands for the sender.
    Pidfd,
    /// Anything else.
    Unknown,
}

/// Where in its payload a credentials message holds what; in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CredentialsForm {
    /// The process id.
    pub pid: Option<usize>,
    /// The effective user id.
    pub uid: usize,
    /// The effective group id.
    pub gid: usize,
    /// Length of the payload, without the groups some forms list at the end.
    pub len: usize,
}

/// `struct ucred` of Linux.
pub(super) const UCRED: CredentialsForm = CredentialsForm {
    pid: Some(0),
    uid: 4,
    gid: 8,
    len: 12,
};

/// `struct sockcred` of NetBSD.
const NETBSD_SOCKCRED: CredentialsForm = CredentialsForm {
    pid: Some(0),
    uid: 8,
    gid: 16,
    len: 24,
};

/// `struct sockcred` of FreeBSD.
const FREEBSD_SOCKCRED: CredentialsForm = CredentialsForm {
    pid: None,
    uid: 4,
    gid: 12,
    len: 20,
};

/// `struct sockcred2` of FreeBSD.
const FREEBSD_SOCKCRED2: CredentialsForm = CredentialsForm {
    pid: Some(4),
    uid: 12,
    gid: 20,
    len: 28,
};

/// `struct cmsgcred` of FreeBSD; the first of its groups is the effective one.
pub(super) const CMSGCRED: CredentialsForm = CredentialsForm {
    pid: Some(0),
    uid: 8,
    gid: 20,
    len: 84,
};

/// `SOL_SOCKET`.
#[must_use]
pub const fn socket_level(system: System) -> i32 {
    match system {
        System::Linux => 1,
        _ => 0xffff,
    }
}

/// `SCM_RIGHTS`.
#[must_use]
pub const fn rights_type(system: System) -> i32 {
    match system {
        System::Illumos => 0x1010,
        _ => 1,
    }
}

/// The type of the message by which a sender gives credentials itself, and its form.
#[must_use]
pub const fn sent_credentials(system: System) -> Option<(i32, CredentialsForm)> {
    match system {
        System::Linux => Some((2, UCRED)),
        System::FreeBsd => Some((3, CMSGCRED)),
        _ => None,
    }
}

/// What a control message of this level and type is, with a payload of `len` bytes.
#[must_use]
pub const fn meaning(system: System, level: i32, kind: i32, len: usize) -> Meaning {
    if level != socket_level(system) {
        return Meaning::Unknown;
    }
    match (system, kind) {
        _ if kind == rights_type(system) => Meaning::Rights,
        (System::Linux, 2) => Meaning::Credentials(UCRED),
        (System::Linux, 4) => Meaning::Pidfd,
        // One type, two forms: only the length tells them apart.
        (System::FreeBsd, 3) if len == CMSGCRED.len => Meaning::Credentials(CMSGCRED),
        (System::FreeBsd, 3) => Meaning::Credentials(FREEBSD_SOCKCRED),
        (System::FreeBsd, 8) => Meaning::Credentials(FREEBSD_SOCKCRED2),
        (System::NetBsd, 0x10) => Meaning::Credentials(NETBSD_SOCKCRED),
        _ => Meaning::Unknown,
    }
}
