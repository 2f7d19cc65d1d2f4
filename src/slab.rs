//! Things under numbers that JavaScript holds.
//!
//! A number and not a pointer crosses the border: a stale or invented one finds nothing, and is EBADF.

const INDEX_BITS: u32 = 22;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u32 = 0xff;

struct Slot<T> {
    generation: u32,
    thing: Option<T>,
}

/// A table: a number is an index and the generation of its slot, below 2^30 so that V8 keeps it unboxed.
pub struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Takes `thing` in and gives its number.
    pub fn insert(&mut self, thing: T) -> u32 {
        let thing = Some(thing);
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.thing = thing;
            return slot.generation << INDEX_BITS | index;
        }
        // More slots than the index has room for would need more descriptors than a system gives.
        let index = u32::try_from(self.slots.len()).unwrap_or(u32::MAX) & INDEX_MASK;
        self.slots.push(Slot {
            generation: 0,
            thing,
        });
        index
    }

    /// How many things are here.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The thing of that number, if it is still here.
    pub fn get(&self, id: u32) -> Option<&T> {
        let slot = self.slots.get((id & INDEX_MASK) as usize)?;
        if slot.generation == id >> INDEX_BITS {
            slot.thing.as_ref()
        } else {
            None
        }
    }

    /// The thing of that number, if it is still here, to change it.
    pub fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        let slot = self.slots.get_mut((id & INDEX_MASK) as usize)?;
        if slot.generation == id >> INDEX_BITS {
            slot.thing.as_mut()
        } else {
            None
        }
    }

    /// Everything here, to change it, with its number.
    pub fn all_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        self.slots.iter_mut().zip(0..).filter_map(|(slot, index)| {
            let number = slot.generation << INDEX_BITS | index;
            slot.thing.as_mut().map(|thing| (number, thing))
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
        self.free.push(index);
        Some(thing)
    }

    /// Takes all of them out.
    pub fn drain(&mut self) -> impl Iterator<Item = T> + '_ {
        self.free.clear();
        self.slots.drain(..).filter_map(|slot| slot.thing)
    }
}
