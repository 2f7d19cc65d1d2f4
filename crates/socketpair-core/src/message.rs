//! What one receive brought.

/// What one receive brought: how much, and what kind of thing it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one flag of recvmsg(2), independent of the others"
)]
pub struct Received {
    /// Bytes that landed in the caller's memory.
    pub len: usize,
    /// True length in bytes of the message, also of one cut short, where the system tells.
    /// Always `None` on a stream.
    pub message_len: Option<usize>,
    /// The message was longer than the memory offered; the rest is lost (`MSG_TRUNC`).
    pub truncated: bool,
    /// The system marked the end of a record (`MSG_EOR`). Linux never does for `AF_UNIX`.
    pub end_of_record: bool,
    /// Nothing will come any more. Stream: 0 bytes into a non-empty buffer. Seqpacket: told apart
    /// from an empty message. Datagram: only after this end's own `shutdown` for reading.
    pub end_of_file: bool,
}

impl Received {
    /// The end-of-file.
    #[must_use]
    pub const fn end() -> Received {
        Received {
            len: 0,
            message_len: None,
            truncated: false,
            end_of_record: false,
            end_of_file: true,
        }
    }
}
