//! The table of numbers, tested apart from the addon, which runs inside a host only.

#[allow(dead_code, reason = "what these tests don't call")]
#[path = "../src/slab.rs"]
mod slab;

use std::collections::HashSet;

use slab::{RESTING, REUSES, Slab};

#[test]
fn a_number_is_stale_for_four_million_others() {
    let mut slab = Slab::default();
    let stale = slab.insert("first").expect("room");
    assert_eq!(slab.remove(stale), Some("first"));
    const { assert!(REUSES >= 4_000_000) };
    for _ in 1..REUSES {
        let number = slab.insert("later").expect("room");
        assert_ne!(number, stale);
        assert_eq!(slab.get(stale), None);
        assert_eq!(slab.remove(stale), None);
        slab.remove(number).expect("it is there");
    }
    assert_eq!(slab.len(), 0);
}

#[test]
fn numbers_are_distinct_and_stay_below_2_to_the_30() {
    let mut slab = Slab::default();
    let mut numbers = HashSet::new();
    for round in 0..300 {
        let here: Vec<_> = (0..100)
            .map(|thing| slab.insert(thing).expect("room"))
            .collect();
        assert_eq!(slab.len(), 100);
        for (number, thing) in here.into_iter().zip(0..) {
            assert!(number < 1 << 30);
            assert!(numbers.insert(number), "again in round {round}");
            assert_eq!(slab.remove(number), Some(thing));
        }
    }
}

#[test]
fn an_invented_number_finds_nothing() {
    let mut slab = Slab::default();
    let number = slab.insert(()).expect("room");
    for invented in [number + 1, number | 1 << 21, 0x3fff_ffff, u32::MAX] {
        assert!(slab.get(invented).is_none());
        assert!(slab.get_mut(invented).is_none());
        assert!(slab.remove(invented).is_none());
    }
    assert_eq!(
        slab.all_mut().map(|(id, ())| id).collect::<Vec<_>>(),
        [number]
    );
}

#[test]
fn a_number_is_stale_for_four_million_others_in_a_table_that_is_full() {
    let mut slab = Slab::default();
    let mut here: Vec<_> = (0..1 << 21)
        .map(|_| slab.insert(()).expect("room"))
        .collect();
    assert_eq!(slab.insert(()), None);
    // All slots that rest are given back in a row, so the first of them is used at once: the shortest way.
    let stale = here[0];
    for number in here.drain(..RESTING) {
        assert_eq!(slab.insert(()), None);
        slab.remove(number).expect("it is there");
    }
    for _ in 1..REUSES {
        let number = slab.insert(()).expect("room");
        assert_ne!(number, stale);
        assert_eq!(slab.insert(()), None);
        assert!(slab.get(stale).is_none());
        slab.remove(number).expect("it is there");
    }
    assert_eq!(slab.drain().count(), (1 << 21) - RESTING);
    assert_eq!(slab.len(), 0);
}
