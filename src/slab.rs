//! Things under numbers that JavaScript holds.
//!
//! A number and not a pointer crosses the border: a stale or invented one finds nothing, and is EBADF. A number
//! comes again only after [`REUSES`] others, however full the table is: by then no wake-up that was sent for the
//! old thing is under way.

use std::collections::VecDeque;

const INDEX_BITS: u32 = 21;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATION_BITS: u32 = 30 - INDEX_BITS;
const GENERATION_MASK: u32 = (1 << GENERATION_BITS) - 1;

/// So many slots that are free wait for one another before the first of them is used again.
pub const RESTING: usize = 1 << 13;

/// A number is given again at the earliest by so many insertions later.
///
/// A slot that is given back stands behind all that rest. Once [`RESTING`] slots have rested, one less never
/// rest, so each of its generations takes that many insertions. Only the first can take fewer, where a table that
/// was in use is emptied and so begins to have slots at rest.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "a promise, and what the tests hold it by")
)]
pub const REUSES: usize = RESTING * GENERATION_MASK as usize;

/// The thing is apart, so that a slot at rest is small.
struct Slot<T> {
    generation: u32,
    thing: Option<Box<T>>,
}

/// A table: a number is an index and the generation of its slot, below 2^30 so that V8 keeps it unboxed.
pub struct Slab<T> {
    slots: Vec<Slot<T>>,
    /// The one that has rested longest is used first.
    free: VecDeque<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: VecDeque::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Takes `thing` in and gives its number; None when two million are here or at rest, more than a process has
    /// descriptors, and `thing` is dropped.
    pub fn insert(&mut self, thing: T) -> Option<u32> {
        let rested = if self.free.len() >= RESTING {
            self.free.pop_front()
        } else {
            None
        };
        let index = match rested {
            Some(index) => index,
            // A slot that has not rested is not used, even here: its number would soon come again.
            None if self.slots.len() > INDEX_MASK as usize => return None,
            None => {
                let index = u32::try_from(self.slots.len()).ok()?;
                self.slots.push(Slot {
                    generation: 0,
                    thing: None,
                });
                index
            }
        };
        let slot = self.slots.get_mut(index as usize)?;
        slot.thing = Some(Box::new(thing));
        Some(slot.generation << INDEX_BITS | index)
    }

    /// How many things are here.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The thing of that number, if it is still here.
    pub fn get(&self, id: u32) -> Option<&T> {
        let slot = self.slots.get((id & INDEX_MASK) as usize)?;
        if slot.generation == id >> INDEX_BITS {
            slot.thing.as_deref()
        } else {
            None
        }
    }

    /// The thing of that number, if it is still here, to change it.
    pub fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        let slot = self.slots.get_mut((id & INDEX_MASK) as usize)?;
        if slot.generation == id >> INDEX_BITS {
            slot.thing.as_deref_mut()
        } else {
            None
        }
    }

    /// Everything here, to change it, with its number.
    pub fn all_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        self.slots.iter_mut().zip(0..).filter_map(|(slot, index)| {
            let number = slot.generation << INDEX_BITS | index;
            slot.thing.as_deref_mut().map(|thing| (number, thing))
        })
    }

    /// Takes the thing of that number out; the number is stale from then on.
    pub fn remove(&mut self, id: u32) -> Option<T> {
        let index = id & INDEX_MASK;
        let slot = self.slots.get_mut(index as usize)?;
        if slot.generation != id >> INDEX_BITS {
            return None;
        }
        let thing = slot.thing.take()?;
        slot.generation = (slot.generation + 1) & GENERATION_MASK;
        self.free.push_back(index);
        Some(*thing)
    }

    /// Takes all of them out.
    pub fn drain(&mut self) -> impl Iterator<Item = T> + '_ {
        self.free.clear();
        self.slots
            .drain(..)
            .filter_map(|slot| slot.thing.map(|thing| *thing))
    }
}
