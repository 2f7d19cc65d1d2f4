use socketpair_core::{Kind, Registered, Result, pair};
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use tokio::runtime::Handle;

/// `tokio::net::UnixDatagram`, which asks for readiness and tries.
pub struct UnixDatagram(Registered);

impl UnixDatagram {
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = pair(Kind::Datagram)?;
        let register = |socket| Registered::new(socket, &Handle::current()).map_err(|(error, _)| error);
        Ok((Self(register(a)?), Self(register(b)?)))
    }

    pub fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_readable(cx).map_err(io::Error::from)
    }

    pub fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_writable(cx).map_err(io::Error::from)
    }

    pub async fn readable(&self) -> io::Result<()> {
        poll_fn(|cx| self.poll_recv_ready(cx)).await
    }

    pub async fn writable(&self) -> io::Result<()> {
        poll_fn(|cx| self.poll_send_ready(cx)).await
    }

    pub fn try_send(&self, buf: &[u8]) -> io::Result<usize> {
        Ok(self.0.socket().send(buf)?)
    }

    pub fn try_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.0.socket().recv(buf)?.len)
    }

    /// Without an address: a pair has none.
    pub fn try_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, ())> {
        Ok((self.try_recv(buf)?, ()))
    }

    pub fn try_recv_buf(&self, buf: &mut Vec<u8>) -> io::Result<usize> {
        Ok(self.recv_into(buf)?)
    }

    pub async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.socket().send(buf) {
                Err(error) if error.is_would_block() => self.writable().await?,
                result => return Ok(result?),
            }
        }
    }

    pub async fn recv_buf(&self, buf: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            match self.recv_into(buf) {
                Err(error) if error.is_would_block() => self.readable().await?,
                result => return Ok(result?),
            }
        }
    }

    /// Receives behind what is there, into the capacity that is left.
    fn recv_into(&self, buf: &mut Vec<u8>) -> Result<usize> {
        let before = buf.len();
        buf.resize(buf.capacity(), 0);
        let result = self.0.socket().recv(&mut buf[before..]);
        buf.truncate(before + result.as_ref().map_or(0, |received| received.len));
        Ok(result?.len)
    }
}
