//! How a tree is grown over a sample: random candidates for each split, of which the best is taken.

use super::{
    draws::Draws,
    sample::{Sample, Values},
    tree::Tree,
};

/// Smaller nodes are leaves.
const LEAST: usize = 8;
/// Rows that are looked at to choose a split; of more, so many are drawn.
const N_LOOKED_AT: usize = 512;
/// Fewest and most candidates of a split.
const N_CANDIDATES: std::ops::RangeInclusive<usize> = 3..=12;
/// Splits on one path.
const MAX_DEPTH: u32 = 40;
/// A gain below this is rounding.
const LEAST_GAIN: f32 = 1e-6;

/// By what a tree is grown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    /// Tokens ever seen: the more there are, the more candidates.
    pub n_tokens: usize,
    /// What an action is expected to earn that nothing is known of.
    pub start: f32,
    /// No node is split any more when the tree is this large, in bytes.
    pub most_bytes: usize,
    /// What it is likely to take, as the tree before it did, in bytes. So it need not be moved while it grows.
    pub likely_bytes: usize,
}

/// Part of the rows, which is a node of the tree.
struct Open {
    at: usize,
    parent: Option<usize>,
    rows: std::ops::Range<usize>,
    depth: u32,
}

/// Grows a tree. A candidate is a random token of a random row with a threshold drawn evenly between the token's least
/// and greatest value; the gain is Σ over actions of s_L²/n_L + s_R²/n_R − s²/n.
pub(super) fn grow(sample: &Sample, growth: Growth, mut draws: Draws) -> Tree {
    let mut grower = Grower::new(sample, growth);
    let mut rows: Vec<u32> = (0..sample.len() as u32).collect();
    let mut tree = Tree::with_room(growth.likely_bytes);
    let mut open = vec![Open { at: 0, parent: None, rows: 0..rows.len(), depth: 0 }];
    while let Some(node) = open.pop() {
        let own = &mut rows[node.rows.clone()];
        grower.count(own);
        tree.fill(node.at, node.parent, growth.start, grower.seen());
        let is_leaf = own.len() < LEAST || node.depth == MAX_DEPTH || tree.n_bytes() > growth.most_bytes;
        let split = if is_leaf { None } else { grower.best_split(own, &mut draws) };
        let Some((token, threshold)) = split else { continue };
        let middle = node.rows.start + partition(own, |row| grower.values.of(row, token) <= threshold);
        if middle == node.rows.start || middle == node.rows.end {
            continue;
        }
        let left = tree.split(node.at, token, threshold);
        let child = |at, rows| Open { at, parent: Some(node.at), rows, depth: node.depth + 1 };
        open.push(child(left + 1, middle..node.rows.end));
        open.push(child(left, node.rows.start..middle));
    }
    tree
}

/// Moves the rows that hold to the front; how many they are.
fn partition(rows: &mut [u32], holds: impl Fn(u32) -> bool) -> usize {
    let mut n = 0;
    for at in 0..rows.len() {
        if holds(rows[at]) {
            rows.swap(at, n);
            n += 1;
        }
    }
    n
}

/// Events and rewards of one action.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    n: f32,
    rewards: f32,
}

impl Sum {
    #[inline]
    fn add(&mut self, reward: f32) {
        self.n += 1.0;
        self.rewards += reward;
    }

    /// s²/n.
    #[inline]
    fn square(self) -> f32 {
        if self.n > 0.0 { self.rewards * self.rewards / self.n } else { 0.0 }
    }
}

/// Works on one node after the other; what it reserves, it keeps.
struct Grower<'a> {
    sample: &'a Sample,
    values: Values<'a>,
    n_candidates: usize,
    /// Actions of the node, and by action what all its rows, those looked at and those on the left of a candidate did.
    present: Vec<u32>,
    all: Vec<Sum>,
    looked_at: Vec<Sum>,
    left: Vec<Sum>,
    /// The actions that more than one of the rows looked at chose, and what those rows did, by their place. Others are on
    /// one side of any split, which gains nothing by them.
    contested: Vec<u32>,
    outcomes: Vec<(usize, u32, f32)>,
    /// By row looked at: its value of the candidate's token.
    column: Vec<f32>,
    /// By row of the sample: which of those looked at it is, `u32::MAX` for none. And which these are.
    place_of: Vec<u32>,
    placed: Vec<u32>,
}

