//! What the addon keeps for one JavaScript environment (the main thread, a worker, an Electron window).
//!
//! Nothing is shared between environments but the runtime and what is parked on its way between two: a
//! worker that ends takes its own ends along and touches nobody else's.

use std::cell::RefCell;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::sys;
use socketpair_core::{Error, Interest, Relayed, Result, Room, Socket, descriptor_limit, linger};

use crate::arrivals::{self, Arrival};
use crate::calls::Numbers;
use crate::ends::{Direction, End, Ends};
use crate::event_loop::EventLoop;
use crate::panics::caught;
use crate::parked;
use crate::received::Received;
use crate::relaying::{Outcome, Patience, Relaying};
use crate::runtime::Runtime;
use crate::slab::Slab;
use crate::wake::Wakes;

/// One environment's ends, its received descriptors, its wake-ups and its use of the runtime.
pub struct Environment {
    raw: sys::napi_env,
    ends: RefCell<Ends>,
    received: RefCell<Slab<Received>>,
    arrived: RefCell<Vec<Arrival>>,
    descriptor_limit: usize,
    wakes: Wakes,
    event_loop: EventLoop,
    runtime: Runtime,
}

thread_local! {
    // Nearly always one; a test runner that loads the addon into several contexts makes more.
    static ENVIRONMENTS: RefCell<Environments> = const { RefCell::new(Environments(Vec::new())) };
}

/// The environments of a thread.
struct Environments(Vec<Environment>);

/// Where the environments are that are never freed: reachable, so that a leak checker knows them as no leaks.
static ABANDONED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

impl Drop for Environments {
    /// Runs as the destructor of the thread: for environments that were not closed by their hook, since the
    /// process ends by exit(3) under them (`process.exit()` of the main thread, an uncaught exception). No call
    /// of Node-API or libuv may be made any more, and none is: the gate is shut, the ends are closed, so that who
    /// shares them finds them as the user left them, and the rest is the system's. The runtime's thread goes on
    /// until the process is gone; what it can still reach is never freed.
    fn drop(&mut self) {
        for environment in self.0.drain(..) {
            caught(|| environment.abandon());
            let place = ptr::from_ref(Box::leak(Box::new(environment)));
            let mut abandoned = ABANDONED.lock().unwrap_or_else(PoisonError::into_inner);
            abandoned.push(place.expose_provenance());
        }
    }
}

/// Runs `action` on the environment `env`.
///
/// # Errors
/// EBADF as that of `syscall` when it was not opened or is being torn down, ENOTRECOVERABLE when `action`
/// panicked, else those of `action`.
pub fn with<R>(
    env: sys::napi_env,
    syscall: &'static str,
    action: impl FnOnce(&Environment) -> Result<R>,
) -> Result<R> {
    ENVIRONMENTS.with_borrow(|Environments(all)| {
        let environment = all.iter().find(|one| one.raw == env);
        let environment = environment.ok_or(Error::new(libc::EBADF, syscall))?;
        caught(|| action(environment)).unwrap_or(Err(Error::new(libc::ENOTRECOVERABLE, syscall)))
    })
}

/// Whether the environment `env` was opened.
pub fn is_open(env: sys::napi_env) -> bool {
    ENVIRONMENTS.with_borrow(|all| all.0.iter().any(|one| one.raw == env))
}

/// Opens the environment `env`: from here on it can own ends.
pub fn open(env: sys::napi_env, wakes: Wakes, event_loop: EventLoop) {
    let environment = Environment {
        raw: env,
        ends: RefCell::default(),
        received: RefCell::default(),
        arrived: RefCell::default(),
        descriptor_limit: descriptor_limit(),
        wakes,
        event_loop,
        runtime: Runtime::default(),
    };
    ENVIRONMENTS.with_borrow_mut(|all| all.0.push(environment));
    parked::enter();
}

/// Tears the environment `env` down: the wake-ups first, so that no readiness of the ends which are
/// closed next, nor of anybody's, reaches an environment that is gone.
pub fn close(env: sys::napi_env) {
    let closing = ENVIRONMENTS.with_borrow_mut(|Environments(all)| {
        all.iter()
            .position(|one| one.raw == env)
            .map(|index| all.swap_remove(index))
    });
    let Some(environment) = closing else { return };
    // Whatever fails at one step, the others are still taken: nothing may wake an environment that is gone.
    caught(|| environment.wakes.close());
    caught(|| environment.event_loop.stop());
    caught(|| environment.received.borrow_mut().drain().for_each(drop));
    for end in environment.ends.borrow_mut().drain() {
        caught(|| drop(end.into_socket()));
    }
    caught(|| environment.runtime.leave());
    caught(parked::leave);
    caught(|| drop(environment));
}

