//! How a hot call gets its arguments and gives its number, over `napi-sys` alone.
//!
//! Measured with napi 3.16.1 on Node 20: 30 ns for a call that takes a buffer and three integers, against
//! 110 ns through `#[napi]` on a free function and 290 ns on a class method (docs/engine.md).
//!
//! Every pointer into JavaScript memory is born here and borrows [`Call`], so it can't outlive the call.

use std::io::{IoSlice, IoSliceMut};
use std::{ptr, slice};

use napi::bindgen_prelude::Object;
use napi::{Env, Result, Status, sys};

use crate::panics::caught;

/// The call was made with something that lib/ never passes, or a view is smaller than what was asked of
/// it: detached, or shrunk since. Not a number that an errno can take.
pub const OUT_OF_BOUNDS: i64 = -0x1_0000;

/// The arguments of a running call.
pub struct Call<const N: usize> {
    env: sys::napi_env,
    arguments: [sys::napi_value; N],
}

impl<const N: usize> Call<N> {
    /// The environment of the call.
    pub fn env(&self) -> sys::napi_env {
        self.env
    }

    /// Argument `index` as an integer that is not negative.
    pub fn integer(&self, index: usize) -> Option<usize> {
        let mut value = 0;
        // SAFETY: both handles are those of the running call; `value` outlives it.
        let status =
            unsafe { sys::napi_get_value_int64(self.env, self.arguments[index], &raw mut value) };
        if status == sys::Status::napi_ok {
            usize::try_from(value).ok()
        } else {
            None
        }
    }

    /// Argument `index` as an end's number; what is none becomes one that no end has.
    pub fn id(&self, index: usize) -> u32 {
        self.integer(index)
            .and_then(|id| u32::try_from(id).ok())
            .unwrap_or(u32::MAX)
    }

    /// The bytes `offset .. offset + length` of the view in argument `index`.
    pub fn bytes(&self, index: usize, offset: usize, length: usize) -> Option<&mut [u8]> {
        let view = self.view(self.arguments[index], sys::TypedarrayType::uint8_array)?;
        view.get_mut(offset..offset.checked_add(length)?)
    }

    /// All bytes of the view in argument `index`.
    pub fn whole(&self, index: usize) -> Option<&mut [u8]> {
        self.view(self.arguments[index], sys::TypedarrayType::uint8_array)
    }

    /// The numbers of the `Uint32Array` in argument `index`.
    #[expect(
        clippy::mut_from_ref,
        reason = "the memory is JavaScript's, not that of the call"
    )]
    pub fn numbers(&self, index: usize) -> Option<&mut [u32]> {
        let bytes = self.view(self.arguments[index], sys::TypedarrayType::uint32_array)?;
        // SAFETY: a Uint32Array starts at a multiple of four and any bits are a u32; the part that
        // `align_to_mut` could leave over at either side is empty.
        let (_, numbers, _) = unsafe { bytes.align_to_mut::<u32>() };
        Some(numbers)
    }

    /// The views of the array in argument `index`, from entry `from` on, to be read from.
    pub fn sources(&self, index: usize, from: usize) -> Option<Vec<IoSlice<'_>>> {
        self.pieces(index, from, |view| IoSlice::new(view))
    }

    /// The views of the array in argument `index`, to be filled.
    pub fn targets(&self, index: usize) -> Option<Vec<IoSliceMut<'_>>> {
        self.pieces(index, 0, IoSliceMut::new)
    }

    /// The array is lib/'s own, of views it has checked: reading an entry runs no JavaScript, so no entry
    /// can move the memory of an earlier one.
    fn pieces<'a, P>(
        &'a self,
        index: usize,
        from: usize,
        piece: impl Fn(&'a mut [u8]) -> P,
    ) -> Option<Vec<P>> {
        let array = self.arguments[index];
        let mut length = 0;
        // SAFETY: both handles are those of the running call; `length` outlives it.
        let status = unsafe { sys::napi_get_array_length(self.env, array, &raw mut length) };
        if status != sys::Status::napi_ok {
            return None;
        }
        (u32::try_from(from).ok()?..length)
            .map(|entry| {
                let mut value = ptr::null_mut();
                // SAFETY: as above; `entry` is below the array's length.
                let status =
                    unsafe { sys::napi_get_element(self.env, array, entry, &raw mut value) };
                if status != sys::Status::napi_ok {
                    return None;
                }
                self.view(value, sys::TypedarrayType::uint8_array)
                    .map(&piece)
            })
            .collect()
    }

    /// The memory of a typed array of that element type, as it is now.
    #[expect(
        clippy::mut_from_ref,
        reason = "the memory is JavaScript's, not that of the call"
    )]
    fn view(&self, value: sys::napi_value, wanted: sys::napi_typedarray_type) -> Option<&mut [u8]> {
        let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut());
        // SAFETY: both handles are those of the running call, the results outlive it, and the two that
        // are not wanted may be null.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                self.env,
                value,
                &raw mut kind,
                &raw mut length,
                &raw mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        if status != sys::Status::napi_ok || kind != wanted {
            return None;
        }
        if data.is_null() || length == 0 {
            return Some(&mut []);
        }
        let width = if wanted == sys::TypedarrayType::uint32_array {
            4
        } else {
            1
        };
        // SAFETY: Node-API just said that `length` elements live there. No JavaScript runs before the
        // call returns, so the memory is neither detached nor resized while the slice lives. Two views
        // may overlap, and other threads may write a SharedArrayBuffer: only the kernel looks inside,
        // and what it then reads or leaves there is the caller's own doing.
        Some(unsafe { slice::from_raw_parts_mut(data.cast::<u8>(), length * width) })
    }
}

