//! Who made the other end, or sent a message.

/// A process as the system remembers it: the one that made the pair (`SO_PEERCRED`), or the one that
/// sent a message (`SCM_CREDENTIALS`), see unix(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// Process id; `None` where the system does not tell. To send: the caller's own.
    pub pid: Option<i32>,
    /// Effective user id at creation, or of the sender.
    pub uid: u32,
    /// Effective group id at creation, or of the sender.
    pub gid: u32,
}
