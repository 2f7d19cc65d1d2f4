//! Streams on tokio.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::readiness::{Direction, Registered};
use crate::{Error, Kind, Outgoing, ReceivedWith, Result, Room, Socket, pair};

/// One end of a stream pair on tokio: bytes without boundaries, an end-of-file, half-close.
///
/// Every method takes `&self`: any number of tasks may read and write at once, each call moves one
/// run of bytes. The bytes go straight between the kernel and the caller's slice; a call that can
/// be done at once never waits for the runtime.
///
/// Also a tokio [`AsyncRead`] and [`AsyncWrite`]. These keep one waiting task per direction, the
/// latest, as tokio's own sockets do.
///
/// # Cancel safety
///
/// Dropping the future of a call that has not resolved has read and written nothing, but for what
/// `read_exact`, `write_all` and `write_all_vectored` say of themselves. A task that reads or
/// writes without end lets others have their turn.
///
/// # Example
///
/// ```
/// use std::net::Shutdown;
/// use socketpair_core::StreamSocket;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> socketpair_core::Result<()> {
/// let (left, right) = StreamSocket::pair()?;
/// left.write_all(b"hello").await?;
/// left.shutdown(Shutdown::Write)?;
/// let mut buffer = [0; 16];
/// assert_eq!(right.read_exact(&mut buffer).await?, 5);
/// assert_eq!(&buffer[..5], b"hello");
/// assert_eq!(right.read(&mut buffer).await?, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StreamSocket {
    io: Registered,
}

impl StreamSocket {
    /// Makes a pair and registers both ends with the current runtime. socketpair(2).
    ///
    /// # Errors
    ///
    /// As [`pair()`], and as [`Registered::new`]; `ECANCELED` outside a runtime.
    pub fn pair() -> Result<(StreamSocket, StreamSocket)> {
        let (a, b) = pair(Kind::Stream)?;
        Ok((
            StreamSocket::new(a).map_err(|(error, _)| error)?,
            StreamSocket::new(b).map_err(|(error, _)| error)?,
        ))
    }

