//! What a failed system call says.

use std::io;

use crate::errno;

/// The result of a call that fails with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed system call: its errno and its name.
///
/// Displays as libuv and Node.js word it: `EPIPE: broken pipe, sendmsg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: {}, {syscall}", self.code(), errno::description(*.errno).unwrap_or("unknown error"))]
pub struct Error {
    errno: i32,
    syscall: &'static str,
}

impl Error {
    /// The error `errno` (positive, this system's number) of the call `syscall`.
    #[must_use]
    pub const fn new(errno: i32, syscall: &'static str) -> Error {
        Error { errno, syscall }
    }

    /// The number, positive, as this system counts: see errno(3).
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.errno
    }

    /// The name of the number, such as `EPIPE`; `UNKNOWN` for a number outside the table.
    #[must_use]
    pub fn code(&self) -> &'static str {
        errno::name(self.errno).unwrap_or("UNKNOWN")
    }

    /// The system call that failed, such as `sendmsg`.
    #[must_use]
    pub const fn syscall(&self) -> &'static str {
        self.syscall
    }

    /// Whether it says "not now": `EAGAIN`, which is also `EWOULDBLOCK` on every system here.
    #[must_use]
    pub const fn is_would_block(&self) -> bool {
        self.errno == libc::EAGAIN || self.errno == libc::EWOULDBLOCK
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::from_raw_os_error(error.errno)
    }
}
