//! What stands between a panic and the frames of C above it.

#[path = "../src/panics.rs"]
mod panics;

use std::panic::panic_any;
use std::sync::Mutex;

use panics::caught;

struct PanicsAgain;

impl Drop for PanicsAgain {
    fn drop(&mut self) {
        panic!("in a drop");
    }
}

#[test]
fn a_panic_becomes_nothing_and_gives_locks_back() {
    let lock = Mutex::new(1);
    assert_eq!(caught(|| *lock.lock().expect("whole")), Some(1));
    let panicked = caught(|| {
        let _held = lock.lock();
        panic!("planned");
    });
    assert_eq!(panicked, None::<()>);
    assert!(
        lock.try_lock()
            .is_err_and(|error| matches!(error, std::sync::TryLockError::Poisoned(_)))
    );
}

#[test]
fn what_a_panic_carries_may_panic_too() {
    assert_eq!(caught(|| panic_any(PanicsAgain)), None::<()>);
}
