//! Memory for the system to fill or to read, as it takes it: a pointer and a length, and never a reference.

use std::io::{IoSlice, IoSliceMut};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU8, Ordering};
use std::{ptr, slice};

/// Memory that a receive may fill.
///
/// Two of them may overlap, and other threads and processes may read and change what is in it at any time: no
/// reference to it is ever made, only the system looks inside.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Target<'a>(libc::iovec, PhantomData<&'a mut [u8]>);

/// Memory that a send may read; as with [`Target`] no reference to it is ever made.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Source<'a>(libc::iovec, PhantomData<&'a [u8]>);

impl<'a> Target<'a> {
    /// The `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// For as long as `'a` they must be allocated and writable, and no reference of Rust to any of them may
    /// be used. `start` may be anything if `len` is 0.
    #[must_use]
    pub const unsafe fn new(start: *mut u8, len: usize) -> Target<'a> {
        Target(iovec(start, len), PhantomData)
    }

    /// The `len` bytes from `offset` on; `None` if they are not all in it.
    #[must_use]
    pub fn part(self, offset: usize, len: usize) -> Option<Target<'a>> {
        let start = within(self.0, offset, len)?;
        Some(Target(iovec(start, len), PhantomData))
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.iov_len
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Puts `bytes` to its beginning, as many as it has room for.
    pub(crate) fn store(self, bytes: &[u8]) {
        for (i, &byte) in bytes.iter().enumerate().take(self.len()) {
            // SAFETY: `i` is below the length, for which the maker vouches. The access is atomic, since others
            // may look at the same time.
            let place = unsafe { AtomicU8::from_ptr(self.0.iov_base.cast::<u8>().add(i)) };
            place.store(byte, Ordering::Relaxed);
        }
    }

    /// Borrowed memory as such.
    pub(crate) fn all(bufs: &'a mut [IoSliceMut<'_>]) -> &'a [Target<'a>] {
        // SAFETY: std promises that an `IoSliceMut` is laid out as an iovec, which a `Target` is. They are
        // borrowed mutably for as long as the result lives, so nobody else uses the memory.
        unsafe { slice::from_raw_parts(bufs.as_ptr().cast(), bufs.len()) }
    }
}

impl<'a> From<&'a mut [u8]> for Target<'a> {
    fn from(memory: &'a mut [u8]) -> Target<'a> {
        Target(iovec(memory.as_mut_ptr(), memory.len()), PhantomData)
    }
}

impl<'a> Source<'a> {
    /// The `len` bytes from `start` on.
    ///
    /// # Safety
    ///
    /// For as long as `'a` they must be allocated and readable, and no `&mut` of Rust to any of them may be
    /// used. `start` may be anything if `len` is 0.
    #[must_use]
    pub const unsafe fn new(start: *const u8, len: usize) -> Source<'a> {
        Source(iovec(start.cast_mut(), len), PhantomData)
    }

    /// The `len` bytes from `offset` on; `None` if they are not all in it.
    #[must_use]
    pub fn part(self, offset: usize, len: usize) -> Option<Source<'a>> {
        let start = within(self.0, offset, len)?;
        Some(Source(iovec(start, len), PhantomData))
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.iov_len
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Adds what is in it now to `bytes`.
    pub(crate) fn load(self, bytes: &mut Vec<u8>) {
        bytes.extend((0..self.len()).map(|i| {
            // SAFETY: `i` is below the length, for which the maker vouches. The access is atomic, since others
            // may change it at the same time; a relaxed load works on memory that is only readable.
            let place = unsafe { AtomicU8::from_ptr(self.0.iov_base.cast::<u8>().add(i)) };
            place.load(Ordering::Relaxed)
        }));
    }

    /// Borrowed memory as such.
    pub(crate) fn all(bufs: &'a [IoSlice<'_>]) -> &'a [Source<'a>] {
        // SAFETY: std promises that an `IoSlice` is laid out as an iovec, which a `Source` is. They are
        // borrowed for as long as the result lives.
        unsafe { slice::from_raw_parts(bufs.as_ptr().cast(), bufs.len()) }
    }
}

impl<'a> From<&'a [u8]> for Source<'a> {
    fn from(memory: &'a [u8]) -> Source<'a> {
        Source(iovec(memory.as_ptr().cast_mut(), memory.len()), PhantomData)
    }
}

const fn iovec(start: *mut u8, len: usize) -> libc::iovec {
    libc::iovec {
        iov_base: start.cast(),
        iov_len: len,
    }
}

fn within(memory: libc::iovec, offset: usize, len: usize) -> Option<*mut u8> {
    if offset.checked_add(len)? > memory.iov_len {
        return None;
    }
    if memory.iov_len == 0 {
        return Some(ptr::dangling_mut());
    }
    // SAFETY: `offset` is at most the length of what is allocated there.
    Some(unsafe { memory.iov_base.cast::<u8>().add(offset) })
}

impl Target<'_> {
    pub(super) const fn start(self) -> *mut libc::c_void {
        self.0.iov_base
    }
}

impl Source<'_> {
    pub(super) const fn start(self) -> *const libc::c_void {
        self.0.iov_base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_within() {
        let mut memory = *b"memory";
        let whole = Target::from(&mut memory[..]);
        assert_eq!(whole.part(2, 4).map(Target::len), Some(4));
        assert!(whole.part(6, 0).is_some_and(Target::is_empty));
        assert!(whole.part(2, 5).is_none());
        assert!(whole.part(1, usize::MAX).is_none());
        let nothing = Source::from(&[][..]);
        assert!(nothing.part(0, 0).is_some_and(Source::is_empty));
        assert!(nothing.part(1, 0).is_none());
    }

    #[test]
    fn memory_that_overlaps_is_stored_to_and_loaded_from() {
        let mut memory = [0; 8];
        let whole = Target::from(&mut memory[..]);
        let (front, back) = (whole.part(0, 5), whole.part(3, 5));
        for (part, bytes) in [(front, b"front!"), (back, b"behind")] {
            part.expect("within").store(bytes);
        }
        let mut loaded = Vec::new();
        Source::from(&memory[..])
            .part(2, 4)
            .expect("within")
            .load(&mut loaded);
        assert_eq!(&memory, b"frobehin");
        assert_eq!(loaded, b"obeh");
    }

    #[test]
    fn slices_of_std_are_taken_as_they_are() {
        let (mut one, mut other) = ([0; 3], [0; 2]);
        let mut bufs = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut other)];
        let targets = Target::all(&mut bufs);
        assert_eq!(
            targets.iter().map(|one| one.len()).collect::<Vec<_>>(),
            [3, 2]
        );
        targets[1].store(b"ab");
        assert_eq!(other, *b"ab");
        let sources = [IoSlice::new(&one), IoSlice::new(&other)];
        let mut loaded = Vec::new();
        for source in Source::all(&sources) {
            source.load(&mut loaded);
        }
        assert_eq!(loaded, b"\0\0\0ab");
    }
}
