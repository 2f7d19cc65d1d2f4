//! The one place that registers a descriptor with tokio.

use std::io;
use std::os::fd::{AsRawFd, RawFd};

use tokio::io::unix::AsyncFd;

use crate::Socket;

/// A socket as tokio's driver sees it.
#[derive(Debug)]
pub(crate) struct Source(pub(crate) Socket);

impl AsRawFd for Source {
    /// The number, or -1 once somebody closed it behind our back. Tokio asks at registration and
    /// at deregistration only: -1 makes the latter fail with EBADF, where the number would remove
    /// the registration of whoever has it now. Tokio then keeps its record, as the closed
    /// description may live on in a copy and still be in the kernel's list.
    fn as_raw_fd(&self) -> RawFd {
        if self.0.is_intact() {
            self.0.as_raw_fd()
        } else {
            -1
        }
    }
}

/// Registers the socket for reading and writing with the runtime entered by this thread.
/// On failure the socket comes back.
pub(crate) fn register(socket: Socket) -> Result<AsyncFd<Source>, (io::Error, Socket)> {
    // SAFETY: `Source` owns the only `OwnedFd` of the number, which `Socket` neither closes nor
    // replaces before it is dropped or taken apart, and both need `AsyncFd::into_inner` or its
    // drop first, which deregister. Code outside that closes the number breaks the contract of
    // every `OwnedFd`; `as_raw_fd` above keeps even that from reaching a stranger.
    let registered = unsafe { AsyncFd::register(Source(socket)) };
    registered.map_err(|error| {
        let (Source(socket), cause) = error.into_parts();
        (cause, socket)
    })
}
