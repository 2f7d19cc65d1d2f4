//! The system's numbers for the names of socketpair(2), send(2), recv(2) and shutdown(2).

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

/// Rows of the names that this system has; a list after `if` is there only where its condition holds.
macro_rules! names {
    ($($(#[$condition:meta])? [$($name:ident),* $(,)?])*) => {
        &[$($($(#[$condition])? (stringify!($name), libc::$name),)*)*]
    };
}

const CONSTANTS: &[(&str, i32)] = names! {
    [AF_UNSPEC, AF_UNIX, AF_LOCAL, AF_INET, AF_INET6, PF_UNSPEC, PF_UNIX, PF_LOCAL, PF_INET, PF_INET6]
    [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW, SOCK_RDM]
    [MSG_CTRUNC, MSG_DONTROUTE, MSG_DONTWAIT, MSG_EOR, MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_WAITALL]
    [SHUT_RD, SHUT_WR, SHUT_RDWR]
    #[cfg(not(target_vendor = "apple"))] [SOCK_CLOEXEC]
    #[cfg(not(target_vendor = "apple"))] [SOCK_NONBLOCK]
    #[cfg(not(target_vendor = "apple"))] [MSG_NOSIGNAL]
    #[cfg(target_os = "linux")] [AF_NETLINK]
    #[cfg(target_os = "linux")] [AF_PACKET]
    #[cfg(target_os = "linux")] [AF_TIPC]
    #[cfg(target_os = "linux")] [AF_VSOCK]
    #[cfg(target_os = "linux")] [MSG_CMSG_CLOEXEC]
    #[cfg(target_os = "linux")] [MSG_CONFIRM]
    #[cfg(target_os = "linux")] [MSG_ERRQUEUE]
    #[cfg(target_os = "linux")] [MSG_FASTOPEN]
    #[cfg(target_os = "linux")] [MSG_MORE]
    #[cfg(target_os = "linux")] [MSG_WAITFORONE]
    #[cfg(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))] [MSG_CMSG_CLOEXEC]
};

/// Every name that this system has, with its number.
#[napi(ts_return_type = "Record<string, number>")]
pub fn constants(env: &Env) -> napi::Result<Object<'_>> {
    let mut object = Object::new(env)?;
    for (name, number) in CONSTANTS {
        object.set(name, *number)?;
    }
    Ok(object)
}
