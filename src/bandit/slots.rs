//! Several slots of one page: each is a decision of its own over the same actions, and no action is shown twice.
//!
//! As in conditional contextual bandits (`--ccb_explore_adf`; "Conditional Contextual Bandits" in Vowpal Wabbit), slots
//! are filled in the order of the request, and what an earlier slot shows is out for the later ones. One model learns
//! from all slots: what a slot is like is part of its context.

use std::{borrow::Cow, sync::Arc};

use super::{ActionInput, Example, FeatureError, HashedAction, JsonObject, features::FeatureMap};
use crate::terms::SlotId;

/// The namespace in which a slot's id is a feature.
const SLOT: &str = "slot";

/// The example of one slot: the shared context, the slot's id and its own features, and the actions.
///
/// Without a slot it is the example of a plain Rank. A constant part of a context changes no order of actions, but its
/// crosses with the actions do, which is how one model holds different tastes for different slots.
pub fn slot_example<O: FeatureMap>(
    context: &[O],
    slot_id: Option<&SlotId>,
    features: &[O],
    actions: &[ActionInput<'_, O>],
) -> Result<Example, FeatureError> {
    Example::of_slot(context, slot_id, features, actions)
}

/// As [`slot_example`], of actions that are hashed already; the slots of one page share them.
pub fn slot_example_hashed<O: FeatureMap>(
    context: &[O],
    slot_id: Option<&SlotId>,
    features: &[O],
    actions: &Arc<[HashedAction]>,
) -> Result<Example, FeatureError> {
    Example::of_slot_hashed(context, slot_id, features, actions.clone())
}

/// The context that the actions of one slot are seen in; that of a plain Rank is the shared one.
pub fn slot_context<'a, O: Clone + From<JsonObject>>(
    context: &'a [O],
    slot_id: Option<&SlotId>,
    features: &[O],
) -> Cow<'a, [O]> {
    let Some(slot_id) = slot_id else { return Cow::Borrowed(context) };
    let mut identity = JsonObject::new();
    identity.insert("id".to_owned(), slot_id.as_str().into());
    let mut named = JsonObject::new();
    named.insert(SLOT.to_owned(), identity.into());
    Cow::Owned(context.iter().cloned().chain([named.into()]).chain(features.iter().cloned()).collect())
}

/// Fills slots one after the other so that every later slot can be filled too.
///
/// An action is eligible for a slot when it is allowed there, no earlier slot shows it, and the slots after it can
/// still be filled. The last holds because a whole plan is always at hand: the baseline actions at first, and after
/// each choice a plan changed along an augmenting path (Kuhn's algorithm for bipartite matching).
#[derive(Debug)]
pub struct Filling {
    /// By slot, then action.
    is_allowed: Vec<Vec<bool>>,
    /// By action: the slot that shows it or is planned to.
    slot_of: Vec<Option<usize>>,
    /// The slot that is filled next.
    next: usize,
}

impl Filling {
    /// Slots by the actions allowed there. `plan` gives each slot an allowed action, none of them twice.
    pub fn new(is_allowed: Vec<Vec<bool>>, plan: &[usize]) -> Self {
        let mut slot_of = vec![None; is_allowed.first().map_or(0, Vec::len)];
        for (slot_idx, &action_idx) in plan.iter().enumerate() {
            slot_of[action_idx] = Some(slot_idx);
        }
        Self { is_allowed, slot_of, next: 0 }
    }

    /// Which actions the next slot can show; at least one.
    pub fn eligible(&self) -> Vec<bool> {
        // Only what a later slot plans to show needs a new plan.
        let is_planned_later = |planned: Option<usize>| planned.is_some_and(|slot_idx| slot_idx > self.next);
        let is_eligible = |action_idx: usize| match self.slot_of[action_idx] {
            planned if is_planned_later(planned) => self.plan_with(action_idx).is_some(),
            planned => self.is_allowed[self.next][action_idx] && planned.is_none_or(|slot_idx| slot_idx == self.next),
        };
        (0..self.slot_of.len()).map(is_eligible).collect()
    }

    /// By action, what the slots after the next one would miss if the next one showed it: the most by which it is better
    /// there than the best of the others. `scores` are expected rewards by slot, then action.
    ///
    /// An earlier slot to which all actions are worth the same should leave a later one the only action that is worth
    /// something to it. For two slots this is what the choice costs; for more it is the greatest of several such costs.
    pub fn losses(&self, scores: &[Vec<f32>]) -> Vec<f32> {
        let mut losses = vec![0.0f32; self.slot_of.len()];
        for (slot_idx, scores) in scores.iter().enumerate().skip(self.next + 1) {
            let is_free = |action_idx: &usize| {
                let is_shown = self.slot_of[*action_idx].is_some_and(|slot_idx| slot_idx < self.next);
                self.is_allowed[slot_idx][*action_idx] && !is_shown
            };
            let mut ranked: Vec<usize> = (0..scores.len()).filter(is_free).collect();
            ranked.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
            if let [best, next, ..] = ranked[..] {
                losses[best] = losses[best].max(scores[best] - scores[next]);
            }
        }
        losses
    }

    /// Shows an eligible action in the next slot.
    pub fn fill(&mut self, action_idx: usize) {
        if let Some(plan) = self.plan_with(action_idx) {
            self.slot_of = plan;
        }
        self.next += 1;
    }

