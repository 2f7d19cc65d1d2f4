//! Control data of every system as bytes: written, read, cut, and nonsense.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use socketpair_core::Credentials;
use socketpair_core::ancillary::{
    Builder, Endian, Found, Layout, Meaning, found, meaning, messages, rights_type,
    sent_credentials, socket_level,
};
use socketpair_core::policy::{
    System, carrying_byte, descriptors_max, descriptors_room, has_atomic_receive, pass_credentials,
    peek_opens_descriptors, sends_credentials,
};

const ENDIANS: [Endian; 2] = [Endian::Little, Endian::Big];

fn layouts() -> impl Iterator<Item = (System, Layout)> {
    System::ALL.into_iter().flat_map(|system| {
        [32, 64].into_iter().flat_map(move |bits| {
            ENDIANS.map(move |endian| (system, Layout::of(system, bits, endian)))
        })
    })
}

const CURRENT: Layout = Layout::of(
    System::CURRENT,
    usize::BITS,
    if cfg!(target_endian = "little") {
        Endian::Little
    } else {
        Endian::Big
    },
);

/// Control data with these descriptors.
fn built(system: System, layout: Layout, numbers: &[i32]) -> Vec<u8> {
    let mut memory = vec![0xaa; 4096];
    let mut builder = Builder::new(system, layout, &mut memory);
    builder
        .descriptors(numbers.iter().copied())
        .expect("room for them");
    let len = builder.len();
    memory.truncate(len);
    memory
}

fn all(system: System, layout: Layout, control: &[u8]) -> Vec<Found> {
    found(system, layout, control).collect()
}

#[test]
fn the_layout_of_this_system_is_the_one_of_its_macros() {
    for len in 0..70_u32 {
        // SAFETY: arithmetic only.
        let (space, claimed) = unsafe { (libc::CMSG_SPACE(len), libc::CMSG_LEN(len)) };
        assert_eq!(CURRENT.space(len as usize), space as usize);
        assert_eq!(CURRENT.data_offset + len as usize, claimed as usize);
    }
    assert_eq!(CURRENT.header_len(), size_of::<libc::cmsghdr>());
    assert_eq!(socket_level(System::CURRENT), libc::SOL_SOCKET);
    assert_eq!(rights_type(System::CURRENT), libc::SCM_RIGHTS);
}

#[test]
fn descriptors_are_read_as_they_were_written_in_every_layout() {
    for (system, layout) in layouts() {
        for count in [0, 1, 2, 3, 10, descriptors_max(system)] {
            let numbers: Vec<i32> = (3..).step_by(7).take(count).collect();
            let control = built(system, layout, &numbers);
            if count == 0 {
                assert!(control.is_empty(), "none are no control message");
            } else {
                assert_eq!(control.len(), layout.space(4 * count));
            }
            let expected: Vec<_> = numbers.iter().map(|&n| Found::Descriptor(n)).collect();
            assert_eq!(
                all(system, layout, &control),
                expected,
                "{system:?} {layout:?}"
            );
        }
    }
}

#[test]
fn credentials_are_read_as_they_were_written_where_a_sender_gives_them() {
    for (system, layout) in layouts() {
        let mut memory = [0; 256];
        let mut builder = Builder::new(system, layout, &mut memory);
        let given = Credentials {
            pid: Some(70_000),
            uid: 1000,
            gid: 0xffff_fffe,
        };
        let wrote = builder.credentials(70_000, given);
        assert_eq!(wrote.is_some(), sends_credentials(system));
        assert_eq!(wrote.is_some(), sent_credentials(system).is_some());
        builder.descriptors([5, 6].into_iter()).expect("room");
        let len = builder.len();
        let mut expected = vec![Found::Descriptor(5), Found::Descriptor(6)];
        if wrote.is_some() {
            expected.insert(0, Found::Credentials(given));
        }
        assert_eq!(all(system, layout, &memory[..len]), expected);
    }
}

#[test]
fn a_builder_without_room_adds_nothing() {
    for (system, layout) in layouts() {
        for room in 0..layout.space(4) {
            let mut memory = vec![0; room];
            let mut builder = Builder::new(system, layout, &mut memory);
            assert_eq!(builder.descriptors([1].into_iter()), None);
            assert!(builder.is_empty());
        }
    }
}

