//! Options that say what comes along with messages: credentials, a pidfd, descriptors.

use std::os::fd::{BorrowedFd, OwnedFd};

use crate::{Error, Result};

#[cfg(target_os = "linux")]
pub(crate) use linux::*;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::*;

/// How the options are on a socket that is adopted.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) credentials: bool,
    pub(crate) pidfd: bool,
    pub(crate) descriptors: bool,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::FromRawFd;

    use libc::{SO_PASSCRED, SOL_SOCKET, c_int};

    use super::{BorrowedFd, Error, Found, OwnedFd, Result};
    use crate::sys::options::{get, is_unix_domain, set};

    // Linux 6.5, 6.5 and 6.16; libc has no names for them yet.
    const SO_PASSPIDFD: c_int = 76;
    const SO_PEERPIDFD: c_int = 77;
    const SO_PASSRIGHTS: c_int = 83;

    /// How the options are on a socket that is adopted; `None` if it is of another domain.
    pub(crate) fn found(fd: BorrowedFd<'_>) -> Result<Option<Found>> {
        if !is_unix_domain(fd)? {
            return Ok(None);
        }
        let option = |name, otherwise: c_int| {
            or_unknown(get(fd, SOL_SOCKET, name), otherwise).map(|value| value != 0)
        };
        Ok(Some(Found {
            credentials: option(SO_PASSCRED, 0)?,
            pidfd: option(SO_PASSPIDFD, 0)?,
            descriptors: option(SO_PASSRIGHTS, 1)?,
        }))
    }

    pub(crate) fn set_credentials(fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        set(fd, SOL_SOCKET, SO_PASSCRED, c_int::from(on))
    }

    pub(crate) fn set_pidfd(fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        let done = set(fd, SOL_SOCKET, SO_PASSPIDFD, c_int::from(on));
        if on { done } else { or_unknown(done, ()) }
    }

    /// `SO_PEERPIDFD`.
    pub(crate) fn peer_pidfd(fd: BorrowedFd<'_>) -> Result<OwnedFd> {
        let number = get(fd, SOL_SOCKET, SO_PEERPIDFD)?;
        if number < 0 {
            return Err(Error::new(libc::ESRCH, "getsockopt"));
        }
        // SAFETY: the call has just opened it for us, and nobody else knows it.
        Ok(unsafe { OwnedFd::from_raw_fd(number) })
    }

    /// Does nothing where the system has no such option.
    pub(crate) fn set_descriptors(fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        or_unknown(set(fd, SOL_SOCKET, SO_PASSRIGHTS, c_int::from(on)), ())
    }

    /// `otherwise` in place of the error that says there is no such option for this socket.
    fn or_unknown<T>(result: Result<T>, otherwise: T) -> Result<T> {
        match result {
            Err(error) if matches!(error.errno(), libc::ENOPROTOOPT | libc::EOPNOTSUPP) => {
                Ok(otherwise)
            }
            other => other,
        }
    }
}

#[cfg(not(target_os = "linux"))]
#[allow(
    clippy::unnecessary_wraps,
    reason = "all of it can fail on systems that have it"
)]
mod other {
    use super::{BorrowedFd, Error, Found, OwnedFd, Result};

    /// Not asked for: the wish is the adopter's alone.
    pub(crate) fn found(_fd: BorrowedFd<'_>) -> Result<Option<Found>> {
        Ok(None)
    }

    /// `LOCAL_CREDS_PERSISTENT` of FreeBSD, `LOCAL_CREDS` of NetBSD, unix(4).
    #[cfg(any(target_os = "freebsd", target_os = "netbsd"))]
    pub(crate) fn set_credentials(fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        use libc::c_int;

        use crate::sys::options::{is_unix_domain, set};

        /// The level of `LOCAL_` options; on a socket of another domain it is that of IP.
        const SOL_LOCAL: c_int = 0;
        #[cfg(target_os = "freebsd")]
        const NAME: c_int = libc::LOCAL_CREDS_PERSISTENT;
        #[cfg(target_os = "netbsd")]
        const NAME: c_int = libc::LOCAL_CREDS;

        if is_unix_domain(fd)? {
            set(fd, SOL_LOCAL, NAME, c_int::from(on))
        } else {
            without_option(on)
        }
    }

    #[cfg(not(any(target_os = "freebsd", target_os = "netbsd")))]
    pub(crate) fn set_credentials(_fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        without_option(on)
    }

    pub(crate) fn set_pidfd(_fd: BorrowedFd<'_>, on: bool) -> Result<()> {
        without_option(on)
    }

    pub(crate) fn peer_pidfd(_fd: BorrowedFd<'_>) -> Result<OwnedFd> {
        Err(Error::new(libc::ENOPROTOOPT, "getsockopt"))
    }

    pub(crate) fn set_descriptors(_fd: BorrowedFd<'_>, _on: bool) -> Result<()> {
        Ok(())
    }

    fn without_option(on: bool) -> Result<()> {
        if on {
            Err(Error::new(libc::ENOPROTOOPT, "setsockopt"))
        } else {
            Ok(())
        }
    }
}
