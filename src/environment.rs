//! What the addon keeps for one JavaScript environment (the main thread, a worker, an Electron window).
//!
//! Nothing is shared between environments but the runtime: a worker that ends takes its own ends along
//! and touches nobody else's.

use std::cell::RefCell;
use std::time::Duration;

use napi::sys;
use socketpair_core::{Error, Interest, Result, Socket, linger};

use crate::arrivals::{self, Arrival};
use crate::ends::{Direction, End, Ends};
use crate::received::Received;
use crate::runtime::Runtime;
use crate::slab::Slab;
use crate::wake::Wakes;

/// One environment's ends, its received descriptors, its wake-ups and its use of the runtime.
pub struct Environment {
    raw: sys::napi_env,
    ends: RefCell<Ends>,
    received: RefCell<Slab<Received>>,
    arrived: RefCell<Vec<Arrival>>,
    wakes: Wakes,
    runtime: Runtime,
}

thread_local! {
    // Nearly always one; a test runner that loads the addon into several contexts makes more.
    static ENVIRONMENTS: RefCell<Vec<Environment>> = const { RefCell::new(Vec::new()) };
}

/// Runs `action` on the environment `env`.
///
/// # Errors
/// EBADF as that of `syscall` when it was not opened or is being torn down, else those of `action`.
pub fn with<R>(
    env: sys::napi_env,
    syscall: &'static str,
    action: impl FnOnce(&Environment) -> Result<R>,
) -> Result<R> {
    ENVIRONMENTS.with_borrow(|all| {
        let environment = all.iter().find(|one| one.raw == env);
        action(environment.ok_or(Error::new(libc::EBADF, syscall))?)
    })
}

/// Whether the environment `env` was opened.
pub fn is_open(env: sys::napi_env) -> bool {
    ENVIRONMENTS.with_borrow(|all| all.iter().any(|one| one.raw == env))
}

/// Opens the environment `env`: from here on it can own ends.
pub fn open(env: sys::napi_env, wakes: Wakes) {
    let environment = Environment {
        raw: env,
        ends: RefCell::default(),
        received: RefCell::default(),
        arrived: RefCell::default(),
        wakes,
        runtime: Runtime::default(),
    };
    ENVIRONMENTS.with_borrow_mut(|all| all.push(environment));
}

/// Tears the environment `env` down: the wake-ups first, so that no readiness of the ends which are
/// closed next, nor of anybody's, reaches an environment that is gone.
pub fn close(env: sys::napi_env) {
    let closing = ENVIRONMENTS.with_borrow_mut(|all| {
        all.iter()
            .position(|one| one.raw == env)
            .map(|index| all.swap_remove(index))
    });
    let Some(environment) = closing else { return };
    environment.wakes.close();
    environment.ends.borrow_mut().drain().for_each(drop);
    environment.received.borrow_mut().drain().for_each(drop);
    environment.runtime.leave();
}

impl Environment {
    /// Takes `socket` in and gives the number that JavaScript holds.
    pub fn insert(&self, socket: Socket) -> u32 {
        self.ends.borrow_mut().insert(End::new(socket))
    }

    /// Runs `action` on the end `id`.
    ///
    /// # Errors
    /// EBADF when there is none, else those of `action`.
    pub fn with<R>(
        &self,
        id: u32,
        syscall: &'static str,
        action: impl FnOnce(&End, &Socket) -> Result<R>,
    ) -> Result<R> {
        let ends = self.ends.borrow();
        let end = ends.get(id).ok_or(Error::new(libc::EBADF, syscall))?;
        action(end, end.socket(syscall)?)
    }

    /// Takes the end `id` out and gives its socket; None when it is gone.
    pub fn take(&self, id: u32) -> Option<Socket> {
        self.ends.borrow_mut().remove(id)?.into_socket()
    }

    /// Keeps what came along with a receive for [`deliver`](Self::deliver); what the one before left is
    /// closed.
    pub fn arrived(&self, arrivals: Vec<Arrival>) {
        self.arrived.replace(arrivals);
    }

    /// Gives what came along with the last receive; see [`arrivals::deliver`].
    pub fn deliver(&self, table: &mut [u32]) -> Result<usize> {
        arrivals::deliver(
            &mut self.arrived.borrow_mut(),
            &mut self.received.borrow_mut(),
            table,
        )
    }

    /// Takes a descriptor in and gives the number that JavaScript holds.
    pub fn insert_received(&self, descriptor: Received) -> u32 {
        self.received.borrow_mut().insert(descriptor)
    }

    /// Makes the received descriptor `id` a socket of its own; when it is none it stays here.
    ///
    /// # Errors
    /// EBADF when there is none, else those of [`Socket::adopt`].
    pub fn adopt_received(&self, id: u32) -> Result<Socket> {
        let mut received = self.received.borrow_mut();
        let missing = Error::new(libc::EBADF, "getsockopt");
        let socket = received.get_mut(id).ok_or(missing)?.adopt()?;
        received.remove(id);
        Ok(socket)
    }

    /// Runs `action` on the received descriptor `id`.
    ///
    /// # Errors
    /// EBADF when there is none, else those of `action`.
    pub fn with_received<R>(
        &self,
        id: u32,
        syscall: &'static str,
        action: impl FnOnce(&Received) -> Result<R>,
    ) -> Result<R> {
        let received = self.received.borrow();
        action(received.get(id).ok_or(Error::new(libc::EBADF, syscall))?)
    }

    /// Takes the received descriptor `id` out; None when it is gone.
    pub fn take_received(&self, id: u32) -> Option<Received> {
        self.received.borrow_mut().remove(id)
    }

    /// Asks for a wake-up of the end `id`; see [`End::arm`].
    pub fn arm(&self, id: u32, direction: Direction) -> Result<bool> {
        let mut ends = self.ends.borrow_mut();
        let end = ends.get_mut(id).ok_or(Error::new(libc::EBADF, "poll"))?;
        end.arm(direction, &self.runtime, || self.wakes.wakers(id))
    }

    /// Ends a wait of the end `id`; see [`End::disarm`].
    pub fn disarm(&self, id: u32, direction: Direction) {
        if let Some(end) = self.ends.borrow_mut().get_mut(id) {
            end.disarm(direction);
        }
    }

    /// Waits a moment on this thread for the ends that `tokens` name, and says of each whether it can be
    /// tried; an end that is gone can, and will say so.
    pub fn linger(&self, tokens: &mut [u32], spin: Duration, sleep: Duration) -> Result<()> {
        let ends = self.ends.borrow();
        let waits: Vec<_> = tokens
            .iter()
            .filter_map(|token| {
                let interest = if token & 1 == 0 {
                    Interest::Read
                } else {
                    Interest::Write
                };
                ends.get(token >> 1)?
                    .socket("poll")
                    .ok()
                    .map(|socket| (socket, interest))
            })
            .collect();
        if waits.len() < tokens.len() {
            tokens.fill(1);
            return Ok(());
        }
        let ready = linger(&waits, spin, sleep)?;
        for (token, ready) in tokens.iter_mut().zip(ready) {
            *token = u32::from(ready);
        }
        Ok(())
    }

    /// Whether a wait keeps the process alive, from now on.
    pub fn keep_alive(&self, keep: bool) {
        self.wakes.keep_alive(self.raw, keep);
    }

    /// Makes the event loop turn once, if it runs.
    pub fn nudge(&self) {
        self.wakes.nudge();
    }
}
