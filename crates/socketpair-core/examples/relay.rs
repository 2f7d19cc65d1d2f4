//! Lets two programs talk to each other, with this process in between, and counts the bytes.
//!
//! `cargo run -p socketpair-core --example relay`

use std::process::{Child, Command, Stdio};

use socketpair_core::{Kind, Relay, Result, StreamSocket, pair};

/// Starts `program` with one end of a pair as its input and output; the other end stays here.
fn start(program: &[&str]) -> Result<(StreamSocket, Child)> {
    let (ours, theirs) = pair(Kind::Stream)?;
    let theirs = theirs.into_fd();
    let copy = theirs.try_clone().expect("a copy of the descriptor");
    let ours = StreamSocket::new(ours).map_err(|(error, _)| error)?;
    let child = Command::new(program[0])
        .args(&program[1..])
        .stdin(Stdio::from(copy))
        .stdout(Stdio::from(theirs))
        .spawn()
        .expect("the program starts");
    Ok((ours, child))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (speaker, mut speaking) = start(&["seq", "100000"])?;
    // Told of the end by the half-close that the relay carries over, it still can answer.
    let (listener, mut listening) = start(&["sh", "-c", "wc -c >&2"])?;
    let mut relay = Relay::new(&speaker, &listener)?;
    let relayed = relay.run().await?;
    println!(
        "{} bytes there, {} bytes back",
        relayed.a_to_b, relayed.b_to_a
    );
    for child in [&mut speaking, &mut listening] {
        child.wait().expect("the program ends");
    }
    Ok(())
}
