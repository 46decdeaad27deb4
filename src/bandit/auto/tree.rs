//! One extremely randomised tree (Geurts, Ernst and Wehenkel, 2006) over contexts. Every node knows what each action
//! earned there.

use serde::{Deserialize, Serialize};

/// A split, or a leaf when `left` is 0: the root is nobody's child.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Node {
    pub token: u32,
    pub threshold: f32,
    /// The left child; the right one follows it.
    pub left: u32,
    /// Where its counts are, by action, how many, and for how many there is place.
    first: u32,
    n: u16,
    most: u16,
    /// Events that came through.
    total: u32,
}

/// What one action did in one node. Actions that were never chosen there take no place.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Count {
    action: u16,
    n: u16,
    /// Its mean, smoothed down the path from the root: (sum + prior·parent's) / (n + prior).
    estimate: f32,
}

/// What one count takes.
pub(super) const COUNT_BYTES: usize = size_of::<Count>();
/// Down to which node of a path an estimate is read: the deepest that at least so many events came through.
pub(super) const GRAINS: [u32; 3] = [1, 60, 500];
/// What a parent's estimate weighs in its child's, in events.
pub(super) const PRIOR: f32 = 2.0;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    counts: Vec<Count>,
}

/// What reading a tree works with.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Whose estimates are asked for, by action, and how many actions there are.
    asked: Vec<Asked>,
    n_actions: usize,
    /// Those of them that the present node knows.
    known: Vec<Asked>,
    /// By slot, what the deepest node says that knows the action.
    said: Vec<f32>,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    action: u16,
    slot: u16,
    /// How often the present node saw it, and its place among the node's counts.
    n: u16,
    at: u16,
}

/// So far around the place where a count should be it is looked for one by one.
const N_NEAR: usize = 16;

/// One event as a tree takes it in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival<'a> {
    /// By token.
    pub values: &'a [f32],
    pub action: u16,
    pub reward: f32,
    /// What an action is expected to earn that nothing is known of.
    pub start: f32,
}

impl Default for Tree {
    /// A tree of one leaf that has seen nothing.
    fn default() -> Self {
        Self { nodes: vec![Node::default()], counts: Vec::new() }
    }
}

impl Tree {
    pub fn n_bytes(&self) -> usize {
        self.nodes.len() * size_of::<Node>() + self.counts.len() * size_of::<Count>()
    }

    #[inline]
    fn child(node: &Node, values: &[f32]) -> usize {
        let value = values.get(node.token as usize).copied().unwrap_or(0.0);
        node.left as usize + usize::from(value > node.threshold)
    }

    #[inline]
    fn counts(&self, node: &Node) -> &[Count] {
        &self.counts[node.first as usize..node.first as usize + usize::from(node.n)]
    }

    /// Where an action's count is among those of a node, or where it belongs.
    #[inline]
    fn find(counts: &[Count], action: u16) -> Result<usize, usize> {
        counts.binary_search_by_key(&action, |count| count.action)
    }

    /// Says which actions are asked about until this is called again: by action, its slot.
    pub fn ask_about(slot_of: &[u16], n_slots: usize, work: &mut Work) {
        let is_asked = |(_, slot): &(u16, &u16)| usize::from(**slot) < n_slots;
        let asked =
            (0..).zip(slot_of).filter(is_asked).map(|(action, slot)| Asked { action, slot: *slot, n: 0, at: action });
        work.asked.clear();
        work.asked.extend(asked);
        work.n_actions = slot_of.len();
    }

    /// Walks down to where `values` belong. Adds, by grain, the estimate of each action that is asked about to
    /// `estimates`: that of the deepest node on the way, down to the grain's, that has seen it, and `start` if none has. Adds
    /// what the grain's node has seen to `seen`.
    ///
    /// What a node has not seen, none below it has. So there are fewer actions to look for from node to node, and of many
    /// actions most are left behind near the root.
    pub fn read<const N: usize>(
        &self,
        values: &[f32],
        start: f32,
        work: &mut Work,
        estimates: &mut [Vec<f32>; N],
        seen: &mut [Vec<f32>; N],
    ) {
        let Work { asked, n_actions, known, said } = work;
        known.clone_from(asked);
        said.clear();
        said.resize(estimates.first().map_or(0, Vec::len), start);
        let mut n_open = N;
        let mut node = &self.nodes[0];
        let mut n_above = *n_actions;
        while n_open > 0 {
            self.look(node, n_above, known, said);
            n_above = usize::from(node.n);
            let has_more = node.left != 0 && !known.is_empty();
            let next = has_more.then(|| &self.nodes[Self::child(node, values)]);
            // The coarsest grain ends first.
            while n_open > 0 && next.is_none_or(|next| next.total < GRAINS[n_open - 1]) {
                n_open -= 1;
                estimates[n_open].iter_mut().zip(&*said).for_each(|(sum, said)| *sum += said);
                known.iter().for_each(|known| seen[n_open][usize::from(known.slot)] += f32::from(known.n));
            }
            node = next.unwrap_or(node);
        }
    }

