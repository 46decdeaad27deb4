//! One extremely randomised tree (Geurts, Ernst and Wehenkel, 2006) over contexts. Every node knows what each action
//! earned there.

use serde::{Deserialize, Serialize};

use super::counts::{Asked, Counts, Place};

/// A split, or a leaf when `left` is 0: the root is nobody's child.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Node {
    pub token: u32,
    pub threshold: f32,
    /// The left child; the right one follows it.
    pub left: u32,
    /// Where its counts are.
    place: Place,
    /// Events that came through.
    total: u32,
}

/// Down to which node of a path an estimate is read: the deepest that at least so many events came through.
pub(super) const GRAINS: [u32; 3] = [1, 60, 500];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    counts: Counts,
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
        Self { nodes: vec![Node::default()], counts: Counts::default() }
    }
}

impl Tree {
    pub fn n_bytes(&self) -> usize {
        self.nodes.len() * size_of::<Node>() + self.counts.n_bytes()
    }

    #[inline]
    fn child(node: &Node, values: &[f32]) -> usize {
        let value = values.get(node.token as usize).copied().unwrap_or(0.0);
        node.left as usize + usize::from(value > node.threshold)
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
        let mut span_above = *n_actions;
        while n_open > 0 {
            let below = (node.left != 0).then(|| &self.nodes[Self::child(node, values)]);
            // Touched early, so that it comes out of memory while the counts do.
            std::hint::black_box(below.map(|below| below.total));
            self.counts.look(&node.place, span_above, known, said);
            span_above = Counts::span(&node.place);
            let next = below.filter(|_| !known.is_empty());
            // The coarsest grain ends first.
            while n_open > 0 && next.is_none_or(|next| next.total < GRAINS[n_open - 1]) {
                n_open -= 1;
                estimates[n_open].iter_mut().zip(&*said).for_each(|(sum, said)| *sum += said);
                known.iter().for_each(|known| seen[n_open][usize::from(known.slot)] += f32::from(known.n));
            }
            node = next.unwrap_or(node);
        }
    }

    /// Adds one event to all nodes on its way. `most` counts at most are kept: what is beyond has to wait until the
    /// tree is grown anew, in the node that has no place for it and in all below.
    pub fn insert(&mut self, arrival: Arrival<'_>, most: usize) {
        let mut at = 0;
        let mut of_parent = Some(arrival.start);
        loop {
            let node = &mut self.nodes[at];
            node.total = node.total.saturating_add(1);
            of_parent = of_parent.and_then(|of_parent| {
                self.counts.add(&mut node.place, arrival.action, arrival.reward, of_parent, most)
            });
            if node.left == 0 {
                return;
            }
            at = Self::child(node, arrival.values);
        }
    }

    /// Writes what a new node has seen: (action, events, sum of rewards). `parent` is its parent's index.
    pub fn fill(&mut self, at: usize, parent: Option<usize>, start: f32, seen: impl Iterator<Item = (u16, f32, f32)>) {
        let above = parent.map(|parent| self.nodes[parent].place);
        let mut total = 0.0;
        let place = self.counts.fill(above.as_ref(), start, seen.inspect(|(_, n, _)| total += n));
        let node = &mut self.nodes[at];
        (node.place, node.total) = (place, total as u32);
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
        self.counts.rescale(scale, offset);
    }

    /// Whether walking it ends and reads nothing outside.
    pub fn is_sound(&self) -> bool {
        let is_sound = |(at, node): (usize, &Node)| {
            let left = node.left as usize;
            (left == 0 || (left > at && left + 1 < self.nodes.len())) && self.counts.is_sound(&node.place)
        };
        !self.nodes.is_empty() && self.nodes.iter().enumerate().all(is_sound) && self.counts.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::counts::COUNT_BYTES, *};

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
        assert_eq!(tree.counts.n_bytes(), 4 * COUNT_BYTES);
        assert_eq!(read(&tree, 0, &[]).1, [2.0, 1.0]);
    }
}
