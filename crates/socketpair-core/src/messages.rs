//! What datagram and seqpacket ends have in common: whole messages.

use std::io::{IoSlice, IoSliceMut};

use crate::{Kind, Received, ReceivedWith, Registered, Result, Room, Socket, pair};

impl Registered {
    /// Both ends of a new pair, registered with the current runtime.
    pub(crate) fn pair_here(kind: Kind) -> Result<(Registered, Registered)> {
        let here = |socket: Socket| Registered::here(socket).map_err(|(error, _)| error);
        let (a, b) = pair(kind)?;
        Ok((here(a)?, here(b)?))
    }

    /// One receive of a message by `operation`.
    pub(crate) async fn message(
        &self,
        operation: impl FnMut(&Socket) -> Result<Received>,
    ) -> Result<Received> {
        Ok(self.receiving(operation).await?.unwrap_or(Received::end()))
    }

    /// One receive of data with what came along.
    pub(crate) async fn receive_with(
        &self,
        bufs: &mut [IoSliceMut<'_>],
        room: Room,
    ) -> Result<ReceivedWith> {
        let came = self
            .receiving(|socket| socket.recv_with(bufs, room))
            .await?;
        Ok(came.unwrap_or_else(ReceivedWith::end))
    }

    /// Messages that are there, at least one.
    pub(crate) async fn messages(
        &self,
        bufs: &mut [IoSliceMut<'_>],
        out: &mut [Received],
    ) -> Result<usize> {
        let count = self.receiving(|socket| socket.recv_many(bufs, out)).await?;
        if count.is_none()
            && let Some(first) = out.first_mut()
        {
            *first = Received::end();
        }
        Ok(count.unwrap_or(0))
    }

    /// As many messages as there is room for, at least one.
    pub(crate) async fn send_messages(&self, bufs: &[IoSlice<'_>]) -> Result<usize> {
        if bufs.is_empty() {
            return Ok(0);
        }
        self.sending(|socket| socket.send_many(bufs)).await
    }
}
