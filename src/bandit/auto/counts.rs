//! What each action earned in each node of a tree, all in one list.

use serde::{Deserialize, Serialize};

/// What a parent's estimate weighs in its child's, in events.
const PRIOR: f32 = 2.0;

/// What one action did in one node; of no events in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Count {
    action: u16,
    n: u16,
    /// Its mean, smoothed down the path from the root: (sum + prior·parent's) / (n + prior).
    estimate: f32,
}

/// What one count takes.
pub(super) const COUNT_BYTES: usize = size_of::<Count>();

/// Where a node's counts are.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Place {
    first: u32,
    /// For how many counts there is room, with gaps among them, and how many there are.
    n_slots: u32,
    n: u16,
    /// Each action's count is where the hash of its number says, or right behind, and the slots are a power of two. Else it
    /// is where the number itself says.
    is_hashed: bool,
}

/// Tables of up to so many slots lie in a line or two of memory, and may be full but for one.
const N_SLOTS_SMALL: u32 = 8;

impl Place {
    #[inline]
    fn slots(&self) -> std::ops::Range<usize> {
        self.first as usize..self.first as usize + self.n_slots as usize
    }

    /// Where an action's count is, or where the search for it begins.
    #[inline]
    fn home(&self, action: u16) -> usize {
        if !self.is_hashed {
            return usize::from(action);
        }
        // Multiplication by the golden ratio, of which the highest bits count (Knuth, The Art of Computer Programming 3, 6.4).
        let spread = u32::from(action.wrapping_mul(0x9e37));
        ((spread << self.n_slots.trailing_zeros()) >> u16::BITS) as usize
    }

    /// Whether another action finds room.
    fn has_room_for(&self, action: u16) -> bool {
        if self.is_hashed { u32::from(self.n) < n_counts_most(self.n_slots) } else { u32::from(action) < self.n_slots }
    }
}

/// How full a table may be that goes by hashes, so that searches are short.
fn n_counts_most(n_slots: u32) -> u32 {
    if n_slots <= N_SLOTS_SMALL { n_slots.saturating_sub(1) } else { n_slots / 4 * 3 }
}

/// What a node knows of an action.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub n: u16,
    pub estimate: f32,
}

/// The counts of all nodes of a tree.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Counts(Vec<Count>);

impl Counts {
    /// None, with room for so many bytes.
    pub fn with_room(n_bytes: usize) -> Self {
        Self(Vec::with_capacity(n_bytes / COUNT_BYTES))
    }

    pub fn n_bytes(&self) -> usize {
        self.0.len() * COUNT_BYTES
    }

    #[inline]
    fn at(&self, place: &Place) -> &[Count] {
        &self.0[place.slots()]
    }

    /// In which slot of a place an action's count is, or in which empty one it would be.
    #[inline]
    fn find(counts: &[Count], place: &Place, action: u16) -> Result<usize, Option<usize>> {
        let home = place.home(action);
        if !place.is_hashed {
            return match counts.get(home) {
                Some(count) if count.n > 0 => Ok(home),
                there => Err(there.map(|_| home)),
            };
        }
        let mut at = home;
        while let Some(count) = counts.get(at) {
            if count.n == 0 {
                return Err(Some(at));
            }
            if count.action == action {
                return Ok(at);
            }
            at = if at + 1 == counts.len() { 0 } else { at + 1 };
        }
        Err(None)
    }

    /// Has the count of an action come out of memory, and does not wait for it.
    #[inline]
    pub fn touch(&self, place: &Place, action: u16) {
        std::hint::black_box(self.at(place).get(place.home(action)).map(|count| count.n));
    }

    /// What a place knows of an action.
    #[inline]
    pub fn seek(&self, place: &Place, action: u16) -> Option<Seen> {
        let counts = self.at(place);
        let count = counts[Self::find(counts, place, action).ok()?];
        Some(Seen { n: count.n, estimate: count.estimate })
    }

    /// Counts an event of an action of which the node above says `of_parent`; its estimate here. `None`: there is no room
    /// for the action, and `most` counts or more are kept already.
    pub fn add(&mut self, place: &mut Place, action: u16, reward: f32, of_parent: f32, most: usize) -> Option<f32> {
        let mut slot = match Self::find(self.at(place), place, action) {
            Ok(slot) => {
                let count = &mut self.0[place.first as usize + slot];
                count.n = count.n.saturating_add(1);
                count.estimate += (reward - count.estimate) / (f32::from(count.n) + PRIOR);
                return Some(count.estimate);
            }
            Err(slot) => slot.filter(|_| place.has_room_for(action)),
        };
        if slot.is_none() {
            if self.0.len() >= most || place.n == u16::MAX {
                return None;
            }
            self.make_room(place, action);
            slot = Self::find(self.at(place), place, action).err().flatten();
        }
        let estimate = (reward + PRIOR * of_parent) / (1.0 + PRIOR);
        self.0[place.first as usize + slot?] = Count { action, n: 1, estimate };
        place.n += 1;
        Some(estimate)
    }

    /// Moves a place to the end, where there is room for this action and others. What it leaves behind is lost until the
    /// tree is grown anew.
    fn make_room(&mut self, place: &mut Place, action: u16) {
        let first = self.0.len();
        for at in place.slots() {
            if self.0[at].n > 0 {
                self.0.push(self.0[at]);
            }
        }
        *place = self.lay_out(first, Some(action), usize::from(place.n).max(3));
    }

