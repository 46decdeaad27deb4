//! Forests of extremely randomised trees, grown anew as the log grows.
//!
//! A tree is due after a third more events. What it is grown over is laid aside at that count, and the new tree takes
//! the old one's place at a later count that is promised then: between the two it can be grown by another thread. Who
//! grows it makes no difference to what it is.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::{
    counts::COUNT_BYTES,
    draws::Draws,
    growing::{Growth, grow},
    sample::Sample,
    tree::{Arrival, N_TOGETHER, Tree, Work},
};

/// First growings, and over how many events they are staggered.
const FIRST_DUE: u64 = 16;
/// A tree is due again when this part of what it was grown over has come anew, plus up to so much more by chance.
const GROWTH: f32 = 0.3;
/// Trees over many events change less and cost more.
const MANY: u64 = 4_000;
const GROWTH_OF_MANY: f32 = 0.6;
const JITTER: f32 = 0.1;
/// A new tree takes its place when so small a part of what it was grown over has come anew. Those that would not have
/// to wait for this many events are grown at once.
const WAIT_PART: u64 = 32;
const LEAST_WAIT: u64 = 16;

/// A tree to be grown.
#[derive(Debug)]
pub struct Rebuild {
    sample: Sample,
    growth: Growth,
    draws: Draws,
    tree: OnceLock<Tree>,
}

impl Rebuild {
    /// Grows the tree, unless somebody did or does; then waits for it. Takes some milliseconds.
    pub fn run(&self) {
        self.tree();
    }

    /// Whether it has been grown.
    pub fn is_grown(&self) -> bool {
        self.tree.get().is_some()
    }

    fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| grow(&self.sample, self.growth, self.draws.clone()))
    }

    /// The tree itself where nobody else has it, which has some megabytes; else a copy.
    fn into_tree(self: Arc<Self>) -> Tree {
        self.run();
        Arc::try_unwrap(self).map_or_else(
            |shared| shared.tree().clone(),
            |own| own.tree.into_inner().expect("it was grown a moment ago"),
        )
    }
}

/// A new tree that waits for its moment.
#[derive(Debug, Clone)]
struct Pending {
    rebuild: Arc<Rebuild>,
    /// Learned events that it was grown over end here, and it takes its place when so many are learned.
    grown_at: u64,
    due: u64,
}

#[derive(Debug, Clone)]
struct Place {
    tree: Tree,
    /// Learned events at which it is grown anew.
    due: u64,
    n_grown: u64,
    pending: Option<Pending>,
}

#[derive(Debug, Clone)]
pub(super) struct Forest {
    places: Vec<Place>,
    seed: u64,
    /// How many of the newest events trees are grown over.
    most_rows: usize,
    most_bytes_per_tree: usize,
}

/// What a forest is asked about an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    /// By token of contexts: its value.
    pub values: &'a [f32],
    /// By action: its slot, if that is below `n_slots`.
    pub slot_of: &'a [u16],
    pub n_slots: usize,
    /// By action: how many of `n_events` events chose it, and what they earned together. It says where to look first, and
    /// nothing else.
    pub by_action: &'a [(f32, f32)],
    pub n_events: f32,
    /// What an action is expected to earn that nothing is known of.
    pub start: f32,
}

/// What forests say of some actions, by grain: the mean estimate, and the mean of what was seen of each.
#[derive(Debug)]
pub(super) struct Readings<const N: usize> {
    pub estimates: [Vec<f32>; N],
    pub seen: [Vec<f32>; N],
    /// Variance of the finest estimate over the trees.
    pub spread: Vec<f32>,
    work: Work,
    before: Vec<f32>,
}

impl<const N: usize> Default for Readings<N> {
    fn default() -> Self {
        let empty = || std::array::from_fn(|_| Vec::new());
        Self { estimates: empty(), seen: empty(), spread: Vec::new(), work: Work::default(), before: Vec::new() }
    }
}

