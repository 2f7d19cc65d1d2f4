use socketpair_core::{Credentials, StreamSocket};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{LazyLock, Mutex};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Listening = HashMap<PathBuf, UnboundedSender<StreamSocket>>;

static LISTENING: LazyLock<Mutex<Listening>> = LazyLock::new(Mutex::default);

/// `tokio::net::UnixStream`.
pub struct UnixStream(StreamSocket);

/// `tokio::net::UnixListener`, within this process.
pub struct UnixListener(tokio::sync::Mutex<UnboundedReceiver<StreamSocket>>);

/// `tokio::net::unix::UCred`.
#[derive(Debug, PartialEq)]
pub struct UCred(Credentials);

impl UCred {
    pub fn uid(&self) -> u32 {
        self.0.uid
    }

    pub fn gid(&self) -> u32 {
        self.0.gid
    }

    pub fn pid(&self) -> Option<i32> {
        self.0.pid
    }
}

impl UnixListener {
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        let (connected, accepted) = unbounded_channel();
        LISTENING.lock().unwrap().insert(path.as_ref().into(), connected);
        Ok(Self(tokio::sync::Mutex::new(accepted)))
    }

    pub async fn accept(&self) -> io::Result<(UnixStream, ())> {
        let accepted = self.0.lock().await.recv().await;
        Ok((UnixStream(accepted.ok_or(io::ErrorKind::BrokenPipe)?), ()))
    }
}

impl UnixStream {
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = StreamSocket::pair()?;
        Ok((Self(a), Self(b)))
    }

    pub async fn connect(path: impl AsRef<Path>) -> io::Result<Self> {
        let (near, far) = StreamSocket::pair()?;
        let listening = LISTENING.lock().unwrap();
        let listener = listening.get(path.as_ref()).ok_or(io::ErrorKind::NotFound)?;
        listener.send(far).map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(Self(near))
    }

    pub fn split(&mut self) -> (ReadHalf<&mut Self>, WriteHalf<&mut Self>) {
        tokio::io::split(self)
    }

    pub fn peer_cred(&self) -> io::Result<UCred> {
        Ok(UCred(self.0.socket().peer_credentials()?))
    }
}

impl AsyncRead for UnixStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for UnixStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