    /// Keeps those of the actions that a node knows, and takes its estimates. The node above knows `n_above`, all of these
    /// among them: where they stand there says about where they stand here.
    fn look(&self, node: &Node, n_above: usize, known: &mut Vec<Asked>, said: &mut [f32]) {
        let counts = self.counts(node);
        let scale = counts.len() as f32 / n_above.max(1) as f32;
        known.retain_mut(|asked| {
            let at = place_near(counts, (f32::from(asked.at) * scale) as usize, asked.action);
            let found = counts.get(at).filter(|count| count.action == asked.action);
            if let Some(count) = found {
                said[usize::from(asked.slot)] = count.estimate;
                (asked.n, asked.at) = (count.n, at as u16);
            }
            found.is_some()
        });
    }

    /// Adds one event to all nodes on its way. `most` counts at most are kept: what is beyond has to wait until the
    /// tree is grown anew, in the node that has no place for it and in all below.
    pub fn insert(&mut self, arrival: Arrival<'_>, most: usize) {
        let mut at = 0;
        let mut of_parent = Some(arrival.start);
        loop {
            self.nodes[at].total = self.nodes[at].total.saturating_add(1);
            of_parent = of_parent.and_then(|of_parent| self.count(at, arrival, of_parent, most));
            let node = &self.nodes[at];
            if node.left == 0 {
                return;
            }
            at = Self::child(node, arrival.values);
        }
    }

    /// Counts an event in one node; the action's estimate there. `None`: there is no place for the action.
    fn count(&mut self, at: usize, arrival: Arrival<'_>, of_parent: f32, most: usize) -> Option<f32> {
        let node = &mut self.nodes[at];
        let own = &mut self.counts[node.first as usize..node.first as usize + usize::from(node.n)];
        let place = match Self::find(own, arrival.action) {
            Ok(at) => {
                let count = &mut own[at];
                count.n = count.n.saturating_add(1);
                count.estimate += (arrival.reward - count.estimate) / (f32::from(count.n) + PRIOR);
                return Some(count.estimate);
            }
            Err(place) => place,
        };
        let estimate = (arrival.reward + PRIOR * of_parent) / (1.0 + PRIOR);
        if node.n == node.most {
            if self.counts.len() >= most || node.most == u16::MAX {
                return None;
            }
            // The counts move to the end. What they leave behind is lost until the tree is grown anew.
            let first = self.counts.len();
            self.counts.extend_from_within(node.first as usize..node.first as usize + usize::from(node.n));
            node.most = node.n.saturating_mul(2).max(4);
            self.counts.resize(first + usize::from(node.most), Count::default());
            node.first = first as u32;
        }
        let (first, end) = (node.first as usize, node.first as usize + usize::from(node.n));
        self.counts.copy_within(first + place..end, first + place + 1);
        self.counts[first + place] = Count { action: arrival.action, n: 1, estimate };
        node.n += 1;
        Some(estimate)
    }

    /// Writes what a new node has seen: (action, events, sum of rewards). `parent` is its parent's index.
    pub fn fill(&mut self, at: usize, parent: Option<usize>, start: f32, seen: impl Iterator<Item = (u16, f32, f32)>) {
        let first = self.counts.len();
        let mut total = 0.0;
        for (action, n, sum) in seen {
            let of_parent = parent.and_then(|parent| {
                let counts = self.counts(&self.nodes[parent]);
                Self::find(counts, action).ok().map(|at| counts[at].estimate)
            });
            let of_parent = of_parent.unwrap_or(start);
            let estimate = (sum + PRIOR * of_parent) / (n + PRIOR);
            self.counts.push(Count { action, n: n.min(f32::from(u16::MAX)) as u16, estimate });
            total += n;
        }
        let n = (self.counts.len() - first) as u16;
        self.counts[first..].sort_unstable_by_key(|count| count.action);
        // A little place for actions that come later.
        let most = n.saturating_add(n / 4 + 1);
        self.counts.resize(first + usize::from(most), Count::default());
        let node = &mut self.nodes[at];
        (node.first, node.n, node.most, node.total) = (first as u32, n, most, total as u32);
    }

