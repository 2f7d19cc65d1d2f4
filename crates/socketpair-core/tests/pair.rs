//! Making pairs.

mod support;

use std::os::fd::{AsRawFd, OwnedFd};

#[cfg(target_os = "linux")]
use libc::{AF_INET, AF_INET6, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET};
use libc::{AF_UNIX, SOCK_DGRAM, SOCK_STREAM};
use socketpair_core::{Kind, PairBuilder, Socket, pair, raw, supported};
use support::{Outcome, alone, bytes, code, is_open, kinds, receive};

#[test]
fn a_new_pair_carries_ten_kib_both_ways_unchanged() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            assert_ne!(left.as_raw_fd(), right.as_raw_fd());
            assert_ne!(left.identity(), right.identity());
            let (there, back) = (bytes(10 << 10, 1), bytes(10 << 10, 2));
            assert_eq!(left.send(&there)?, there.len());
            assert_eq!(right.send(&back)?, back.len());
            assert_eq!(receive(&right)?, there, "{kind}");
            assert_eq!(receive(&left)?, back, "{kind}");
        }
        Ok(())
    })
}

#[test]
fn protocol_zero_is_taken_and_an_unknown_one_is_refused() -> Outcome {
    alone(|| {
        for kind in kinds() {
            PairBuilder::new(kind).protocol(0).build()?;
            for unknown in [2, 6, 17, 255, -1] {
                let refused = PairBuilder::new(kind).protocol(unknown).build();
                assert_eq!(
                    code(refused.map(drop)),
                    "EPROTONOSUPPORT",
                    "{kind} {unknown}"
                );
            }
        }
        Ok(())
    })
}

#[test]
fn every_combination_of_flags_lands_on_the_right_end() -> Outcome {
    const EACH: [[bool; 2]; 4] = [[false, false], [false, true], [true, false], [true, true]];
    alone(|| {
        for kind in kinds() {
            for close_on_exec in EACH {
                for nonblocking in EACH {
                    let (left, right) = PairBuilder::new(kind)
                        .close_on_exec(close_on_exec)
                        .nonblocking(nonblocking)
                        .build()?;
                    for (i, end) in [left, right].iter().enumerate() {
                        assert_eq!(end.is_close_on_exec()?, close_on_exec[i]);
                        assert_eq!(end.is_nonblocking()?, nonblocking[i]);
                    }
                }
            }
        }
        Ok(())
    })
}

#[test]
fn an_ordinary_pair_is_close_on_exec_and_blocking() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            for end in [left, right] {
                assert!(end.is_close_on_exec()?);
                assert!(!end.is_nonblocking()?);
                assert_eq!(end.kind(), kind);
            }
        }
        Ok(())
    })
}

#[test]
fn a_raw_pair_has_no_flags_but_those_in_the_type() -> Outcome {
    alone(|| {
        let (left, right) = raw(AF_UNIX, SOCK_STREAM, 0)?;
        for end in [left, right] {
            assert!(!adopt(end).is_close_on_exec()?);
        }
        #[cfg(not(target_vendor = "apple"))]
        {
            let flags = libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
            let (left, right) = raw(AF_UNIX, SOCK_DGRAM | flags, 0)?;
            for end in [left, right] {
                let end = adopt(end);
                assert!(end.is_close_on_exec()? && end.is_nonblocking()?);
            }
        }
        Ok(())
    })
}

#[test]
fn buffer_sizes_are_set_on_both_ends() -> Outcome {
    alone(|| {
        let usual = pair(Kind::Stream)?.0.send_buffer_size()?;
        let (left, right) = PairBuilder::new(Kind::Stream)
            .send_buffer_size(usual / 8)
            .recv_buffer_size(usual / 8)
            .build()?;
        for end in [left, right] {
            assert!(end.send_buffer_size()? < usual);
            assert!(end.recv_buffer_size()? < usual);
        }
        Ok(())
    })
}

#[test]
fn a_size_that_cannot_be_set_closes_both_ends() {
    alone(|| {
        let huge = PairBuilder::new(Kind::Stream)
            .send_buffer_size(usize::MAX)
            .build();
        assert_eq!(code(huge.map(drop)), "EINVAL");
        let huge = PairBuilder::new(Kind::Stream)
            .recv_buffer_size(usize::MAX)
            .build();
        assert_eq!(code(huge.map(drop)), "EINVAL");
    });
}

