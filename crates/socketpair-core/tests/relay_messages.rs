//! The relay between sockets that keep message boundaries.

mod async_support;

use std::net::Shutdown;

use async_support::run;
#[cfg(not(target_vendor = "apple"))]
use async_support::{cancelled_after, noise, run_on_threads};
use socketpair_core::{DatagramSocket, relay};
#[cfg(not(target_vendor = "apple"))]
use socketpair_core::{Kind, PairBuilder, Relay, Relayed, SeqpacketSocket};

#[cfg(not(target_vendor = "apple"))]
type Chain = (
    SeqpacketSocket,
    SeqpacketSocket,
    SeqpacketSocket,
    SeqpacketSocket,
);

#[cfg(not(target_vendor = "apple"))]
fn chain() -> Chain {
    let (client, a) = SeqpacketSocket::pair().expect("pair");
    let (b, server) = SeqpacketSocket::pair().expect("pair");
    (client, a, b, server)
}

/// Messages of many lengths, empty ones among them.
#[cfg(not(target_vendor = "apple"))]
fn messages(seed: u64) -> Vec<Vec<u8>> {
    let long = noise(60_000, seed);
    let mut all: Vec<Vec<u8>> = (0..2000).map(|n| long[..n * 37 % 5000].to_vec()).collect();
    all.push(long);
    all.push(Vec::new());
    all
}

#[cfg(not(target_vendor = "apple"))]
async fn send_all(socket: &SeqpacketSocket, all: &[Vec<u8>]) {
    for message in all {
        assert_eq!(socket.send(message).await, Ok(message.len()));
    }
    socket.shutdown(Shutdown::Write).expect("shutdown");
}

#[cfg(not(target_vendor = "apple"))]
async fn receive_all(socket: &SeqpacketSocket) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let received = socket.recv(&mut buffer).await.expect("recv");
        if received.end_of_file {
            return all;
        }
        assert!(!received.truncated);
        all.push(buffer[..received.len].to_vec());
    }
}

#[cfg(not(target_vendor = "apple"))]
fn bytes(all: &[Vec<u8>]) -> u64 {
    all.iter().map(|message| message.len() as u64).sum()
}

#[cfg(not(target_vendor = "apple"))]
#[test]
fn seqpackets_keep_their_boundaries_and_empty_messages_both_ways() {
    run_on_threads(|| async {
        let (client, a, b, server) = chain();
        let (there, back) = (messages(1), messages(2));
        let (relayed, (), (), at_server, at_client) = tokio::join!(
            relay(&a, &b),
            send_all(&client, &there),
            send_all(&server, &back),
            receive_all(&server),
            receive_all(&client)
        );
        assert!(at_server == there);
        assert!(at_client == back);
        let expected = Relayed {
            a_to_b: bytes(&there),
            b_to_a: bytes(&back),
        };
        assert_eq!(relayed, Ok(expected));
    });
}

#[cfg(not(target_vendor = "apple"))]
#[test]
fn a_relay_of_seqpackets_cancelled_at_random_and_continued_loses_none() {
    run_on_threads(|| async {
        let (client, a, b, server) = chain();
        let there = messages(3);
        let relaying = async {
            let mut relay = Relay::new(&a, &b).expect("relay");
            for attempt in 0_usize.. {
                if let Some(result) = cancelled_after(attempt % 4, relay.run()).await {
                    return result.expect("relayed");
                }
                tokio::task::yield_now().await;
            }
            unreachable!("the loop has no other end")
        };
        server.shutdown(Shutdown::Write).expect("shutdown");
        let (relayed, (), received) =
            tokio::join!(relaying, send_all(&client, &there), receive_all(&server));
        assert!(received == there);
        assert_eq!(relayed.a_to_b, bytes(&there));
    });
}

#[cfg(not(target_vendor = "apple"))]
#[test]
fn a_message_too_long_for_the_other_end_is_emsgsize_and_handed_out() {
    run(|| async {
        let (client, a) = SeqpacketSocket::pair().expect("pair");
        let small = PairBuilder::new(Kind::Seqpacket)
            .send_buffer_size(4096)
            .build();
        let (b, server) = small.expect("pair");
        let b = SeqpacketSocket::new(b)
            .map_err(|(error, _)| error)
            .expect("register");
        let message = noise(50_000, 4);
        client.send(&message).await.expect("send");
        server.shutdown(Shutdown::Write).expect("shutdown");
        let mut relay = Relay::new(&a, &b).expect("relay");
        assert_eq!(relay.run().await.unwrap_err().code(), "EMSGSIZE");
        assert_eq!(relay.held(), (Some(50_000), None));
        assert!(relay.into_parts().for_b == Some(message));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_message_for_a_closed_peer_stays_where_it_is() {
    run(|| async {
        let (client, a, b, server) = chain();
        client.send(b"kept").await.expect("send");
        drop(server);
        let mut relay = Relay::new(&a, &b).expect("relay");
        assert_eq!(relay.run().await.unwrap_err().code(), "EPIPE");
        assert_eq!(relay.held(), (None, None));
        assert_eq!(a.recv(&mut [0; 8]).await.expect("recv").len, 4);
    });
}

#[test]
fn datagrams_are_relayed_until_both_ends_are_shut_down() {
    run(|| async {
        let (client, a) = DatagramSocket::pair().expect("pair");
        let (b, server) = DatagramSocket::pair().expect("pair");
        let (relayed, ()) = tokio::join!(relay(&a, &b), async {
            let mut buffer = [0; 2000];
            for len in [1, 0, 1000, 0, 7] {
                client.send(&vec![1; len]).await.expect("send");
                assert_eq!(server.recv(&mut buffer).await.expect("recv").len, len);
                server.send(&vec![2; len]).await.expect("send");
                assert_eq!(client.recv(&mut buffer).await.expect("recv").len, len);
            }
            a.shutdown(Shutdown::Read).expect("shutdown");
            b.shutdown(Shutdown::Read).expect("shutdown");
        });
        let relayed = relayed.expect("relayed");
        assert_eq!((relayed.a_to_b, relayed.b_to_a), (1008, 1008));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_datagram_peer_ends_the_relay_at_once() {
    run(|| async {
        let (client, a) = DatagramSocket::pair().expect("pair");
        let (b, server) = DatagramSocket::pair().expect("pair");
        drop(server);
        client.send(b"x").await.expect("send");
        let mut relay = Relay::new(&a, &b).expect("relay");
        assert_eq!(relay.run().await.unwrap_err().code(), "ECONNREFUSED");
        assert_eq!(relay.into_parts().for_b.as_deref(), Some(b"x".as_slice()));
    });
}