    /// Registers a stream socket with the current runtime.
    ///
    /// # Errors
    ///
    /// The socket comes back. `EPROTOTYPE`: it is not a stream. Else as [`Registered::new`];
    /// `ECANCELED` outside a runtime.
    pub fn new(socket: Socket) -> Result<StreamSocket, (Error, Socket)> {
        if socket.kind() != Kind::Stream {
            return Err((Error::new(libc::EPROTOTYPE, "getsockopt"), socket));
        }
        Ok(StreamSocket {
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

    /// Reads some bytes, as many as are there. recv(2).
    ///
    /// Resolves to the number of bytes; 0 is the end-of-file, or an empty `buf`, which touches
    /// nothing and never waits.
    ///
    /// # Errors
    ///
    /// `ECONNRESET`: the peer closed with bytes of ours unread; told once, after what it sent
    /// (Linux). Reading on gives 0.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has read nothing.
    pub async fn read(&self, buf: &mut [u8]) -> Result<usize> {
        let received = self.io.receiving(|socket| socket.recv(buf)).await?;
        Ok(received.map_or(0, |received| received.len))
    }

    /// Reads some bytes into several slices in turn. recvmsg(2).
    ///
    /// Resolves to the number of bytes; 0 is the end-of-file, or no room at all. Of more slices
    /// than the system takes in one call (`IOV_MAX`, 1024 on most) it fills the first so many.
    ///
    /// # Errors
    ///
    /// As [`read`](StreamSocket::read).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has read nothing.
    pub async fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> Result<usize> {
        let received = self
            .io
            .receiving(|socket| socket.recv_vectored(bufs))
            .await?;
        Ok(received.map_or(0, |received| received.len))
    }

    /// Reads some bytes into several slices in turn, with what came along. recvmsg(2).
    ///
    /// A read stops where descriptors came: see [`ReceivedWith::carrying_byte`]. No room at all
    /// touches nothing and never waits.
    ///
    /// # Errors
    ///
    /// As [`read`](StreamSocket::read), and as [`Socket::recv_with`], which also says what it
    /// resolves to.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has read nothing, and taken no descriptor.
    pub async fn read_with(&self, bufs: &mut [IoSliceMut<'_>], room: Room) -> Result<ReceivedWith> {
        self.io.receive_with(bufs, room).await
    }

    /// Looks at the bytes that come next without taking them. recv(2) with `MSG_PEEK`.
    ///
    /// Resolves to the number of bytes; 0 is the end-of-file, or an empty `buf`.
    ///
    /// # Errors
    ///
    /// As [`read`](StreamSocket::read); on Linux it uses up a pending `ECONNRESET`.
    ///
    /// # Cancel safety
    ///
    /// Takes nothing, so nothing is lost.
    pub async fn peek(&self, buf: &mut [u8]) -> Result<usize> {
        let received = self.io.receiving(|socket| socket.peek(buf)).await?;
        Ok(received.map_or(0, |received| received.len))
    }

    /// Reads until `buf` is full or the end-of-file.
    ///
    /// Resolves to the number of bytes: `buf.len()`, or fewer if the end came first.
    ///
    /// # Errors
    ///
    /// As [`read`](StreamSocket::read). How much had been read by then is not told: see
    /// [`read_exact_counted`](StreamSocket::read_exact_counted).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, the bytes read so far are at the start of `buf`, their number
    /// is unknown. `read_exact_counted` tells it.
    pub async fn read_exact(&self, buf: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        self.read_exact_counted(buf, &mut filled).await?;
        Ok(filled)
    }

    /// Reads until `buf` is full or the end-of-file, counting in `filled`.
    ///
    /// Starts at `buf[*filled]`, so a call that failed or was dropped is continued by the same
    /// call again. When it resolves, `*filled` is `buf.len()`, or less if the end came first.
    ///
    /// # Errors
    ///
    /// As [`read`](StreamSocket::read); `*filled` bytes are there.
    ///
    /// # Cancel safety
    ///
    /// Dropped at any moment, exactly `*filled` bytes have been read.
    pub async fn read_exact_counted(&self, buf: &mut [u8], filled: &mut usize) -> Result<()> {
        while let Some(rest) = buf.get_mut(*filled..).filter(|rest| !rest.is_empty()) {
            match self.read(rest).await? {
                0 => break,
                count => *filled += count,
            }
        }
        Ok(())
    }

    /// Writes some of `buf`, as much as there is room for. send(2).
    ///
    /// Resolves to the number of bytes taken, which may be fewer than given; 0 only for an empty
    /// `buf`.
    ///
    /// # Errors
    ///
    /// `EPIPE`: the peer has closed or shut down reading, or this end has shut down writing. No
    /// SIGPIPE is raised. `ENOBUFS`: the system was short of memory for ten seconds. `ENOMEM`.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has written nothing.
    pub async fn write(&self, buf: &[u8]) -> Result<usize> {
        self.io.sending(|socket| socket.send(buf)).await
    }

    /// Writes some of several slices in turn, as if they were one. sendmsg(2).
    ///
    /// Resolves to the number of bytes taken. Of more slices than the system takes in one call
    /// (`IOV_MAX`, 1024 on most) it writes from the first so many.
    ///
    /// # Errors
    ///
    /// As [`write`](StreamSocket::write).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has written nothing.
    pub async fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        self.io.sending(|socket| socket.send_vectored(bufs)).await
    }

    /// Writes some of several slices in turn, with descriptors or credentials. sendmsg(2).
    ///
    /// Resolves to the number of bytes taken. What goes along went with the first of them, and may be
    /// closed here: write the rest without it.
    ///
    /// # Errors
    ///
    /// As [`write`](StreamSocket::write), and what [`Socket::send_with`] says of what goes along.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, it has written nothing, and sent no descriptor.
    pub async fn write_with(&self, bufs: &[IoSlice<'_>], outgoing: &Outgoing<'_>) -> Result<usize> {
        self.io
            .sending(|socket| socket.send_with(bufs, outgoing))
            .await
    }

    /// Writes all of `buf`, with descriptors or credentials, counting in `written`.
    ///
    /// What goes along goes once, with the first byte of `buf`: not if `*written` is not 0. So a call
    /// that failed or was dropped is continued by the same call again.
    ///
    /// # Errors
    ///
    /// As [`write_with`](StreamSocket::write_with); `*written` bytes are in the socket, and what goes
    /// along if that is not 0.
    ///
    /// # Cancel safety
    ///
    /// Dropped at any moment, exactly the first `*written` bytes have been written, and what goes
    /// along with the first of them.
    pub async fn write_all_with(
        &self,
        buf: &[u8],
        outgoing: &Outgoing<'_>,
        written: &mut usize,
    ) -> Result<()> {
        if *written == 0 {
            *written = self.write_with(&[IoSlice::new(buf)], outgoing).await?;
        }
        self.write_all_counted(buf, written).await
    }

    /// Writes all of `buf`.
    ///
    /// # Errors
    ///
    /// As [`write`](StreamSocket::write). How much had been written by then is not told: see
    /// [`write_all_counted`](StreamSocket::write_all_counted).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it resolves, some prefix of `buf` has been written, of unknown length.
    /// `write_all_counted` tells it. Tasks that write at once may interleave.
    pub async fn write_all(&self, buf: &[u8]) -> Result<()> {
        self.write_all_counted(buf, &mut 0).await
    }

    /// Writes all of `buf`, counting in `written`.
    ///
    /// Starts at `buf[*written]`, so a call that failed or was dropped is continued by the same
    /// call again.
    ///
    /// # Errors
    ///
    /// As [`write`](StreamSocket::write); `*written` bytes are in the socket.
    ///
    /// # Cancel safety
    ///
    /// Dropped at any moment, exactly the first `*written` bytes have been written.
    pub async fn write_all_counted(&self, buf: &[u8], written: &mut usize) -> Result<()> {
        while let Some(rest) = buf.get(*written..).filter(|rest| !rest.is_empty()) {
            *written += self.write(rest).await?;
        }
        Ok(())
    }

    /// Writes all of several slices in turn, however many there are.
    ///
    /// The slices shrink as bytes are taken, to nothing at last: what `bufs` names is what is
    /// still to be written.
    ///
    /// # Errors
    ///
    /// As [`write`](StreamSocket::write); `bufs` names the rest.
    ///
    /// # Cancel safety
    ///
    /// Dropped at any moment, `bufs` names exactly what has not been written; the same call again
    /// continues.
    pub async fn write_all_vectored(&self, bufs: &mut [IoSlice<'_>]) -> Result<()> {
        while let Some(start) = bufs.iter().position(|piece| !piece.is_empty()) {
            let mut taken = self.write_vectored(&bufs[start..]).await?;
            for piece in &mut bufs[start..] {
                let of_this = taken.min(piece.len());
                piece.advance(of_this);
                taken -= of_this;
                if taken == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Ends one direction or both, at once. shutdown(2).
    ///
    /// `Write` is the half-close: the peer reads what is queued, then the end-of-file. Tasks that
    /// wait on this end wake.
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

/// Fails as [`StreamSocket::new`].
impl TryFrom<Socket> for StreamSocket {
    type Error = (Error, Socket);

    fn try_from(socket: Socket) -> Result<StreamSocket, (Error, Socket)> {
        StreamSocket::new(socket)
    }
}

/// Fails, and gives it back, if it is not a stream.
impl TryFrom<Registered> for StreamSocket {
    type Error = Registered;

    fn try_from(io: Registered) -> Result<StreamSocket, Registered> {
        if io.socket().kind() == Kind::Stream {
            Ok(StreamSocket { io })
        } else {
            Err(io)
        }
    }
}

impl AsyncRead for StreamSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = buf.initialize_unfilled();
        let polled = self
            .io
            .poll_attempt(Direction::Read, cx, |socket| socket.recv(room));
        polled.map(|result| {
            buf.advance(result?.len);
            Ok(())
        })
    }
}

impl AsyncWrite for StreamSocket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = self
            .io
            .poll_attempt(Direction::Write, cx, |socket| socket.send(buf));
        polled.map_err(io::Error::from)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = self
            .io
            .poll_attempt(Direction::Write, cx, |socket| socket.send_vectored(bufs));
        polled.map_err(io::Error::from)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.shutdown(Shutdown::Write) {
            // The peer has closed already (macOS): there is nobody to tell.
            Err(error) if error.errno() != libc::ENOTCONN => Poll::Ready(Err(error.into())),
            _ => Poll::Ready(Ok(())),
        }
    }
}