    /// Splits a leaf; the left child's index. The right one follows it.
    pub fn split(&mut self, at: usize, token: u32, threshold: f32) -> usize {
        let left = self.nodes.len();
        self.nodes.extend([Node::default(); 2]);
        let node = &mut self.nodes[at];
        (node.token, node.threshold, node.left) = (token, threshold, left as u32);
        left
    }

    /// Rewards are measured by another scale.
    pub fn rescale(&mut self, scale: f32, offset: f32) {
        self.counts.iter_mut().for_each(|count| count.estimate = scale * count.estimate + offset);
    }

    /// Whether walking it ends and reads nothing outside.
    pub fn is_sound(&self) -> bool {
        let is_sound = |(at, node): (usize, &Node)| {
            let (left, first) = (node.left as usize, node.first as usize);
            (left == 0 || (left > at && left + 1 < self.nodes.len()))
                && node.n <= node.most
                && first + usize::from(node.most) <= self.counts.len()
                && self.counts(node).is_sorted_by(|a, b| a.action < b.action)
        };
        !self.nodes.is_empty()
            && self.nodes.iter().enumerate().all(is_sound)
            && self.counts.iter().all(|count| count.estimate.is_finite())
    }
}

/// The place of the first count that is not before an action's. It is likely near `guess`.
#[inline]
fn place_near(counts: &[Count], guess: usize, action: u16) -> usize {
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
    use super::*;

    fn arrival(values: &[f32], action: u16, reward: f32) -> Arrival<'_> {
        Arrival { values, action, reward, start: 0.5 }
    }

    fn read(tree: &Tree, grain: usize, values: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let zeros = || GRAINS.map(|_| vec![0.0; 2]);
        let (mut work, mut estimates, mut seen) = (Work::default(), zeros(), zeros());
        Tree::ask_about(&[0, 1], 2, &mut work);
        tree.read(values, 0.5, &mut work, &mut estimates, &mut seen);
        (estimates[grain].clone(), seen[grain].clone())
    }

    #[test]
    fn an_estimate_is_smoothed_by_what_is_above_it_and_absent_actions_keep_the_parents() {
        let mut tree = Tree::default();
        tree.fill(0, None, 0.5, [(0, 8.0, 4.0), (1, 2.0, 2.0)].into_iter());
        let left = tree.split(0, 0, 0.5);
        tree.fill(left, Some(0), 0.5, [(0, 4.0, 0.0)].into_iter());
        tree.fill(left + 1, Some(0), 0.5, [(0, 4.0, 4.0), (1, 2.0, 2.0)].into_iter());
        let (estimates, seen) = read(&tree, 0, &[0.0]);
        // At the root (4 + 1) / 10 and (2 + 1) / 4, on the left (0 + 2·0.5) / 6.
        assert!((estimates[0] - 1.0 / 6.0).abs() < 1e-6 && (estimates[1] - 0.75).abs() < 1e-6, "{estimates:?}");
        assert_eq!(seen, [4.0, 0.0]);
        // Nothing here is as coarse as sixty events, so the coarser grains say what the root says.
        assert!((read(&tree, 1, &[0.0]).0[0] - 0.5).abs() < 1e-6);
        assert!(tree.is_sound());
    }

    proptest::proptest! {
        #[test]
        fn a_place_is_found_from_any_guess(
            actions in proptest::collection::btree_set(0_u16..300, 0..200), action in 0_u16..300, guess in 0_usize..300,
        ) {
            let counts: Vec<_> = actions.iter().map(|action| Count { action: *action, ..Count::default() }).collect();
            proptest::prop_assert_eq!(place_near(&counts, guess, action), actions.range(..action).count());
        }
    }

    #[test]
    fn an_inserted_event_moves_the_estimates_as_if_it_had_been_there() {
        let mut tree = Tree::default();
        for (reward, action) in [(1.0, 0), (0.0, 0), (1.0, 1), (1.0, 0)] {
            tree.insert(arrival(&[], action, reward), usize::MAX);
        }
        let (estimates, seen) = read(&tree, 0, &[]);
        assert!((estimates[0] - 0.6).abs() < 1e-6 && (estimates[1] - 2.0 / 3.0).abs() < 1e-6, "{estimates:?}");
        assert_eq!(seen, [3.0, 1.0]);
    }

    #[test]
    fn a_tree_that_may_not_grow_still_counts_what_it_knows() {
        let mut tree = Tree::default();
        tree.insert(arrival(&[], 0, 1.0), 1);
        (1..20).for_each(|action| tree.insert(arrival(&[], action, 1.0), 1));
        tree.insert(arrival(&[], 0, 1.0), 1);
        assert_eq!(tree.counts.len(), 4);
        assert_eq!(read(&tree, 0, &[]).1, [2.0, 1.0]);
    }
}
