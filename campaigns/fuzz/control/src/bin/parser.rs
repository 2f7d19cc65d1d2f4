//! Any bytes as control data of any system: the parser stays inside them, ends, and reads what the builder wrote.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socketpair_core::ancillary::{Builder, Endian, Found, Layout, found, messages};
use socketpair_core::policy::System;
use socketpair_fuzz::Bytes;

/// Whatever the bytes are, both readers end, and each message lies within the data, behind the one before.
fn read_anything(system: System, layout: Layout, control: &[u8]) {
    let mut all = messages(layout, control);
    let mut before = 0;
    for message in &mut all {
        assert!(message.payload.start <= message.payload.end);
        assert!(message.payload.end <= control.len());
        assert!(message.payload.start >= before + layout.data_offset.min(control.len() - before));
        before = message.payload.end;
    }
    assert!(all.rest() <= control.len());
    assert!(all.next().is_none(), "it goes on after its end");
    // A number has four bytes, and each message and the rest may be reported once more.
    let most = control.len() / 4 + 2;
    for (count, each) in found(system, layout, control).enumerate() {
        assert!(count < most, "more was found than fits");
        match each {
            Found::Descriptor(number) => assert!(number >= 0),
            Found::Credentials(credentials) => assert_ne!(credentials.pid, Some(0)),
            Found::Pidfd(_) | Found::Unknown | Found::Cut => {}
        }
    }
}

/// What was written is what is read.
fn write_and_read(system: System, layout: Layout, numbers: &[i32], room: usize) {
    let mut memory = vec![0xff; room];
    let mut builder = Builder::new(system, layout, &mut memory);
    let wrote = builder.descriptors(numbers.iter().copied());
    let len = builder.len();
    let fits = numbers.is_empty() || layout.space(4 * numbers.len()) <= room;
    assert_eq!(wrote.is_some(), fits);
    let read: Vec<Found> = found(system, layout, &memory[..len]).collect();
    if wrote.is_some() {
        let expected: Vec<Found> = numbers.iter().map(|n| Found::Descriptor(*n)).collect();
        assert_eq!(read, expected);
    }
}

fuzz_target!(|input: &[u8]| {
    let mut bytes = Bytes::new(input);
    let system = System::ALL[bytes.below(System::ALL.len())];
    let bits = if bytes.flag() { 64 } else { 32 };
    let endian = if bytes.flag() {
        Endian::Little
    } else {
        Endian::Big
    };
    let layout = Layout::of(system, bits, endian);
    let room = bytes.length() % 4096;
    let control = bytes.rest();
    read_anything(system, layout, control);
    let (numbers, _) = control.as_chunks::<4>();
    let numbers: Vec<i32> = numbers
        .iter()
        .map(|number| i32::from_le_bytes(*number) & i32::MAX)
        .collect();
    write_and_read(system, layout, &numbers, room);
});
