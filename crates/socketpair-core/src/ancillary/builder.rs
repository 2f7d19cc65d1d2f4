//! Writing control data into memory that is given.

use super::layout::{Layout, rights_type, sent_credentials, socket_level};
use crate::Credentials;
use crate::policy::System;

/// Control messages one after the other, in memory that must be aligned as the layout says if a
/// system is to read them.
#[derive(Debug)]
pub struct Builder<'a> {
    system: System,
    layout: Layout,
    memory: &'a mut [u8],
    len: usize,
}

impl<'a> Builder<'a> {
    /// Begins in `memory`; what is in it does not matter.
    #[must_use]
    pub fn new(system: System, layout: Layout, memory: &'a mut [u8]) -> Builder<'a> {
        Builder {
            system,
            layout,
            memory,
            len: 0,
        }
    }

    /// Bytes of control data so far: `msg_controllen`.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds descriptors by their numbers; none add nothing. `None` if there is no room for them.
    pub fn descriptors(&mut self, numbers: impl ExactSizeIterator<Item = i32>) -> Option<()> {
        if numbers.len() == 0 {
            return Some(());
        }
        let (level, kind) = (socket_level(self.system), rights_type(self.system));
        let layout = self.layout;
        let payload = self.message(level, kind, 4 * numbers.len())?;
        for (place, number) in numbers.enumerate() {
            layout.put_word(payload, 4 * place, number.cast_unsigned());
        }
        Some(())
    }

    /// Adds the sender's credentials. `None` if there is no room for them, or the system takes none.
    pub fn credentials(&mut self, pid: i32, credentials: Credentials) -> Option<()> {
        let (kind, form) = sent_credentials(self.system)?;
        let layout = self.layout;
        let payload = self.message(socket_level(self.system), kind, form.len)?;
        if let Some(at) = form.pid {
            layout.put_word(payload, at, pid.cast_unsigned());
        }
        layout.put_word(payload, form.uid, credentials.uid);
        layout.put_word(payload, form.gid, credentials.gid);
        Some(())
    }

    /// Adds a header, and zeroes for its payload of `len` bytes, to be filled in.
    fn message(&mut self, level: i32, kind: i32, len: usize) -> Option<&mut [u8]> {
        let layout = self.layout;
        let claimed = layout.data_offset.checked_add(len)?;
        let space = claimed.checked_next_multiple_of(layout.align)?;
        let message = self.memory.get_mut(self.len..)?.get_mut(..space)?;
        message.fill(0);
        let low = layout.low_word_of_len();
        layout.put_word(message, low.start, u32::try_from(claimed).ok()?);
        layout.put_word(message, layout.len_width, level.cast_unsigned());
        layout.put_word(message, layout.len_width + 4, kind.cast_unsigned());
        self.len += space;
        Some(&mut message[layout.data_offset..claimed])
    }
}
