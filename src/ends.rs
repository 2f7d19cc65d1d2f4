//! One end that an environment owns, and whether it is known to the I/O driver or to the event loop.

use std::cell::Cell;
use std::mem;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use socketpair_core::{Directions, Error, ReadySet, Registered, Result, Socket};

use crate::counters::Counted;
use crate::ownership::Claim;
use crate::relaying::{Patience, Relaying};
use crate::runtime::Runtime;
use crate::slab::Slab;

const POLL: &str = "poll";

/// Which way bytes move, as the numbers that JavaScript passes.
#[derive(Clone, Copy)]
pub enum Direction {
    Read,
    Write,
}

/// Wakers of one end: made at its first wait, used again for every later one.
struct Wakers {
    read: Waker,
    write: Waker,
}

/// What the event loop's set was asked about one end: it answers once, for all directions.
struct Watched {
    set: Arc<ReadySet>,
    key: u64,
    asked: Directions,
}

enum State {
    /// The I/O driver does not know it.
    Unregistered(Socket),
    Registered(Registered),
    /// A relay moves its bytes, and nobody else may.
    Relayed(Arc<Registered>, Arc<Relaying>),
    /// Only while a state change is under way or after it failed half-way.
    Gone,
}

impl State {
    fn into_socket(self) -> Option<Socket> {
        match self {
            State::Unregistered(socket) => Some(socket),
            State::Registered(registered) => Some(registered.into_socket()),
            State::Relayed(registered, relaying) => {
                // From here on the relay has no share in it; or, held up, it closes the end when it ends.
                let _ = relaying.stop(Patience::Short);
                Arc::into_inner(registered).map(Registered::into_socket)
            }
            State::Gone => None,
        }
    }
}

/// One end that JavaScript owns through its number.
pub struct End {
    claim: Claim,
    state: State,
    wakers: Option<Wakers>,
    /// From the first wait that the event loop shall tell of.
    watched: Option<Watched>,
    /// Whether somebody waits, by direction.
    armed: [bool; 2],
    /// An error that the system reported while a batch already held messages: told by the next receive.
    deferred: Cell<Option<Error>>,
    _counted: Counted,
}

impl End {
    /// Takes `socket` in.
    pub fn new(socket: Socket) -> Self {
        Self {
            claim: Claim::of(socket.as_raw_fd(), socket.identity()),
            state: State::Unregistered(socket),
            wakers: None,
            watched: None,
            armed: [false; 2],
            deferred: Cell::new(None),
            _counted: Counted::end(),
        }
    }

    /// The socket, for what moves no bytes; EBADF as the error of `syscall`.
    pub fn socket(&self, syscall: &'static str) -> Result<&Socket> {
        match &self.state {
            _ if self.claim.is_lost() => Err(Error::new(libc::EBADF, syscall)),
            State::Unregistered(socket) => Ok(socket),
            State::Registered(registered) => Ok(registered.socket()),
            State::Relayed(registered, _) => Ok(registered.socket()),
            State::Gone => Err(Error::new(libc::EBADF, syscall)),
        }
    }

    /// The socket; EBADF, or EBUSY while it is relayed, as the error of `syscall`.
    pub fn free_socket(&self, syscall: &'static str) -> Result<&Socket> {
        match &self.state {
            State::Relayed(..) => Err(Error::new(libc::EBUSY, syscall)),
            _ => self.socket(syscall),
        }
    }

    /// Keeps `error` for the next receive.
    pub fn defer(&self, error: Error) {
        self.deferred.set(Some(error));
    }

    /// The error that an earlier batch left, once.
    pub fn take_deferred(&self) -> Option<Error> {
        self.deferred.take()
    }

    /// Ends the wait in `direction`. An end where nothing waits is not registered: while its bytes are
    /// moved inline, each of them would wake the I/O driver's thread for nothing.
    pub fn disarm(&mut self, direction: Direction) {
        self.armed[direction as usize] = false;
        self.unregister_if_idle();
    }

    /// Takes the end off the I/O driver if nothing waits.
    pub fn unregister_if_idle(&mut self) {
        if self.armed != [false; 2] {
            return;
        }
        match mem::replace(&mut self.state, State::Gone) {
            State::Registered(registered) => {
                self.state = State::Unregistered(registered.into_socket());
            }
            other => self.state = other,
        }
    }

    /// Asks to be woken when the end can move bytes in `direction`.
    ///
    /// `Ok(true)`: the waker is set. `Ok(false)`: it can be tried at once.
    pub fn arm(
        &mut self,
        direction: Direction,
        runtime: &Runtime,
        wakers: impl FnOnce() -> (Waker, Waker),
    ) -> Result<bool> {
        self.register(runtime)?;
        let State::Registered(registered) = &self.state else {
            return Err(Error::new(libc::EBADF, POLL));
        };
        let wakers = self.wakers.get_or_insert_with(|| {
            let (read, write) = wakers();
            Wakers { read, write }
        });
        let poll = match direction {
            Direction::Read => registered.poll_readable(&mut Context::from_waker(&wakers.read)),
            Direction::Write => registered.poll_writable(&mut Context::from_waker(&wakers.write)),
        };
        self.armed[direction as usize] = poll.is_pending();
        match poll {
            Poll::Pending => Ok(true),
            Poll::Ready(result) => {
                self.disarm(direction);
                result.map(|()| false)
            }
        }
    }