/// Two messages as a 64-bit Linux puts them: credentials, then two descriptors.
#[test]
fn bytes_as_linux_writes_them_are_understood() {
    let mut control = Vec::new();
    for word in [28_u32, 0, 1, 2, 321, 1000, 100, 0, 24, 0, 1, 1, 9, 12] {
        control.extend(word.to_le_bytes());
    }
    let layout = Layout::of(System::Linux, 64, Endian::Little);
    let credentials = Found::Credentials(Credentials {
        pid: Some(321),
        uid: 1000,
        gid: 100,
    });
    let expected = [credentials, Found::Descriptor(9), Found::Descriptor(12)];
    assert_eq!(all(System::Linux, layout, &control), expected);

    // The same on 32 bits, big-endian.
    let mut control = Vec::new();
    for word in [24_u32, 1, 2, 321, 1000, 100, 20, 1, 1, 9, 12] {
        control.extend(word.to_be_bytes());
    }
    let layout = Layout::of(System::Linux, 32, Endian::Big);
    assert_eq!(all(System::Linux, layout, &control), expected);
}

/// Lengths as observed: a `sockcred` with one group in `cmsg_len` 44, `msg_controllen` 48.
#[test]
fn bytes_as_netbsd_writes_them_are_understood() {
    let mut control = Vec::new();
    for word in [44_u32, 0xffff, 0x10, 0, 1, 500, 501, 600, 601, 1, 601, 0] {
        control.extend(word.to_le_bytes());
    }
    assert_eq!(control.len(), 48);
    // cmsg_len 20 in msg_controllen 24.
    for word in [20_u32, 0xffff, 1, 0, 7, 0] {
        control.extend(word.to_le_bytes());
    }
    let layout = Layout::of(System::NetBsd, 64, Endian::Little);
    let credentials = Found::Credentials(Credentials {
        pid: Some(1),
        uid: 501,
        gid: 601,
    });
    let expected = [credentials, Found::Descriptor(7)];
    assert_eq!(all(System::NetBsd, layout, &control), expected);
}

#[test]
fn bytes_as_freebsd_writes_them_are_understood() {
    let layout = Layout::of(System::FreeBsd, 64, Endian::Little);
    let of = |kind: u32, words: &[u32]| {
        let len = u32::try_from(16 + 4 * words.len()).expect("short");
        let mut control: Vec<u8> = [len, 0xffff, kind, 0].map(u32::to_le_bytes).concat();
        control.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        control
    };
    let credentials = |pid| {
        [Found::Credentials(Credentials {
            pid,
            uid: 501,
            gid: 601,
        })]
    };
    // sockcred2: version, pid, both uids, both gids, groups.
    let sockcred2 = of(8, &[0, 33, 500, 501, 600, 601, 2, 601, 5]);
    assert_eq!(
        all(System::FreeBsd, layout, &sockcred2),
        credentials(Some(33))
    );
    // cmsgcred: pid, both uids, gid, the number of groups as a short, 16 groups.
    let mut words = [0; 21];
    words[..6].copy_from_slice(&[33, 500, 501, 600, 1, 601]);
    let cmsgcred = of(3, &words);
    assert_eq!(
        all(System::FreeBsd, layout, &cmsgcred),
        credentials(Some(33))
    );
    // sockcred: both uids, both gids, groups.
    let sockcred = of(3, &[500, 501, 600, 601, 1, 601]);
    assert_eq!(all(System::FreeBsd, layout, &sockcred), credentials(None));
}

#[test]
fn control_data_cut_anywhere_gives_what_is_whole_and_says_so() {
    let numbers: Vec<i32> = (3..13).collect();
    for (system, layout) in layouts() {
        let control = built(system, layout, &numbers);
        for len in 1..layout.data_offset + 40 {
            let whole = len.saturating_sub(layout.data_offset) / 4;
            let mut expected: Vec<_> = numbers[..whole]
                .iter()
                .map(|&n| Found::Descriptor(n))
                .collect();
            if len < layout.data_offset + 40 {
                expected.push(Found::Cut);
            }
            let seen = all(system, layout, &control[..len]);
            assert_eq!(seen, expected, "{len} bytes of {system:?} {layout:?}");
        }
    }
}

#[test]
fn a_message_behind_a_cut_one_is_not_made_up() {
    let layout = Layout::of(System::Linux, 64, Endian::Little);
    let mut control = built(System::Linux, layout, &[4, 5]);
    control[0] = 200;
    control.extend(built(System::Linux, layout, &[6]));
    let messages: Vec<_> = messages(layout, &control).collect();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].cut);
    assert_eq!(messages[0].payload, 16..control.len());
}

