//! What the tests share.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::{Mutex, PoisonError};

use socketpair_core::{Error, Kind, Outgoing, Received, ReceivedWith, Result, Room, Socket};

/// What a test returns: a system call that fails where it should not fails the test.
pub type Outcome = Result<(), Error>;

/// Runs a test while no other test of this program runs, and checks that exactly the descriptors
/// that were open before are open after it.
#[track_caller]
pub fn alone<T>(test: impl FnOnce() -> T) -> T {
    static LOCK: Mutex<()> = Mutex::new(());
    let _guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let before = open_descriptors();
    let result = test();
    assert_eq!(
        open_descriptors(),
        before,
        "descriptors after and before the test"
    );
    result
}

/// The numbers that are open now.
pub fn open_descriptors() -> BTreeSet<RawFd> {
    (0..2048).filter(|&fd| is_open(fd)).collect()
}

/// Whether `fd` is open.
pub fn is_open(fd: RawFd) -> bool {
    // SAFETY: takes no memory, and asking about any number does no harm.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// The code of the error that `result` is.
#[track_caller]
pub fn code<T: Debug>(result: Result<T>) -> &'static str {
    result.expect_err("an error was expected").code()
}

/// What one receive brings, as bytes.
#[track_caller]
pub fn receive(end: &Socket) -> Result<Vec<u8>> {
    let mut buffer = vec![0; 1 << 18];
    let received = end.recv(&mut buffer)?;
    assert!(!received.end_of_file, "end-of-file in place of data");
    assert!(!received.truncated);
    buffer.truncate(received.len);
    Ok(buffer)
}

/// What one receive into a small buffer says.
pub fn receive_info(end: &Socket) -> Result<Received> {
    end.recv(&mut [0; 64])
}

/// Asserts that the next receive says end-of-file.
#[track_caller]
pub fn assert_end(end: &Socket) {
    assert_eq!(receive_info(end), Ok(Received::end()));
}

/// Sends `message` until the system says no; how many went, and the code it said.
pub fn fill(end: &Socket, message: &[u8]) -> (usize, &'static str) {
    let mut sent = 0;
    loop {
        match end.send(message) {
            Ok(_) => sent += 1,
            Err(error) => return (sent, error.code()),
        }
    }
}

/// Bytes that look random and are the same for the same seed.
pub fn bytes(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    (0..len)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .collect()
}

/// The kinds this system has.
pub fn kinds() -> impl Iterator<Item = Kind> {
    use socketpair_core::policy::{System, has_kind};
    Kind::ALL
        .into_iter()
        .filter(|&kind| has_kind(System::CURRENT, kind))
}

/// The kinds with an end-of-file of their own.
pub fn connected_kinds() -> impl Iterator<Item = Kind> {
    kinds().filter(|&kind| kind != Kind::Datagram)
}

/// The kinds that keep message boundaries.
pub fn message_kinds() -> impl Iterator<Item = Kind> {
    kinds().filter(|kind| kind.keeps_boundaries())
}

/// A pipe: reading end and writing end.
pub fn pipe() -> (OwnedFd, OwnedFd) {
    nix::unistd::pipe().expect("a pipe")
}

/// Whether both stand for the same file.
#[track_caller]
pub fn is_same_file(a: impl AsFd, b: impl AsFd) -> bool {
    let identity = |fd: BorrowedFd<'_>| {
        let stat = nix::sys::stat::fstat(fd).expect("an open descriptor");
        (stat.st_dev, stat.st_ino)
    };
    identity(a.as_fd()) == identity(b.as_fd())
}

/// Whether the descriptor is close-on-exec.
#[track_caller]
pub fn is_close_on_exec(fd: impl AsFd) -> bool {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    let flags = fcntl(fd, FcntlArg::F_GETFD).expect("an open descriptor");
    FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC)
}

/// Sends `data` with these descriptors.
pub fn send_with(end: &Socket, data: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<usize> {
    end.send_with(&[IoSlice::new(data)], &Outgoing::descriptors(descriptors))
}

/// One receive into a large buffer, with room for so many descriptors; and the data.
pub fn receive_with(end: &Socket, descriptors: usize) -> Result<(Vec<u8>, ReceivedWith)> {
    let mut buffer = vec![0; 1 << 16];
    let room = Room::for_descriptors(descriptors);
    let came = end.recv_with(&mut [IoSliceMut::new(&mut buffer)], room)?;
    buffer.truncate(came.received.len);
    Ok((buffer, came))
}
