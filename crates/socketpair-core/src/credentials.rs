//! Who made the other end.

/// The process that made the pair, as the system remembers it: see `SO_PEERCRED` in unix(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// Process id; `None` where the system does not tell.
    pub pid: Option<i32>,
    /// Effective user id at creation.
    pub uid: u32,
    /// Effective group id at creation.
    pub gid: u32,
}