impl<'a> Grower<'a> {
    fn new(sample: &'a Sample, growth: Growth) -> Self {
        let sums = || vec![Sum::default(); sample.actions().len()];
        let candidates = (growth.n_tokens as f64).sqrt().ceil() as usize;
        Self {
            sample,
            values: Values::new(sample),
            n_candidates: candidates.clamp(*N_CANDIDATES.start(), *N_CANDIDATES.end()),
            present: Vec::new(),
            all: sums(),
            looked_at: sums(),
            left: sums(),
            contested: Vec::new(),
            outcomes: Vec::new(),
            column: Vec::new(),
            place_of: vec![u32::MAX; sample.len()],
            placed: Vec::new(),
        }
    }

    /// Counts what the rows of a node did.
    fn count(&mut self, rows: &[u32]) {
        for local in self.present.drain(..) {
            self.all[local as usize] = Sum::default();
        }
        for row in rows {
            let (local, reward) = self.sample.outcome(*row);
            let all = &mut self.all[local as usize];
            if all.n == 0.0 {
                self.present.push(local);
            }
            all.add(reward);
        }
    }

    fn seen(&self) -> impl Iterator<Item = (u16, f32, f32)> {
        self.present.iter().map(|local| {
            let sum = self.all[*local as usize];
            (self.sample.actions()[*local as usize], sum.n, sum.rewards)
        })
    }

    /// The best of the random candidates, if any gains.
    fn best_split(&mut self, rows: &mut [u32], draws: &mut Draws) -> Option<(u32, f32)> {
        let n = rows.len().min(N_LOOKED_AT);
        if n < rows.len() {
            (0..n).for_each(|at| rows.swap(at, at + draws.below(rows.len() - at)));
        }
        let rows = &rows[..n];
        self.look_at(rows);
        let mut best = None;
        let mut best_gain = LEAST_GAIN;
        for _ in 0..self.n_candidates {
            let tokens = self.sample.tokens(rows[draws.below(n)]);
            let unit = draws.unit();
            if tokens.is_empty() {
                continue;
            }
            let token = tokens[draws.below(tokens.len())].0;
            let Some(threshold) = self.threshold(rows, token, unit) else { continue };
            let gain = self.gain(threshold);
            if gain > best_gain {
                best_gain = gain;
                best = Some((token, threshold));
            }
        }
        best
    }

    /// Sums up what these rows of the node did.
    fn look_at(&mut self, rows: &[u32]) {
        let Self { sample, present, looked_at, contested, outcomes, place_of, placed, .. } = self;
        placed.drain(..).for_each(|row| place_of[row as usize] = u32::MAX);
        (0..).zip(rows).for_each(|(at, row)| place_of[*row as usize] = at);
        placed.extend_from_slice(rows);
        present.iter().for_each(|local| looked_at[*local as usize] = Sum::default());
        for row in rows {
            let (local, reward) = sample.outcome(*row);
            looked_at[local as usize].add(reward);
        }
        let is_contested = |local: u32| looked_at[local as usize].n > 1.0;
        contested.clear();
        contested.extend(present.iter().copied().filter(|local| is_contested(*local)));
        outcomes.clear();
        let all = rows.iter().map(|row| sample.outcome(*row)).enumerate();
        outcomes
            .extend(all.map(|(at, (local, reward))| (at, local, reward)).filter(|(_, local, _)| is_contested(*local)));
    }

