//! The table of errors, and the error itself.

use std::collections::BTreeSet;
use std::io;

use socketpair_core::{Error, errno};

#[test]
fn every_number_and_every_name_is_there_once() {
    let table = errno::table();
    let numbers: BTreeSet<i32> = table.iter().map(|entry| entry.number).collect();
    let names: BTreeSet<&str> = table.iter().map(|entry| entry.name).collect();
    assert_eq!(numbers.len(), table.len());
    assert_eq!(names.len(), table.len());
}

#[test]
fn every_entry_is_found_by_its_number() {
    for entry in errno::table() {
        assert!(entry.number > 0);
        assert_eq!(errno::name(entry.number), Some(entry.name));
        assert_eq!(errno::description(entry.number), Some(entry.description));
    }
}

#[test]
fn descriptions_are_worded_as_node_words_them() {
    let said = |number| errno::description(number).unwrap_or_default();
    assert_eq!(said(libc::EPIPE), "broken pipe");
    assert_eq!(said(libc::ECONNREFUSED), "connection refused");
    assert_eq!(said(libc::EAGAIN), "resource temporarily unavailable");
    assert_eq!(said(libc::EMFILE), "too many open files");
    assert_eq!(said(libc::ENOMEM), "not enough memory");
    for entry in errno::table() {
        assert!(!entry.description.is_empty(), "{}", entry.name);
        assert!(!entry.description.ends_with('.'), "{}", entry.name);
        let first = entry.description.split(' ').next().unwrap_or_default();
        let is_acronym = first.chars().all(|c| c.is_ascii_uppercase()) || first == "IPsec";
        assert!(
            is_acronym || first == first.to_lowercase(),
            "{}",
            entry.name
        );
    }
}

#[test]
fn the_names_that_node_lacks_or_changes_are_right() {
    assert_eq!(errno::name(libc::ESOCKTNOSUPPORT), Some("ESOCKTNOSUPPORT"));
    assert_eq!(errno::name(libc::ETOOMANYREFS), Some("ETOOMANYREFS"));
    assert_eq!(errno::name(libc::EOPNOTSUPP), Some("EOPNOTSUPP"));
    assert_eq!(errno::name(libc::EWOULDBLOCK), Some("EAGAIN"));
    assert_eq!(errno::name(libc::EDOM), Some("EDOM"));
}

#[cfg(target_os = "linux")]
#[test]
fn the_table_is_complete_for_linux() {
    let missing: Vec<i32> = (1..=133)
        .filter(|&number| errno::name(number).is_none())
        .collect();
    // Two numbers that Linux has never given out.
    assert_eq!(missing, [41, 58]);
}

#[test]
fn an_error_displays_code_description_and_call() {
    let error = Error::new(libc::EPIPE, "sendmsg");
    assert_eq!(error.to_string(), "EPIPE: broken pipe, sendmsg");
    assert_eq!(
        (error.code(), error.errno(), error.syscall()),
        ("EPIPE", libc::EPIPE, "sendmsg")
    );
    assert!(!error.is_would_block());
    assert!(Error::new(libc::EAGAIN, "recv").is_would_block());
}

#[test]
fn an_unknown_number_is_called_unknown() {
    let error = Error::new(4711, "recv");
    assert_eq!(error.code(), "UNKNOWN");
    assert_eq!(error.to_string(), "UNKNOWN: unknown error, recv");
    assert_eq!(errno::name(0), None);
    assert_eq!(errno::name(-1), None);
}

#[test]
fn an_io_error_keeps_the_number() {
    let error = io::Error::from(Error::new(libc::EAGAIN, "recv"));
    assert_eq!(error.raw_os_error(), Some(libc::EAGAIN));
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
}
