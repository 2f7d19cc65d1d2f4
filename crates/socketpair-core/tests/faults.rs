//! A system that fails at every turn: nothing is lost, doubled, leaked or waited for.
//!
//! The system calls below libc's names are defined here, so that they can be made to fail at will on
//! the thread that asks for it. With the signatures of glibc: musl's differ in the types of numbers.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod support;

use std::cell::Cell;
use std::io::{IoSlice, IoSliceMut};
use std::net::Shutdown;
use std::os::fd::AsFd;

use libc::{c_int, c_long, c_uint, c_ulong, c_void, size_t, socklen_t, ssize_t};
use socketpair_core::{Kind, Outgoing, PairBuilder, Received, Room, Socket, pair};
use support::{Outcome, alone, bytes, code, receive, receive_info};

/// How calls fail on this thread.
#[derive(Clone, Copy)]
struct Plan {
    state: u32,
    /// Of 256 calls so many fail.
    failing: u32,
    /// Of 256 calls that don't fail so many move less than they could.
    short: u32,
    errnos: &'static [c_int],
    /// So many calls may still fail.
    left: u32,
}

thread_local! {
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
}

const PASSING: &[c_int] = &[libc::EINTR, libc::EAGAIN, libc::ENOBUFS, libc::ENOMEM];

impl Plan {
    fn random(seed: u32) -> Plan {
        Plan {
            state: seed,
            failing: 80,
            short: 80,
            errnos: PASSING,
            left: u32::MAX,
        }
    }

    fn always(errnos: &'static [c_int]) -> Plan {
        Plan {
            state: 1,
            failing: 256,
            short: 0,
            errnos,
            left: u32::MAX,
        }
    }

    fn draw(&mut self) -> u32 {
        self.state = self
            .state
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        self.state >> 16
    }
}

/// Runs `work` while the calls of this thread fail by `plan`.
fn failing<T>(plan: Plan, work: impl FnOnce() -> T) -> T {
    PLAN.set(Some(plan));
    let result = work();
    PLAN.set(None);
    result
}

/// Whether the next call fails; then errno is set.
fn fails() -> bool {
    let Some(mut plan) = PLAN.get() else {
        return false;
    };
    let fails = plan.left > 0 && plan.draw() % 256 < plan.failing;
    if fails {
        plan.left -= 1;
        let errno = plan.errnos[plan.draw() as usize % plan.errnos.len()];
        // SAFETY: the address of this thread's errno.
        unsafe { *libc::__errno_location() = errno };
    }
    PLAN.set(Some(plan));
    fails
}

/// How much of `len` the next call may move: at least 1, if it is not 0.
fn shortened(len: size_t) -> size_t {
    let Some(mut plan) = PLAN.get() else {
        return len;
    };
    let short = len > 1 && plan.draw() % 256 < plan.short;
    let result = if short {
        1 + plan.draw() as usize % (len - 1)
    } else {
        len
    };
    PLAN.set(Some(plan));
    result
}

fn is_stream(fd: c_int) -> bool {
    let mut ty: c_int = 0;
    let mut len: socklen_t = 4;
    // SAFETY: the system writes one int to `ty`, and its length to `len`.
    let result = unsafe {
        libc::syscall(
            libc::SYS_getsockopt,
            fd,
            libc::SOL_SOCKET,
            libc::SO_TYPE,
            &raw mut ty,
            &raw mut len,
        )
    };
    result == 0 && ty == libc::SOCK_STREAM
}

macro_rules! passed_on {
    ($($name:ident($($argument:ident: $ty:ty),*) -> $result:ty = $number:ident;)*) => {$(
        #[unsafe(no_mangle)]
        extern "C" fn $name($($argument: $ty),*) -> $result {
            if fails() {
                return -1;
            }
            // SAFETY: handed on as the caller gave them, who answers for them.
            result(unsafe { libc::syscall(libc::$number, $($argument),*) })
        }
    )*};
}

