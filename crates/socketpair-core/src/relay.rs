//! Moving everything between two ends, in both directions.

mod carrier;
mod message;
mod pace;
mod stream;

use std::future::{Future, poll_fn};
use std::net::Shutdown;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use message::MessageHalf;
use stream::StreamHalf;

use crate::{
    DatagramSocket, Error, Kind, Registered, Result, SeqpacketSocket, Socket, StreamSocket,
};

/// An end that can be relayed: a [`Registered`], one of the three sockets, or a reference or
/// [`Arc`] to one.
pub trait Endpoint {
    /// The registration behind it.
    fn registered(&self) -> &Registered;
}

impl Endpoint for Registered {
    fn registered(&self) -> &Registered {
        self
    }
}

macro_rules! endpoints {
    ($($socket:ty),*) => {$(
        impl Endpoint for $socket {
            fn registered(&self) -> &Registered {
                self.registered()
            }
        }
    )*};
}

endpoints!(StreamSocket, DatagramSocket, SeqpacketSocket);

impl<T: Endpoint + ?Sized> Endpoint for &T {
    fn registered(&self) -> &Registered {
        T::registered(self)
    }
}

impl<T: Endpoint + ?Sized> Endpoint for Arc<T> {
    fn registered(&self) -> &Registered {
        T::registered(self)
    }
}

/// How much a relay has delivered, in bytes of payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Relayed {
    /// From the first end to the second.
    pub a_to_b: u64,
    /// From the second end to the first.
    pub b_to_a: u64,
}

/// The counters of a relay, which can be read from anywhere while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    a_to_b: AtomicU64,
    b_to_a: AtomicU64,
}

impl Progress {
    /// What has been delivered so far. The two numbers are read one after the other.
    #[must_use]
    pub fn relayed(&self) -> Relayed {
        Relayed {
            a_to_b: self.a_to_b.load(Ordering::Relaxed),
            b_to_a: self.b_to_a.load(Ordering::Relaxed),
        }
    }
}

/// Moves everything that arrives at `a` to `b` and the other way round, until both have ended.
///
/// As [`Relay::run`], for a relay that need not be continued or watched. Both ends stay open and
/// can be used afterwards.
///
/// # Errors
///
/// As [`Relay::new`] and [`Relay::run`].
///
/// # Cancel safety
///
/// As [`Relay::run`]. What is held at that moment, which is nothing as a rule, is sent on while
/// dropping as far as there is room and else lost: keep a [`Relay`] where that matters.
///
/// # Example
///
/// ```
/// use std::net::Shutdown;
/// use socketpair_core::{StreamSocket, relay};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> socketpair_core::Result<()> {
/// let (client, a) = StreamSocket::pair()?;
/// let (b, server) = StreamSocket::pair()?;
/// client.write_all(b"question").await?;
/// client.shutdown(Shutdown::Write)?;
/// server.shutdown(Shutdown::Write)?;
/// let relayed = relay(&a, &b).await?;
/// assert_eq!((relayed.a_to_b, relayed.b_to_a), (8, 0));
/// let mut question = [0; 8];
/// server.read_exact(&mut question).await?;
/// assert_eq!(&question, b"question");
/// # Ok(())
/// # }
/// ```
pub async fn relay<A: Endpoint, B: Endpoint>(a: &A, b: &B) -> Result<Relayed> {
    let mut relay = PushedOnDrop(Relay::new(a, b)?);
    relay.0.run().await
}

/// Sends on what a relay holds when its future is dropped.
struct PushedOnDrop<A: Endpoint, B: Endpoint>(Relay<A, B>);

impl<A: Endpoint, B: Endpoint> Drop for PushedOnDrop<A, B> {
    fn drop(&mut self) {
        self.0.push();
    }
}