#[test]
fn a_header_that_does_not_cover_itself_ends_it() {
    for (system, layout) in layouts() {
        for claimed in 0..layout.data_offset {
            let mut control = built(system, layout, &[4]);
            let low = match layout.endian {
                Endian::Little => 0,
                Endian::Big => layout.len_width - 1,
            };
            control[low] = u8::try_from(claimed).expect("small");
            assert_eq!(all(system, layout, &control), [Found::Cut]);
        }
    }
}

#[test]
fn a_negative_number_is_no_descriptor() {
    let layout = Layout::of(System::Linux, 64, Endian::Little);
    let control = built(System::Linux, layout, &[4, -1, 5]);
    let expected = [Found::Descriptor(4), Found::Cut, Found::Descriptor(5)];
    assert_eq!(all(System::Linux, layout, &control), expected);
}

#[test]
fn messages_of_other_levels_and_types_are_unknown() {
    for system in System::ALL {
        let level = socket_level(system);
        assert_eq!(
            meaning(system, level + 1, rights_type(system), 4),
            Meaning::Unknown
        );
        assert_eq!(meaning(system, level, 0x7777, 4), Meaning::Unknown);
        assert_eq!(
            meaning(system, level, rights_type(system), 4),
            Meaning::Rights
        );
        let pidfd = meaning(system, level, 4, 4) == Meaning::Pidfd;
        assert_eq!(pidfd, system == System::Linux);
    }
}

#[test]
fn what_differs_between_systems_is_as_observed() {
    for system in System::ALL {
        let linux = system == System::Linux;
        assert_eq!(peek_opens_descriptors(system), linux);
        let max = descriptors_max(system);
        assert_eq!(max, if system == System::NetBsd { 509 } else { 253 });
        for wanted in [0, 1, max, max + 1, usize::MAX] {
            let room = descriptors_room(system, wanted);
            assert!(room >= wanted.min(max), "{system:?}");
            assert_eq!(linux && wanted == 0, room == 0);
        }
        let carrying = [carrying_byte(system, 0), carrying_byte(system, 5)];
        assert_eq!(carrying, [None, Some(if linux { 4 } else { 0 })]);
        let lacking = [System::Apple, System::OpenBsd, System::Illumos];
        assert_eq!(
            pass_credentials(system).is_none(),
            lacking.contains(&system)
        );
        let fcntl = [System::Apple, System::Illumos].contains(&system);
        assert_eq!(has_atomic_receive(system), !fcntl);
    }
}

/// Bytes that are often nearly control data.
fn nearly_control() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        any::<u32>(),
        0..64_u32,
        select(&[0_u32, 1, 2, 3, 4, 8, 0x10, 0x1010, 0xffff, u32::MAX][..]),
    ];
    let big = any::<bool>();
    let words = (vec(word, 0..60), big).prop_map(|(words, big)| {
        let bytes = words.into_iter().map(|word| {
            if big {
                word.to_be_bytes()
            } else {
                word.to_le_bytes()
            }
        });
        bytes.flatten().collect::<Vec<u8>>()
    });
    let shortened = (words, 0..4_usize).prop_map(|(mut bytes, cut)| {
        bytes.truncate(bytes.len().saturating_sub(cut));
        bytes
    });
    prop_oneof![shortened, vec(any::<u8>(), 0..300)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_bytes_are_read_within_their_bounds(control in nearly_control()) {
        for (system, layout) in layouts() {
            let mut messages = messages(layout, &control);
            let mut end = 0;
            for message in messages.by_ref() {
                prop_assert!(message.payload.start <= message.payload.end);
                prop_assert!(message.payload.end <= control.len());
                prop_assert!(message.payload.start >= end + layout.header_len());
                end = message.payload.end;
            }
            prop_assert!(messages.rest() <= control.len() - end);
            let found = all(system, layout, &control);
            prop_assert!(found.len() <= control.len());
            let numbers = found.iter().filter(|found| matches!(found, Found::Descriptor(_)));
            prop_assert!(4 * numbers.count() <= control.len());
            for found in found {
                prop_assert!(!matches!(found, Found::Descriptor(number) if number < 0));
            }
        }
    }

    #[test]
    fn what_is_whole_is_found_whatever_follows(
        numbers in vec(0..i32::MAX, 1..100),
        noise in nearly_control(),
    ) {
        for (system, layout) in layouts() {
            let mut control = built(system, layout, &numbers);
            control.extend(&noise);
            let found = all(system, layout, &control);
            for (found, &number) in found.iter().zip(&numbers) {
                prop_assert_eq!(*found, Found::Descriptor(number));
            }
            prop_assert!(found.len() >= numbers.len());
        }
    }
}
