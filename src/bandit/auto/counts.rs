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
    /// Of how many actions there is one, and for how many there is room.
    n: u16,
    most: u16,
    /// Each action's count is where its number says, with gaps between them; else they stand side by side, in order.
    has_gaps: bool,
}

/// An action that a node is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub action: u16,
    pub slot: u16,
    /// How often the node before saw it, and where its count is there.
    pub n: u16,
    pub at: u16,
}

/// So far around the place where a count should be it is looked for one by one.
const N_NEAR: usize = 16;

/// The counts of all nodes of a tree.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Counts(Vec<Count>);

impl Counts {
    pub fn n_bytes(&self) -> usize {
        self.0.len() * COUNT_BYTES
    }

    /// How many actions a place knows, or how many numbers of actions it goes over.
    #[inline]
    pub fn span(place: &Place) -> usize {
        usize::from(if place.has_gaps { place.most } else { place.n })
    }

    #[inline]
    fn at(&self, place: &Place) -> &[Count] {
        &self.0[place.first as usize..place.first as usize + Self::span(place)]
    }

    /// Where an action's count is in a place, or where it belongs.
    #[inline]
    fn find(&self, place: &Place, action: u16) -> Result<usize, usize> {
        let counts = self.at(place);
        if !place.has_gaps {
            return counts.binary_search_by_key(&action, |count| count.action);
        }
        let at = usize::from(action);
        if counts.get(at).is_some_and(|count| count.n > 0) { Ok(at) } else { Err(at) }
    }

    /// What a place knows of an action.
    pub fn estimate(&self, place: &Place, action: u16) -> Option<f32> {
        self.find(place, action).ok().map(|at| self.at(place)[at].estimate)
    }

    /// Keeps those of the actions that a place knows, and takes its estimates, by slot. The one above had this span: where
    /// the actions are there says about where they are here.
    #[inline]
    pub fn look(&self, place: &Place, span_above: usize, known: &mut Vec<Asked>, said: &mut [f32]) {
        let counts = self.at(place);
        let scale = counts.len() as f32 / span_above.max(1) as f32;
        // All are touched before the first is looked at: so memory is waited for once, and not once for each.
        for asked in &mut *known {
            asked.at = if place.has_gaps { asked.action } else { (f32::from(asked.at) * scale) as u16 };
            std::hint::black_box(counts.get(usize::from(asked.at)).map(|count| count.n));
        }
        known.retain_mut(|asked| {
            let (at, is_known) = if place.has_gaps {
                let at = usize::from(asked.at);
                (at, counts.get(at).is_some_and(|count| count.n > 0))
            } else {
                let at = find_near(counts, usize::from(asked.at), asked.action);
                (at, counts.get(at).is_some_and(|count| count.action == asked.action))
            };
            if is_known {
                said[usize::from(asked.slot)] = counts[at].estimate;
                (asked.n, asked.at) = (counts[at].n, at as u16);
            }
            is_known
        });
    }

    /// Counts an event of an action of which the node above says `of_parent`; its estimate here. `None`: there is no room
    /// for the action, and `most` counts or more are kept already.
    pub fn add(&mut self, place: &mut Place, action: u16, reward: f32, of_parent: f32, most: usize) -> Option<f32> {
        let mut at = match self.find(place, action) {
            Ok(at) => {
                let count = &mut self.0[place.first as usize + at];
                count.n = count.n.saturating_add(1);
                count.estimate += (reward - count.estimate) / (f32::from(count.n) + PRIOR);
                return Some(count.estimate);
            }
            Err(at) => at,
        };
        if at >= usize::from(place.most) || (!place.has_gaps && place.n == place.most) {
            if self.0.len() >= most || place.n == u16::MAX {
                return None;
            }
            self.make_room(place, action);
            at = self.find(place, action).unwrap_or_else(|at| at);
        }
        let first = place.first as usize;
        if !place.has_gaps {
            self.0.copy_within(first + at..first + usize::from(place.n), first + at + 1);
        }
        let estimate = (reward + PRIOR * of_parent) / (1.0 + PRIOR);
        self.0[first + at] = Count { action, n: 1, estimate };
        place.n += 1;
        Some(estimate)
    }

    /// Moves a place to the end, where there is room for this action and others. What it leaves behind is lost until the
    /// tree is grown anew.
    fn make_room(&mut self, place: &mut Place, action: u16) {
        let (first, own) = (self.0.len(), place.first as usize..place.first as usize + Self::span(place));
        for at in own {
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
            let of_parent = above.and_then(|above| self.estimate(above, action)).unwrap_or(start);
            let estimate = (sum + PRIOR * of_parent) / (n + PRIOR);
            self.0.push(Count { action, n: n.min(f32::from(u16::MAX)) as u16, estimate });
        }
        self.0[first..].sort_unstable_by_key(|count| count.action);
        // A little room for actions that come later.
        self.lay_out(first, None, (self.0.len() - first) / 4 + 1)
    }