/// Moves everything that arrives at one end to another, in both directions; can be watched,
/// dropped and continued.
///
/// The bytes of streams go by recv(2) and send(2) through memory of the thread that polls, 64 KiB
/// for all its relays. Message kinds go message by message, boundaries and empty messages kept.
/// Descriptors that come along are closed.
///
/// The relay behaves as if the far ends were connected directly:
///
/// - End-of-file at one end shuts down writing at the other, once all before it is delivered; the
///   other direction goes on. A datagram end has no end-of-file (but by its own shutdown): such a
///   relay runs until it fails or is dropped.
/// - An end that refuses bytes (`EPIPE`) has reading shut down at the opposite end, so that who
///   writes there gets `EPIPE` too and does not wait for ever.
///
/// While it runs nobody else may read from or write to the two ends; bytes would mix.
///
/// # It never waits in a call
///
/// Every call is made so that it cannot wait (`MSG_DONTWAIT`), whatever `O_NONBLOCK` says, which is
/// not touched, and whatever a process does that shares an end's description: one that fills the
/// end, against the rule above, takes the relay's room and not its thread. One poll moves about
/// 512 KiB each way, then the runtime's other tasks have their turn.
///
/// # Example
///
/// ```
/// use socketpair_core::{Relay, StreamSocket};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> socketpair_core::Result<()> {
/// let (client, a) = StreamSocket::pair()?;
/// let (b, server) = StreamSocket::pair()?;
/// let mut relay = Relay::new(&a, &b)?;
/// let mut answer = [0; 2];
/// tokio::select! {
///     result = relay.run() => drop(result?),
///     done = async {
///         client.write_all(b"hi").await?;
///         server.read_exact(&mut answer).await
///     } => drop(done?),
/// }
/// assert_eq!(&answer, b"hi");
/// assert_eq!(relay.progress().relayed().a_to_b, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Relay<A, B> {
    a: A,
    b: B,
    a_to_b: Half,
    b_to_a: Half,
    progress: Arc<Progress>,
    kind: Kind,
}

/// A relay taken apart by [`Relay::into_parts`].
#[derive(Debug)]
pub struct RelayParts<A, B> {
    /// The first end.
    pub a: A,
    /// The second end.
    pub b: B,
    /// Bytes, or one message, taken from `a` and not delivered to `b`.
    pub for_b: Option<Vec<u8>>,
    /// Bytes, or one message, taken from `b` and not delivered to `a`.
    pub for_a: Option<Vec<u8>>,
    /// What has been delivered.
    pub relayed: Relayed,
}

impl<A: Endpoint, B: Endpoint> Relay<A, B> {
    /// Prepares a relay; nothing moves before [`run`](Relay::run).
    ///
    /// # Errors
    ///
    /// `EINVAL`: the ends are of different kinds, or both are the same socket. The ends are
    /// dropped then; pass references to keep them.
    pub fn new(a: A, b: B) -> Result<Relay<A, B>> {
        let (left, right) = (a.registered().socket(), b.registered().socket());
        let kind = left.kind();
        if kind != right.kind() || left.identity() == right.identity() {
            return Err(Error::new(libc::EINVAL, "relay"));
        }
        let (a_to_b, b_to_a) = (Half::new(right), Half::new(left));
        Ok(Relay {
            a,
            b,
            a_to_b,
            b_to_a,
            progress: Arc::default(),
            kind,
        })
    }

    /// The counters, for whoever wants to watch.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Moves everything until both directions have ended. recv(2), send(2), recvmsg(2),
    /// sendmsg(2), shutdown(2).
    ///
    /// Resolves to all that was delivered, earlier runs included. Both ends stay open.
    ///
    /// # Errors
    ///
    /// The error that came first. A direction that fails ends; the other goes on to its own end
    /// before this resolves (between datagram ends, which have no end, it resolves at once).
    /// `EPIPE`: an end takes nothing more. `ECONNRESET`: a peer closed with bytes unread; all it
    /// had sent itself was delivered. `EMSGSIZE`: a message is too long for the other end's send
    /// buffer. `ECONNREFUSED`, `ENOTCONN`: a datagram peer has closed. `ECANCELED`: the runtime is
    /// shutting down. What was taken and could not be delivered is in
    /// [`into_parts`](Relay::into_parts).
    ///
    /// # Cancel safety
    ///
    /// Dropped at any moment, nothing is lost: call it again to continue. Bytes are taken from one
    /// end only when the other has room for them and are delivered before the next wait, so as a
    /// rule nothing is held in between. Where the room was misjudged (a small send buffer, another
    /// writer, a system other than Linux) the rest is kept: [`flush`](Relay::flush) delivers it,
    /// [`into_parts`](Relay::into_parts) hands it out, and dropping the `Relay` drops it.
    pub async fn run(&mut self) -> Result<Relayed> {
        let (a, b) = (self.a.registered(), self.b.registered());
        let fails_at_once = self.kind == Kind::Datagram;
        {
            let mut there = pin!(self.a_to_b.run(a, b, &self.progress.a_to_b));
            let mut back = pin!(self.b_to_a.run(b, a, &self.progress.b_to_a));
            let (mut there_done, mut back_done) = (false, false);
            let mut first_error = None;
            poll_fn(|cx| {
                if !there_done && let Poll::Ready(result) = there.as_mut().poll(cx) {
                    there_done = true;
                    first_error = first_error.or(result.err());
                }
                if !back_done && let Poll::Ready(result) = back.as_mut().poll(cx) {
                    back_done = true;
                    first_error = first_error.or(result.err());
                }
                match first_error {
                    Some(error) if fails_at_once => Poll::Ready(Err(error)),
                    _ if !(there_done && back_done) => Poll::Pending,
                    Some(error) => Poll::Ready(Err(error)),
                    None => Poll::Ready(Ok(())),
                }
            })
            .await?;
        }
        Ok(self.progress.relayed())
    }

