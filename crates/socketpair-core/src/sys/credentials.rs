//! The peer's credentials: another option on each system.

#[cfg_attr(target_os = "linux", path = "credentials/linux.rs")]
#[cfg_attr(target_vendor = "apple", path = "credentials/apple.rs")]
#[cfg_attr(target_os = "freebsd", path = "credentials/freebsd.rs")]
#[cfg_attr(target_os = "netbsd", path = "credentials/netbsd.rs")]
#[cfg_attr(target_os = "openbsd", path = "credentials/openbsd.rs")]
#[cfg_attr(target_os = "illumos", path = "credentials/illumos.rs")]
mod imp;

pub(crate) use imp::peer;
