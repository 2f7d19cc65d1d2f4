//! The entries, by the systems that have them.

use super::Entry;

macro_rules! entry {
    ($name:ident, $description:literal) => {
        Entry {
            number: libc::$name,
            name: stringify!($name),
            description: $description,
        }
    };
}

/// One name per number: `EOPNOTSUPP` and not its alias `ENOTSUP` where the two are one number,
/// `EAGAIN` and not `EWOULDBLOCK`. `EDEADLOCK` only where it is an error of its own.
pub(super) static TABLE: &[Entry] = &[
    entry!(E2BIG, "argument list too long"),
    entry!(EACCES, "permission denied"),
    entry!(EADDRINUSE, "address already in use"),
    entry!(EADDRNOTAVAIL, "address not available"),
    entry!(EAFNOSUPPORT, "address family not supported"),
    entry!(EAGAIN, "resource temporarily unavailable"),
    entry!(EALREADY, "connection already in progress"),
    entry!(EBADF, "bad file descriptor"),
    entry!(EBADMSG, "bad message"),
    entry!(EBUSY, "resource busy or locked"),
    entry!(ECANCELED, "operation canceled"),
    entry!(ECHILD, "no child processes"),
    entry!(ECONNABORTED, "software caused connection abort"),
    entry!(ECONNREFUSED, "connection refused"),
    entry!(ECONNRESET, "connection reset by peer"),
    entry!(EDEADLK, "resource deadlock avoided"),
    entry!(EDESTADDRREQ, "destination address required"),
    entry!(EDOM, "argument out of domain"),
    entry!(EDQUOT, "disk quota exceeded"),
    entry!(EEXIST, "file already exists"),
    entry!(EFAULT, "bad address in system call argument"),
    entry!(EFBIG, "file too large"),
    entry!(EHOSTDOWN, "host is down"),
    entry!(EHOSTUNREACH, "host is unreachable"),
    entry!(EIDRM, "identifier removed"),
    entry!(EILSEQ, "illegal byte sequence"),
    entry!(EINPROGRESS, "operation now in progress"),
    entry!(EINTR, "interrupted system call"),
    entry!(EINVAL, "invalid argument"),
    entry!(EIO, "i/o error"),
    entry!(EISCONN, "socket is already connected"),
    entry!(EISDIR, "illegal operation on a directory"),
    entry!(ELOOP, "too many symbolic links encountered"),
    entry!(EMFILE, "too many open files"),
    entry!(EMLINK, "too many links"),
    entry!(EMSGSIZE, "message too long"),
    entry!(ENAMETOOLONG, "name too long"),
    entry!(ENETDOWN, "network is down"),
    entry!(ENETRESET, "network dropped connection on reset"),
    entry!(ENETUNREACH, "network is unreachable"),
    entry!(ENFILE, "file table overflow"),
    entry!(ENOBUFS, "no buffer space available"),
    entry!(ENODEV, "no such device"),
    entry!(ENOENT, "no such file or directory"),
    entry!(ENOEXEC, "exec format error"),
    entry!(ENOLCK, "no locks available"),
    entry!(ENOMEM, "not enough memory"),
    entry!(ENOMSG, "no message of desired type"),
    entry!(ENOPROTOOPT, "protocol not available"),
    entry!(ENOSPC, "no space left on device"),
    entry!(ENOSYS, "function not implemented"),
    entry!(ENOTBLK, "block device required"),
    entry!(ENOTCONN, "socket is not connected"),
    entry!(ENOTDIR, "not a directory"),
    entry!(ENOTEMPTY, "directory not empty"),
    entry!(ENOTRECOVERABLE, "state not recoverable"),
    entry!(ENOTSOCK, "socket operation on non-socket"),
    entry!(ENOTTY, "inappropriate ioctl for device"),
    entry!(ENXIO, "no such device or address"),
    entry!(EOPNOTSUPP, "operation not supported on socket"),
    entry!(EOVERFLOW, "value too large for defined data type"),
    entry!(EOWNERDEAD, "previous owner died"),
    entry!(EPERM, "operation not permitted"),
    entry!(EPFNOSUPPORT, "protocol family not supported"),
    entry!(EPIPE, "broken pipe"),
    entry!(EPROTO, "protocol error"),
    entry!(EPROTONOSUPPORT, "protocol not supported"),
    entry!(EPROTOTYPE, "protocol wrong type for socket"),
    entry!(ERANGE, "result too large"),
    entry!(EREMOTE, "object is remote"),
    entry!(EROFS, "read-only file system"),
    entry!(ESHUTDOWN, "cannot send after transport endpoint shutdown"),
    entry!(ESOCKTNOSUPPORT, "socket type not supported"),
    entry!(ESPIPE, "invalid seek"),
    entry!(ESRCH, "no such process"),
    entry!(ESTALE, "stale file handle"),
    entry!(ETIMEDOUT, "connection timed out"),
    entry!(ETOOMANYREFS, "too many references: cannot splice"),
    entry!(ETXTBSY, "text file is busy"),
    entry!(EUSERS, "too many users"),
    entry!(EXDEV, "cross-device link not permitted"),
    #[cfg(any(
        target_os = "linux",
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "illumos"
    ))]
    entry!(EMULTIHOP, "multihop attempted"),
    #[cfg(any(
        target_os = "linux",
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "illumos"
    ))]
    entry!(ENOLINK, "link has been severed"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(EAUTH, "authentication error"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(EBADRPC, "bad RPC structure"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(EFTYPE, "inappropriate file type or format"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(ENEEDAUTH, "authentication needed"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(ENOATTR, "attribute not found"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(EPROCLIM, "too many processes"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(EPROCUNAVAIL, "bad procedure for program"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(EPROGMISMATCH, "program version wrong"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(EPROGUNAVAIL, "RPC program not available"),
    #[cfg(any(
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    entry!(ERPCMISMATCH, "RPC version wrong"),
    #[cfg(any(
        target_os = "linux",
        target_os = "macos",
        target_os = "netbsd",
        target_os = "illumos"
    ))]
    entry!(ENODATA, "no data available"),
    #[cfg(any(
        target_os = "linux",
        target_os = "macos",
        target_os = "netbsd",
        target_os = "illumos"
    ))]
    entry!(ENOSR, "out of streams resources"),
    #[cfg(any(
        target_os = "linux",
        target_os = "macos",
        target_os = "netbsd",
        target_os = "illumos"
    ))]
    entry!(ENOSTR, "device is not a stream"),
    #[cfg(any(
        target_os = "linux",
        target_os = "macos",
        target_os = "netbsd",
        target_os = "illumos"
    ))]
    entry!(ETIME, "timer expired"),
    #[cfg(any(
        target_os = "macos",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "illumos"
    ))]
    entry!(ENOTSUP, "operation not supported"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EADV, "advertise error"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EBADE, "invalid exchange"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EBADFD, "file descriptor in bad state"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EBADR, "invalid request descriptor"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EBADRQC, "invalid request code"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EBADSLT, "invalid slot"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EBFONT, "bad font file format"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ECHRNG, "channel number out of range"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ECOMM, "communication error on send"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EL2HLT, "level 2 halted"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EL2NSYNC, "level 2 not synchronized"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EL3HLT, "level 3 halted"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EL3RST, "level 3 reset"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ELIBACC, "cannot access a needed shared library"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ELIBBAD, "accessing a corrupted shared library"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ELIBEXEC, "cannot exec a shared library directly"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ELIBMAX, "attempting to link in too many shared libraries"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ELIBSCN, "shared library section is corrupted"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ELNRNG, "link number out of range"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ENOANO, "no anode"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ENOCSI, "no CSI structure available"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ENONET, "machine is not on the network"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ENOPKG, "package not installed"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ENOTUNIQ, "name not unique on network"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EREMCHG, "remote address changed"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ERESTART, "interrupted system call should be restarted"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ESRMNT, "srmount error"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(ESTRPIPE, "streams pipe error"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EUNATCH, "protocol driver not attached"),
    #[cfg(any(target_os = "linux", target_os = "illumos"))]
    entry!(EXFULL, "exchange full"),
    #[cfg(any(target_os = "linux", target_os = "openbsd"))]
    entry!(EMEDIUMTYPE, "wrong medium type"),
    #[cfg(any(target_os = "linux", target_os = "openbsd"))]
    entry!(ENOMEDIUM, "no medium found"),
    #[cfg(any(target_os = "macos", target_os = "freebsd"))]
    entry!(ENOTCAPABLE, "capabilities insufficient"),
    #[cfg(target_os = "illumos")]
    entry!(EADI, "address dereference error"),
    #[cfg(target_os = "illumos")]
    entry!(EDEADLOCK, "file locking deadlock"),
    #[cfg(target_os = "illumos")]
    entry!(ELOCKUNMAPPED, "locked lock was unmapped"),
    #[cfg(target_os = "illumos")]
    entry!(ENOTACTIVE, "facility is not active"),
    #[cfg(target_os = "macos")]
    entry!(EBADARCH, "bad CPU type in executable"),
    #[cfg(target_os = "macos")]
    entry!(EBADEXEC, "bad executable"),
    #[cfg(target_os = "macos")]
    entry!(EBADMACHO, "malformed Mach-O file"),
    #[cfg(target_os = "macos")]
    entry!(EDEVERR, "device error"),
    #[cfg(target_os = "macos")]
    entry!(ENOPOLICY, "policy not found"),
    #[cfg(target_os = "macos")]
    entry!(EPWROFF, "device power is off"),
    #[cfg(target_os = "macos")]
    entry!(EQFULL, "interface output queue is full"),
    #[cfg(target_os = "macos")]
    entry!(ESHLIBVERS, "shared library version mismatch"),
    #[cfg(target_os = "freebsd")]
    entry!(ECAPMODE, "not permitted in capability mode"),
    #[cfg(target_os = "freebsd")]
    entry!(EDOOFUS, "programming error"),
    #[cfg(target_os = "freebsd")]
    entry!(EINTEGRITY, "integrity check failed"),
    #[cfg(target_os = "linux")]
    entry!(EDOTDOT, "RFS specific error"),
    #[cfg(target_os = "linux")]
    entry!(EHWPOISON, "memory page has hardware error"),
    #[cfg(target_os = "linux")]
    entry!(EISNAM, "is a named type file"),
    #[cfg(target_os = "linux")]
    entry!(EKEYEXPIRED, "key has expired"),
    #[cfg(target_os = "linux")]
    entry!(EKEYREJECTED, "key was rejected by service"),
    #[cfg(target_os = "linux")]
    entry!(EKEYREVOKED, "key has been revoked"),
    #[cfg(target_os = "linux")]
    entry!(ENAVAIL, "no XENIX semaphores available"),
    #[cfg(target_os = "linux")]
    entry!(ENOKEY, "required key not available"),
    #[cfg(target_os = "linux")]
    entry!(ENOTNAM, "not a XENIX named type file"),
    #[cfg(target_os = "linux")]
    entry!(EREMOTEIO, "remote I/O error"),
    #[cfg(target_os = "linux")]
    entry!(ERFKILL, "operation not possible due to RF-kill"),
    #[cfg(target_os = "linux")]
    entry!(EUCLEAN, "structure needs cleaning"),
    #[cfg(target_os = "openbsd")]
    entry!(EIPSEC, "IPsec processing failure"),
];
