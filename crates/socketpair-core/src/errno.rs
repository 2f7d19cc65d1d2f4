//! The errors a system call can give: number, name and description.
//!
//! The table is this package's own, because Node's lacks `ESOCKTNOSUPPORT` and `ETOOMANYREFS` and
//! says `ENOTSUP` for `EOPNOTSUPP`. It is complete for the system it was compiled for: see
//! errno(3) on Linux, errno(2) or intro(2) elsewhere.

mod table;

/// One error: `EPIPE` is 32 on Linux, "broken pipe".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number on this system, positive.
    pub number: i32,
    /// The name, such as `EPIPE`.
    pub name: &'static str,
    /// What it means, in lower case, as libuv and Node.js word it where they know it.
    pub description: &'static str,
}

/// All errors of this system, one entry per number, under its canonical name: `EOPNOTSUPP` where
/// `ENOTSUP` is the same number, `EAGAIN` where `EWOULDBLOCK` is.
#[must_use]
pub fn table() -> &'static [Entry] {
    table::TABLE
}

/// The name of `number` on this system.
#[must_use]
pub fn name(number: i32) -> Option<&'static str> {
    find(number).map(|entry| entry.name)
}

/// The description of `number` on this system.
#[must_use]
pub fn description(number: i32) -> Option<&'static str> {
    find(number).map(|entry| entry.description)
}

fn find(number: i32) -> Option<&'static Entry> {
    table::TABLE.iter().find(|entry| entry.number == number)
}