    /// A new place, for (action, events, sum of rewards), each action once. `above` is the place of the node above it, and
    /// `start` what an action is expected to earn that is not known there.
    pub fn fill(&mut self, above: Option<&Place>, start: f32, seen: impl Iterator<Item = (u16, f32, f32)>) -> Place {
        let first = self.0.len();
        for (action, n, sum) in seen {
            let of_parent = above.and_then(|above| self.seek(above, action)).map_or(start, |seen| seen.estimate);
            let estimate = (sum + PRIOR * of_parent) / (n + PRIOR);
            self.0.push(Count { action, n: n.min(f32::from(u16::MAX)) as u16, estimate });
        }
        // A little room for actions that come later.
        self.lay_out(first, None, (self.0.len() - first) / 4 + 1)
    }

    /// Makes a place of the counts from `first` to the end, with room for `to_come` and `spare` more. Where every second
    /// action is known, each has a slot of its own.
    fn lay_out(&mut self, first: usize, to_come: Option<u16>, spare: usize) -> Place {
        let n = self.0.len() - first;
        let n_to_come = usize::from(to_come.is_some());
        let end = self.0[first..].iter().map(|count| count.action).chain(to_come).max();
        let end = end.map_or(0, |last| usize::from(last) + 1);
        let is_hashed = end > 2 * (n + n_to_come);
        let n_slots = if is_hashed { n_slots_for(n + n_to_come) } else { end + spare };
        let mut place = Place { first: (first + n) as u32, n_slots: n_slots as u32, n: n as u16, is_hashed };
        // Behind the counts themselves, and then to where they were.
        self.0.resize(first + n + n_slots, Count::default());
        for at in first..first + n {
            let count = self.0[at];
            if let Err(Some(slot)) = Self::find(self.at(&place), &place, count.action) {
                self.0[first + n + slot] = count;
            }
        }
        self.0.copy_within(first + n.., first);
        self.0.truncate(first + n_slots);
        place.first = first as u32;
        place
    }

    /// Rewards are measured by another scale.
    pub fn rescale(&mut self, scale: f32, offset: f32) {
        self.0.iter_mut().for_each(|count| count.estimate = scale * count.estimate + offset);
    }

    /// Whether all numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.0.iter().all(|count| count.estimate.is_finite())
    }

    /// Whether a place lies within and holds what it says, and a search in it ends.
    pub fn is_sound(&self, place: &Place) -> bool {
        let Some(counts) = self.0.get(place.slots()) else { return false };
        let is_table = place.n_slots.is_power_of_two() && place.n_slots <= 1 << u16::BITS;
        if place.is_hashed && !(is_table && u32::from(place.n) <= n_counts_most(place.n_slots)) {
            return false;
        }
        let known = counts.iter().enumerate().filter(|(_, count)| count.n > 0);
        known.clone().count() == usize::from(place.n)
            && known.into_iter().all(|(at, count)| Self::find(counts, place, count.action) == Ok(at))
    }
}

/// How many slots a table needs that goes by hashes.
fn n_slots_for(n: usize) -> usize {
    let fits = |n_slots: &u32| n as u32 <= n_counts_most(*n_slots);
    (1..=u16::BITS).map(|bits| 1 << bits).find(fits).unwrap_or(1 << u16::BITS) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A place that was filled with some of these actions, to which the others were added, and what it says of each. The
    /// actions' numbers are so far apart.
    fn said(filled: &[(u16, f32)], added: &[(u16, f32)], apart: u16) -> Vec<Option<Seen>> {
        let mut counts = Counts::default();
        let mut place = counts.fill(None, 0.5, filled.iter().map(|(action, reward)| (action * apart, 1.0, *reward)));
        for (action, reward) in added {
            counts.add(&mut place, action * apart, *reward, 0.5, usize::MAX).expect("there is room");
            assert!(counts.is_sound(&place));
        }
        (0..60).map(|action| counts.seek(&place, action * apart)).collect()
    }

    proptest! {
        #[test]
        fn the_layout_changes_nothing_that_is_said(
            filled in prop::collection::btree_map(0_u16..60, 0.0_f32..1.0, 0..60),
            added in prop::collection::vec((0_u16..60, 0.0_f32..1.0), 0..200),
        ) {
            let filled: Vec<_> = filled.into_iter().collect();
            prop_assert_eq!(said(&filled, &added, 1), said(&filled, &added, 50));
        }
    }

    #[test]
    fn where_every_second_action_is_known_each_has_its_own_slot() {
        let mut counts = Counts::default();
        let few = counts.fill(None, 0.5, [3_u16, 900].into_iter().map(|action| (action, 1.0, 0.5)));
        let most =
            counts.fill(None, 0.5, (0..900_u16).filter(|action| action % 3 > 0).map(|action| (action, 1.0, 0.5)));
        assert!(few.is_hashed && !most.is_hashed);
        let estimate = |place: &Place, action| counts.seek(place, action).map(|seen| seen.estimate);
        assert_eq!((estimate(&few, 900), estimate(&few, 4)), (Some(0.5), None));
        assert_eq!((estimate(&most, 4), estimate(&most, 3), estimate(&most, 65_000)), (Some(0.5), None, None));
    }

    #[test]
    fn a_place_of_a_damaged_file_in_which_a_search_would_not_end_is_not_sound() {
        let mut counts = Counts::default();
        let place = counts.fill(None, 0.5, [3_u16, 900, 20_000].into_iter().map(|action| (action, 1.0, 0.5)));
        assert!(counts.is_sound(&place));
        counts.0.iter_mut().for_each(|count| count.n = count.n.max(1));
        assert!(!counts.is_sound(&Place { n: 4, ..place }) && !counts.is_sound(&Place { n_slots: 3, ..place }));
    }
}
