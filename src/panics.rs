//! A panic must neither cross a frame of C, which would abort the process, nor end a thread that other waits
//! depend on. It unwinds to here (so the profiles must not say `panic = "abort"`), and becomes an error.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `action` gives; None when it panicked, of which the panic hook has told. What it had borrowed is given
/// back: every lock and cell here is left whole by that, since each change of a table is one call.
pub fn caught<R>(action: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(action)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // Its own drop could panic too.
            mem::forget(payload);
            None
        }
    }
}