#[test]
fn the_two_ends_take_the_lowest_free_numbers_in_order() -> Outcome {
    alone(|| {
        let mut held: Vec<Option<OwnedFd>> = Vec::new();
        for _ in 0..4 {
            let (left, right) = raw(AF_UNIX, SOCK_STREAM, 0)?;
            held.extend([Some(left), Some(right)]);
        }
        let number = |i: usize| held[i].as_ref().map(AsRawFd::as_raw_fd);
        let (low, high) = (number(1), number(4));
        held[1] = None;
        held[4] = None;
        let (left, right) = pair(Kind::Stream)?;
        assert_eq!(
            (Some(left.as_raw_fd()), Some(right.as_raw_fd())),
            (low, high)
        );
        Ok(())
    })
}

#[test]
fn ten_thousand_pairs_closed_with_data_queued_leave_nothing_open() -> Outcome {
    alone(|| {
        for i in 0..10_000 {
            let kind = Kind::ALL[i % 2];
            let (left, right) = pair(kind)?;
            left.send(b"never read")?;
            right.send(b"nor this")?;
        }
        Ok(())
    })
}

#[test]
fn without_room_for_two_descriptors_it_says_emfile_and_takes_none() -> Outcome {
    alone(|| {
        for free in 0..=2 {
            let limit = Limit::leaving(free);
            let results = [
                pair(Kind::Stream).map(drop),
                raw(AF_UNIX, SOCK_DGRAM, 0).map(drop),
            ];
            drop(limit);
            for result in results {
                if free < 2 {
                    assert_eq!(code(result), "EMFILE", "{free} free");
                } else {
                    result?;
                }
            }
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_table_is_told_before_a_bad_domain_but_after_bad_flags() -> Outcome {
    alone(|| {
        let limit = Limit::leaving(0);
        let domain = raw(9999, SOCK_STREAM, 0).map(drop);
        let flags = raw(AF_UNIX, SOCK_STREAM | 0x4000, 0).map(drop);
        drop(limit);
        assert_eq!(code(domain), "EMFILE");
        assert_eq!(code(flags), "EINVAL");
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn every_refused_combination_gives_the_errno_of_linux() {
    const RDM6: (i32, i32, i32) = (AF_UNIX, SOCK_RDM, 6);
    alone(|| {
        let mut rows: Vec<((i32, i32, i32), &str)> = Vec::new();
        for domain in [0, -1, 46, 100, 9999] {
            rows.push(((domain, SOCK_STREAM, 0), "EAFNOSUPPORT"));
        }
        for ty in [0, SOCK_RDM, 6, 7, 8, 9, 10, 0x800] {
            rows.push(((AF_UNIX, ty, 0), "ESOCKTNOSUPPORT"));
        }
        for ty in [
            11,
            12,
            13,
            14,
            15,
            16,
            75,
            -1,
            0x400,
            0x1000,
            0x4000,
            0x40_0000,
            0x4000_0000,
        ] {
            let ty = if ty > 16 && ty != 75 {
                SOCK_STREAM | ty
            } else {
                ty
            };
            rows.push(((AF_UNIX, ty, 0), "EINVAL"));
        }
        for ty in [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET] {
            for protocol in [2, 6, 17, 255, -1] {
                rows.push(((AF_UNIX, ty, protocol), "EPROTONOSUPPORT"));
            }
        }
        rows.push((RDM6, "EPROTONOSUPPORT"));
        rows.push(((AF_INET, SOCK_STREAM, 0), "EOPNOTSUPP"));
        rows.push(((AF_INET, SOCK_STREAM, 6), "EOPNOTSUPP"));
        rows.push(((AF_INET, SOCK_DGRAM, 0), "EOPNOTSUPP"));
        rows.push(((AF_INET, SOCK_DGRAM, 17), "EOPNOTSUPP"));
        rows.push(((AF_INET, SOCK_SEQPACKET, 0), "ESOCKTNOSUPPORT"));
        rows.push(((AF_INET, SOCK_RDM, 0), "ESOCKTNOSUPPORT"));
        rows.push(((AF_INET, SOCK_RAW, 0), "EPROTONOSUPPORT"));
        rows.push(((AF_INET, SOCK_DGRAM, 6), "EPROTONOSUPPORT"));
        rows.push(((AF_INET, SOCK_STREAM, 1), "EPROTONOSUPPORT"));
        rows.push(((AF_INET, 75, 0), "EINVAL"));
        rows.push(((libc::AF_NETLINK, SOCK_RAW, 0), "EOPNOTSUPP"));
        rows.push(((libc::AF_NETLINK, SOCK_DGRAM, 0), "EOPNOTSUPP"));
        rows.push(((libc::AF_NETLINK, SOCK_STREAM, 0), "ESOCKTNOSUPPORT"));
        for ((domain, ty, protocol), expected) in rows {
            let refused = raw(domain, ty, protocol);
            assert_eq!(
                code(refused.map(drop)),
                expected,
                "({domain}, {ty:#x}, {protocol})"
            );
        }
        // What depends on who asks and how the kernel was built.
        let ping = code(raw(AF_INET, SOCK_RAW, 1).map(drop));
        assert!(["EOPNOTSUPP", "EPERM"].contains(&ping), "{ping}");
        for ty in [SOCK_STREAM, SOCK_DGRAM] {
            let six = code(raw(AF_INET6, ty, 0).map(drop));
            assert!(["EOPNOTSUPP", "EAFNOSUPPORT"].contains(&six), "{six}");
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn linux_takes_pf_unix_as_a_protocol_and_still_reports_zero() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = PairBuilder::new(kind).protocol(libc::PF_UNIX).build()?;
            for end in [left, right] {
                assert_eq!(option(&end, libc::SO_TYPE), kind.to_raw());
                assert_eq!(option(&end, libc::SO_DOMAIN), AF_UNIX);
                assert_eq!(option(&end, libc::SO_PROTOCOL), 0);
                assert_eq!(option(&end, libc::SO_ACCEPTCONN), 0);
                assert!(end.is_close_on_exec()?);
            }
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_raw_socket_is_a_datagram_socket_on_linux() -> Outcome {
    alone(|| {
        let (left, right) = raw(AF_UNIX, SOCK_RAW, 0)?;
        let (left, right) = (adopt(left), adopt(right));
        assert_eq!(left.kind(), Kind::Datagram);
        left.send(b"one")?;
        left.send(b"two")?;
        assert_eq!(receive(&right)?, b"one");
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn an_end_has_no_name_and_cannot_be_opened_again() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, _right) = pair(kind)?;
            let number = left.as_raw_fd();
            let opened = std::fs::File::open(format!("/proc/self/fd/{number}"));
            assert_eq!(
                opened.err().and_then(|error| error.raw_os_error()),
                Some(libc::ENXIO)
            );
            let name = nix::sys::socket::getsockname::<nix::sys::socket::UnixAddr>(number);
            assert_eq!(
                name.map(|name| name.path().is_none() && name.as_abstract().is_none()),
                Ok(true)
            );
        }
        Ok(())
    })
}

#[test]
fn a_failed_call_leaves_no_descriptor_open_whatever_it_wrote() {
    alone(|| {
        let before = support::open_descriptors();
        for (domain, ty, protocol) in [(9999, 1, 0), (AF_UNIX, 4, 0), (AF_UNIX, 1, 255)] {
            assert!(raw(domain, ty, protocol).is_err());
            assert_eq!(support::open_descriptors(), before);
        }
    });
}

#[test]
fn what_is_said_to_be_supported_can_be_made() {
    alone(|| {
        let supported = supported();
        assert_eq!(supported.stream, pair(Kind::Stream).is_ok());
        assert_eq!(supported.dgram, pair(Kind::Datagram).is_ok());
        assert_eq!(supported.seqpacket, pair(Kind::Seqpacket).is_ok());
        assert!(supported.stream && supported.dgram);
    });
}

fn adopt(fd: OwnedFd) -> Socket {
    Socket::adopt(fd).expect("a socket of a known type")
}

#[cfg(target_os = "linux")]
fn option(end: &Socket, name: i32) -> i32 {
    let mut value = -1;
    let mut len = 4;
    // SAFETY: `value` is writable for four bytes, and `len` is writable.
    let result = unsafe {
        libc::getsockopt(
            end.as_raw_fd(),
            libc::SOL_SOCKET,
            name,
            (&raw mut value).cast(),
            &raw mut len,
        )
    };
    assert_eq!(result, 0);
    value
}

/// A limit on descriptors that leaves only so many free, until it is dropped.
struct Limit {
    before: libc::rlimit,
}

impl Limit {
    fn leaving(free: usize) -> Limit {
        let mut before = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // SAFETY: `before` is writable.
        let asked = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut before) };
        // Numbers below the limit count, not descriptors: the holes are part of what is free.
        let limit = (0..)
            .filter(|&fd| !is_open(fd))
            .nth(free)
            .and_then(|fd| libc::rlim_t::try_from(fd).ok())
            .expect("some number is free");
        let narrow = libc::rlimit {
            rlim_cur: limit,
            ..before
        };
        // SAFETY: `narrow` is readable.
        let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const narrow) };
        assert_eq!((asked, set), (0, 0));
        Limit { before }
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        // SAFETY: `before` is readable.
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const self.before) };
    }
}
