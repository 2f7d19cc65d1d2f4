//! What travels along with data: descriptors and credentials, cmsg(3) and unix(7).
//!
//! [`Outgoing`] goes with [`Socket::send_with`](crate::Socket::send_with); a [`Room`] is offered to
//! [`Socket::recv_with`](crate::Socket::recv_with), and [`ReceivedWith`] comes back. The rest is
//! underneath: how control data lies in memory ([`Layout`]), and pure functions that write it
//! ([`Builder`]) and read it ([`messages`], [`found`]), for every system on each of them.
//!
//! # Example
//!
//! ```
//! use std::fs::File;
//! use std::io::{IoSlice, IoSliceMut, Read, Seek, Write};
//! use std::os::fd::AsFd;
//!
//! use socketpair_core::{Kind, Outgoing, Room, pair};
//!
//! # fn temporary() -> std::io::Result<File> {
//! #     let path = std::env::temp_dir().join(format!("socketpair-doc-{}", std::process::id()));
//! #     let file = File::options().read(true).write(true).create(true).open(&path)?;
//! #     std::fs::remove_file(path)?;
//! #     Ok(file)
//! # }
//! let (left, right) = pair(Kind::Stream)?;
//! let mut file = temporary()?;
//! file.write_all(b"over there")?;
//! file.rewind()?;
//! left.send_with(&[IoSlice::new(b"a file")], &Outgoing::descriptors(&[file.as_fd()]))?;
//! drop(file);
//!
//! let mut buffer = [0; 16];
//! let came = right.recv_with(&mut [IoSliceMut::new(&mut buffer)], Room::for_descriptors(1))?;
//! let mut content = String::new();
//! for descriptor in came.descriptors {
//!     File::from(descriptor).read_to_string(&mut content)?;
//! }
//! assert_eq!(content, "over there");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod layout;
mod parser;

use std::os::fd::{BorrowedFd, OwnedFd, RawFd};

use crate::{Credentials, Received, Result, sys};

pub use builder::Builder;
pub use layout::{
    CredentialsForm, Endian, Layout, Meaning, meaning, rights_type, sent_credentials, socket_level,
};
pub use parser::{Found, Message, Messages, found, messages};

/// What goes along with data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outgoing<'a> {
    /// Copies of these arrive at the receiver, in this order. They may be closed here as soon as the
    /// send has returned.
    pub descriptors: &'a [BorrowedFd<'a>],
    /// Who the sender says it is, instead of what the system would say. Linux checks it; FreeBSD puts
    /// in the truth.
    pub credentials: Option<Credentials>,
}

impl<'a> Outgoing<'a> {
    /// Nothing.
    pub const NOTHING: Outgoing<'static> = Outgoing {
        descriptors: &[],
        credentials: None,
    };

    /// Descriptors alone.
    #[must_use]
    pub const fn descriptors(descriptors: &'a [BorrowedFd<'a>]) -> Outgoing<'a> {
        Outgoing {
            descriptors,
            credentials: None,
        }
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.descriptors.is_empty() && self.credentials.is_none()
    }
}

/// What a receive is ready to take along with data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Room {
    /// How many descriptors at most; those beyond are closed, and told as cut off.
    pub descriptors: usize,
}

impl Room {
    /// For nothing: descriptors that come are closed.
    pub const NONE: Room = Room::for_descriptors(0);

    /// For all that one message can carry.
    pub const ALL: Room = Room::for_descriptors(usize::MAX);

    /// For so many descriptors.
    #[must_use]
    pub const fn for_descriptors(descriptors: usize) -> Room {
        Room { descriptors }
    }
}

/// What one receive brought, with what came along.
///
/// All descriptors are close-on-exec, and closed when this is dropped.
#[derive(Debug, Default)]
pub struct ReceivedWith {
    /// The data.
    pub received: Received,
    /// The descriptors, in the order of the sender.
    pub descriptors: Vec<OwnedFd>,
    /// More descriptors came than are in `descriptors`: there was no [`Room`], or no free number in
    /// this process (`EMFILE`), or the socket accepts none. They are closed. Also told if control
    /// data of another kind was cut because options this crate knows nothing of ask for it.
    pub descriptors_truncated: bool,
    /// Who sent it, if the socket is to pass credentials
    /// ([`Socket::set_pass_credentials`](crate::Socket::set_pass_credentials)). On Linux without
    /// [`pid`](Credentials::pid) and with the overflow ids (65534) for what was sent before anybody
    /// asked for credentials.
    pub credentials: Option<Credentials>,
    /// Stands for the process that sent it, if the socket is to pass that
    /// ([`Socket::set_pass_pidfd`](crate::Socket::set_pass_pidfd)).
    pub pidfd: Option<OwnedFd>,
    /// Control messages of a kind this crate does not know; they held no descriptors.
    pub unknown: usize,
    /// On a stream, if descriptors came: a byte of this receive that is sure to be of the write that
    /// carried them, as an index. The last on Linux, where bytes of earlier writes may come before it
    /// and the carrying write may go on after it; the first on macOS and the BSDs, where bytes of
    /// later writes may follow. One receive never has the descriptors of two writes.
    pub carrying_byte: Option<usize>,
}

impl ReceivedWith {
    /// The end-of-file.
    #[must_use]
    pub fn end() -> ReceivedWith {
        ReceivedWith {
            received: Received::end(),
            ..ReceivedWith::default()
        }
    }
}

/// The place in `numbers` of the first that is no open descriptor, and the error it gives. fcntl(2).
///
/// To be asked before a send of numbers that came from elsewhere: the send itself does not tell
/// which of them was bad.
///
/// # Errors
///
/// The place, and `EBADF`.
pub fn check_descriptors(numbers: &[RawFd]) -> Result<(), (usize, crate::Error)> {
    sys::ancillary::check(numbers)
}
