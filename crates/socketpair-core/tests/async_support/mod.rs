//! What the asynchronous tests share.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// Tests of one binary run one at a time, so that each can count the descriptors of the process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs a test on a current-thread runtime and checks that it leaks no descriptor.
pub fn run<F: Future<Output = ()>>(test: impl FnOnce() -> F) {
    run_on(&mut Builder::new_current_thread(), test);
}

/// The same on a runtime with two worker threads.
pub fn run_on_threads<F: Future<Output = ()>>(test: impl FnOnce() -> F) {
    run_on(Builder::new_multi_thread().worker_threads(2), test);
}

fn run_on<F: Future<Output = ()>>(builder: &mut Builder, test: impl FnOnce() -> F) {
    without_leak(|| {
        let runtime = builder.enable_all().build().expect("a runtime");
        block_on(&runtime, test());
    });
}

fn block_on(runtime: &Runtime, test: impl Future<Output = ()>) {
    // A watchdog for tests that hang, far above what any takes.
    runtime
        .block_on(async { tokio::time::timeout(Duration::from_secs(120), test).await })
        .expect("the test hangs");
}

/// Runs `test` alone in this process and compares the open descriptors before and after.
pub fn without_leak<R>(test: impl FnOnce() -> R) -> R {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let before = open_descriptors();
    let result = test();
    assert_eq!(before, open_descriptors(), "descriptors leaked");
    result
}

fn open_descriptors() -> Vec<String> {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else {
        return Vec::new();
    };
    // The listing's own descriptor has a target that no longer exists once it is read.
    let names: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    let mut open: Vec<String> = names
        .iter()
        .filter_map(|path| {
            Some(format!(
                "{} {}",
                path.display(),
                path.read_link().ok()?.display()
            ))
        })
        .collect();
    open.sort();
    open
}

/// Random bytes, the same for the same seed.
pub fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Polls a future once, outside its task's waker.
pub fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future at most `polls` times, letting other tasks run in between, then drops it.
pub async fn cancelled_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}
