//! socketpair(2), whole: pairs of connected sockets of all three types, every flag and every
//! errno, with synchronous calls that never block and asynchronous ends on tokio.
//!
//! - [`pair()`], [`PairBuilder`] and [`raw`] make a pair; [`supported()`] says which types this
//!   system has.
//! - [`Socket`] is one end: it owns its descriptor and moves bytes straight between the kernel and
//!   the caller's memory. Every call returns at once; "would block" is the error `EAGAIN`.
//! - [`Error`] carries the errno, its name and the system call; [`errno`] is the table behind it.
//! - [`StreamSocket`], [`DatagramSocket`] and [`SeqpacketSocket`] are ends on tokio, [`relay()`] joins
//!   two of them; [`Registered`] is the readiness underneath, [`ReadySet`] that for other event loops.
//! - [`ancillary`] is what travels along with data: descriptors and credentials.
//! - [`policy`] holds what differs between systems as pure functions.
//!
//! # Example
//!
//! ```
//! use socketpair_core::{Kind, pair};
//!
//! let (left, right) = pair(Kind::Seqpacket)?;
//! left.send(b"one")?;
//! left.send(b"two")?;
//! let mut buffer = [0; 16];
//! let received = right.recv(&mut buffer)?;
//! assert_eq!(&buffer[..received.len], b"one");
//! # Ok::<(), socketpair_core::Error>(())
//! ```
//!
//! # Platform differences
//!
//! Linux, macOS, FreeBSD, NetBSD, OpenBSD and illumos. macOS has no seqpacket pairs. What else
//! differs is said at each item.

pub mod ancillary;
mod credentials;
mod datagram;
pub mod errno;
mod error;
mod kind;
mod limit;
mod linger;
mod message;
mod messages;
mod pair;
pub mod policy;
mod readiness;
mod ready_set;
mod relay;
mod seqpacket;
mod socket;
mod stream;
mod supported;
mod sys;

pub use ancillary::{Outgoing, ReceivedWith, Room};
pub use credentials::Credentials;
pub use datagram::DatagramSocket;
pub use error::{Error, Result};
pub use kind::Kind;
pub use limit::descriptor_limit;
pub use linger::{Interest, linger};
pub use message::Received;
pub use pair::{PairBuilder, pair, raw};
pub use readiness::Registered;
pub use ready_set::{Directions, ReadySet};
pub use relay::{Endpoint, Progress, Relay, RelayParts, Relayed, relay};
pub use seqpacket::SeqpacketSocket;
pub use socket::{AdoptError, BATCH_MAX, Identity, Socket};
pub use stream::StreamSocket;
pub use supported::{Supported, supported};
pub use sys::memory::{Source, Target};
