//! What goes along costs no memory where there is none of it.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::AsFd;

use socketpair_core::{Outgoing, ReceivedWith, Result, Room, Socket, pair};
use support::{Outcome, alone, kinds};

/// The system's allocator, counting the calls of each thread.
struct Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: hands everything on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Not while the thread ends.
        let _ = ALLOCATED.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller answers for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller answers for.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// How often `work` asks for memory.
fn allocations<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, usize)> {
    let before = ALLOCATED.get();
    let result = work()?;
    Ok((result, ALLOCATED.get() - before))
}

fn take(end: &Socket) -> Result<(ReceivedWith, usize)> {
    let mut buffer = [0; 16];
    allocations(|| end.recv_with(&mut [IoSliceMut::new(&mut buffer)], Room::ALL))
}

#[test]
fn without_descriptors_nothing_is_allocated_and_with_any_number_once() -> Outcome {
    alone(|| {
        for kind in kinds() {
            let (left, right) = pair(kind)?;
            let _ = right.set_pass_credentials(true);
            for count in [0, 1, 100] {
                let list = vec![left.as_fd(); count];
                let outgoing = Outgoing::descriptors(&list);
                let send = || left.send_with(&[IoSlice::new(b"data")], &outgoing);
                assert_eq!(allocations(send)?, (4, 0), "{kind}");
                let (came, allocated) = take(&right)?;
                assert_eq!(came.descriptors.len(), count);
                assert_eq!(allocated, count.min(1), "{kind}, {count}");
            }
        }
        Ok(())
    })
}
