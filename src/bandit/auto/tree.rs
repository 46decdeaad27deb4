//! One extremely randomised tree (Geurts, Ernst and Wehenkel, 2006) over contexts. Every node knows what each action
//! earned there.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Place};

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

/// So many trees are walked side by side. Each step of each waits for memory; so they wait together.
pub(super) const N_TOGETHER: usize = 8;

/// What reading trees works with.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Whose estimates are asked for, by action.
    asked: Vec<Asked>,
    /// The slots of actions that no tree can know.
    unknown_slots: Vec<u16>,
    walks: [Walk; N_TOGETHER],
}

/// An action that trees are asked about.
#[derive(Debug, Clone, Copy)]
struct Asked {
    action: u16,
    slot: u16,
    /// Among so many events one chose it.
    one_in: f32,
}

/// The way through one tree.
#[derive(Debug, Default)]
struct Walk {
    steps: Vec<Step>,
    /// By action asked about: the step at which to look for it first.
    first: Vec<u8>,
}

/// A node on the way, without what leads on.
#[derive(Debug, Clone, Copy)]
struct Step {
    place: Place,
    total: u32,
}

impl Walk {
    /// The deepest node that at least so many events came through; the root in any case.
    fn deepest(&self, least: f32) -> usize {
        // One by one: most ways have a dozen nodes.
        self.steps.iter().skip(1).take_while(|step| step.total as f32 >= least).count()
    }
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
    fn default() -> Self {
        Self::with_room(0)
    }
}

impl Tree {
    /// A tree of one leaf that has seen nothing, with room for counts of so many bytes.
    pub fn with_room(n_bytes: usize) -> Self {
        Self { nodes: vec![Node::default()], counts: Counts::with_room(n_bytes) }
    }

    pub fn n_bytes(&self) -> usize {
        self.nodes.len() * size_of::<Node>() + self.counts.n_bytes()
    }

    #[inline]
    fn child(node: &Node, values: &[f32]) -> usize {
        let value = values.get(node.token as usize).copied().unwrap_or(0.0);
        node.left as usize + usize::from(value > node.threshold)
    }

    /// Says which actions are asked about until this is called again: by action, its slot and how many events chose it, of
    /// so many.
    pub fn ask_about(slot_of: &[u16], n_slots: usize, chosen: impl Fn(u16) -> f32, n_events: f32, work: &mut Work) {
        let is_asked = |(_, slot): &(u16, &u16)| usize::from(**slot) < n_slots;
        let one_in = |action| n_events / chosen(action).max(1.0);
        let asked = (0..).zip(slot_of).filter(is_asked);
        work.asked.clear();
        work.asked.extend(asked.map(|(action, slot)| Asked { action, slot: *slot, one_in: one_in(action) }));
        work.unknown_slots.clear();
        work.unknown_slots
            .extend((0..n_slots as u16).filter(|slot| work.asked.iter().all(|asked| asked.slot != *slot)));
    }