impl Forest {
    pub fn new(seed: u64, n_trees: usize, most_rows: usize, most_bytes: usize) -> Self {
        let place = |at: usize| Place {
            tree: Tree::default(),
            due: FIRST_DUE + (at * FIRST_DUE as usize / n_trees) as u64,
            n_grown: 0,
            pending: None,
        };
        Self {
            places: (0..n_trees).map(place).collect(),
            seed,
            most_rows,
            most_bytes_per_tree: most_bytes / n_trees.max(1),
        }
    }

    pub fn n_bytes(&self) -> usize {
        self.places.iter().map(|place| place.tree.n_bytes()).sum()
    }

    pub fn most_rows(&self) -> usize {
        self.most_rows
    }

    /// Reads all trees for what is asked, by the first `N` grains.
    pub fn read<const N: usize>(&self, asking: Asking<'_>, into: &mut Readings<N>) {
        let Asking { values, slot_of, n_slots, by_action, n_events, start } = asking;
        let Readings { estimates, seen, spread, work, before } = into;
        for sums in estimates.iter_mut().chain(seen.iter_mut()).chain([&mut *spread]) {
            sums.clear();
            sums.resize(n_slots, 0.0);
        }
        let chosen = |action: u16| by_action.get(usize::from(action)).map_or(0.0, |(n, _)| *n);
        Tree::ask_about(slot_of, n_slots, chosen, n_events, work);
        for together in self.places.chunks(N_TOGETHER) {
            Tree::walk(together.iter().map(|place| &place.tree), values, work);
            for (nth, place) in together.iter().enumerate() {
                before.clone_from(&estimates[0]);
                place.tree.read(nth, start, work, estimates, seen);
                for ((spread, before), after) in spread.iter_mut().zip(before.iter()).zip(&estimates[0]) {
                    *spread += (after - before) * (after - before);
                }
            }
        }
        let n = self.places.len().max(1) as f32;
        estimates.iter_mut().chain(seen.iter_mut()).flatten().for_each(|sum| *sum /= n);
        for (spread, mean) in spread.iter_mut().zip(&estimates[0]) {
            *spread = (*spread / n - mean * mean).max(0.0);
        }
    }

    /// Beyond this many counts a tree takes in no more actions until it is grown anew.
    fn most_counts_per_tree(&self) -> usize {
        self.most_bytes_per_tree / COUNT_BYTES
    }

    /// Adds one event to all trees.
    pub fn insert(&mut self, arrival: Arrival<'_>) {
        let most = self.most_counts_per_tree();
        self.places.iter_mut().for_each(|place| place.tree.insert(arrival, most));
    }

    /// Whether a tree is to be grown when so many events are learned.
    pub fn is_due(&self, n_learned: u64) -> bool {
        self.places.iter().any(|place| place.due <= n_learned)
    }

    /// All trees are grown anew at once: what they know is no longer so.
    pub fn hasten(&mut self, n_learned: u64) {
        for place in &mut self.places {
            place.due = n_learned;
            place.pending = None;
        }
    }

    /// Lays aside what the due trees are grown over; `sample` copies it. Trees over little are grown at once.
    pub fn prepare(
        &mut self,
        n_learned: u64,
        growth: Growth,
        patience: f32,
        sample: impl Fn() -> Sample,
        rebuilds: &mut Vec<Arc<Rebuild>>,
    ) {
        let growth = Growth { most_bytes: self.most_bytes_per_tree / 4 * 3, ..growth };
        for (at, place) in self.places.iter_mut().enumerate().filter(|(_, place)| place.due <= n_learned) {
            let draws = Draws::new(self.seed ^ ((at as u64) << 32), place.n_grown);
            place.n_grown += 1;
            let mut chance = Draws::new(self.seed ^ ((at as u64) << 32) ^ 1, place.n_grown);
            let sample = sample();
            let n_rows = sample.len() as u64;
            let growth_of_these = if n_rows < MANY { GROWTH } else { GROWTH_OF_MANY };
            let part = growth_of_these * patience + JITTER * chance.unit();
            place.due = n_learned + ((n_rows as f32 * part) as u64).max(1);
            let growth = Growth { likely_bytes: place.tree.n_bytes(), ..growth };
            let rebuild = Arc::new(Rebuild { sample, growth, draws, tree: OnceLock::new() });
            let wait = n_rows / WAIT_PART;
            if wait < LEAST_WAIT {
                place.tree = rebuild.into_tree();
                place.pending = None;
            } else {
                rebuilds.push(rebuild.clone());
                place.pending = Some(Pending { rebuild, grown_at: n_learned, due: n_learned + wait });
            }
        }
    }

