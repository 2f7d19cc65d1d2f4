//! How readiness reaches JavaScript: one completion queue and one thread-safe function per environment,
//! armed once per batch.
//!
//! The I/O driver's thread pushes a token and, if no batch is on its way, calls the thread-safe function;
//! the JavaScript thread takes the whole batch and calls `onReady(token)` for each. A token is an end's
//! number and a direction; nothing else crosses, so there is nothing to dangle.
//!
//! The gate: tearing down sets `function` to None under the lock that every call holds, before the
//! environment frees the thread-safe function. A wake-up after that is a no-op.

use std::ffi::c_void;
use std::mem;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use napi::{Status, sys};

use crate::counters;
use crate::panics::caught;

/// The thread-safe function's handle.
#[derive(Clone, Copy)]
struct Function(sys::napi_threadsafe_function);

// SAFETY: Node-API documents napi_call_threadsafe_function as callable from any thread; the other calls
// on the handle are made on the JavaScript thread only.
unsafe impl Send for Function {}

#[derive(Default)]
struct Batch {
    function: Option<Function>,
    armed: bool,
    tokens: Vec<u32>,
}

#[derive(Default)]
struct Queue {
    batch: Mutex<Batch>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Batch> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, token: u32) {
        let mut batch = self.lock();
        batch.tokens.push(token);
        Self::announce(&mut batch);
    }

    /// Takes the batch. It stays armed, so that what comes while it is delivered calls nothing and joins the next.
    fn take(&self) -> Vec<u32> {
        mem::take(&mut self.lock().tokens)
    }

    /// The batch is delivered: what came meanwhile is the next one, and is announced now.
    fn delivered(&self) {
        let mut batch = self.lock();
        batch.armed = false;
        if !batch.tokens.is_empty() {
            Self::announce(&mut batch);
        }
    }

    fn announce(batch: &mut Batch) {
        let Some(Function(function)) = batch.function else {
            batch.tokens.clear();
            return;
        };
        if !batch.armed {
            // SAFETY: the gate is open and stays so while the lock is held, so the handle is live; an
            // unbounded queue called without blocking does not wait and runs no JavaScript here.
            let status = unsafe {
                sys::napi_call_threadsafe_function(
                    function,
                    ptr::null_mut(),
                    sys::ThreadsafeFunctionCallMode::nonblocking,
                )
            };
            batch.armed = status == sys::Status::napi_ok;
            if status == sys::Status::napi_closing {
                // The environment tears the function down, and this answer gave up our share of it: the handle
                // may be freed from now on, so nothing may touch it again, not even to release it.
                batch.function = None;
                batch.tokens = Vec::new();
            }
        }
    }
}

struct Token {
    queue: Arc<Queue>,
    token: u32,
}

impl Wake for Token {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        caught(|| self.queue.push(self.token));
    }
}

/// The wake-ups of one environment.
pub struct Wakes {
    queue: Arc<Queue>,
}

impl Wakes {
    /// Makes the thread-safe function that calls `on_ready`; it keeps nothing alive until asked to.
    ///
    /// # Errors
    /// The status with which Node-API refused.
    pub fn new(env: sys::napi_env, on_ready: sys::napi_value) -> Result<Self, Status> {
        let queue = Arc::new(Queue::default());
        // The environment's own share of the queue, given back by `finalize`.
        let context = Arc::into_raw(Arc::clone(&queue))
            .cast_mut()
            .cast::<c_void>();
        let mut function = ptr::null_mut();
        let name = c"socketpair";
        let mut resource = ptr::null_mut();
        // SAFETY: called on the JavaScript thread of `env` with a live scope; `name` is a C string, and
        // `context` stays valid until `finalize` takes it back.
        let status = unsafe {
            match sys::napi_create_string_utf8(env, name.as_ptr(), -1, &raw mut resource) {
                sys::Status::napi_ok => sys::napi_create_threadsafe_function(
                    env,
                    on_ready,
                    ptr::null_mut(),
                    resource,
                    0,
                    1,
                    context,
                    Some(finalize),
                    context,
                    Some(deliver),
                    &raw mut function,
                ),
                refused => refused,
            }
        };
        if status != sys::Status::napi_ok {
            // SAFETY: the function was not made, so `finalize` will not run and the share is still ours.
            drop(unsafe { Arc::from_raw(context.cast::<Queue>()) });
            return Err(Status::from(status));
        }
        // SAFETY: the function was just made, on this thread.
        unsafe { sys::napi_unref_threadsafe_function(env, function) };
        queue.lock().function = Some(Function(function));
        Ok(Self { queue })
    }

