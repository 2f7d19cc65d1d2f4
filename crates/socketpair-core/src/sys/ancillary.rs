//! recvmsg(2) and sendmsg(2) with control data.

use std::cell::RefCell;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use libc::c_int;

use super::memory::{Source, Target};
use super::transfer::{header_to_fill, header_to_send, landed, raw_flags};
use super::{call, flags};
use crate::ancillary::{
    Builder, Endian, Found, Layout, Outgoing, found, messages, sent_credentials,
};
use crate::policy::{self, CallFlags, Landed, System};
use crate::{Credentials, Error, Result};

/// The layout of the system this is compiled for, as libc has it.
pub(crate) const LAYOUT: Layout = {
    // SAFETY: arithmetic only.
    let (data_offset, space_of_one) = unsafe { (libc::CMSG_LEN(0), libc::CMSG_SPACE(1)) };
    Layout {
        // Level and type are ints everywhere.
        len_width: size_of::<libc::cmsghdr>() - 8,
        data_offset: data_offset as usize,
        align: (space_of_one - data_offset) as usize,
        endian: if cfg!(target_endian = "little") {
            Endian::Little
        } else {
            Endian::Big
        },
    }
};

// What is tested on one machine for all systems is what libc says on each of them.
const _: () = {
    let told = Layout::of(System::CURRENT, usize::BITS, LAYOUT.endian);
    let same = told.len_width == LAYOUT.len_width
        && told.data_offset == LAYOUT.data_offset
        && told.align == LAYOUT.align;
    assert!(same || usize::BITS != 64, "the layout is not libc's");
    assert!(LAYOUT.align <= align_of::<Control>(), "headers are aligned");
};
const _: () = {
    use crate::ancillary::{rights_type, socket_level};
    assert!(socket_level(System::CURRENT) == libc::SOL_SOCKET);
    assert!(rights_type(System::CURRENT) == libc::SCM_RIGHTS);
};

/// Room for credentials and a pidfd. Where the form of credentials lists groups, as the systems do
/// that get all the room there is, for many of these too.
const EXTRAS: usize = 512;

const CONTROL_MAX: usize =
    LAYOUT.space(4 * policy::descriptors_room(System::CURRENT, usize::MAX)) + EXTRAS;

#[cfg(not(any(target_vendor = "apple", target_os = "illumos")))]
const CLOSE_ON_EXEC: c_int = libc::MSG_CMSG_CLOEXEC;
#[cfg(any(target_vendor = "apple", target_os = "illumos"))]
const CLOSE_ON_EXEC: c_int = 0;

/// Memory for control data, aligned for the headers of every system.
#[repr(align(16))]
struct Control([u8; CONTROL_MAX]);

thread_local! {
    // One for each thread and not one for each call: it is a kilobyte, and would be made zero anew.
    static CONTROL: RefCell<Control> = const { RefCell::new(Control([0; CONTROL_MAX])) };
}

/// For what a receive makes room.
#[derive(Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) descriptors: usize,
    pub(crate) credentials: bool,
    /// Credentials are only a mark that something came: nobody reads them.
    pub(crate) as_mark: bool,
    pub(crate) pidfd: bool,
}

impl Expected {
    /// Bytes of control data that hold it.
    fn space(self) -> usize {
        if System::CURRENT != System::Linux {
            return CONTROL_MAX;
        }
        let credentials = sent_credentials(System::CURRENT).map_or(0, |(_, form)| form.len);
        let mut space = 0;
        if self.credentials {
            space += LAYOUT.space(credentials);
        }
        if self.pidfd {
            space += LAYOUT.space(4);
        }
        let descriptors = policy::descriptors_room(System::CURRENT, self.descriptors);
        if descriptors > 0 {
            space += LAYOUT.space(4 * descriptors);
        }
        space
    }
}

/// What control data brought, owned.
#[derive(Default)]
pub(crate) struct Arrived {
    pub(crate) descriptors: Vec<OwnedFd>,
    pub(crate) pidfd: Option<OwnedFd>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) unknown: usize,
    pub(crate) cut: bool,
}

/// recvmsg(2), of as many pieces as one call takes, with room for control data.
pub(crate) fn recv(
    fd: BorrowedFd<'_>,
    bufs: &[Target<'_>],
    flags: CallFlags,
    expected: Expected,
) -> Result<(Landed, Arrived)> {
    CONTROL.with_borrow_mut(|memory| {
        let space = expected.space().min(CONTROL_MAX);
        recv_into(fd, bufs, flags, &mut memory.0[..space], expected.as_mark)
    })
}

fn recv_into(
    fd: BorrowedFd<'_>,
    bufs: &[Target<'_>],
    flags: CallFlags,
    control: &mut [u8],
    as_mark: bool,
) -> Result<(Landed, Arrived)> {
    let raw = raw_flags(flags) | CLOSE_ON_EXEC;
    let mut header = header_to_fill(bufs);
    let returned = call("recvmsg", || {
        (header.msg_control, header.msg_controllen) = if control.is_empty() {
            (ptr::null_mut(), 0)
        } else {
            (control.as_mut_ptr().cast(), control.len() as _)
        };
        // SAFETY: `header` points to `bufs`, which are iovecs over memory that is writable as long as they
        // live, and to `control`, writable for the length given and borrowed for the call.
        let returned = unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut header, raw) };
        returned as i64
    })?;
    #[allow(
        clippy::unnecessary_cast,
        reason = "the width of the length differs by system"
    )]
    let control_len = (header.msg_controllen as usize).min(control.len());
    let came = &control[..control_len];
    let mut arrived = if came.is_empty() || (as_mark && is_credentials(came)) {
        Arrived::default()
    } else {
        let opened = !flags.peek || policy::peek_opens_descriptors(System::CURRENT);
        // SAFETY: the call has just put them there, and nobody but us has seen them.
        unsafe { adopt(came, opened) }
    };
    let room = bufs.iter().map(|piece| piece.len()).sum();
    let mut landed = landed(&header, returned, room);
    arrived.cut |= landed.control;
    landed.control |= control_len > 0;
    Ok((landed, arrived))
}

