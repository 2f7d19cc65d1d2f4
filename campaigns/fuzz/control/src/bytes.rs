//! Reading an input as a program: numbers one after the other, zeros behind its end.

/// What is left of an input.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// Begins at the start of `input`.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Bytes<'a> {
        Bytes(input)
    }

    /// True if nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// The next bit, out of a byte of its own.
    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A number below `end`, which is at most 256.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// A length: mostly small, sometimes up to 16 MiB.
    pub fn length(&mut self) -> usize {
        match self.byte() {
            short @ 0..200 => usize::from(short),
            shift => usize::from(self.byte()) << (shift % 17),
        }
    }

    /// Any number of 32 bits.
    pub fn word(&mut self) -> i32 {
        i32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// Any number of 64 bits.
    pub fn long(&mut self) -> usize {
        let (low, high) = (self.word().cast_unsigned(), self.word().cast_unsigned());
        usize::try_from(u64::from(high) << 32 | u64::from(low)).unwrap_or(usize::MAX)
    }

    /// The rest.
    #[must_use]
    pub const fn rest(self) -> &'a [u8] {
        self.0
    }
}
