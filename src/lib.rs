//! The napi-rs binding of `socketpair-core`: it converts, checks and settles, nothing else.
//!
//! Two kinds of exports: ordinary `#[napi]` functions for what happens once in an end's life, and the
//! hot calls of [`transfer`], registered by hand because a transfer is worth 30 ns of call and not 110.
//! Every export is synchronous; the only thing that ever comes back from another thread is a batch of
//! tokens through [`wake`], and it carries no pointer. Where the host's event loop is libuv, [`event_loop`]
//! makes such a batch on the JavaScript thread itself.

mod arrivals;
mod calls;
mod constants;
mod counters;
mod descriptor;
mod ends;
mod environment;
mod error;
mod event_loop;
mod options;
mod ownership;
mod pair;
mod panics;
mod parked;
mod received;
mod receiving;
mod relay;
mod relaying;
mod runtime;
mod sending;
mod slab;
mod transfer;
mod uv;
mod wake;
