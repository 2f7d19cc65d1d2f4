//! Answers requests with upper case, and gives messages back, until the end. Its socket is descriptor 3, or
//! what SOCKETPAIR_FD says.

use std::fs::File;
use std::io::{self, BufReader};
use std::os::fd::FromRawFd;

use channel_rust::{Kind, recv, send};

const MOST: u32 = 64 * 1024 * 1024;

fn main() -> io::Result<()> {
    let number = std::env::var("SOCKETPAIR_FD").map_or(3, |text| text.parse().unwrap_or(3));
    // SAFETY: whoever started this program gave it the descriptor, and nothing else here uses it.
    let mut socket = unsafe { File::from_raw_fd(number) };
    let mut reader = BufReader::with_capacity(64 * 1024, socket.try_clone()?);
    while let Some(frame) = recv(&mut reader, MOST)? {
        match frame.kind {
            Kind::Message => send(&mut socket, Kind::Message, &frame.body)?,
            Kind::Request(id) if frame.body.is_empty() => {
                send(&mut socket, Kind::Failure(id), b"an empty request")?;
            }
            Kind::Request(id) => {
                send(
                    &mut socket,
                    Kind::Reply(id),
                    &frame.body.to_ascii_uppercase(),
                )?;
            }
            Kind::Reply(_) | Kind::Failure(_) => {}
        }
    }
    Ok(())
}