    /// The trees that take their places when so many events are learned.
    pub fn due_rebuilds(&self, n_learned: u64) -> impl Iterator<Item = &Arc<Rebuild>> {
        let pending = self.places.iter().filter_map(|place| place.pending.as_ref());
        pending.filter(move |pending| pending.due <= n_learned).map(|pending| &pending.rebuild)
    }

    /// The trees whose moment has come take their places. `catch_up` hands a tree the events since it was laid aside.
    pub fn swap_in(&mut self, n_learned: u64, catch_up: impl Fn(u64, &mut dyn FnMut(Arrival<'_>))) {
        let most = self.most_counts_per_tree();
        for place in &mut self.places {
            if let Some(pending) = place.pending.take_if(|pending| pending.due <= n_learned) {
                place.tree = pending.rebuild.into_tree();
                catch_up(n_learned - pending.grown_at, &mut |arrival| place.tree.insert(arrival, most));
            }
        }
    }

    /// Rewards are measured by another scale.
    pub fn rescale(&mut self, scale: f32, offset: f32, n_learned: u64) {
        for place in &mut self.places {
            place.tree.rescale(scale, offset);
            if place.pending.take().is_some() {
                place.due = n_learned + 1;
            }
        }
    }

    pub fn is_sound(&self) -> bool {
        !self.places.is_empty()
            && self.places.iter().all(|place| {
                place.tree.is_sound() && place.pending.iter().all(|pending| pending.rebuild.tree().is_sound())
            })
    }
}

/// A place as it is written: what is being grown is finished first.
#[derive(Serialize, Deserialize)]
struct Written {
    tree: Tree,
    due: u64,
    n_grown: u64,
    /// (grown at, due, tree).
    pending: Option<(u64, u64, Tree)>,
}

#[derive(Serialize, Deserialize)]
struct WrittenForest {
    places: Vec<Written>,
    seed: u64,
    most_rows: usize,
    most_bytes_per_tree: usize,
}

impl Serialize for Forest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = |place: &Place| Written {
            tree: place.tree.clone(),
            due: place.due,
            n_grown: place.n_grown,
            pending: place.pending.as_ref().map(|p| (p.grown_at, p.due, p.rebuild.tree().clone())),
        };
        let places = self.places.iter().map(written).collect();
        let Self { seed, most_rows, most_bytes_per_tree, .. } = *self;
        WrittenForest { places, seed, most_rows, most_bytes_per_tree }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Forest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let WrittenForest { places, seed, most_rows, most_bytes_per_tree } = WrittenForest::deserialize(deserializer)?;
        let pending = |(grown_at, due, tree): (u64, u64, Tree)| {
            let growth = Growth { n_tokens: 0, start: 0.0, most_bytes: 0, likely_bytes: 0 };
            let rebuild = Rebuild { sample: Sample::default(), growth, draws: Draws::new(0, 0), tree: tree.into() };
            Pending { rebuild: Arc::new(rebuild), grown_at, due }
        };
        let place = |written: Written| Place {
            tree: written.tree,
            due: written.due,
            n_grown: written.n_grown,
            pending: written.pending.map(pending),
        };
        let places = places.into_iter().map(place).collect();
        Ok(Self { places, seed, most_rows, most_bytes_per_tree })
    }
}
