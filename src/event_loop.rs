//! The other readiness: by the event loop of the host, where that is libuv. It spares the way through the
//! I/O driver's thread and back.
//!
//! The waiting ends of an environment are in a set of the core, and libuv watches the one descriptor of that
//! set. So libuv never sees an end: it can't make it non-blocking, as it does with what it polls, nor stumble
//! over one that is closed, given away, or watched by a `net.Socket` already, each of which ends in an abort.
//!
//! The handle holds a number to find the environment by, and its memory lives until libuv has closed it.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int, c_void};
use std::os::fd::AsRawFd;
use std::ptr;
use std::sync::Arc;

use napi::sys;
use socketpair_core::{ReadySet, Result};

use crate::environment;
use crate::panics::caught;
use crate::uv::{self, Handle, uv};
use crate::wake::call_each;

/// What `async_hooks` call it.
const NAME: &CStr = c"socketpair";

/// The readiness of one environment by its event loop.
pub struct EventLoop {
    env: sys::napi_env,
    on_ready: sys::napi_ref,
    context: Cell<sys::napi_async_context>,
    state: RefCell<State>,
    asked: Cell<u32>,
}

enum State {
    /// Nothing has waited yet.
    Unused,
    Running(Arc<ReadySet>, *mut Handle),
    /// There is no libuv, it was not wanted, it failed, or the environment is being torn down.
    Off,
}

/// A handle, in what libuv says it takes, and aligned for whatever is in it.
type Memory = [u128];

/// What belongs to a handle: freed when libuv has closed it.
struct Watch {
    env: sys::napi_env,
    on_ready: sys::napi_ref,
    context: sys::napi_async_context,
    hook: sys::napi_async_cleanup_hook_handle,
    /// Keeps the descriptor open that libuv watches.
    _set: Arc<ReadySet>,
    memory: *mut Memory,
}

impl EventLoop {
    /// The readiness of the environment `env`, which will call `on_ready`. It watches nothing yet.
    pub fn new(env: sys::napi_env, on_ready: sys::napi_value, wanted: bool) -> Self {
        let (mut reference, mut context) = (ptr::null_mut(), ptr::null_mut());
        let mut name = ptr::null_mut();
        // SAFETY: on the JavaScript thread of `env`, in the scope that `on_ready` lives in. This may call
        // hooks of the user (async_hooks), so no table may be in use here.
        let possible = wanted
            && ReadySet::EXISTS
            && uv().is_some()
            && unsafe {
                sys::napi_create_reference(env, on_ready, 1, &raw mut reference)
                    == sys::Status::napi_ok
                    && sys::napi_create_string_utf8(env, NAME.as_ptr(), -1, &raw mut name)
                        == sys::Status::napi_ok
                    && sys::napi_async_init(env, ptr::null_mut(), name, &raw mut context)
                        == sys::Status::napi_ok
            };
        Self {
            env,
            on_ready: reference,
            context: Cell::new(context),
            state: RefCell::new(if possible { State::Unused } else { State::Off }),
            asked: Cell::new(0),
        }
    }

    /// Whether the event loop tells what is ready, or will.
    pub fn is_used(&self) -> bool {
        !matches!(*self.state.borrow(), State::Off)
    }

    /// The set that the event loop watches, made now if need be; None where it can't.
    ///
    /// # Errors
    /// What the system said when it refused the set (EMFILE, ENFILE, ENOMEM).
    pub fn set(&self) -> Result<Option<Arc<ReadySet>>> {
        let mut state = self.state.borrow_mut();
        if let State::Unused = *state {
            let set = Arc::new(ReadySet::new()?);
            *state = match self.start(&set) {
                Some(handle) => State::Running(set, handle),
                None => State::Off,
            };
        }
        Ok(match &*state {
            State::Running(set, _) => Some(Arc::clone(set)),
            _ => None,
        })
    }

    /// A key for a question about the end `id`: its number is in the lower half, and no two are the same.
    pub fn key(&self, id: u32) -> u64 {
        self.asked.set(self.asked.get().wrapping_add(1));
        u64::from(self.asked.get()) << 32 | u64::from(id)
    }