passed_on! {
    socketpair(domain: c_int, ty: c_int, protocol: c_int, ends: *mut c_int) -> c_int = SYS_socketpair;
    shutdown(fd: c_int, how: c_int) -> c_int = SYS_shutdown;
    getsockopt(fd: c_int, level: c_int, name: c_int, value: *mut c_void, len: *mut socklen_t) -> c_int = SYS_getsockopt;
    setsockopt(fd: c_int, level: c_int, name: c_int, value: *const c_void, len: socklen_t) -> c_int = SYS_setsockopt;
    fcntl(fd: c_int, command: c_int, argument: c_ulong) -> c_int = SYS_fcntl;
    ioctl(fd: c_int, request: c_ulong, argument: *mut c_void) -> c_int = SYS_ioctl;
    fstat(fd: c_int, stat: *mut libc::stat) -> c_int = SYS_fstat;
}

#[unsafe(no_mangle)]
extern "C" fn recv(fd: c_int, buf: *mut c_void, len: size_t, flags: c_int) -> ssize_t {
    if fails() {
        return -1;
    }
    let len = if is_stream(fd) { shortened(len) } else { len };
    let null = std::ptr::null_mut::<c_void>();
    // SAFETY: handed on as the caller gave them, or less of it.
    result(unsafe { libc::syscall(libc::SYS_recvfrom, fd, buf, len, flags, null, null) })
}

#[unsafe(no_mangle)]
extern "C" fn send(fd: c_int, buf: *const c_void, len: size_t, flags: c_int) -> ssize_t {
    if fails() {
        return -1;
    }
    let len = if is_stream(fd) { shortened(len) } else { len };
    let null = std::ptr::null_mut::<c_void>();
    // SAFETY: handed on as the caller gave them, or less of it.
    result(unsafe { libc::syscall(libc::SYS_sendto, fd, buf, len, flags, null, 0) })
}

/// `header` with fewer pieces, if it is a stream's.
fn cut(fd: c_int, header: *const libc::msghdr) -> libc::msghdr {
    // SAFETY: the caller's header is readable.
    let mut header = unsafe { *header };
    if is_stream(fd) {
        header.msg_iovlen = shortened(header.msg_iovlen);
    }
    header
}

#[unsafe(no_mangle)]
extern "C" fn recvmsg(fd: c_int, header: *mut libc::msghdr, flags: c_int) -> ssize_t {
    if fails() {
        return -1;
    }
    let mut shorter = cut(fd, header);
    // SAFETY: the caller's header, or with fewer pieces.
    let returned = unsafe { libc::syscall(libc::SYS_recvmsg, fd, &raw mut shorter, flags) };
    // SAFETY: the caller's header is writable.
    unsafe {
        (*header).msg_flags = shorter.msg_flags;
        (*header).msg_controllen = shorter.msg_controllen;
    }
    result(returned)
}

#[unsafe(no_mangle)]
extern "C" fn sendmsg(fd: c_int, header: *const libc::msghdr, flags: c_int) -> ssize_t {
    if fails() {
        return -1;
    }
    let shorter = cut(fd, header);
    // SAFETY: the caller's header, or with fewer pieces.
    result(unsafe { libc::syscall(libc::SYS_sendmsg, fd, &raw const shorter, flags) })
}

#[unsafe(no_mangle)]
extern "C" fn recvmmsg(
    fd: c_int,
    headers: *mut libc::mmsghdr,
    count: c_uint,
    flags: c_int,
    timeout: *mut libc::timespec,
) -> c_int {
    if fails() {
        return -1;
    }
    let count = shortened(count as size_t);
    // SAFETY: the caller's headers, or fewer of them.
    result(unsafe { libc::syscall(libc::SYS_recvmmsg, fd, headers, count, flags, timeout) })
}

#[unsafe(no_mangle)]
extern "C" fn sendmmsg(
    fd: c_int,
    headers: *mut libc::mmsghdr,
    count: c_uint,
    flags: c_int,
) -> c_int {
    if fails() {
        return -1;
    }
    let count = shortened(count as size_t);
    // SAFETY: the caller's headers, or fewer of them.
    result(unsafe { libc::syscall(libc::SYS_sendmmsg, fd, headers, count, flags) })
}