    /// A threshold that leaves rows on both sides; keeps the token's column.
    fn threshold(&mut self, rows: &[u32], token: u32, unit: f32) -> Option<f32> {
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        self.values.column(rows, token, &self.place_of, &mut self.column);
        for value in self.column.iter().copied() {
            // Values are finite, and `f32::min` would ask.
            low = if value < low { value } else { low };
            high = if value > high { value } else { high };
        }
        let threshold = low + (high - low) * unit;
        (low <= threshold && threshold < high).then_some(threshold)
    }

    /// What a split of the kept column gains.
    fn gain(&mut self, threshold: f32) -> f32 {
        self.contested.iter().for_each(|local| self.left[*local as usize] = Sum::default());
        for (at, local, reward) in &self.outcomes {
            if self.column[*at] <= threshold {
                self.left[*local as usize].add(*reward);
            }
        }
        let mut gain = 0.0;
        for local in &self.contested {
            let (all, left) = (self.looked_at[*local as usize], self.left[*local as usize]);
            let right = Sum { n: all.n - left.n, rewards: all.rewards - left.rewards };
            gain += left.square() + right.square() - all.square();
        }
        gain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::auto::tree::Work;

    const GROWTH: Growth = Growth { n_tokens: 2, start: 0.5, most_bytes: usize::MAX, likely_bytes: 0 };

    /// Action 0 pays where token 0 is above 0.5, action 1 elsewhere; token 1 says nothing.
    fn sample(n: usize) -> Sample {
        let (mut sample, mut local_of, mut draws) = (Sample::default(), Vec::new(), Draws::new(1, 2));
        for _ in 0..n {
            let x = draws.unit();
            let action = draws.below(2) as u16;
            let pays = (x > 0.5) == (action == 0);
            sample.push(&[(0, x), (1, draws.unit())], action, if pays { 1.0 } else { 0.0 }, &mut local_of);
        }
        sample
    }

    fn estimates(tree: &Tree, x: f32) -> [f32; 2] {
        let (mut work, mut estimates, mut seen) = (Work::default(), [vec![0.0; 2]], [vec![0.0; 2]]);
        Tree::ask_about(&[0, 1], 2, |_| 1.0, 2.0, &mut work);
        Tree::walk(std::iter::once(tree), &[x, 0.3], &mut work);
        tree.read(0, 0.5, &work, &mut estimates, &mut seen);
        [estimates[0][0], estimates[0][1]]
    }

    #[test]
    fn a_grown_tree_knows_which_action_pays_on_which_side() {
        let tree = grow(&sample(2_000), GROWTH, Draws::new(5, 5));
        assert!(tree.is_sound());
        assert!(estimates(&tree, 0.9)[0] > 0.9 && estimates(&tree, 0.9)[1] < 0.1);
        assert!(estimates(&tree, 0.1)[0] < 0.1 && estimates(&tree, 0.1)[1] > 0.9);
    }

    #[test]
    fn the_same_seed_grows_the_same_tree_and_memory_bounds_it() {
        let bytes = |tree: &Tree| postcard::to_stdvec(tree).expect("plain numbers");
        let sample = sample(3_000);
        let [one, same, other] = [5, 5, 6].map(|seed| bytes(&grow(&sample, GROWTH, Draws::new(seed, 0))));
        assert!(one == same && one != other);
        let small = grow(&sample, Growth { most_bytes: 2_000, ..GROWTH }, Draws::new(5, 0));
        assert!(small.n_bytes() < 4_000 && small.is_sound(), "{}", small.n_bytes());
    }

    #[test]
    fn rows_that_do_not_differ_are_a_leaf() {
        let (mut sample, mut local_of) = (Sample::default(), Vec::new());
        (0..100).for_each(|n| sample.push(&[(0, 1.0)], n % 3, (n % 2) as f32, &mut local_of));
        (0..100).for_each(|n| sample.push(&[], n % 3, 0.0, &mut local_of));
        let tree = grow(&sample, GROWTH, Draws::new(1, 1));
        assert!(tree.is_sound() && tree.n_bytes() < 400);
    }
}
