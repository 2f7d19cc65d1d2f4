//! Whole messages: what datagram and seqpacket ends have in common, and what datagrams have alone.

mod support;

use std::io::{IoSlice, IoSliceMut};
use std::net::Shutdown;

use socketpair_core::{BATCH_MAX, Kind, Received, pair};
#[cfg(target_os = "linux")]
use support::fill;
use support::{Outcome, alone, assert_end, bytes, code, message_kinds, receive, receive_info};

#[test]
fn one_receive_gives_one_message() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            left.send(b"ab")?;
            left.send(b"cde")?;
            assert_eq!(receive(&right)?, b"ab");
            assert_eq!(receive(&right)?, b"cde");
            assert_eq!(code(receive_info(&right)), "EAGAIN");
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_short_buffer_cuts_a_message_and_its_true_length_is_told() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            left.send(b"hello")?;
            left.send(b"next")?;
            let mut two = [0; 2];
            assert_eq!(
                right.recv(&mut two)?,
                Received {
                    len: 2,
                    message_len: Some(5),
                    truncated: true,
                    ..Received::default()
                }
            );
            assert_eq!(&two, b"he");
            assert_eq!(receive(&right)?, b"next", "the rest of the first is lost");
        }
        Ok(())
    })
}

#[test]
fn a_buffer_that_just_fits_is_not_called_short() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            left.send(b"12345")?;
            let received = right.recv(&mut [0; 5])?;
            assert_eq!((received.len, received.truncated), (5, false));
            assert_eq!(received.message_len, Some(5));
        }
        Ok(())
    })
}

#[test]
fn an_empty_message_arrives_as_one() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            left.send(b"")?;
            left.send_vectored(&[])?;
            left.send_vectored(&[IoSlice::new(b""), IoSlice::new(b"")])?;
            for _ in 0..3 {
                assert_eq!(receive(&right)?, b"");
            }
            assert_eq!(code(receive_info(&right)), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn an_empty_buffer_throws_one_message_away() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            assert_eq!(code(right.recv(&mut [])), "EAGAIN");
            left.send(b"lost")?;
            left.send(b"")?;
            left.send(b"kept")?;
            let received = right.recv(&mut [])?;
            assert_eq!((received.len, received.truncated), (0, true));
            let received = right.recv(&mut [])?;
            assert_eq!((received.len, received.truncated), (0, false));
            assert!(!received.end_of_file);
            assert_eq!(receive(&right)?, b"kept");
        }
        Ok(())
    })
}

#[test]
fn peeking_sees_the_first_message_alone_as_often_as_one_likes() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            assert_eq!(code(right.peek(&mut [0; 9])), "EAGAIN");
            left.send(b"abc")?;
            left.send(b"def")?;
            for _ in 0..2 {
                let mut seen = [0; 9];
                assert_eq!(right.peek(&mut seen)?.len, 3);
                assert_eq!(&seen[..3], b"abc");
            }
            assert!(right.peek(&mut [0; 2])?.truncated);
            assert_eq!(receive(&right)?, b"abc");
            assert_eq!(receive(&right)?, b"def");
        }
        Ok(())
    })
}

#[test]
fn the_next_message_is_sized_without_being_taken() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            assert_eq!(code(right.next_message_len()), "EAGAIN");
            for len in [1000, 0, 1] {
                left.send(&bytes(len, 9))?;
            }
            for len in [1000, 0, 1] {
                for _ in 0..2 {
                    let sized = right.next_message_len()?;
                    assert_eq!(sized.len, 0);
                    assert!(!sized.truncated && !sized.end_of_file);
                    let told = sized.message_len.expect("a length");
                    if cfg!(target_os = "linux") {
                        assert_eq!(told, len);
                    } else {
                        assert!(told >= len);
                    }
                }
                assert_eq!(receive(&right)?.len(), len);
            }
        }
        Ok(())
    })
}

