//! Streams: bytes without boundaries, with an end.

mod support;

use std::io::{IoSlice, IoSliceMut};
use std::net::Shutdown;

use socketpair_core::{Kind, Received, pair};
use support::{Outcome, alone, assert_end, bytes, code, fill, receive, receive_info};

#[test]
fn sends_are_glued_and_receives_split_them_anywhere() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        left.send(b"ab")?;
        left.send(b"cde")?;
        assert_eq!(receive(&right)?, b"abcde");
        left.send(b"abcdef")?;
        for expected in [b"ab", b"cd", b"ef"] {
            let mut two = [0; 2];
            assert_eq!(right.recv(&mut two)?.len, 2);
            assert_eq!(&two, expected);
        }
        assert_eq!(code(receive_info(&right)), "EAGAIN");
        Ok(())
    })
}

#[test]
fn a_stream_reports_neither_length_nor_truncation_nor_records() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        left.send(b"abcdef")?;
        let received = right.recv(&mut [0; 2])?;
        assert_eq!(
            received,
            Received {
                len: 2,
                ..Received::default()
            }
        );
        Ok(())
    })
}

#[test]
fn an_empty_buffer_takes_nothing_and_is_no_end() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        left.send(b"kept")?;
        assert_eq!(right.recv(&mut []), Ok(Received::default()));
        assert_eq!(right.peek(&mut []), Ok(Received::default()));
        assert_eq!(right.recv_vectored(&mut []), Ok(Received::default()));
        let mut nothing: [u8; 0] = [];
        let mut pieces = [IoSliceMut::new(&mut nothing)];
        assert_eq!(right.recv_vectored(&mut pieces), Ok(Received::default()));
        assert_eq!(receive(&right)?, b"kept");
        drop(left);
        assert_eq!(right.recv(&mut []), Ok(Received::default()));
        assert_end(&right);
        Ok(())
    })
}

#[test]
fn an_empty_send_is_nothing() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        assert_eq!(left.send(&[]), Ok(0));
        assert_eq!(left.send_vectored(&[]), Ok(0));
        assert_eq!(left.send_vectored(&[IoSlice::new(&[])]), Ok(0));
        assert_eq!(code(receive_info(&right)), "EAGAIN");
        assert_eq!(right.readable_len()?, 0);
        Ok(())
    })
}

#[test]
fn peeking_sees_all_that_is_queued_and_takes_nothing() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        assert_eq!(code(right.peek(&mut [0; 9])), "EAGAIN");
        left.send(b"abc")?;
        left.send(b"def")?;
        for _ in 0..2 {
            let mut seen = [0; 9];
            assert_eq!(right.peek(&mut seen)?.len, 6);
            assert_eq!(&seen[..6], b"abcdef");
        }
        assert_eq!(receive(&right)?, b"abcdef");
        drop(left);
        assert_eq!(right.peek(&mut [0; 9]), Ok(Received::end()));
        Ok(())
    })
}

#[test]
fn the_next_message_of_a_stream_has_no_length_but_an_end() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        assert_eq!(code(right.next_message_len()), "EAGAIN");
        left.send(b"abc")?;
        assert_eq!(right.next_message_len(), Ok(Received::default()));
        assert_eq!(receive(&right)?, b"abc");
        drop(left);
        assert_eq!(right.next_message_len(), Ok(Received::end()));
        Ok(())
    })
}

#[test]
fn a_send_longer_than_the_buffer_takes_a_prefix() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let data = bytes(4 << 20, 3);
        let taken = left.send(&data)?;
        assert!(taken > 0 && taken < data.len(), "{taken}");
        let mut came = Vec::new();
        while came.len() < taken {
            came.extend(receive(&right)?);
        }
        assert!(came == data[..taken]);
        assert_eq!(code(receive_info(&right)), "EAGAIN");
        Ok(())
    })
}

