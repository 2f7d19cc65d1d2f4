//! Datagrams on tokio.

use std::io::{IoSlice, IoSliceMut};
use std::net::Shutdown;

use crate::{Error, Kind, Outgoing, Received, ReceivedWith, Registered, Result, Room, Socket};

/// One end of a datagram pair on tokio: messages, each whole, no end-of-file.
///
/// Every method takes `&self`: any number of tasks may receive and send at once, each call moves
/// whole messages, each message goes to one receiver. The bytes go straight between the kernel and
/// the caller's slice; a call that can be done at once never waits for the runtime.
///
/// The peer's close wakes nobody who waits to receive (Linux): only the next send tells. Where an
/// end must be noticed, send a message that says so, or use seqpacket.
///
/// # Cancel safety
///
/// Dropping the future of a call that has not resolved has received and sent nothing. A task that
/// receives or sends without end lets others have their turn.
///
/// # Example
///
/// ```
/// use socketpair_core::DatagramSocket;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> socketpair_core::Result<()> {
/// let (left, right) = DatagramSocket::pair()?;
/// left.send(b"one").await?;
/// left.send(b"").await?;
/// let mut buffer = [0; 16];
/// assert_eq!(right.recv(&mut buffer).await?.len, 3);
/// let empty = right.recv(&mut buffer).await?;
/// assert!(empty.len == 0 && !empty.end_of_file);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DatagramSocket {
    io: Registered,
}

impl DatagramSocket {
    /// Makes a pair and registers both ends with the current runtime. socketpair(2).
    ///
    /// # Errors
    ///
    /// As [`pair()`](crate::pair()), and as [`Registered::new`]; `ECANCELED` outside a runtime.
    pub fn pair() -> Result<(DatagramSocket, DatagramSocket)> {
        let (a, b) = Registered::pair_here(Kind::Datagram)?;
        Ok((DatagramSocket { io: a }, DatagramSocket { io: b }))
    }

    /// Registers a datagram socket with the current runtime.
    ///
    /// # Errors
    ///
    /// The socket comes back. `EPROTOTYPE`: it is of another kind. Else as [`Registered::new`];
    /// `ECANCELED` outside a runtime.
    pub fn new(socket: Socket) -> Result<DatagramSocket, (Error, Socket)> {
        if socket.kind() != Kind::Datagram {
            return Err((Error::new(libc::EPROTOTYPE, "getsockopt"), socket));
        }
        Ok(DatagramSocket {
            io: Registered::here(socket)?,
        })
    }

    /// The socket, for calls that never wait, options and its descriptor.
    #[must_use]
    pub fn socket(&self) -> &Socket {
        self.io.socket()
    }

    /// Deregisters and gives the socket back. Nothing is closed.
    #[must_use]
    pub fn into_socket(self) -> Socket {
        self.io.into_socket()
    }

    /// Sends `buf` as one message, also an empty one. send(2).
    ///
    /// Resolves to the number of bytes, which is `buf.len()`.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE`: longer than a message can be (Linux: the send buffer less 32 bytes).
    /// `ECONNREFUSED` once, then `ENOTCONN`: the peer has closed (Linux; on macOS and the BSDs
    /// `ECONNRESET` once, then `EDESTADDRREQ` or `ENOTCONN`). `EPIPE`: the peer has shut down
    /// reading or this end has shut down writing. `ENOBUFS`: the queue was full for ten seconds on
    /// macOS and the BSDs, the system short of memory that long elsewhere. `ENOMEM`.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has sent nothing.
    ///
    /// # Platform differences
    ///
    /// On macOS and the BSDs nothing tells when a full queue has room again: there it is tried anew
    /// after 1 to 16 ms, for about ten seconds.
    pub async fn send(&self, buf: &[u8]) -> Result<usize> {
        self.io.sending(|socket| socket.send(buf)).await
    }

    /// Sends several slices, any number of them, as one message. sendmsg(2).
    ///
    /// Resolves to the number of bytes, which is all of them. No slices are an empty message.
    ///
    /// # Errors
    ///
    /// As [`send`](DatagramSocket::send).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has sent nothing.
    pub async fn send_vectored(&self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        self.io.sending(|socket| socket.send_vectored(bufs)).await
    }

