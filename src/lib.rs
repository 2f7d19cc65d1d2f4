//! The napi-rs binding of `socketpair-core`: converts, checks, settles.