    /// Walks down to where `values` belong, in at most `N_TOGETHER` trees; `read` follows for each.
    pub fn walk<'t>(trees: impl Iterator<Item = &'t Self> + Clone, values: &[f32], work: &mut Work) {
        let mut at = [Some(0); N_TOGETHER];
        work.walks.iter_mut().for_each(|walk| walk.steps.clear());
        loop {
            let mut is_over = true;
            for ((tree, walk), at) in trees.clone().zip(&mut work.walks).zip(&mut at) {
                let Some(node) = at.map(|at| &tree.nodes[at]) else { continue };
                walk.steps.push(Step { place: node.place, total: node.total });
                *at = (node.left != 0).then(|| Self::child(node, values));
                is_over = false;
            }
            if is_over {
                break;
            }
        }
        for (tree, walk) in trees.zip(&mut work.walks) {
            walk.first.clear();
            for asked in &work.asked {
                let first = walk.deepest(asked.one_in);
                tree.counts.touch(&walk.steps[first].place, asked.action);
                walk.steps.get(first + 1).inspect(|next| tree.counts.touch(&next.place, asked.action));
                walk.first.push(first as u8);
            }
        }
    }

    /// Adds, by grain, the estimate of each action that is asked about to `estimates`: that of the deepest node on the way
    /// of the last walk's tree number `nth`, down to the grain's, that has seen it, and `start` if none has. Adds what the
    /// grain's node has seen to `seen`.
    ///
    /// What a node has not seen, none below it has. So an action is looked for where it is likely to be seen last, and from
    /// there down or up: few nodes are asked, however long the way is and however many actions there are.
    pub fn read<const N: usize>(
        &self,
        nth: usize,
        start: f32,
        work: &Work,
        estimates: &mut [Vec<f32>; N],
        seen: &mut [Vec<f32>; N],
    ) {
        let walk = &work.walks[nth];
        let ends: [usize; N] = std::array::from_fn(|grain| walk.deepest(GRAINS[grain] as f32));
        for slot in &work.unknown_slots {
            estimates.iter_mut().for_each(|sums| sums[usize::from(*slot)] += start);
        }
        for (asked, first) in work.asked.iter().zip(&walk.first) {
            let slot = usize::from(asked.slot);
            let seek = |at: usize| self.counts.seek(&walk.steps[at].place, asked.action);
            let last_known = last_known(usize::from(*first).min(ends[0]), ends[0], seek);
            for (grain, end) in ends.into_iter().enumerate() {
                let (estimate, n) = match last_known {
                    Some((last, known)) if last < end => (known.estimate, 0),
                    Some((last, known)) if last == end => (known.estimate, known.n),
                    Some(_) => seek(end).map_or((start, 0), |known| (known.estimate, known.n)),
                    None => (start, 0),
                };
                estimates[grain][slot] += estimate;
                seen[grain][slot] += f32::from(n);
            }
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

/// The last step, up to `end`, at which something is known, and what: known at one step means known at all before it.
fn last_known<T>(first: usize, end: usize, seek: impl Fn(usize) -> Option<T>) -> Option<(usize, T)> {
    let Some(mut known) = seek(first) else {
        return (0..first).rev().find_map(|at| seek(at).map(|known| (at, known)));
    };
    let mut last = first;
    while last < end
        && let Some(below) = seek(last + 1)
    {
        (last, known) = (last + 1, below);
    }
    Some((last, known))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::counts::COUNT_BYTES, *};

    fn arrival(values: &[f32], action: u16, reward: f32) -> Arrival<'_> {
        Arrival { values, action, reward, start: 0.5 }
    }

    /// What a tree says of the first two actions, by grain and slot, and how often it saw them, looked for where an action
    /// is seen last that one in so many events chose.
    fn read_from(tree: &Tree, one_in: f32, values: &[f32]) -> [[Vec<f32>; GRAINS.len()]; 2] {
        let zeros = || GRAINS.map(|_| vec![0.0; 2]);
        let (mut work, mut estimates, mut seen) = (Work::default(), zeros(), zeros());
        Tree::ask_about(&[0, 1], 2, |_| 1.0, one_in, &mut work);
        Tree::walk(std::iter::once(tree), values, &mut work);
        tree.read(0, 0.5, &work, &mut estimates, &mut seen);
        [estimates, seen]
    }

    fn read(tree: &Tree, grain: usize, values: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let [estimates, seen] = read_from(tree, 2.0, values);
        (estimates[grain].clone(), seen[grain].clone())
    }

    /// The same, node by node from the root.
    fn read_plainly(tree: &Tree, values: &[f32]) -> [[Vec<f32>; GRAINS.len()]; 2] {
        let mut estimates = GRAINS.map(|_| vec![0.5; 2]);
        let mut seen = GRAINS.map(|_| vec![0.0; 2]);
        for (grain, least) in GRAINS.iter().enumerate() {
            let mut at = 0;
            loop {
                for action in [0, 1] {
                    let known = tree.counts.seek(&tree.nodes[at].place, action);
                    seen[grain][usize::from(action)] = known.map_or(0.0, |known| f32::from(known.n));
                    let estimate = &mut estimates[grain][usize::from(action)];
                    *estimate = known.map_or(*estimate, |known| known.estimate);
                }
                let node = &tree.nodes[at];
                at = Tree::child(node, values);
                if node.left == 0 || tree.nodes[at].total < *least {
                    break;
                }
            }
        }
        [estimates, seen]
    }

    proptest! {
        #[test]
        fn where_an_action_is_looked_for_first_changes_nothing(
            splits in prop::collection::vec((any::<prop::sample::Index>(), 0.0_f32..1.0), 0..60),
            events in prop::collection::vec((0.0_f32..1.0, 0_u16..40, 0.0_f32..1.0), 1..1_500),
            value in 0.0_f32..1.0, one_in in 0.5_f32..3_000.0,
        ) {
            let mut tree = Tree::default();
            for (at, threshold) in splits {
                let leaves: Vec<usize> = (0..tree.nodes.len()).filter(|at| tree.nodes[*at].left == 0).collect();
                tree.split(leaves[at.index(leaves.len())], 0, threshold);
            }
            for (value, action, reward) in events {
                // Two of them are asked about: one that is frequent, one that is rare.
                tree.insert(arrival(&[value], if action < 20 { 0 } else { action - 19 }, reward), usize::MAX);
            }
            prop_assert_eq!(read_from(&tree, one_in, &[value]), read_plainly(&tree, &[value]));
        }
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