#[test]
fn a_full_end_says_eagain_and_takes_more_once_drained() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        for _ in 0..2 {
            let (sent, code) = fill(&left, &[7; 100]);
            assert!(sent > 10, "{sent}");
            assert_eq!(code, "EAGAIN");
            let mut left_to_read = right.readable_len()?;
            while left_to_read > 0 {
                left_to_read -= receive(&right)?.len();
            }
            assert_eq!(support::code(receive_info(&right)), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn eight_mebibytes_both_ways_at_once_arrive_unchanged() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let data = [bytes(8 << 20, 4), bytes(8 << 20, 5)];
        let ends = [&left, &right];
        let mut sent = [0; 2];
        let mut came = [Vec::new(), Vec::new()];
        while came.iter().any(|came| came.len() < 8 << 20) {
            for i in 0..2 {
                if sent[i] < data[i].len() {
                    match ends[i].send(&data[i][sent[i]..]) {
                        Ok(len) => sent[i] += len,
                        Err(error) => assert!(error.is_would_block()),
                    }
                    if sent[i] == data[i].len() {
                        ends[i].shutdown(Shutdown::Write)?;
                    }
                }
                if came[1 - i].len() < data[1 - i].len() {
                    match receive(ends[i]) {
                        Ok(bytes) => came[1 - i].extend(bytes),
                        Err(error) => assert!(error.is_would_block()),
                    }
                }
            }
        }
        assert!(came == data);
        assert_end(&left);
        assert_end(&right);
        Ok(())
    })
}

#[test]
fn pieces_are_filled_and_sent_in_order() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let sent = left.send_vectored(&[
            IoSlice::new(b"ab"),
            IoSlice::new(b""),
            IoSlice::new(b"cdef"),
            IoSlice::new(b"g"),
        ])?;
        assert_eq!(sent, 7);
        let (mut first, mut second, mut third) = ([0; 3], [0; 1], [0; 9]);
        let received = right.recv_vectored(&mut [
            IoSliceMut::new(&mut first),
            IoSliceMut::new(&mut second),
            IoSliceMut::new(&mut third),
        ])?;
        assert_eq!(received.len, 7);
        assert_eq!((&first, &second, &third[..3]), (b"abc", b"d", &b"efg"[..]));
        Ok(())
    })
}

#[test]
fn more_pieces_than_one_call_takes_go_in_several() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let data = bytes(3000, 6);
        let pieces: Vec<IoSlice<'_>> = data.chunks(1).map(IoSlice::new).collect();
        let mut sent = 0;
        while sent < data.len() {
            sent += left.send_vectored(&pieces[sent..])?;
        }
        let mut came = vec![0; data.len()];
        let mut at = 0;
        while at < came.len() {
            let mut pieces: Vec<IoSliceMut<'_>> =
                came[at..].chunks_mut(1).map(IoSliceMut::new).collect();
            let received = right.recv_vectored(&mut pieces)?;
            assert!(received.len > 0);
            at += received.len;
        }
        assert_eq!(came, data);
        Ok(())
    })
}

#[test]
fn empty_pieces_in_front_of_the_others_hide_nothing() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let mut pieces = vec![IoSlice::new(b""); 2000];
        pieces.push(IoSlice::new(b"behind"));
        assert_eq!(left.send_vectored(&pieces)?, 6);
        let mut landed = [0; 6];
        let mut nothing: Vec<[u8; 0]> = vec![[]; 2000];
        let mut pieces: Vec<IoSliceMut<'_>> = nothing
            .iter_mut()
            .map(|piece| IoSliceMut::new(piece))
            .collect();
        pieces.push(IoSliceMut::new(&mut landed));
        let received = right.recv_vectored(&mut pieces)?;
        assert_eq!((received.len, received.end_of_file), (6, false));
        assert_eq!(&landed, b"behind");
        Ok(())
    })
}

#[test]
fn batches_are_for_messages() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        assert_eq!(code(left.send_many(&[IoSlice::new(b"x")])), "EOPNOTSUPP");
        let mut buffer = [0; 4];
        let mut out = [Received::default()];
        let refused = right.recv_many(&mut [IoSliceMut::new(&mut buffer)], &mut out);
        assert_eq!(code(refused), "EOPNOTSUPP");
        Ok(())
    })
}