/// Whether `control` is credentials and nothing else: asked first, because each record brings them.
fn is_credentials(control: &[u8]) -> bool {
    sent_credentials(System::CURRENT).is_some_and(|(kind, form)| {
        control.len() <= LAYOUT.space(form.len)
            && messages(LAYOUT, control)
                .next()
                .is_some_and(|first| first.kind == kind)
    })
}

/// Takes what is in `control` into ownership. Descriptors whose numbers it holds are `opened` for us,
/// or the numbers are none.
///
/// # Safety
///
/// recvmsg(2) has filled `control`, and nobody owns the descriptors in it yet.
unsafe fn adopt(control: &[u8], opened: bool) -> Arrived {
    let mut arrived = Arrived::default();
    let own = |number: RawFd| -> OwnedFd {
        // SAFETY: the caller vouches that it is open and nobody's; the parser gives each once.
        let fd = unsafe { OwnedFd::from_raw_fd(number) };
        if !policy::has_atomic_receive(System::CURRENT) {
            // It can only fail if the number is not open.
            let _ = flags::set_close_on_exec(fd.as_fd(), true);
        }
        fd
    };
    let most = control.len().saturating_sub(LAYOUT.data_offset) / 4;
    for found in found(System::CURRENT, LAYOUT, control) {
        match found {
            Found::Descriptor(number) if opened => {
                if arrived.descriptors.is_empty() {
                    arrived.descriptors.reserve_exact(most);
                }
                arrived.descriptors.push(own(number));
            }
            Found::Pidfd(number) if number >= 0 => arrived.pidfd = Some(own(number)),
            Found::Descriptor(_) | Found::Pidfd(_) => {}
            Found::Credentials(credentials) => arrived.credentials = Some(credentials),
            Found::Unknown => arrived.unknown += 1,
            Found::Cut => arrived.cut = true,
        }
    }
    arrived
}

/// sendmsg(2), of as many pieces as one call takes, with control data.
pub(crate) fn send(
    fd: BorrowedFd<'_>,
    bufs: &[Source<'_>],
    flags: CallFlags,
    outgoing: &Outgoing<'_>,
) -> Result<usize> {
    CONTROL.with_borrow_mut(|memory| {
        let control = build(&mut memory.0, outgoing)?;
        send_from(fd, bufs, flags, control)
    })
}

fn send_from(
    fd: BorrowedFd<'_>,
    bufs: &[Source<'_>],
    flags: CallFlags,
    control: &mut [u8],
) -> Result<usize> {
    let raw = raw_flags(flags);
    let mut header = header_to_send(bufs);
    if !control.is_empty() {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = control.len() as _;
    }
    let returned = call("sendmsg", || {
        // SAFETY: `header` points to `bufs`, which are iovecs over memory that is readable as long as they
        // live, and to `control`, readable for the length given and borrowed for the call.
        let returned = unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const header, raw) };
        returned as i64
    })?;
    Ok(returned.min(bufs.iter().map(|piece| piece.len()).sum()))
}

/// Writes the control data of `outgoing` to the beginning of `memory`.
fn build<'a>(memory: &'a mut [u8], outgoing: &Outgoing<'_>) -> Result<&'a mut [u8]> {
    let descriptors = outgoing.descriptors;
    let too_long = Error::new(libc::EINVAL, "sendmsg");
    if descriptors.len() > policy::descriptors_max(System::CURRENT) {
        return Err(too_long);
    }
    let extras = outgoing.credentials.map_or(0, |_| EXTRAS);
    let most = LAYOUT.space(4 * descriptors.len()) + extras;
    let memory = &mut memory[..most.min(CONTROL_MAX)];
    // The gaps between the parts go to the kernel too.
    memory.fill(0);
    let mut builder = Builder::new(System::CURRENT, LAYOUT, memory);
    builder
        .descriptors(descriptors.iter().map(AsRawFd::as_raw_fd))
        .ok_or(too_long)?;
    if let Some(credentials) = outgoing.credentials {
        let pid = credentials
            .pid
            .unwrap_or_else(|| std::process::id().cast_signed());
        builder
            .credentials(pid, credentials)
            .ok_or(Error::new(libc::EOPNOTSUPP, "sendmsg"))?;
    }
    let len = builder.len();
    Ok(&mut memory[..len])
}

/// Whether all `numbers` are open descriptors: fcntl(2). If not, the first that is none.
pub(crate) fn check(numbers: &[RawFd]) -> Result<(), (usize, Error)> {
    for (place, &number) in numbers.iter().enumerate() {
        call("fcntl", || {
            // SAFETY: takes no memory, and asking about any number does no harm.
            unsafe { libc::fcntl(number, libc::F_GETFD) }
        })
        .map_err(|error| (place, error))?;
    }
    Ok(())
}
