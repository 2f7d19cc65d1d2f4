//! The wire of docs/channel-protocol.md over a stream, blocking, with std alone; descriptors are not passed.

use std::io::{self, ErrorKind, IoSlice, Read, Write};

const EXTENSION: u32 = 0x8000_0000;
const RESERVED: u32 = 0x4000_0000;
const LENGTH: u32 = 0x3fff_ffff;
/// How much is reserved before bytes arrive, whatever a header says.
const AT_FIRST: usize = 256 * 1024;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Message,
    Request(u32),
    Reply(u32),
    Failure(u32),
}

/// A frame that arrived.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub kind: Kind,
    pub body: Vec<u8>,
}

/// Sends `body` as one frame.
pub fn send(to: &mut impl Write, kind: Kind, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len())
        .ok()
        .filter(|length| *length <= LENGTH)
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "the message is too long"))?;
    let (kind, id) = match kind {
        Kind::Message => return write_both(to, &length.to_le_bytes(), body),
        Kind::Request(id) => (1, id),
        Kind::Reply(id) => (2, id),
        Kind::Failure(id) => (3, id),
    };
    let mut head = [0; 12];
    head[..4].copy_from_slice(&(EXTENSION | length).to_le_bytes());
    head[6] = kind;
    head[8..].copy_from_slice(&id.to_le_bytes());
    write_both(to, &head, body)
}

/// One system call for both, where the system takes both.
fn write_both(to: &mut impl Write, head: &[u8], body: &[u8]) -> io::Result<()> {
    let sent = to.write_vectored(&[IoSlice::new(head), IoSlice::new(body)])?;
    if sent < head.len() {
        to.write_all(&head[sent..])?;
    }
    to.write_all(&body[sent.saturating_sub(head.len())..])
}

/// Receives a frame of at most `most` bytes; `None` at the end. `UnexpectedEof` is an end within a frame,
/// `InvalidData` what is none.
pub fn recv(from: &mut impl Read, most: u32) -> io::Result<Option<Frame>> {
    let mut word = [0; 4];
    let first = loop {
        match from.read(&mut word) {
            Ok(count) => break count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    if first == 0 {
        return Ok(None);
    }
    from.read_exact(&mut word[first..])?;
    let word = u32::from_le_bytes(word);
    let length = word & LENGTH;
    if word & RESERVED != 0 || length > most {
        return Err(invalid());
    }
    let kind = if word & EXTENSION == 0 {
        Kind::Message
    } else {
        let mut rest = [0; 8];
        from.read_exact(&mut rest)?;
        let [_, _, kind, zero, id @ ..] = rest;
        let id = u32::from_le_bytes(id);
        match (kind, zero) {
            (0, 0) => Kind::Message,
            (1, 0) => Kind::Request(id),
            (2, 0) => Kind::Reply(id),
            (3, 0) => Kind::Failure(id),
            _ => return Err(invalid()),
        }
    };
    // It grows as bytes arrive.
    let mut body = Vec::with_capacity((length as usize).min(AT_FIRST));
    from.take(u64::from(length)).read_to_end(&mut body)?;
    if body.len() < length as usize {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(Frame { kind, body }))
}

fn invalid() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "what arrived is no frame")
}

#[cfg(test)]
mod tests {
    use super::{Kind, recv, send};

    #[test]
    fn frames_arrive_as_they_were_sent() {
        let mut wire = Vec::new();
        let kinds = [
            Kind::Message,
            Kind::Request(1),
            Kind::Reply(u32::MAX),
            Kind::Failure(7),
        ];
        for kind in kinds {
            send(&mut wire, kind, b"hello").unwrap();
        }
        assert_eq!(wire[..9], *b"\x05\0\0\0hello");
        let mut rest = wire.as_slice();
        for kind in kinds {
            let frame = recv(&mut rest, 5).unwrap().unwrap();
            assert_eq!(
                (frame.kind, frame.body.as_slice()),
                (kind, b"hello".as_slice())
            );
        }
        assert!(recv(&mut rest, 5).unwrap().is_none());
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        assert!(recv(&mut b"POST / HTTP".as_slice(), u32::MAX).is_err());
        assert!(recv(&mut b"\x06\0\0\0".as_slice(), 5).is_err());
        assert!(recv(&mut b"\x05\0\0\0hell".as_slice(), 5).is_err());
        assert!(recv(&mut b"\x05\0".as_slice(), 5).is_err());
    }
}
