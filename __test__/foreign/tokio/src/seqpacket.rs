use socketpair_core::{Received, SeqpacketSocket, Socket};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd, RawFd};

/// `tokio_seqpacket::UnixSeqpacket`.
pub struct UnixSeqpacket(SeqpacketSocket);

/// `tokio_seqpacket::MessageInfo`.
pub struct MessageInfo(Received);

impl MessageInfo {
    pub fn bytes_read(&self) -> usize {
        self.0.len
    }

    pub fn truncated(&self) -> bool {
        self.0.truncated
    }
}

impl UnixSeqpacket {
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = SeqpacketSocket::pair()?;
        Ok((Self(a), Self(b)))
    }

    /// # Safety
    ///
    /// The descriptor is open, and the caller's to give.
    pub unsafe fn from_raw_fd(fd: RawFd) -> io::Result<Self> {
        // SAFETY: as the caller has promised.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let socket = Socket::adopt(fd).map_err(|refused| io::Error::from(refused.error))?;
        Ok(Self(SeqpacketSocket::new(socket).map_err(|(error, _)| error)?))
    }

    pub fn into_raw_fd(self) -> RawFd {
        self.0.into_socket().into_fd().into_raw_fd()
    }

    pub fn split(&self) -> (&Self, &Self) {
        (self, self)
    }

    pub async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        Ok(self.0.send(buf).await?)
    }

    pub async fn send_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(self.0.send_vectored(bufs).await?)
    }

    pub async fn recv(&self, buf: &mut [u8]) -> io::Result<MessageInfo> {
        Ok(MessageInfo(self.0.recv(buf).await?))
    }

    pub async fn recv_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<MessageInfo> {
        Ok(MessageInfo(self.0.recv_vectored(bufs).await?))
    }

    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<MessageInfo> {
        Ok(MessageInfo(self.0.peek(buf).await?))
    }
}