    /// The two wakers, read and write, of the end `id`.
    pub fn wakers(&self, id: u32) -> (Waker, Waker) {
        let waker = |token| {
            Waker::from(Arc::new(Token {
                queue: Arc::clone(&self.queue),
                token,
            }))
        };
        (waker(id << 1), waker(id << 1 | 1))
    }

    /// Whether the environment's event loop waits for wake-ups.
    pub fn keep_alive(&self, env: sys::napi_env, keep: bool) {
        let Some(Function(function)) = self.queue.lock().function else {
            return;
        };
        // SAFETY: on the JavaScript thread of `env`, and the gate is open: only this thread closes it.
        unsafe {
            if keep {
                sys::napi_ref_threadsafe_function(env, function);
            } else {
                sys::napi_unref_threadsafe_function(env, function);
            }
        }
    }

    /// Sends a batch on its way, an empty one if nothing is ready.
    pub fn nudge(&self) {
        Queue::announce(&mut self.queue.lock());
    }

    /// Shuts the gate and leaves the thread-safe function to the end of the process.
    pub fn abandon(&self) {
        self.queue.lock().function = None;
    }

    /// Shuts the gate: from here on a wake-up does nothing.
    pub fn close(&self) {
        let function = {
            let mut batch = self.queue.lock();
            batch.tokens = Vec::new();
            batch.function.take()
        };
        if let Some(Function(function)) = function {
            // SAFETY: on the JavaScript thread, once, since the handle was just taken out.
            unsafe {
                sys::napi_release_threadsafe_function(
                    function,
                    sys::ThreadsafeFunctionReleaseMode::abort,
                )
            };
        }
    }
}

unsafe extern "C" fn finalize(_: sys::napi_env, context: *mut c_void, _: *mut c_void) {
    // SAFETY: `context` is the share that `new` leaked for the thread-safe function, which is gone now.
    let share = unsafe { Arc::from_raw(context.cast_const().cast::<Queue>()) };
    caught(|| drop(share));
}

unsafe extern "C" fn deliver(
    env: sys::napi_env,
    on_ready: sys::napi_value,
    context: *mut c_void,
    _: *mut c_void,
) {
    if env.is_null() || on_ready.is_null() {
        return; // The environment drains what it will not run any more.
    }
    // A share of one's own: JavaScript may end the environment, and with it that of the function.
    // SAFETY: Node-API calls this with the context given at creation, which `finalize` has not freed.
    let queue = unsafe {
        Arc::increment_strong_count(context.cast_const().cast::<Queue>());
        Arc::from_raw(context.cast_const().cast::<Queue>())
    };
    caught(|| {
        let tokens = queue.take();
        // SAFETY: on the JavaScript thread, inside the scope that Node-API opened for this callback.
        unsafe { call_each(env, on_ready, &tokens) };
    });
    caught(|| queue.delivered());
}

/// Calls `on_ready` with each of `tokens`.
///
/// # Safety
/// On the JavaScript thread of `env`, inside a callback scope.
pub unsafe fn call_each(env: sys::napi_env, on_ready: sys::napi_value, tokens: &[u32]) {
    counters::delivered(tokens.len());
    for &token in tokens {
        // SAFETY: as the caller promised.
        unsafe {
            let (mut this, mut argument) = (ptr::null_mut(), ptr::null_mut());
            if sys::napi_get_undefined(env, &raw mut this) != sys::Status::napi_ok
                || sys::napi_create_uint32(env, token, &raw mut argument) != sys::Status::napi_ok
            {
                return;
            }
            let status = sys::napi_call_function(
                env,
                this,
                on_ready,
                1,
                &raw const argument,
                ptr::null_mut(),
            );
            if status == sys::Status::napi_pending_exception {
                // onReady settles promises and throws nothing of its own; what it throws is told as
                // any uncaught exception, and the rest of the batch is still served.
                let mut exception = ptr::null_mut();
                sys::napi_get_and_clear_last_exception(env, &raw mut exception);
                sys::napi_fatal_exception(env, exception);
            }
        }
    }
}
