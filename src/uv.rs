//! libuv as the host carries it, looked up at run time: the addon links to none of it, since most hosts
//! that run addons have another event loop.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::mem;
use std::sync::OnceLock;

use napi::sys;

/// The environment's event loop.
pub type Loop = sys::uv_loop_s;

/// A handle, in memory whose size libuv says.
pub enum Handle {}

/// Called when the descriptor of a poll handle can be read.
pub type OnPoll = unsafe extern "C" fn(*mut Handle, c_int, c_int);
/// Called when a handle is closed, and its memory free to go.
pub type OnClose = unsafe extern "C" fn(*mut Handle);

/// `UV_READABLE`.
pub const READABLE: c_int = 1;
/// `UV_POLL`.
const POLL: c_int = 8;
/// What a poll handle may take; today's is 160 bytes.
const SIZES: std::ops::RangeInclusive<usize> = 96..=4096;

/// The functions of libuv that the addon uses.
pub struct Uv {
    pub poll_init: unsafe extern "C" fn(*mut Loop, *mut Handle, c_int) -> c_int,
    pub poll_start: unsafe extern "C" fn(*mut Handle, c_int, OnPoll) -> c_int,
    pub close: unsafe extern "C" fn(*mut Handle, OnClose),
    pub unref: unsafe extern "C" fn(*mut Handle),
    pub get_data: unsafe extern "C" fn(*const Handle) -> *mut c_void,
    pub set_data: unsafe extern "C" fn(*mut Handle, *mut c_void),
    pub get_loop: unsafe extern "C" fn(*const Handle) -> *mut Loop,
    /// Bytes of a poll handle.
    pub poll_size: usize,
}

/// The host's libuv; None where there is none, where a function is missing, or where it is not as known.
pub fn uv() -> Option<&'static Uv> {
    static UV: OnceLock<Option<Uv>> = OnceLock::new();
    UV.get_or_init(look_up).as_ref()
}

/// The address of a function of the host.
fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: `name` is a C string; dlsym has no other demands.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address)
}

macro_rules! function {
    ($name:literal: $type:ty) => {{
        let address = symbol($name)?;
        // SAFETY: a function of that name is libuv's, whose C declaration `$type` repeats; libuv keeps
        // the declarations of a major version as they are, and the caller looks which version it is.
        unsafe { mem::transmute::<*mut c_void, $type>(address) }
    }};
}

fn look_up() -> Option<Uv> {
    let version = function!(c"uv_version": unsafe extern "C" fn() -> c_uint);
    let type_name = function!(c"uv_handle_type_name": unsafe extern "C" fn(c_int) -> *const c_char);
    let handle_size = function!(c"uv_handle_size": unsafe extern "C" fn(c_int) -> usize);
    let uv = Uv {
        poll_init: function!(c"uv_poll_init": unsafe extern "C" fn(*mut Loop, *mut Handle, c_int) -> c_int),
        poll_start: function!(c"uv_poll_start": unsafe extern "C" fn(*mut Handle, c_int, OnPoll) -> c_int),
        close: function!(c"uv_close": unsafe extern "C" fn(*mut Handle, OnClose)),
        unref: function!(c"uv_unref": unsafe extern "C" fn(*mut Handle)),
        get_data: function!(c"uv_handle_get_data": unsafe extern "C" fn(*const Handle) -> *mut c_void),
        set_data: function!(c"uv_handle_set_data": unsafe extern "C" fn(*mut Handle, *mut c_void)),
        get_loop: function!(c"uv_handle_get_loop": unsafe extern "C" fn(*const Handle) -> *mut Loop),
        // SAFETY: libuv answers for any number.
        poll_size: unsafe { handle_size(POLL) },
    };
    // SAFETY: it takes nothing.
    let major = unsafe { version() } >> 16;
    // SAFETY: libuv answers for any number, with a C string that lives for ever or with null.
    let name = unsafe {
        let name = type_name(POLL);
        (!name.is_null()).then(|| CStr::from_ptr(name))?
    };
    (major == 1 && name == c"poll" && SIZES.contains(&uv.poll_size)).then_some(uv)
}
