//! Files of every sort go over and still work.

mod support;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use socketpair_core::{Kind, Socket, pair};
use support::{
    Outcome, alone, is_close_on_exec, is_same_file, kinds, pipe, receive, receive_with, send_with,
};

/// A file without a name, with this content, at its beginning.
fn file_of(content: &[u8]) -> File {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("socketpair-ancillary-{}-{count}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut options = File::options();
    let mut file = options
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .expect("a temporary file");
    std::fs::remove_file(&path).expect("just made");
    file.write_all(content).expect("a writable file");
    file.rewind().expect("a seekable file");
    file
}

#[test]
fn one_descriptor_arrives_owned_close_on_exec_and_shares_its_offset() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let mut file = file_of(b"0123456789");
            let mut kept = file.try_clone().expect("a free number");
            file.seek(SeekFrom::Start(2)).expect("a seekable file");
            assert_eq!(send_with(&left, b"data", &[file.as_fd()])?, 4);
            drop(file);

            let (data, mut came) = receive_with(&right, 1)?;
            assert_eq!(data, b"data");
            assert!(!came.descriptors_truncated && came.unknown == 0);
            assert!(came.credentials.is_none() && came.pidfd.is_none());
            let arrived = came.descriptors.pop().expect("the descriptor");
            assert!(came.descriptors.is_empty());
            assert!(is_close_on_exec(&arrived) && is_same_file(&arrived, &kept));
            let mut arrived = File::from(arrived);
            let mut three = [0; 3];
            arrived.read_exact(&mut three).expect("three bytes");
            assert_eq!(&three, b"234");
            assert_eq!(kept.stream_position().expect("seekable"), 5, "{kind}");
        }
        Ok(())
    })
}

#[test]
fn files_of_every_sort_still_work_on_the_other_side() -> Outcome {
    alone(|| {
        let (left, right) = pair(Kind::Stream)?;
        let send_over = |fd: BorrowedFd<'_>| -> socketpair_core::Result<OwnedFd> {
            send_with(&left, b"x", &[fd])?;
            let (_, mut came) = receive_with(&right, 1)?;
            Ok(came.descriptors.pop().expect("the descriptor"))
        };
        // A pipe.
        let (reader, writer) = pipe();
        let arrived = send_over(writer.as_fd())?;
        drop(writer);
        File::from(arrived).write_all(b"through").expect("a reader");
        let mut text = String::new();
        File::from(reader)
            .read_to_string(&mut text)
            .expect("an end");
        assert_eq!(text, "through");
        // A listening socket, and a connected one.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let arrived = TcpListener::from(send_over(listener.as_fd())?);
        drop(listener);
        let client = TcpStream::connect(address).expect("a listener");
        let (server, _) = arrived.accept().expect("a client");
        let mut client = TcpStream::from(send_over(client.as_fd())?);
        let mut server = TcpStream::from(send_over(server.as_fd())?);
        client.write_all(b"hi").expect("a peer");
        let mut two = [0; 2];
        server.read_exact(&mut two).expect("two bytes");
        assert_eq!(&two, b"hi");
        // A directory.
        let directory = File::open(std::env::temp_dir()).expect("a directory");
        assert!(is_same_file(send_over(directory.as_fd())?, &directory));
        // The other end of a pair, which then works, and the carrying pair's own ends.
        let (inner, other) = pair(Kind::Datagram)?;
        let other = Socket::adopt(send_over(other.as_fd())?).expect("a socket");
        inner.send(b"inner")?;
        assert_eq!(receive(&other)?, b"inner");
        assert!(is_same_file(send_over(left.as_fd())?, &left));
        assert!(is_same_file(send_over(right.as_fd())?, &right));
        Ok(())
    })
}

/// Sends a descriptor over a new pair.
#[cfg(target_os = "linux")]
fn over(kind: Kind, fd: BorrowedFd<'_>) -> socketpair_core::Result<OwnedFd> {
    let (left, right) = pair(kind)?;
    send_with(&left, b"x", &[fd])?;
    let (_, mut came) = receive_with(&right, 1)?;
    Ok(came.descriptors.pop().expect("the descriptor"))
}

#[cfg(target_os = "linux")]
#[test]
fn shared_memory_arrives_with_its_seals() -> Outcome {
    use std::os::fd::{AsRawFd, FromRawFd};

    alone(|| {
        for kind in kinds() {
            let name = c"socketpair-ancillary";
            let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
            // SAFETY: the name is readable up to its zero, and what the call opens is ours alone.
            let mut memory = unsafe { File::from_raw_fd(libc::memfd_create(name.as_ptr(), flags)) };
            memory.write_all(b"sealed").expect("memory");
            memory.rewind().expect("a seekable file");
            let seals = libc::F_SEAL_WRITE | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW;
            // SAFETY: takes no memory; the descriptor is open.
            let sealed = unsafe { libc::fcntl(memory.as_raw_fd(), libc::F_ADD_SEALS, seals) };
            assert_eq!(sealed, 0);
            let mut arrived = File::from(over(kind, memory.as_fd())?);
            // SAFETY: takes no memory; the descriptor is open.
            let seen = unsafe { libc::fcntl(arrived.as_raw_fd(), libc::F_GET_SEALS) };
            assert_eq!(seen, seals, "{kind}");
            drop(memory);
            let mut text = String::new();
            arrived.read_to_string(&mut text).expect("what is in it");
            assert_eq!(text, "sealed");
            let refused = arrived.write_all(b"x").expect_err("it is sealed");
            assert_eq!(refused.raw_os_error(), Some(libc::EPERM));
        }
        Ok(())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn an_epoll_descriptor_and_a_path_alone_arrive() -> Outcome {
    use std::os::fd::FromRawFd;
    use std::os::unix::fs::OpenOptionsExt;

    alone(|| {
        for kind in kinds() {
            // SAFETY: takes no memory, and what it opens is ours alone.
            let epoll = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
            let mut options = File::options();
            let path = options.read(true).custom_flags(libc::O_PATH).open("/");
            let path = path.expect("a directory");
            for fd in [epoll.as_fd(), path.as_fd()] {
                let arrived = over(kind, fd)?;
                assert!(is_same_file(&arrived, fd) && is_close_on_exec(&arrived));
            }
        }
        Ok(())
    })
}