/// Runs `body` for the call `info` and gives its number to JavaScript.
///
/// # Safety
/// For a Node-API callback, with the arguments it was called with.
pub unsafe fn run<const N: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    body: fn(&Call<N>) -> i64,
) -> sys::napi_value {
    let mut arguments = [ptr::null_mut(); N];
    let mut count = N;
    // SAFETY: the callback's own handles; there is room for `count` arguments, and Node-API fills what
    // was not passed with undefined.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    let mut result = ptr::null_mut();
    if status == sys::Status::napi_ok {
        let call = Call { env, arguments };
        let number = caught(|| body(&call)).unwrap_or(-i64::from(libc::ENOTRECOVERABLE));
        // SAFETY: the callback's own environment; `result` outlives the call.
        unsafe {
            if let Ok(small) = i32::try_from(number) {
                sys::napi_create_int32(env, small, &raw mut result);
            } else {
                sys::napi_create_int64(env, number, &raw mut result);
            }
        }
    }
    result
}

/// Puts the callback `function` into `object` as `name`.
pub fn define(
    env: &Env,
    object: &mut Object<'_>,
    name: &str,
    function: sys::napi_callback,
) -> Result<()> {
    let mut value = ptr::null_mut();
    let length = isize::try_from(name.len()).unwrap_or(-1);
    // SAFETY: `name` is `length` bytes of UTF-8, `function` needs no data, and `value` outlives the call.
    let status = unsafe {
        sys::napi_create_function(
            env.raw(),
            name.as_ptr().cast(),
            length,
            function,
            ptr::null_mut(),
            &raw mut value,
        )
    };
    if status != sys::Status::napi_ok {
        return Err(napi::Error::from_status(Status::from(status)));
    }
    // SAFETY: a function of this environment was just made.
    let function = unsafe { napi::bindgen_prelude::Unknown::from_raw_unchecked(env.raw(), value) };
    object.set(name, function)
}

/// Turns a safe function of a [`Call`] into a Node-API callback.
macro_rules! callback {
    ($body:path) => {{
        unsafe extern "C" fn callback(
            env: ::napi::sys::napi_env,
            info: ::napi::sys::napi_callback_info,
        ) -> ::napi::sys::napi_value {
            // SAFETY: Node-API calls this with a callback's arguments.
            unsafe { $crate::calls::run(env, info, $body) }
        }
        Some(callback as unsafe extern "C" fn(_, _) -> _)
    }};
}
pub(crate) use callback;