    /// Bytes taken and not delivered, from `a` and from `b`; of a message its length. `None`:
    /// nothing is held.
    #[must_use]
    pub fn held(&self) -> (Option<usize>, Option<usize>) {
        (self.a_to_b.held(), self.b_to_a.held())
    }

    /// Delivers what is held and takes nothing more; to be called when `run` was dropped for good.
    ///
    /// # Errors
    ///
    /// As [`run`](Relay::run).
    ///
    /// # Cancel safety
    ///
    /// Dropped, what is still held stays held.
    pub async fn flush(&mut self) -> Result<()> {
        let (a, b) = (self.a.registered(), self.b.registered());
        let there = self.a_to_b.flush(b, &self.progress.a_to_b).await;
        let back = self.b_to_a.flush(a, &self.progress.b_to_a).await;
        there.and(back)
    }

    /// Gives back the ends and what is held.
    #[must_use]
    pub fn into_parts(self) -> RelayParts<A, B> {
        RelayParts {
            for_b: self.a_to_b.into_held(),
            for_a: self.b_to_a.into_held(),
            relayed: self.progress.relayed(),
            a: self.a,
            b: self.b,
        }
    }

    fn push(&mut self) {
        let (a, b) = (self.a.registered().socket(), self.b.registered().socket());
        self.a_to_b.push(b, &self.progress.a_to_b);
        self.b_to_a.push(a, &self.progress.b_to_a);
    }
}

/// One direction.
#[derive(Debug)]
enum Half {
    Stream(StreamHalf),
    Message(MessageHalf),
}

impl Half {
    fn new(to: &Socket) -> Half {
        match to.kind() {
            Kind::Stream => Half::Stream(StreamHalf::new(to)),
            kind => Half::Message(MessageHalf::new(kind)),
        }
    }

    async fn run(&mut self, from: &Registered, to: &Registered, moved: &AtomicU64) -> Result<()> {
        match self {
            Half::Stream(half) => half.run(from, to, moved).await,
            Half::Message(half) => half.run(from, to, moved).await,
        }
    }

    async fn flush(&mut self, to: &Registered, moved: &AtomicU64) -> Result<()> {
        match self {
            Half::Stream(half) => half.flush(to, moved).await,
            Half::Message(half) => half.flush(to, moved).await,
        }
    }

    fn push(&mut self, to: &Socket, moved: &AtomicU64) {
        match self {
            Half::Stream(half) => half.push(to, moved),
            // The next run tells the error, if it comes to that.
            Half::Message(half) => drop(half.push(to, moved)),
        }
    }

    fn held(&self) -> Option<usize> {
        match self {
            Half::Stream(half) => half.held(),
            Half::Message(half) => half.held(),
        }
    }

    fn into_held(self) -> Option<Vec<u8>> {
        match self {
            Half::Stream(half) => half.into_held(),
            Half::Message(half) => half.into_held(),
        }
    }
}

/// Carries an end-of-file over. That it cannot be carried to an end that is gone is no error.
fn carry_end(to: &Socket) {
    let _ = to.shutdown(Shutdown::Write);
}

/// Carries over that nothing more is taken.
fn carry_refusal(from: &Socket) {
    let _ = from.shutdown(Shutdown::Read);
}
