//! Reading control data: a pure function over bytes.

use std::iter::FusedIterator;
use std::ops::Range;

use super::layout::{CredentialsForm, Layout, Meaning, meaning};
use crate::Credentials;
use crate::policy::System;

/// One control message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `cmsg_level`.
    pub level: i32,
    /// `cmsg_type`.
    pub kind: i32,
    /// Where its payload lies in the control data; never beyond the end.
    pub payload: Range<usize>,
    /// The header claims more than is there.
    pub cut: bool,
}

/// The control messages in some control data. See [`messages`].
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    layout: Layout,
    control: &'a [u8],
    at: usize,
}

/// The control messages in `control`, in turn.
///
/// Any bytes will do. It ends at the first header that is no header: too short, or with a length
/// that does not even cover itself. [`Messages::rest`] tells that case from a proper end.
#[must_use]
pub fn messages(layout: Layout, control: &[u8]) -> Messages<'_> {
    Messages {
        layout,
        control,
        at: 0,
    }
}

impl Messages<'_> {
    /// Bytes that no message so far was made of: after the last message, 0 or bytes that make no
    /// sense.
    #[must_use]
    pub fn rest(&self) -> usize {
        self.control.len().saturating_sub(self.at)
    }
}

impl Iterator for Messages<'_> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let layout = self.layout;
        let rest = self.control.get(self.at..)?;
        let header = rest.get(..layout.header_len())?;
        let claimed = usize::try_from(layout.number(&header[..layout.len_width])).ok();
        let claimed = claimed.unwrap_or(usize::MAX);
        if claimed < layout.data_offset {
            return None;
        }
        let level = layout.word(header, layout.len_width)?;
        let kind = layout.word(header, layout.len_width + 4)?;
        let end = self.at + claimed.min(rest.len());
        let start = (self.at + layout.data_offset).min(end);
        let cut = claimed > rest.len();
        // The last message may lack its padding.
        self.at = end
            .checked_next_multiple_of(layout.align)
            .map_or(self.control.len(), |next| next.min(self.control.len()));
        Some(Message {
            level: level.cast_signed(),
            kind: kind.cast_signed(),
            payload: start..end,
            cut,
        })
    }
}

impl FusedIterator for Messages<'_> {}

/// Something that control data brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The number of a descriptor, never negative.
    Descriptor(i32),
    /// The number of a descriptor that stands for the sender; negative where the system had none.
    Pidfd(i32),
    /// The sender's credentials.
    Credentials(Credentials),
    /// A control message of another kind.
    Unknown,
    /// A message that is not whole, or bytes that are none.
    Cut,
}

/// What `control` brought on `system`, one by one and in order.
pub fn found(system: System, layout: Layout, control: &[u8]) -> impl Iterator<Item = Found> {
    Finder {
        system,
        layout,
        control,
        messages: messages(layout, control),
        numbers: 0..0,
        cut: false,
    }
}

struct Finder<'a> {
    system: System,
    layout: Layout,
    control: &'a [u8],
    messages: Messages<'a>,
    /// What is left of the message with descriptors that is being read.
    numbers: Range<usize>,
    /// The message just read was cut, which is still to be told.
    cut: bool,
}

impl Iterator for Finder<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if self.numbers.len() >= 4 {
                let number = self.layout.word(self.control, self.numbers.start)?;
                self.numbers.start += 4;
                let number = number.cast_signed();
                return Some(if number < 0 {
                    Found::Cut
                } else {
                    Found::Descriptor(number)
                });
            }
            // Less than a number is left of them: the beginning of one.
            if !self.numbers.is_empty() || self.cut {
                self.numbers = 0..0;
                self.cut = false;
                return Some(Found::Cut);
            }
            let Some(message) = self.messages.next() else {
                let rest = self.messages.rest();
                self.messages.at += rest;
                return (rest > 0).then_some(Found::Cut);
            };
            self.cut = message.cut;
            let payload = &self.control[message.payload.clone()];
            match meaning(self.system, message.level, message.kind, payload.len()) {
                Meaning::Rights => self.numbers = message.payload,
                Meaning::Unknown => return Some(Found::Unknown),
                Meaning::Pidfd => match self.layout.word(payload, 0) {
                    Some(number) => return Some(Found::Pidfd(number.cast_signed())),
                    None => self.cut = true,
                },
                Meaning::Credentials(form) => match credentials(self.layout, form, payload) {
                    Some(credentials) => return Some(Found::Credentials(credentials)),
                    None => self.cut = true,
                },
            }
        }
    }
}

fn credentials(layout: Layout, form: CredentialsForm, payload: &[u8]) -> Option<Credentials> {
    if payload.len() < form.len {
        return None;
    }
    let pid = match form.pid {
        Some(at) => layout.word(payload, at)?.cast_signed(),
        None => 0,
    };
    Some(Credentials {
        // Linux: 0 if the message was sent before credentials were asked for, or from a process
        // that has no number here.
        pid: (pid != 0).then_some(pid),
        uid: layout.word(payload, form.uid)?,
        gid: layout.word(payload, form.gid)?,
    })
}
