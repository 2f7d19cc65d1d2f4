//! The system's numbers for the names of socketpair(2), send(2), recv(2) and shutdown(2).

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

/// The names of a system with its numbers.
macro_rules! names {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name)),*] };
}

/// The names that every system has.
const EVERYWHERE: &[(&str, i32)] = names! {
    AF_UNSPEC AF_UNIX AF_LOCAL AF_INET AF_INET6 PF_UNSPEC PF_UNIX PF_LOCAL PF_INET PF_INET6
    SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET SOCK_RAW SOCK_RDM
    MSG_CTRUNC MSG_DONTROUTE MSG_DONTWAIT MSG_EOR MSG_OOB MSG_PEEK MSG_TRUNC MSG_WAITALL
    SHUT_RD SHUT_WR SHUT_RDWR
};

/// The names that this system has besides.
#[cfg(target_os = "linux")]
const HERE: &[(&str, i32)] = names! {
    AF_NETLINK AF_PACKET AF_TIPC AF_VSOCK SOCK_CLOEXEC SOCK_NONBLOCK
    MSG_CMSG_CLOEXEC MSG_CONFIRM MSG_ERRQUEUE MSG_FASTOPEN MSG_MORE MSG_NOSIGNAL MSG_WAITFORONE
};
#[cfg(target_vendor = "apple")]
const HERE: &[(&str, i32)] = names! { AF_VSOCK MSG_NOSIGNAL };
#[cfg(any(target_os = "freebsd", target_os = "openbsd"))]
const HERE: &[(&str, i32)] = names! {
    SOCK_CLOEXEC SOCK_NONBLOCK MSG_CMSG_CLOEXEC MSG_NOSIGNAL MSG_WAITFORONE
};
#[cfg(target_os = "netbsd")]
const HERE: &[(&str, i32)] = names! {
    SOCK_CLOEXEC SOCK_NONBLOCK SOCK_NOSIGPIPE MSG_CMSG_CLOEXEC MSG_NOSIGNAL MSG_WAITFORONE
};
#[cfg(target_os = "illumos")]
const HERE: &[(&str, i32)] = names! { SOCK_CLOEXEC SOCK_NONBLOCK MSG_CMSG_CLOEXEC MSG_NOSIGNAL };

/// Every name that this system has, with its number.
#[napi(catch_unwind, ts_return_type = "Record<string, number>")]
pub fn constants(env: &Env) -> napi::Result<Object<'_>> {
    let mut object = Object::new(env)?;
    for (name, number) in EVERYWHERE.iter().chain(HERE) {
        object.set(name, *number)?;
    }
    Ok(object)
}