fn result<T: TryFrom<c_long>>(returned: c_long) -> T
where
    T::Error: std::fmt::Debug,
{
    T::try_from(returned).expect("what a call returns fits its type")
}

/// The result of a call under faults: `None` if it failed as planned, having done nothing.
#[track_caller]
fn done<T>(result: socketpair_core::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            assert!(PASSING.contains(&error.errno()), "{error}");
            None
        }
    }
}

#[test]
fn the_faults_are_really_injected() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        left.send(b"abc")?;
        let said = failing(Plan::always(&[libc::ENOMEM]), || receive_info(&right));
        assert_eq!(code(said), "ENOMEM");
        let short = Plan {
            state: 1,
            failing: 0,
            short: 256,
            ..Plan::random(1)
        };
        assert!(failing(short, || right.recv(&mut [0; 3]))?.len < 3);
        Ok(())
    })
}

#[test]
fn a_call_that_always_fails_returns_and_loses_nothing() -> Outcome {
    alone(|| {
        for errno in PASSING {
            let errnos: &'static [c_int] = std::slice::from_ref(errno);
            for kind in Kind::ALL {
                let (left, right) = pair(kind)?;
                left.send(b"queued")?;
                let mut memory = [0; 8];
                let mut out = [Received::default()];
                let list = [right.as_fd()];
                let outgoing = Outgoing::descriptors(&list);
                failing(Plan::always(errnos), || {
                    let said = [
                        left.send(b"x").map(drop),
                        left.send_vectored(&[IoSlice::new(b"x")]).map(drop),
                        right.recv(&mut [0; 8]).map(drop),
                        right
                            .recv_vectored(&mut [IoSliceMut::new(&mut [0; 8])])
                            .map(drop),
                        right.peek(&mut [0; 8]).map(drop),
                        right.next_message_len().map(drop),
                        right.readable_len().map(drop),
                        right.send_buffer_size().map(drop),
                        right.set_recv_buffer_size(5000),
                        right.is_nonblocking().map(drop),
                        right.set_close_on_exec(false),
                        right.peer_credentials().map(drop),
                        right.take_error().map(drop),
                        right.shutdown(Shutdown::Read),
                        right
                            .recv_with(&mut [IoSliceMut::new(&mut [0; 8])], Room::ALL)
                            .map(drop),
                        left.send_with(&[IoSlice::new(b"x")], &outgoing).map(drop),
                        right.set_pass_credentials(true),
                        right.set_pass_pidfd(true),
                        right.set_accept_descriptors(false),
                        right.peer_pidfd().map(drop),
                        pair(kind).map(drop),
                    ];
                    for (i, said) in said.into_iter().enumerate() {
                        let error = said.expect_err("it cannot succeed");
                        assert_eq!(error.errno(), *errno, "call {i} of {kind}: {error}");
                    }
                    if kind.keeps_boundaries() {
                        let bufs = &mut [IoSliceMut::new(&mut memory)];
                        assert!(right.recv_many(bufs, &mut out).is_err());
                        assert!(left.send_many(&[IoSlice::new(b"x")]).is_err());
                    }
                });
                assert_eq!(receive(&right)?, b"queued");
                assert_eq!(code(receive_info(&right)), "EAGAIN");
            }
        }
        Ok(())
    })
}