    /// Makes a place of the counts from `first` to the end, in order of actions, with room for `spare` more. Up to half of
    /// it may be gaps, for with them a count is found without a search.
    fn lay_out(&mut self, first: usize, to_come: Option<u16>, spare: usize) -> Place {
        let n = self.0.len() - first;
        let last = self.0[first..].last().map(|count| count.action).max(to_come);
        let end = last.map_or(0, |last| usize::from(last) + 1);
        let has_gaps = end <= 2 * (n + usize::from(to_come.is_some())) && end <= usize::from(u16::MAX);
        let most = (spare + if has_gaps { end } else { n }).min(usize::from(u16::MAX));
        self.0.resize(first + most, Count::default());
        if has_gaps {
            // From the back, so that none is written over that was not moved.
            for from in (first..first + n).rev() {
                let count = std::mem::take(&mut self.0[from]);
                self.0[first + usize::from(count.action)] = count;
            }
        }
        Place { first: first as u32, n: n as u16, most: most as u16, has_gaps }
    }

    /// Rewards are measured by another scale.
    pub fn rescale(&mut self, scale: f32, offset: f32) {
        self.0.iter_mut().for_each(|count| count.estimate = scale * count.estimate + offset);
    }

    /// Whether all numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.0.iter().all(|count| count.estimate.is_finite())
    }

    /// Whether a place lies within and holds what it says.
    pub fn is_sound(&self, place: &Place) -> bool {
        if place.n > place.most || place.first as usize + usize::from(place.most) > self.0.len() {
            return false;
        }
        let counts = self.at(place);
        if !place.has_gaps {
            return counts.is_sorted_by(|a, b| a.action < b.action);
        }
        let known = (0..).zip(counts).filter(|(_, count)| count.n > 0);
        known.clone().count() == usize::from(place.n) && known.into_iter().all(|(at, count)| count.action == at)
    }
}

/// Where the first count is that is not before an action's; likely near `guess`.
#[inline]
fn find_near(counts: &[Count], guess: usize, action: u16) -> usize {
    let is_before = |count: &Count| count.action < action;
    let (low, high) = counts.split_at(guess.min(counts.len()));
    if high.first().is_some_and(is_before) {
        let (near, far) = high.split_at(high.len().min(N_NEAR));
        let n = near.iter().position(|count| !is_before(count));
        return low.len() + n.unwrap_or_else(|| near.len() + far.partition_point(is_before));
    }
    let (far, near) = low.split_at(low.len().saturating_sub(N_NEAR));
    let n = near.iter().rposition(is_before).map(|at| far.len() + at + 1);
    n.unwrap_or_else(|| far.partition_point(is_before))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A place that was filled with some of these actions, to which the others were added, and what it says of each. The
    /// actions' numbers are so far apart.
    fn said(filled: &[(u16, f32)], added: &[(u16, f32)], apart: u16) -> Vec<Option<f32>> {
        let mut counts = Counts::default();
        let mut place = counts.fill(None, 0.5, filled.iter().map(|(action, reward)| (action * apart, 1.0, *reward)));
        for (action, reward) in added {
            counts.add(&mut place, action * apart, *reward, 0.5, usize::MAX).expect("there is room");
            assert!(counts.is_sound(&place));
        }
        let mut known: Vec<Asked> =
            (0..60).map(|action| Asked { action: action * apart, slot: action, n: 0, at: action * apart }).collect();
        let mut looked = vec![f32::NAN; 60];
        counts.look(&place, usize::from(60 * apart), &mut known, &mut looked);
        let found: Vec<Option<f32>> = (0..60).map(|action| counts.estimate(&place, action * apart)).collect();
        let looked: Vec<Option<f32>> =
            looked.into_iter().map(|said| Some(said).filter(|said| !said.is_nan())).collect();
        assert_eq!(looked, found);
        found
    }

    proptest! {
        #[test]
        fn gaps_change_nothing_that_is_said(
            filled in prop::collection::btree_map(0_u16..60, 0.0_f32..1.0, 0..60),
            added in prop::collection::vec((0_u16..60, 0.0_f32..1.0), 0..200),
        ) {
            let filled: Vec<_> = filled.into_iter().collect();
            prop_assert_eq!(said(&filled, &added, 1), said(&filled, &added, 50));
        }

        #[test]
        fn an_action_is_found_from_any_guess(
            actions in prop::collection::btree_set(0_u16..300, 0..200), action in 0_u16..300, guess in 0_usize..300,
        ) {
            let counts: Vec<_> = actions.iter().map(|action| Count { action: *action, ..Count::default() }).collect();
            prop_assert_eq!(find_near(&counts, guess, action), actions.range(..action).count());
        }
    }

    #[test]
    fn few_actions_of_many_stand_side_by_side_and_most_of_them_with_gaps() {
        let mut counts = Counts::default();
        let few = counts.fill(None, 0.5, [3_u16, 900].into_iter().map(|action| (action, 1.0, 0.5)));
        let most =
            counts.fill(None, 0.5, (0..900_u16).filter(|action| action % 3 > 0).map(|action| (action, 1.0, 0.5)));
        assert!(!few.has_gaps && most.has_gaps);
        assert_eq!((counts.estimate(&few, 900), counts.estimate(&few, 4)), (Some(0.5), None));
        assert_eq!((counts.estimate(&most, 4), counts.estimate(&most, 3)), (Some(0.5), None));
    }
}
