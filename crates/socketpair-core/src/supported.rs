//! Which types of pair this system has.

use std::sync::OnceLock;

use crate::policy::{self, Errno, System};
use crate::{Kind, pair};

/// Which types of pair this system makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Supported {
    /// Stream pairs.
    pub stream: bool,
    /// Datagram pairs.
    pub dgram: bool,
    /// Seqpacket pairs; macOS has none.
    pub seqpacket: bool,
}

/// Which types of pair this system makes, found out by making one of each and closing it.
///
/// The answer is kept for the life of the process, unless a probe failed for want of resources
/// (`EMFILE`, `ENOMEM`, …): then what is known of the system stands in, and the next call probes
/// again.
#[must_use]
pub fn supported() -> Supported {
    static ANSWER: OnceLock<Supported> = OnceLock::new();
    if let Some(answer) = ANSWER.get() {
        return *answer;
    }
    let mut certain = true;
    let mut probe = |kind| match pair(kind) {
        Ok(_) => true,
        Err(error) if policy::means_unsupported(Errno::of(error.errno())) => false,
        Err(_) => {
            certain = false;
            policy::has_kind(System::CURRENT, kind)
        }
    };
    let answer = Supported {
        stream: probe(Kind::Stream),
        dgram: probe(Kind::Datagram),
        seqpacket: probe(Kind::Seqpacket),
    };
    if certain {
        *ANSWER.get_or_init(|| answer)
    } else {
        answer
    }
}