#[test]
fn numbered_messages_arrive_all_and_in_order() -> Outcome {
    const COUNT: u32 = 20_000;
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            let (mut sent, mut came) = (0_u32, 0_u32);
            while came < COUNT {
                while sent < COUNT {
                    match left.send(&sent.to_be_bytes()) {
                        Ok(_) => sent += 1,
                        Err(error) => {
                            assert!(["EAGAIN", "ENOBUFS"].contains(&error.code()));
                            break;
                        }
                    }
                }
                while let Ok(message) = receive(&right) {
                    assert_eq!(message, came.to_be_bytes());
                    came += 1;
                }
            }
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_message_may_be_as_long_as_the_send_buffer_less_thirty_two() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            let longest = left.send_buffer_size()? - 32;
            let message = bytes(longest + 1, 10);
            assert_eq!(code(left.send(&message)), "EMSGSIZE");
            assert_eq!(code(receive_info(&right)), "EAGAIN", "nothing was queued");
            assert_eq!(left.send(&message[..longest])?, longest);
            assert!(receive(&right)? == message[..longest]);
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_end_takes_as_many_again_once_drained() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            for _ in 0..2 {
                let (sent, said) = fill(&left, &[1; 100]);
                assert!(sent > 50, "{sent}");
                assert_eq!(said, "EAGAIN");
                for _ in 0..sent {
                    assert_eq!(receive(&right)?, [1; 100]);
                }
                assert_eq!(code(receive_info(&right)), "EAGAIN");
            }
        }
        Ok(())
    })
}

#[test]
fn a_message_of_more_pieces_than_one_call_takes_arrives_whole() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            for count in [1023, 1024, 1025, 2000] {
                let data = bytes(count, 11);
                let pieces: Vec<IoSlice<'_>> = data.chunks(1).map(IoSlice::new).collect();
                assert_eq!(left.send_vectored(&pieces)?, count);
                let mut came = vec![0; count];
                let mut pieces: Vec<IoSliceMut<'_>> =
                    came.chunks_mut(1).map(IoSliceMut::new).collect();
                let received = right.recv_vectored(&mut pieces)?;
                assert_eq!((received.len, received.truncated), (count, false));
                assert_eq!(came, data);
            }
        }
        Ok(())
    })
}

#[test]
fn a_batch_moves_many_messages_and_says_what_each_was() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            let messages = [&b"one"[..], b"", b"longer than the room", b"four"];
            let pieces = messages.map(IoSlice::new);
            assert_eq!(left.send_many(&pieces)?, 4);
            let mut memory = [[0; 8]; 6];
            let mut bufs = memory.each_mut().map(|piece| IoSliceMut::new(piece));
            let mut out = [Received::default(); 5];
            assert_eq!(right.recv_many(&mut bufs, &mut out)?, 4);
            let lens = out.map(|received| received.len);
            assert_eq!(lens, [3, 0, 8, 4, 0]);
            assert_eq!(
                out.map(|received| received.truncated),
                [false, false, true, false, false]
            );
            assert!(out.iter().all(|received| !received.end_of_file));
            assert_eq!(&memory[3][..4], b"four");
            assert_eq!(&memory[2], b"longer t");
        }
        Ok(())
    })
}

