//! An error of the system as JavaScript sees it: an `Error` with `code`, `errno` (negative) and
//! `syscall`, and the message `EPIPE: broken pipe, sendmsg`.

use napi::bindgen_prelude::Object;
use napi::{Env, JsValue, Status};
use napi_derive::napi;
use socketpair_core::{Error, errno};

/// Makes the error object of `errno` (positive), as `syscall` reported it.
#[napi(catch_unwind)]
pub fn system_error(env: &Env, errno: i32, syscall: String) -> napi::Result<Object<'_>> {
    let name = errno::name(errno);
    let code = name.unwrap_or("UNKNOWN");
    let description = errno::description(errno).unwrap_or("unknown error");
    let message = format!("{code}: {description}, {syscall}");
    let mut object = env.create_error(napi::Error::new(Status::GenericFailure, message))?;
    object.set("errno", -errno)?;
    object.set("code", code)?;
    object.set("syscall", syscall)?;
    Ok(object)
}

/// `error` as the exception that the running call throws.
pub fn throwable(env: Env, error: Error) -> napi::Error {
    match system_error(&env, error.errno(), error.syscall().to_owned()) {
        Ok(object) => napi::Error::from(object.to_unknown()),
        Err(failure) => failure,
    }
}

/// One row of the errno table.
#[napi(object)]
pub struct ErrnoEntry {
    /// The number, positive.
    pub errno: i32,
    /// `EPIPE`
    pub code: String,
    /// `broken pipe`
    pub description: String,
}

/// Every errno that this system has, with the package's own descriptions.
#[napi(catch_unwind)]
pub fn errno_table() -> Vec<ErrnoEntry> {
    errno::table()
        .iter()
        .map(|entry| ErrnoEntry {
            errno: entry.number,
            code: entry.name.to_owned(),
            description: entry.description.to_owned(),
        })
        .collect()
}

/// Throws what a core call failed with.
pub trait OrThrow<T> {
    /// The value, or the exception of `env`.
    ///
    /// # Errors
    /// The core's error as a JavaScript one.
    fn or_throw(self, env: Env) -> napi::Result<T>;
}

impl<T> OrThrow<T> for socketpair_core::Result<T> {
    fn or_throw(self, env: Env) -> napi::Result<T> {
        self.map_err(|error| throwable(env, error))
    }
}