    /// Asks `set` for the event loop to be told when the end can move bytes in `direction`; `key` gives
    /// the key of the first question.
    pub fn watch(
        &mut self,
        direction: Direction,
        set: Arc<ReadySet>,
        key: impl FnOnce() -> u64,
    ) -> Result<()> {
        let socket = self.free_socket(POLL)?;
        let (mut asked, key, known) = match &self.watched {
            Some(watched) => (watched.asked, watched.key, true),
            None => (Directions::default(), key(), false),
        };
        let before = asked;
        match direction {
            Direction::Read => asked.read = true,
            Direction::Write => asked.write = true,
        }
        // An answer that is still to come serves: it was asked for by a wait that was taken back.
        if asked != before {
            set.ask(socket, key, asked, known)?;
            self.watched = Some(Watched { set, key, asked });
        }
        self.armed[direction as usize] = true;
        Ok(())
    }

    /// Takes the answer to the question `key`; gives for whom it is, by direction.
    pub fn told(&mut self, key: u64, can: Directions) -> [bool; 2] {
        let Some(watched) = self.watched.as_mut().filter(|watched| watched.key == key) else {
            return [false; 2];
        };
        watched.asked = Directions::default();
        let set = Arc::clone(&watched.set);
        for (direction, can) in [(Direction::Read, can.read), (Direction::Write, can.write)] {
            // Who still waits must ask again; where that fails the next try tells why.
            if self.armed[direction as usize]
                && !can
                && self.watch(direction, Arc::clone(&set), || key).is_err()
            {
                return mem::take(&mut self.armed);
            }
        }
        let told = [self.armed[0] && can.read, self.armed[1] && can.write];
        self.armed = [self.armed[0] && !can.read, self.armed[1] && !can.write];
        told
    }

    /// Ends every wait by the event loop, which tells nothing more; gives who waited, by direction.
    pub fn unwatch(&mut self) -> [bool; 2] {
        let Some(watched) = self.watched.take() else {
            return [false; 2];
        };
        if let Ok(socket) = self.socket(POLL) {
            watched.set.forget(socket);
        }
        mem::take(&mut self.armed)
    }

    /// Ends every wait, and forgets the environment that it was in.
    pub fn leave(&mut self) {
        self.unwatch();
        self.disarm(Direction::Read);
        self.disarm(Direction::Write);
        self.wakers = None;
    }

    /// Makes the end known to the I/O driver.
    pub fn register(&mut self, runtime: &Runtime) -> Result<()> {
        self.free_socket(POLL)?;
        if !matches!(self.state, State::Unregistered(_)) {
            return Ok(());
        }
        let handle = runtime.handle()?;
        let State::Unregistered(socket) = mem::replace(&mut self.state, State::Gone) else {
            return Ok(());
        };
        match Registered::new(socket, &handle) {
            Ok(registered) => {
                self.state = State::Registered(registered);
                Ok(())
            }
            Err((error, socket)) => {
                self.state = State::Unregistered(socket);
                Err(error)
            }
        }
    }

    /// Lends the end to `relaying`; None when it is not registered, or somebody waits.
    pub fn lend(&mut self, relaying: &Arc<Relaying>) -> Option<Arc<Registered>> {
        if self.armed != [false; 2] {
            return None;
        }
        self.unwatch();
        match mem::replace(&mut self.state, State::Gone) {
            State::Registered(registered) => {
                let registered = Arc::new(registered);
                self.state = State::Relayed(Arc::clone(&registered), Arc::clone(relaying));
                Some(registered)
            }
            other => {
                self.state = other;
                None
            }
        }
    }

    /// What moves the end's bytes, while it is lent.
    pub fn relaying(&self) -> Option<&Arc<Relaying>> {
        match &self.state {
            State::Relayed(_, relaying) => Some(relaying),
            _ => None,
        }
    }

    /// Ends the loan, and the relay with it.
    pub fn take_back(&mut self) {
        let state = mem::replace(&mut self.state, State::Gone);
        self.state = match state {
            State::Relayed(..) => state.into_socket().map_or(State::Gone, State::Unregistered),
            other => other,
        };
    }

    /// Gives the socket up, deregistered and no longer claimed.
    pub fn into_socket(mut self) -> Option<Socket> {
        self.unwatch();
        self.state.into_socket()
    }
}

/// The ends of one environment.
pub type Ends = Slab<End>;