    fn start(&self, set: &Arc<ReadySet>) -> Option<*mut Handle> {
        let uv = uv()?;
        let memory: Box<Memory> = vec![0; uv.poll_size.div_ceil(size_of::<u128>())].into();
        let memory = Box::into_raw(memory);
        let handle = memory.cast::<Handle>();
        let mut watched = ptr::null_mut();
        // SAFETY: on the JavaScript thread of `env`, which is the one of its loop; the memory is as large
        // as libuv asked, and what is registered here is given back by `closed` or right below.
        unsafe {
            if sys::napi_get_uv_event_loop(self.env, &raw mut watched) != sys::Status::napi_ok
                || watched.is_null()
                || (uv.poll_init)(watched, handle, set.as_raw_fd()) != 0
            {
                drop(Box::from_raw(memory));
                return None;
            }
            let watch = Box::into_raw(Box::new(Watch {
                env: self.env,
                on_ready: self.on_ready,
                context: self.context.replace(ptr::null_mut()),
                hook: ptr::null_mut(),
                _set: Arc::clone(set),
                memory,
            }));
            (uv.set_data)(handle, watch.cast());
            // The environment then waits until `closed` was called: a loop that ends with an open handle
            // aborts. The hook finds the environment by its number, as it may be gone from here by then.
            if sys::napi_add_async_cleanup_hook(
                self.env,
                Some(on_teardown),
                self.env.cast(),
                &raw mut (*watch).hook,
            ) != sys::Status::napi_ok
                || (uv.get_loop)(handle) != watched
                || (uv.poll_start)(handle, uv::READABLE, on_poll) != 0
            {
                (uv.close)(handle, closed);
                return None;
            }
            // What keeps the loop running is said by the environment, not by the handle.
            (uv.unref)(handle);
        }
        Some(handle)
    }

    /// Ends it: from here on the event loop tells nothing more.
    pub fn stop(&self) {
        if let State::Running(_, handle) = self.state.replace(State::Off)
            && let Some(uv) = uv()
        {
            // SAFETY: on the loop's thread, once, since the handle was just taken out. Its descriptor is
            // out of libuv's set when this returns, and the memory stays until `closed`.
            unsafe { (uv.close)(handle, closed) };
        }
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        self.stop();
        // SAFETY: on the JavaScript thread of `env`, which is still there: only its hook drops this. Where
        // the process ends without the hook this is forgotten, see `Environments`.
        unsafe {
            if !self.on_ready.is_null() {
                sys::napi_delete_reference(self.env, self.on_ready);
            }
            if !self.context.get().is_null() {
                sys::napi_async_destroy(self.env, self.context.get());
            }
        }
    }
}

impl Watch {
    /// Calls `onReady` for each of `tokens`; microtasks run before it returns.
    ///
    /// # Safety
    /// On the JavaScript thread of `env`, called by its event loop.
    unsafe fn deliver(&self, tokens: &[u32]) {
        let env = self.env;
        // SAFETY: as the caller promised; each scope is closed in the order of opening, and what Node-API
        // refuses, since the environment is ending, is left alone.
        unsafe {
            let mut handles = ptr::null_mut();
            if sys::napi_open_handle_scope(env, &raw mut handles) != sys::Status::napi_ok {
                return;
            }
            let (mut on_ready, mut scope) = (ptr::null_mut(), ptr::null_mut());
            if sys::napi_get_reference_value(env, self.on_ready, &raw mut on_ready)
                == sys::Status::napi_ok
                && !on_ready.is_null()
                && sys::napi_open_callback_scope(env, ptr::null_mut(), self.context, &raw mut scope)
                    == sys::Status::napi_ok
            {
                call_each(env, on_ready, tokens);
                sys::napi_close_callback_scope(env, scope);
            }
            sys::napi_close_handle_scope(env, handles);
        }
    }
}

unsafe extern "C" fn on_poll(handle: *mut Handle, status: c_int, _: c_int) {
    let Some(uv) = uv() else { return };
    // SAFETY: libuv calls this with a handle that is not closing, whose data is the `Watch` of `start`.
    let watch = unsafe { (uv.get_data)(handle).cast_const().cast::<Watch>() };
    // SAFETY: it is freed by `closed` only, which libuv does not call from within this call.
    let env = unsafe { (*watch).env };
    caught(|| {
        let told =
            |failed| environment::with(env, "poll", |environment| Ok(environment.told(failed)));
        // What failed once by a panic is taken out of use, as where libuv fails.
        let tokens = told(status < 0).or_else(|error| match error.errno() {
            libc::ENOTRECOVERABLE => told(true),
            _ => Err(error),
        });
        if let Ok(tokens) = tokens
            && !tokens.is_empty()
        {
            // SAFETY: called by the event loop of `env`, on its thread. If JavaScript ends the environment
            // meanwhile the handle is closed, and `closed` still comes later.
            unsafe { (*watch).deliver(&tokens) };
        }
    });
}

unsafe extern "C" fn on_teardown(_: sys::napi_async_cleanup_hook_handle, env: *mut c_void) {
    // Gone already: then the handle is being closed, and `closed` will end the wait for it.
    caught(|| {
        environment::with(env.cast(), "poll", |environment| {
            environment.stop_event_loop();
            Ok(())
        })
    });
}

unsafe extern "C" fn closed(handle: *mut Handle) {
    let Some(uv) = uv() else { return };
    // SAFETY: libuv calls this once, and neither touches the handle afterwards nor calls `on_poll`. The
    // environment waits for its hook to be taken out, so it is still there; without one it may be gone.
    unsafe {
        let watch = Box::from_raw((uv.get_data)(handle).cast::<Watch>());
        if !watch.hook.is_null() {
            sys::napi_async_destroy(watch.env, watch.context);
            sys::napi_remove_async_cleanup_hook(watch.hook);
        }
        drop(Box::from_raw(watch.memory));
    }
}