#[test]
fn descriptors_come_exactly_once_whatever_fails() -> Outcome {
    alone(|| {
        for kind in Kind::ALL {
            let (left, right) = pair(kind)?;
            right.set_pass_credentials(true)?;
            let list = [left.as_fd(), right.as_fd(), left.as_fd()];
            let outgoing = Outgoing::descriptors(&list);
            let (mut sent, mut came, mut descriptors) = (0, 0, 0);
            failing(Plan::random(7), || {
                while came < 500 {
                    if sent < 500 {
                        let bufs = [IoSlice::new(b"x")];
                        sent += done(left.send_with(&bufs, &outgoing)).unwrap_or(0);
                    }
                    let mut byte = [0];
                    let bufs = &mut [IoSliceMut::new(&mut byte)];
                    let _ = done(right.peek_with(bufs, Room::for_descriptors(2)));
                    if let Some(with) = done(right.recv_with(bufs, Room::ALL)) {
                        came += with.received.len;
                        descriptors += with.descriptors.len();
                        assert!(!with.descriptors_truncated && with.credentials.is_some());
                    }
                }
            });
            assert_eq!((sent, came, descriptors), (500, 500, 1500), "{kind}");
            assert_eq!(code(receive_info(&right)), "EAGAIN");
        }
        Ok(())
    })
}

#[test]
fn a_call_broken_off_by_signals_is_repeated() -> Outcome {
    alone(|| {
        for kind in Kind::ALL {
            let (left, right) = pair(kind)?;
            let mut memory = [0; 8];
            let mut out = [Received::default()];
            let signals = || {
                PLAN.set(Some(Plan {
                    left: 20,
                    ..Plan::always(&[libc::EINTR])
                }));
            };
            signals();
            left.send(b"one")?;
            signals();
            left.send_vectored(&[IoSlice::new(b"two")])?;
            signals();
            assert_eq!(right.peek(&mut [0; 3])?.len, 3);
            signals();
            assert_eq!(right.recv(&mut [0; 3])?.len, 3);
            signals();
            assert_eq!(
                right
                    .recv_vectored(&mut [IoSliceMut::new(&mut [0; 3])])?
                    .len,
                3
            );
            if kind.keeps_boundaries() {
                signals();
                assert_eq!(left.send_many(&[IoSlice::new(b"three")])?, 1);
                signals();
                let bufs = &mut [IoSliceMut::new(&mut memory)];
                assert_eq!(right.recv_many(bufs, &mut out)?, 1);
            }
            signals();
            right.set_nonblocking(true)?;
            signals();
            right.send_buffer_size()?;
            signals();
            right.readable_len()?;
            signals();
            right.shutdown(Shutdown::Both)?;
            signals();
            assert!(right.is_intact());
            PLAN.set(None);
        }
        Ok(())
    })
}

#[test]
fn a_stream_over_a_failing_system_loses_and_doubles_nothing() -> Outcome {
    alone(|| {
        for seed in 0..40 {
            let (left, right) = pair(Kind::Stream)?;
            let data = bytes(200_000, u64::from(seed) + 100);
            let came = failing(Plan::random(seed), || stream_through(&left, &right, &data));
            assert!(came == data, "seed {seed}");
            assert_eq!(code(receive_info(&right)), "EAGAIN");
            drop(left);
            assert_eq!(receive_info(&right), Ok(Received::end()));
        }
        Ok(())
    })
}