    /// A plan in which the next slot shows this action, if there is one.
    fn plan_with(&self, action_idx: usize) -> Option<Vec<Option<usize>>> {
        let planned_for = self.slot_of[action_idx];
        let is_shown = planned_for.is_some_and(|slot_idx| slot_idx < self.next);
        if is_shown || !self.is_allowed[self.next][action_idx] {
            return None;
        }
        let mut plan = self.slot_of.clone();
        plan.iter_mut().filter(|slot_idx| **slot_idx == Some(self.next)).for_each(|slot_idx| *slot_idx = None);
        plan[action_idx] = Some(self.next);
        match planned_for.filter(|slot_idx| *slot_idx != self.next) {
            None => Some(plan),
            Some(robbed) => {
                let mut is_seen = vec![false; plan.len()];
                is_seen[action_idx] = true;
                self.find_action(robbed, &mut plan, &mut is_seen).then_some(plan)
            }
        }
    }

    /// Gives a later slot another action, moving the plans of others where that is needed.
    fn find_action(&self, slot_idx: usize, plan: &mut [Option<usize>], is_seen: &mut [bool]) -> bool {
        for action_idx in 0..plan.len() {
            if is_seen[action_idx] || !self.is_allowed[slot_idx][action_idx] {
                continue;
            }
            is_seen[action_idx] = true;
            let can_move = match plan[action_idx] {
                None => true,
                Some(other) => other > self.next && self.find_action(other, plan, is_seen),
            };
            if can_move {
                plan[action_idx] = Some(slot_idx);
                return true;
            }
        }
        false
    }
}

/// The seed of one slot's draw. The first slot's is the event's own.
pub fn slot_seed(seed: u64, slot_idx: usize) -> u64 {
    if slot_idx == 0 { seed } else { super::hash::mix(seed ^ super::hash::mix(slot_idx as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_slot_shows_is_out_for_the_later_ones() {
        let mut filling = Filling::new(vec![vec![true; 3]; 2], &[0, 1]);
        assert_eq!(filling.eligible(), [true; 3]);
        filling.fill(2);
        assert_eq!(filling.eligible(), [true, true, false]);
    }

    #[test]
    fn what_a_later_slot_would_miss_is_what_its_best_action_is_better_than_the_next() {
        let mut filling = Filling::new(vec![vec![true; 3], vec![true; 3], vec![true, false, true]], &[0, 1, 2]);
        let scores = [vec![0.0; 3], vec![0.1, 0.5, 0.2], vec![0.9, 1.0, 0.8]];
        let close = |losses: Vec<f32>, expected: [f32; 3]| {
            assert!(losses.iter().zip(expected).all(|(loss, expected)| (loss - expected).abs() < 1e-6), "{losses:?}");
        };
        close(filling.losses(&scores), [0.1, 0.3, 0.0]);
        filling.fill(1);
        close(filling.losses(&scores), [0.1, 0.0, 0.0]);
        filling.fill(2);
        close(filling.losses(&scores), [0.0; 3]);
    }

    #[test]
    fn a_slot_leaves_to_a_later_one_the_only_action_that_it_can_show() {
        let only_first = vec![true, false, false];
        let mut filling = Filling::new(vec![vec![true; 3], vec![true, true, false], only_first], &[2, 1, 0]);
        assert_eq!(filling.eligible(), [false, false, true]);
        filling.fill(2);
        assert_eq!(filling.eligible(), [false, true, false]);
        filling.fill(1);
        assert_eq!(filling.eligible(), [true, false, false]);
    }

    proptest::proptest! {
        #[test]
        fn every_slot_is_filled_whatever_the_draws_are(
            draws in proptest::collection::vec(0_usize..1_000, 6),
            gaps in proptest::collection::vec(proptest::collection::vec(proptest::bool::ANY, 7), 6),
        ) {
            // Slot i may always show its own action i, so that there is a plan.
            let allowed: Vec<Vec<bool>> = gaps
                .iter()
                .enumerate()
                .map(|(slot_idx, gaps)| gaps.iter().enumerate().map(|(a, gap)| *gap || a == slot_idx).collect())
                .collect();
            let mut filling = Filling::new(allowed.clone(), &[0, 1, 2, 3, 4, 5]);
            let mut shown = Vec::new();
            for (slot_idx, draw) in draws.into_iter().enumerate() {
                let eligible: Vec<usize> = (0..7).filter(|a| filling.eligible()[*a]).collect();
                proptest::prop_assert!(!eligible.is_empty());
                let action_idx = eligible[draw % eligible.len()];
                proptest::prop_assert!(allowed[slot_idx][action_idx] && !shown.contains(&action_idx));
                shown.push(action_idx);
                filling.fill(action_idx);
            }
        }
    }

    #[test]
    fn slots_of_one_event_draw_independently_and_the_first_as_a_plain_rank() {
        let seeds: Vec<u64> = (0..50).map(|slot_idx| slot_seed(7, slot_idx)).collect();
        assert_eq!(seeds[0], 7);
        assert!(seeds.iter().enumerate().all(|(at, seed)| !seeds[..at].contains(seed)));
    }

    #[test]
    fn a_slot_is_part_of_the_context() {
        let object = |text: &str| -> JsonObject { serde_json::from_str(text).expect("an object") };
        let (context, features) = ([object(r#"{"hour": "9"}"#)], [object(r#"{"size": "large"}"#)]);
        let topic = [object(r#"{"topic": "news"}"#)];
        let actions = [ActionInput { id: "a", features: &topic }];
        let slot_id: SlotId = "hero".parse().expect("an id");
        let of_slot = slot_example(&context, Some(&slot_id), &features, &actions).expect("good features");
        let plain = slot_example(&context, None, &[], &actions).expect("good features");
        assert_eq!((of_slot.context().len(), plain.context().len()), (3, 1));
        assert_eq!(of_slot.n_actions(), 1);
    }
}
