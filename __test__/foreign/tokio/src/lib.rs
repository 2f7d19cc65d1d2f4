//! The names that tests of tokio and tokio-seqpacket use, over the sockets of `socketpair-core`.
//!
//! A listener takes no path: within this process, `connect()` makes a pair and hands the listener one end.

mod datagram;
mod seqpacket;
mod stream;

pub use datagram::UnixDatagram;
pub use seqpacket::UnixSeqpacket;
pub use stream::{UnixListener, UnixStream};
