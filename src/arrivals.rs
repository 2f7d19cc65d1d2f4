//! What came along with the data of the last receive, until lib/ fetches it: the hot calls answer with one
//! number, whose `ARRIVED` flag ([`crate::receiving`]) says that there is something to fetch.

use socketpair_core::{ReceivedWith, Result};

use crate::calls::Numbers;
use crate::received::Received;
use crate::slab::Slab;
use crate::transfer::unsigned;

/// The numbers that one arrival takes in a table, before its descriptors.
const FIELDS: usize = 9;

mod flag {
    pub const TRUNCATED: u32 = 1;
    pub const CREDENTIALS: u32 = 2;
    pub const PIDFD: u32 = 4;
    pub const CARRYING_BYTE: u32 = 8;
}

/// What came with one message of a receive.
pub struct Arrival {
    row: usize,
    came: ReceivedWith,
}

impl Arrival {
    /// What `came` with the message `row` of a batch; None when nothing did.
    pub fn of(row: usize, came: ReceivedWith) -> Option<Self> {
        let nothing = came.descriptors.is_empty()
            && !came.descriptors_truncated
            && came.credentials.is_none()
            && came.pidfd.is_none();
        (!nothing).then_some(Self { row, came })
    }

    /// The descriptors among it.
    pub fn descriptors(&self) -> usize {
        self.came.descriptors.len() + usize::from(self.came.pidfd.is_some())
    }

    fn width(&self) -> usize {
        FIELDS + 2 * self.came.descriptors.len()
    }
}

/// Moves `arrivals` into `table`, their descriptors into `received`: for each its row, flags, count of
/// descriptors, carrying byte, pid, uid, gid, and number and descriptor of the pidfd, then number and
/// descriptor of each. Gives the numbers written, and how many descriptors; more than `table` holds and
/// nothing has happened.
pub fn deliver(
    arrivals: &mut Vec<Arrival>,
    received: &mut Slab<Received>,
    table: &Numbers<'_>,
) -> Result<(usize, usize)> {
    let width = arrivals.iter().map(Arrival::width).sum();
    if width > table.len() {
        return Ok((width, 0));
    }
    let mut delivered = 0;
    let mut next = 0;
    let mut put = |number: u32| {
        table.set(next, number);
        next += 1;
    };
    for Arrival { row, came } in arrivals.drain(..) {
        // All are owned before the first can fail.
        let descriptors: Vec<_> = came.descriptors.into_iter().map(Received::new).collect();
        let pidfd = came.pidfd.map(Received::new).transpose()?;
        let mut flags = 0;
        if came.descriptors_truncated {
            flags |= flag::TRUNCATED;
        }
        if came.credentials.is_some() {
            flags |= flag::CREDENTIALS;
        }
        if pidfd.is_some() {
            flags |= flag::PIDFD;
        }
        if came.carrying_byte.is_some() {
            flags |= flag::CARRYING_BYTE;
        }
        delivered += descriptors.len() + usize::from(pidfd.is_some());
        put(unsigned(row));
        put(flags);
        put(unsigned(descriptors.len()));
        put(unsigned(came.carrying_byte.unwrap_or(0)));
        let sender = came.credentials;
        put(sender
            .and_then(|sender| sender.pid)
            .unwrap_or(0)
            .cast_unsigned());
        put(sender.map_or(0, |sender| sender.uid));
        put(sender.map_or(0, |sender| sender.gid));
        let mut own = |descriptor: Option<Received>| {
            let number = descriptor.as_ref().map_or(-1, Received::number);
            let id = descriptor.map_or(Some(0), |descriptor| received.insert(descriptor));
            // There are more numbers than descriptors: see `Slab::insert`.
            put(id.unwrap_or(u32::MAX));
            put(number.cast_unsigned());
        };
        own(pidfd);
        for descriptor in descriptors {
            own(Some(descriptor?));
        }
    }
    Ok((width, delivered))
}