impl Environment {
    /// Gives up what is others' too, while the process ends by exit(3).
    fn abandon(&self) {
        self.wakes.abandon();
        // A cell may be borrowed by a call that exit(3) was called from within: it never goes on.
        if let Ok(mut received) = self.received.try_borrow_mut() {
            received.drain().for_each(drop);
        }
        if let Ok(mut ends) = self.ends.try_borrow_mut() {
            // Relays are not waited for: their ends are closed by the system.
            ends.drain().for_each(drop);
        }
    }

    /// Takes in an end, new or from another environment, and gives the number that JavaScript holds.
    ///
    /// # Errors
    /// EMFILE: there are no more numbers, and the end is closed.
    pub fn insert(&self, end: End, syscall: &'static str) -> Result<u32> {
        let number = self.ends.borrow_mut().insert(end);
        number.ok_or(Error::new(libc::EMFILE, syscall))
    }

    /// Runs `action`, which may move bytes, on the end `id`.
    ///
    /// # Errors
    /// EBADF when there is none, EBUSY when it is relayed, else those of `action`.
    pub fn with<R>(
        &self,
        id: u32,
        syscall: &'static str,
        action: impl FnOnce(&End, &Socket) -> Result<R>,
    ) -> Result<R> {
        let ends = self.ends.borrow();
        let end = ends.get(id).ok_or(Error::new(libc::EBADF, syscall))?;
        action(end, end.free_socket(syscall)?)
    }

    /// Runs `action`, which moves no bytes, on the end `id`, whether it is relayed or not.
    ///
    /// # Errors
    /// EBADF when there is none, else those of `action`.
    pub fn look_at<R>(
        &self,
        id: u32,
        syscall: &'static str,
        action: impl FnOnce(&Socket) -> Result<R>,
    ) -> Result<R> {
        let ends = self.ends.borrow();
        let end = ends.get(id).ok_or(Error::new(libc::EBADF, syscall))?;
        action(end.socket(syscall)?)
    }

    /// Takes the end `id` out and gives its socket; None when it is gone.
    pub fn take(&self, id: u32) -> Option<Socket> {
        self.ends.borrow_mut().remove(id)?.into_socket()
    }

    /// Room for `most` descriptors, or for as many as leave this process half of those that it may have:
    /// a sender can't use them up while nobody takes or closes what comes.
    pub fn room(&self, most: usize) -> Room {
        let left = (self.descriptor_limit / 2).saturating_sub(self.received.borrow().len());
        Room::for_descriptors(most.min(left))
    }

    /// Keeps what came along with a receive for [`deliver`](Self::deliver); what the one before left is
    /// closed.
    pub fn arrived(&self, arrivals: Vec<Arrival>) {
        self.arrived.replace(arrivals);
    }

    /// Gives what came along with the last receive; see [`arrivals::deliver`].
    pub fn deliver(&self, table: &Numbers<'_>) -> Result<(usize, usize)> {
        arrivals::deliver(
            &mut self.arrived.borrow_mut(),
            &mut self.received.borrow_mut(),
            table,
        )
    }

