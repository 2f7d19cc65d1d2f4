//! How a hot call gets its arguments and gives its number, over `napi-sys` alone.
//!
//! Measured with napi 3.16.1 on Node 20: 30 ns for a call that takes a buffer and three integers, against
//! 110 ns through `#[napi]` on a free function and 290 ns on a class method (docs/engine.md).
//!
//! Every pointer into JavaScript memory is born here and borrows [`Call`], so it can't outlive the call. None ever
//! becomes a reference.

use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use napi::bindgen_prelude::Object;
use napi::{Env, Result, Status, sys};
use socketpair_core::{Source, Target};

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

    /// The bytes `offset .. offset + length` of the view in argument `index`, to be filled.
    pub fn target(&self, index: usize, offset: usize, length: usize) -> Option<Target<'_>> {
        self.whole(index)?.part(offset, length)
    }

    /// The same, to be read from.
    pub fn source(&self, index: usize, offset: usize, length: usize) -> Option<Source<'_>> {
        self.bytes(self.arguments[index])
            .map(source)?
            .part(offset, length)
    }

    /// All bytes of the view in argument `index`, to be filled.
    pub fn whole(&self, index: usize) -> Option<Target<'_>> {
        self.bytes(self.arguments[index]).map(target)
    }

    /// The numbers of the `Uint32Array` in argument `index`.
    pub fn numbers(&self, index: usize) -> Option<Numbers<'_>> {
        self.view(self.arguments[index], sys::TypedarrayType::uint32_array)
            .map(Numbers)
    }

    /// The views of the array in argument `index`, from entry `from` on, to be read from.
    pub fn sources(&self, index: usize, from: usize) -> Option<Vec<Source<'_>>> {
        self.pieces(index, from, source)
    }

    /// The views of the array in argument `index`, to be filled.
    pub fn targets(&self, index: usize) -> Option<Vec<Target<'_>>> {
        self.pieces(index, 0, target)
    }

    /// The array is lib/'s own, of views it has checked: reading an entry runs no JavaScript, so no entry
    /// can move the memory of an earlier one.
    fn pieces<'a, P>(
        &'a self,
        index: usize,
        from: usize,
        piece: impl Fn(View<'a, u8>) -> P,
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
                self.bytes(value).map(&piece)
            })
            .collect()
    }

    fn bytes(&self, value: sys::napi_value) -> Option<View<'_, u8>> {
        self.view(value, sys::TypedarrayType::uint8_array)
    }

    /// The memory of a typed array of that element type, which is as wide as a `T`, as it is now.
    fn view<T>(
        &self,
        value: sys::napi_value,
        wanted: sys::napi_typedarray_type,
    ) -> Option<View<'_, T>> {
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
        Some(View {
            start: data.cast(),
            length: if data.is_null() { 0 } else { length },
            call: PhantomData,
        })
    }
}

/// The memory of a typed array: `length` elements that are allocated, aligned and writable until the call
/// returns, since Node-API has just said so, and no JavaScript that could detach or resize them runs on this
/// thread before. Other views of the same call may overlap it, and where it is shared other threads write to it:
/// so no reference to it is ever made.
#[derive(Clone, Copy)]
struct View<'a, T> {
    start: *mut T,
    length: usize,
    call: PhantomData<&'a ()>,
}

fn target(view: View<'_, u8>) -> Target<'_> {
    // SAFETY: as a view is, for as long as the call that it borrows.
    unsafe { Target::new(view.start, view.length) }
}

fn source(view: View<'_, u8>) -> Source<'_> {
    // SAFETY: as a view is, for as long as the call that it borrows.
    unsafe { Source::new(view.start, view.length) }
}

/// A table of numbers in JavaScript's memory.
pub struct Numbers<'a>(View<'a, u32>);

impl Numbers<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.length
    }

    /// The number at `index`; None behind the last.
    pub fn get(&self, index: usize) -> Option<u32> {
        self.place(index).map(|place| place.load(Ordering::Relaxed))
    }

    /// Changes the number at `index`; nothing happens behind the last.
    pub fn set(&self, index: usize, number: u32) {
        if let Some(place) = self.place(index) {
            place.store(number, Ordering::Relaxed);
        }
    }

    /// All of them, as they are now.
    pub fn to_vec(&self) -> Vec<u32> {
        (0..self.len())
            .filter_map(|index| self.get(index))
            .collect()
    }

    fn place(&self, index: usize) -> Option<&AtomicU32> {
        if index >= self.len() {
            return None;
        }
        // SAFETY: below the length of a view, which is aligned; any bits are a u32. Atomic, so that two tables
        // may be the same and other threads may write there.
        Some(unsafe { AtomicU32::from_ptr(self.0.start.add(index)) })
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