fn stream_through(left: &Socket, right: &Socket, data: &[u8]) -> Vec<u8> {
    let mut sent = 0;
    let mut came = Vec::new();
    for turn in 0..20_000 {
        let rest = &data[sent..data.len().min(sent + 9000)];
        let (front, back) = rest.split_at(rest.len() / 3);
        sent += done(match turn % 3 {
            0 => left.send(rest),
            1 => left.send_vectored(&[IoSlice::new(front), IoSlice::new(back)]),
            _ => left.send_vectored(&[IoSlice::new(&[]), IoSlice::new(rest)]),
        })
        .unwrap_or(0);
        let (mut first, mut second) = (vec![0; 1000], vec![0; 7000]);
        if turn % 2 == 0 {
            done(right.peek(&mut first));
            let len = done(right.recv(&mut second)).map_or(0, |received| received.len);
            came.extend_from_slice(&second[..len]);
        } else {
            let pieces = &mut [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
            let len = done(right.recv_vectored(pieces)).map_or(0, |received| received.len);
            came.extend_from_slice(&first[..len.min(1000)]);
            came.extend_from_slice(&second[..len.saturating_sub(1000)]);
        }
        if came.len() == data.len() {
            return came;
        }
    }
    panic!("no progress: {sent} sent, {} came", came.len());
}

#[test]
fn messages_over_a_failing_system_arrive_once_and_in_order() -> Outcome {
    alone(|| {
        for kind in [Kind::Datagram, Kind::Seqpacket] {
            for seed in 0..40 {
                let (left, right) = pair(kind)?;
                failing(Plan::random(seed), || messages_through(&left, &right));
                assert_eq!(code(receive_info(&right)), "EAGAIN");
                if kind == Kind::Seqpacket {
                    drop(left);
                    assert_eq!(receive_info(&right), Ok(Received::end()));
                }
            }
        }
        Ok(())
    })
}

/// The `i`th message: its number repeated, sometimes not at all.
fn message(i: usize) -> Vec<u8> {
    i.to_be_bytes().repeat(i % 5)
}

fn messages_through(left: &Socket, right: &Socket) {
    const COUNT: usize = 600;
    let (mut sent, mut came) = (0, 0);
    for turn in 0..20_000 {
        if sent < COUNT {
            let batch: Vec<Vec<u8>> = (sent..COUNT.min(sent + 7)).map(message).collect();
            sent += done(match turn % 3 {
                0 => left.send(&batch[0]).map(|_| 1),
                1 => left.send_vectored(&[IoSlice::new(&batch[0])]).map(|_| 1),
                _ => {
                    let pieces: Vec<IoSlice<'_>> = batch.iter().map(|m| IoSlice::new(m)).collect();
                    left.send_many(&pieces)
                }
            })
            .unwrap_or(0);
        }
        done(right.next_message_len());
        done(right.peek(&mut [0; 16]));
        let mut memory = [[0; 64]; 5];
        let mut out = [Received::default(); 5];
        let count = if turn % 2 == 0 {
            let received = done(right.recv(&mut memory[0]));
            out[0] = received.unwrap_or_default();
            usize::from(received.is_some())
        } else {
            let mut bufs = memory.each_mut().map(|piece| IoSliceMut::new(piece));
            done(right.recv_many(&mut bufs, &mut out)).unwrap_or(0)
        };
        for (memory, received) in memory.iter().zip(&out).take(count) {
            assert!(!received.end_of_file && !received.truncated);
            assert_eq!(memory[..received.len], message(came), "message {came}");
            came += 1;
        }
        if came == COUNT {
            return;
        }
    }
    panic!("no progress: {sent} sent, {came} came");
}

#[test]
fn making_a_pair_on_a_failing_system_leaks_nothing() {
    alone(|| {
        let mut made = 0;
        for seed in 0..500 {
            let before = support::open_descriptors();
            let plan = Plan {
                failing: 30,
                short: 0,
                ..Plan::random(seed)
            };
            let result = failing(plan, || {
                PairBuilder::new(Kind::ALL[seed as usize % 3])
                    .close_on_exec([true, false])
                    .nonblocking([false, true])
                    .send_buffer_size(10_000)
                    .recv_buffer_size(10_000)
                    .build()
            });
            match done(result) {
                Some((left, right)) => {
                    made += 1;
                    assert!(left.is_close_on_exec().is_ok_and(|on| on));
                    assert!(right.is_nonblocking().is_ok_and(|on| on));
                }
                None => assert_eq!(support::open_descriptors(), before, "seed {seed}"),
            }
        }
        assert!((1..500).contains(&made), "{made}");
    });
}

#[test]
fn a_failed_shutdown_of_a_datagram_end_is_no_end() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Datagram)?;
        let said = failing(Plan::always(&[libc::ENOMEM]), || {
            right.shutdown(Shutdown::Read)
        });
        assert_eq!(code(said), "ENOMEM");
        assert_eq!(code(receive_info(&right)), "EAGAIN");
        left.send(b"alive")?;
        assert_eq!(receive(&right)?, b"alive");
        Ok(())
    })
}