    /// Takes a descriptor in and gives the number that JavaScript holds.
    ///
    /// # Errors
    /// EMFILE: there are no more numbers, and the descriptor is closed.
    pub fn insert_received(&self, descriptor: Received, syscall: &'static str) -> Result<u32> {
        let number = self.received.borrow_mut().insert(descriptor);
        number.ok_or(Error::new(libc::EMFILE, syscall))
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

    /// Takes the end `id` out as it is.
    ///
    /// # Errors
    /// EBADF when it is gone.
    pub fn take_end(&self, id: u32) -> Result<End> {
        let end = self.ends.borrow_mut().remove(id);
        end.ok_or(Error::new(libc::EBADF, "close"))
    }

    /// Asks for a wake-up of the end `id`, by the event loop or as [`End::arm`] says.
    pub fn arm(&self, id: u32, direction: Direction) -> Result<bool> {
        let mut ends = self.ends.borrow_mut();
        let end = ends.get_mut(id).ok_or(Error::new(libc::EBADF, "poll"))?;
        if let Some(set) = self.event_loop.set()? {
            end.watch(direction, set, || self.event_loop.key(id))?;
            return Ok(true);
        }
        end.arm(direction, &self.runtime, || self.wakes.wakers(id))
    }

    /// Whether the event loop tells what is ready, and not the I/O driver.
    pub fn uses_event_loop(&self) -> bool {
        self.event_loop.is_used()
    }

    /// The event loop has something to tell; gives the tokens of those who waited for it. If it has
    /// `failed`, these are all: they try again, and what then waits is the I/O driver's.
    pub fn told(&self, failed: bool) -> Vec<u32> {
        let mut tokens = Vec::new();
        let mut ends = self.ends.borrow_mut();
        let mut take = |id: u32, told: [bool; 2]| {
            let directions = [id << 1, id << 1 | 1];
            tokens.extend(
                directions
                    .into_iter()
                    .zip(told)
                    .filter_map(|(token, told)| told.then_some(token)),
            );
        };
        let asked = match self.event_loop.set() {
            Ok(Some(set)) if !failed => set.told(|key, can| {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the number is the lower half"
                )]
                let id = key as u32;
                if let Some(end) = ends.get_mut(id) {
                    take(id, end.told(key, can));
                }
            }),
            _ => Err(Error::new(libc::EBADF, "poll")),
        };
        if asked.is_err() {
            self.event_loop.stop();
            for (id, end) in ends.all_mut() {
                take(id, end.unwatch());
            }
        }
        tokens
    }

    /// Takes the event loop out of use.
    pub fn stop_event_loop(&self) {
        self.event_loop.stop();
    }

    /// Ends a wait of the end `id`; see [`End::disarm`].
    pub fn disarm(&self, id: u32, direction: Direction) {
        if let Some(end) = self.ends.borrow_mut().get_mut(id) {
            end.disarm(direction);
        }
    }

    /// Lends the ends `a` and `b` to a relay, which begins at once; `onReady` is called with the token of
    /// `a` for reading when it has ended by itself. False: both are the same socket.
    ///
    /// # Errors
    /// EBADF, EBUSY: an end is gone or in use; else what the system said to a wait.
    pub fn relay(&self, a: u32, b: u32, syscall: &'static str) -> Result<bool> {
        let mut ends = self.ends.borrow_mut();
        let identity = |id| {
            let end = ends.get(id).ok_or(Error::new(libc::EBADF, syscall))?;
            end.free_socket(syscall).map(Socket::identity)
        };
        if identity(a)? == identity(b)? {
            return Ok(false);
        }
        let handle = self.runtime.handle()?;
        let relaying = Arc::new(Relaying::new(self.wakes.wakers(a).0));
        let mut lend = |id| {
            let end = ends.get_mut(id).ok_or(Error::new(libc::EBADF, syscall))?;
            end.register(&self.runtime)?;
            end.lend(&relaying).ok_or(Error::new(libc::EBUSY, syscall))
        };
        let begun = lend(a)
            .and_then(|a| Ok((a, lend(b)?)))
            .and_then(|(a, b)| relaying.start(a, b, &handle));
        if begun.is_err() {
            for id in [a, b] {
                Self::take_back(&mut ends, id);
            }
        }
        begun.map(|()| true)
    }

    /// How much the relay of the end `id` has delivered; None when it is not relayed.
    pub fn relayed(&self, id: u32) -> Option<Relayed> {
        let ends = self.ends.borrow();
        Some(ends.get(id)?.relaying()?.relayed())
    }

    /// Takes the ends `a` and `b` back from their relay, which is stopped if `stop` says how, and gives what
    /// it came to. None: it goes on, if only until its thread lets it go, or there is none.
    pub fn end_relay(&self, a: u32, b: u32, stop: Option<Patience>) -> Option<Outcome> {
        let mut ends = self.ends.borrow_mut();
        // One of them may have been closed while the relay was held up.
        let lent = |id| ends.get(id).and_then(End::relaying).cloned();
        let relaying = lent(a).or_else(|| lent(b))?;
        if stop.is_none() && !relaying.is_over() {
            return None;
        }
        let outcome = relaying.stop(stop.unwrap_or(Patience::None)).ok()?;
        for id in [a, b] {
            Self::take_back(&mut ends, id);
        }
        outcome
    }

    fn take_back(ends: &mut Ends, id: u32) {
        if let Some(end) = ends.get_mut(id) {
            end.take_back();
            // It may be registered still, for a relay that did not begin.
            end.unregister_if_idle();
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