#[test]
fn a_batch_takes_no_more_than_its_most() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            assert_eq!(left.send_many(&[])?, 0);
            assert_eq!(right.recv_many(&mut [], &mut [])?, 0);
            let pieces = [IoSlice::new(b"x"); BATCH_MAX + 10];
            let mut sent = 0;
            while sent < pieces.len() {
                match left.send_many(&pieces[sent..]) {
                    Ok(count) => {
                        assert!((1..=BATCH_MAX).contains(&count));
                        sent += count;
                    }
                    Err(error) => {
                        assert!(["EAGAIN", "ENOBUFS"].contains(&error.code()), "{error}");
                        break;
                    }
                }
            }
            let mut came = 0;
            while came < sent {
                let mut memory = [[0; 1]; BATCH_MAX + 10];
                let mut bufs = memory.each_mut().map(|piece| IoSliceMut::new(piece));
                let mut out = [Received::default(); BATCH_MAX + 10];
                let count = right.recv_many(&mut bufs, &mut out)?;
                assert!((1..=BATCH_MAX).contains(&count));
                came += count;
            }
            assert_eq!(code(receive_info(&right)), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn a_batch_stops_at_the_full_queue_and_then_says_so() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (left, right) = pair(kind)?;
            let message = bytes(1000, 12);
            let pieces = [IoSlice::new(&message); BATCH_MAX];
            let mut sent = 0;
            let said = loop {
                match left.send_many(&pieces) {
                    Ok(count) => sent += count,
                    Err(error) => break error.code(),
                }
            };
            assert!(["EAGAIN", "ENOBUFS"].contains(&said), "{said}");
            for _ in 0..sent {
                assert!(receive(&right)? == message);
            }
            assert_eq!(code(receive_info(&right)), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn a_batch_gives_the_messages_first_and_then_the_end_on_its_own() -> Outcome {
    alone(|| {
        for kind in support::connected_kinds().filter(|kind| kind.keeps_boundaries()) {
            let (left, right) = pair(kind)?;
            left.send(b"last")?;
            left.send(b"")?;
            drop(left);
            let mut memory = [[0; 8]; 4];
            let mut bufs = memory.each_mut().map(|piece| IoSliceMut::new(piece));
            let mut out = [Received::default(); 4];
            assert_eq!(right.recv_many(&mut bufs, &mut out)?, 2);
            assert!(!out[0].end_of_file && !out[1].end_of_file);
            for _ in 0..2 {
                assert_eq!(right.recv_many(&mut bufs, &mut out)?, 0);
                assert!(out[0].end_of_file);
            }
        }
        Ok(())
    })
}

#[test]
fn an_empty_queue_gives_a_batch_eagain() -> Outcome {
    alone(|| {
        for kind in message_kinds() {
            let (_left, right) = pair(kind)?;
            let mut memory = [0; 8];
            let mut out = [Received::default()];
            let nothing = right.recv_many(&mut [IoSliceMut::new(&mut memory)], &mut out);
            assert_eq!(code(nothing), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn a_datagram_end_ends_only_by_its_own_shutdown() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Datagram)?;
        right.shutdown(Shutdown::Write)?;
        assert_eq!(
            code(receive_info(&left)),
            "EAGAIN",
            "the peer's half-close is not told"
        );
        left.shutdown(Shutdown::Read)?;
        assert_end(&left);
        assert_end(&left);
        assert_eq!(left.peek(&mut [0; 4]), Ok(Received::end()));
        assert_eq!(left.next_message_len(), Ok(Received::end()));
        let mut memory = [0; 8];
        let mut out = [Received::default()];
        assert_eq!(
            left.recv_many(&mut [IoSliceMut::new(&mut memory)], &mut out),
            Ok(0)
        );
        assert!(out[0].end_of_file);
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn datagrams_queued_before_the_shutdown_come_before_the_end() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Datagram)?;
        left.send(b"early")?;
        left.send(b"")?;
        right.shutdown(Shutdown::Both)?;
        assert_eq!(receive(&right)?, b"early");
        assert_eq!(receive(&right)?, b"", "an empty datagram, not yet the end");
        assert_end(&right);
        assert_eq!(code(left.send(b"late")), "EPIPE");
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_datagram_peer_shows_at_the_next_sends_only() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Datagram)?;
        drop(right);
        for _ in 0..2 {
            assert_eq!(code(receive_info(&left)), "EAGAIN");
        }
        assert_eq!(left.take_error()?, None);
        assert_eq!(code(left.send(b"x")), "ECONNREFUSED");
        assert_eq!(code(left.send(b"x")), "ENOTCONN");
        assert_eq!(code(left.send(b"")), "ENOTCONN");
        assert_eq!(code(left.send_many(&[IoSlice::new(b"x")])), "ENOTCONN");
        assert_eq!(code(receive_info(&left)), "EAGAIN");
        Ok(())
    })
}
