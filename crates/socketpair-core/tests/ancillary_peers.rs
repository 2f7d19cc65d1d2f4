//! Counterparts that know nothing of this crate: C by the macros of cmsg(3), and Python.
#![cfg(unix)]

mod support;

use std::ffi::OsStr;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use socketpair_core::ancillary::{Builder, Endian, Found, Layout, found, messages};
use socketpair_core::policy::{System, sends_credentials};
use socketpair_core::{Credentials, Kind, ReceivedWith, Result, Socket, pair};
use support::{Outcome, alone, is_same_file, kinds, pipe, receive_with, send_with};

const LAYOUT: Layout = Layout::of(
    System::CURRENT,
    usize::BITS,
    if cfg!(target_endian = "little") {
        Endian::Little
    } else {
        Endian::Big
    },
);

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/ancillary_peers")
        .join(name)
}

/// The C program, compiled.
fn c_peer() -> &'static Path {
    static PEER: OnceLock<PathBuf> = OnceLock::new();
    PEER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Its own file for each process: a runner of tests starts several at a time, and what one
        // of them still writes another can't start.
        let fresh = folder.join(format!("ancillary-peer-{}", std::process::id()));
        let compiled = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-o"])
            .args([&fresh, &source("peer.c")])
            .status();
        assert!(compiled.expect("a C compiler").success());
        let peer = folder.join("ancillary-peer");
        std::fs::rename(&fresh, &peer).expect("both are in one folder");
        peer
    })
}

/// Lets a program take over `end`, and waits until it has ended.
fn run_with<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[S], end: Socket) {
    end.set_close_on_exec(false).expect("an open descriptor");
    let mut child = Command::new(program)
        .args(arguments)
        .arg(end.as_raw_fd().to_string())
        .spawn()
        .expect("the program is there");
    drop(end);
    assert!(child.wait().expect("its end").success());
}

fn received(end: &Socket) -> Result<(Vec<u8>, ReceivedWith)> {
    let begun = Instant::now();
    loop {
        match receive_with(end, 253) {
            Err(error) if error.is_would_block() && begun.elapsed() < Duration::from_secs(10) => {
                std::thread::sleep(Duration::from_millis(1));
            }
            other => return other,
        }
    }
}

/// Sends descriptors to a program and gets them back in reverse.
fn swap<S: AsRef<OsStr>>(
    kind: Kind,
    count: usize,
    data: &[u8],
    program: impl AsRef<OsStr>,
    arguments: &[S],
) -> Outcome {
    let (ours, theirs) = pair(kind)?;
    let pipes: Vec<_> = (0..count.min(20)).map(|_| pipe()).collect();
    let list: Vec<BorrowedFd<'_>> = (0..count)
        .map(|i| pipes[i % pipes.len()].1.as_fd())
        .collect();
    send_with(&ours, data, &list)?;
    run_with(program, arguments, theirs);
    let (back, came) = received(&ours)?;
    assert_eq!(back, data, "{kind}");
    assert_eq!(came.descriptors.len(), count);
    assert!(!came.descriptors_truncated);
    for (arrived, sent) in came.descriptors.iter().zip(list.iter().rev()) {
        assert!(is_same_file(arrived, sent), "{kind}");
    }
    Ok(())
}

#[test]
fn descriptors_go_to_a_c_program_and_back() -> Outcome {
    alone(|| {
        for kind in kinds() {
            for count in [1, 2, 10, 253] {
                swap(kind, count, b"data", c_peer(), &["swap"])?;
            }
        }
        Ok(())
    })
}

/// Other systems take the first list only, or refuse the message.
#[cfg(target_os = "linux")]
#[test]
fn descriptors_come_back_from_a_c_program_in_a_list_each() -> Outcome {
    alone(|| {
        for kind in kinds() {
            for count in [1, 2, 253] {
                swap(kind, count, b"data", c_peer(), &["split"])?;
            }
        }
        Ok(())
    })
}

#[test]
fn descriptors_go_to_python_and_back() -> Outcome {
    alone(|| {
        let script = source("peer.py");
        let script = script.to_str().expect("a printable path");
        for kind in kinds() {
            for count in [1, 3, 253] {
                swap(kind, count, b"data", "python3", &[script, "fds"])?;
            }
            swap(kind, 5, b"data", "python3", &[script, "array"])?;
        }
        // It says how many there are in its data; on macOS it also waits for an answer.
        if !cfg!(target_vendor = "apple") {
            swap(Kind::Stream, 3, &[3], "python3", &[script, "reduction"])?;
        }
        Ok(())
    })
}

fn output_of(arguments: &[String], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(c_peer())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the C program");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input).expect("a reader");
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    assert!(output.status.success());
    output.stdout
}

#[test]
fn control_data_of_a_c_program_is_read_and_written_byte_for_byte() {
    alone(|| {
        for count in [1, 2, 3, 10, 253] {
            let numbers: Vec<i32> = (0..count).map(|i| 3 + 5 * i).collect();
            let mut arguments = vec!["build".to_owned()];
            arguments.extend(numbers.iter().map(i32::to_string));
            let control = output_of(&arguments, b"");

            let given = Credentials {
                pid: Some(4711),
                uid: 1000,
                gid: 100,
            };
            let mut expected: Vec<Found> = numbers.iter().map(|&n| Found::Descriptor(n)).collect();
            let mut memory = [0; 2048];
            let mut builder = Builder::new(System::CURRENT, LAYOUT, &mut memory);
            if cfg!(target_os = "linux") {
                assert!(sends_credentials(System::CURRENT));
                expected.insert(0, Found::Credentials(given));
                builder.credentials(4711, given).expect("room");
            }
            builder.descriptors(numbers.into_iter()).expect("room");
            let len = builder.len();
            assert_eq!(memory[..len], control);
            assert!(found(System::CURRENT, LAYOUT, &control).eq(expected));
        }
    });
}

#[test]
fn messages_of_any_length_are_walked_as_a_c_program_walks_them() {
    alone(|| {
        let lengths = prop::collection::vec((0..40_usize, any::<i8>(), any::<i8>()), 1..12);
        let config = ProptestConfig {
            cases: 60,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        proptest!(config, |(lengths in lengths)| {
            // Only the lengths, levels and types count here, in the layout of this machine.
            let mut control = Vec::new();
            for &(len, level, kind) in &lengths {
                let claimed = LAYOUT.data_offset + len;
                let end = control.len() + LAYOUT.space(len);
                let claimed = claimed.to_ne_bytes();
                let width = LAYOUT.len_width;
                let from = if cfg!(target_endian = "little") { 0 } else { claimed.len() - width };
                control.extend(&claimed[from..from + width]);
                control.extend(i32::from(level).to_ne_bytes());
                control.extend(i32::from(kind).to_ne_bytes());
                control.resize(end, 0);
            }
            let told = String::from_utf8(output_of(&["walk".to_owned()], &control)).expect("text");
            let ours: Vec<_> = messages(LAYOUT, &control)
                .map(|m| format!("{} {} {} {}", m.level, m.kind, m.payload.start, m.payload.end))
                .collect();
            let told: Vec<_> = told.lines().collect();
            prop_assert_eq!(ours, told);
        });
    });
}