    /// Sends several slices as one message, with descriptors or credentials. sendmsg(2).
    ///
    /// Resolves to the number of bytes, which is all of them. The descriptors may be closed here as
    /// soon as it has.
    ///
    /// # Errors
    ///
    /// As [`send`](DatagramSocket::send), and what [`Socket::send_with`] says of what goes along.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has sent nothing, and no descriptor.
    pub async fn send_with(&self, bufs: &[IoSlice<'_>], outgoing: &Outgoing<'_>) -> Result<usize> {
        self.io
            .sending(|socket| socket.send_with(bufs, outgoing))
            .await
    }

    /// Sends each slice as a message of its own, as many as there is room for now. sendmmsg(2).
    ///
    /// Resolves to the number of messages sent: at least one, at most
    /// [`BATCH_MAX`](crate::BATCH_MAX), possibly fewer than given; 0 only for no slices.
    ///
    /// # Errors
    ///
    /// As [`send`](DatagramSocket::send), if not even the first could be sent.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has sent nothing.
    pub async fn send_many(&self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        self.io.send_messages(bufs).await
    }

    /// Receives one message. recvmsg(2).
    ///
    /// Resolves to what came; a message longer than `buf` is cut short, says so, and its rest is
    /// lost. An empty `buf` throws one message away. The end-of-file, a length of 0 with
    /// [`Received::end_of_file`], comes only after reading was shut down on this end.
    ///
    /// # Errors
    ///
    /// `ECONNRESET`, once: the peer has closed (macOS and the BSDs; Linux never tells).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has taken no message.
    pub async fn recv(&self, buf: &mut [u8]) -> Result<Received> {
        self.io.message(|socket| socket.recv(buf)).await
    }

    /// Receives one message into several slices in turn, any number of them. recvmsg(2).
    ///
    /// # Errors
    ///
    /// As [`recv`](DatagramSocket::recv), which also says what it resolves to.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has taken no message.
    pub async fn recv_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> Result<Received> {
        self.io.message(|socket| socket.recv_vectored(bufs)).await
    }

    /// Receives one message into several slices in turn, with what came along. recvmsg(2).
    ///
    /// # Errors
    ///
    /// As [`recv`](DatagramSocket::recv), and as [`Socket::recv_with`], which also says what it
    /// resolves to.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has taken no message, and no descriptor.
    pub async fn recv_with(&self, bufs: &mut [IoSliceMut<'_>], room: Room) -> Result<ReceivedWith> {
        self.io.receive_with(bufs, room).await
    }

    /// Receives the messages that are there, at least one, each into a slice of its own.
    /// recvmmsg(2).
    ///
    /// Resolves to how many came, at most [`BATCH_MAX`](crate::BATCH_MAX); `out[i]` is about
    /// `bufs[i]`. 0 is the end-of-file, which `out[0]` says too, or no slices.
    ///
    /// # Errors
    ///
    /// As [`recv`](DatagramSocket::recv), if no message came before the error.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has taken no message.
    pub async fn recv_many(
        &self,
        bufs: &mut [IoSliceMut<'_>],
        out: &mut [Received],
    ) -> Result<usize> {
        self.io.messages(bufs, out).await
    }

    /// Receives a copy of the next message and leaves it queued. recvmsg(2) with `MSG_PEEK`.
    ///
    /// # Errors
    ///
    /// As [`recv`](DatagramSocket::recv), which also says what it resolves to; on Linux it uses
    /// up a pending `ECONNRESET`.
    ///
    /// # Cancel safety
    ///
    /// Takes nothing, so nothing is lost.
    pub async fn peek(&self, buf: &mut [u8]) -> Result<Received> {
        self.io.message(|socket| socket.peek(buf)).await
    }

    /// Waits for a message, or the end-of-file, and tells its length without taking it.
    ///
    /// Resolves as [`Socket::next_message_len`], which makes it possible to receive a message
    /// whole however long it is.
    ///
    /// # Errors
    ///
    /// As [`peek`](DatagramSocket::peek).
    ///
    /// # Cancel safety
    ///
    /// Takes nothing, so nothing is lost.
    pub async fn next_message_len(&self) -> Result<Received> {
        self.io.message(Socket::next_message_len).await
    }

    /// Ends one direction or both, at once. shutdown(2).
    ///
    /// `Read` makes an end-of-file for tasks that wait to receive on this end, after what is
    /// queued. The peer is told of neither; its sends fail with `EPIPE` after `Read`.
    ///
    /// # Errors
    ///
    /// As [`Socket::shutdown`].
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        self.socket().shutdown(how)
    }

    pub(crate) fn registered(&self) -> &Registered {
        &self.io
    }
}

/// Fails as [`DatagramSocket::new`].
impl TryFrom<Socket> for DatagramSocket {
    type Error = (Error, Socket);

    fn try_from(socket: Socket) -> Result<DatagramSocket, (Error, Socket)> {
        DatagramSocket::new(socket)
    }
}

/// Fails, and gives it back, if it is of another kind.
impl TryFrom<Registered> for DatagramSocket {
    type Error = Registered;

    fn try_from(io: Registered) -> Result<DatagramSocket, Registered> {
        if io.socket().kind() == Kind::Datagram {
            Ok(DatagramSocket { io })
        } else {
            Err(io)
        }
    }
}
