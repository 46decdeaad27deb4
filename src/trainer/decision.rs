//! A logged decision in the form in which it is learned, until its reward is known.

use std::sync::Arc;

use super::{KnownAction, growers};
use crate::{
    bandit::{Example, HashedAction, Outcome, Policy, slot_example_hashed},
    log::{Fact, Ranked, RankedSlot},
    store::Carried,
    terms::{ActionId, LearningMode},
};

/// A fact as whoever appended it knows it, so that the trainer need not read its record.
///
/// It is what reading the record would give: a decision is made from the very features that the record holds.
#[derive(Debug)]
pub struct KnownFact {
    pub(super) fact: Fact,
    pub(super) decided: Option<Decided>,
}

/// The decisions of a Rank, slot by slot, and its actions in request order.
#[derive(Debug, Clone, Default)]
pub(super) struct Decided {
    pub decisions: Arc<[Decision]>,
    pub action_ids: Arc<[ActionId]>,
}

impl KnownFact {
    /// A Rank with the example of each of its slots.
    pub fn ranked(ranked: Arc<Ranked>, examples: Vec<Example>, action_ids: Vec<ActionId>) -> Carried {
        let decisions = examples.into_iter().zip(&ranked.slots);
        let decisions = decisions.map(|(example, slot)| Decision::new(example, slot, ranked.mode)).collect();
        let decided = Decided { decisions, action_ids: action_ids.into() };
        Carried::new(Self { fact: Fact::Ranked(ranked), decided: Some(decided) })
    }

    /// What was read from a record, for whoever folds it.
    pub(super) fn read(fact: Fact) -> Carried {
        let decided = if let Fact::Ranked(ranked) = &fact { Some(Decided::read(ranked)) } else { None };
        Carried::new(Self { fact, decided })
    }

    /// Any other fact.
    pub fn of(fact: Fact) -> Carried {
        Carried::new(Self { fact, decided: None })
    }
}

impl Decided {
    /// Reads the decisions out of a Rank's record; none when its features cannot be read.
    pub fn read(ranked: &Ranked) -> Self {
        let (decisions, action_ids) = Decision::read(ranked).unwrap_or_default();
        Self { decisions: decisions.into(), action_ids: action_ids.into() }
    }
}

/// What the learner needs of a Rank: a few hundred bytes where its actions were ranked before, a fraction of its JSON.
#[derive(Debug, Clone)]
pub struct Decision {
    example: Example,
    is_eligible: Vec<bool>,
    pmf: Vec<f32>,
    chosen_idx: usize,
    policy_choice_idx: usize,
    baseline_idx: usize,
    mode: LearningMode,
}

impl Decision {
    /// What was decided for one slot of this example.
    fn new(example: Example, slot: &RankedSlot, mode: LearningMode) -> Self {
        Self {
            example,
            is_eligible: slot.eligible(),
            pmf: slot.policy_pmf.clone(),
            chosen_idx: slot.answer.chosen_idx,
            policy_choice_idx: slot.policy_choice_idx,
            baseline_idx: slot.baseline_idx,
            mode,
        }
    }

    /// Reads the decisions of a Rank, slot by slot, and the ids of its actions in request order. `None` when its
    /// features cannot be read, which is so only if an older program accepted what this one refuses.
    pub fn read(ranked: &Ranked) -> Option<(Vec<Self>, Vec<ActionId>)> {
        let features = ranked.features_and_texts().ok()?;
        let known: Vec<_> = features.actions.iter().map(|text| KnownAction::read(text.get())).collect::<Option<_>>()?;
        let actions: Arc<[HashedAction]> = known.iter().map(|action| action.hashed.clone()).collect();
        let mut decisions = Vec::with_capacity(ranked.slots.len());
        for (slot_idx, slot) in ranked.slots.iter().enumerate() {
            let own = features.slots.get(slot_idx).map_or(&[][..], |slot| &slot.features);
            let example = slot_example_hashed(&features.context_features, slot.slot_id.as_ref(), own, &actions).ok()?;
            if example.n_actions() != slot.policy_pmf.len() {
                return None;
            }
            decisions.push(Self::new(example, slot, ranked.mode));
        }
        Some((decisions, known.iter().map(|action| action.id.clone()).collect()))
    }

    /// What was decided upon.
    pub(super) fn example(&self) -> &Example {
        &self.example
    }

    /// Which actions could be chosen, in request order.
    pub(super) fn is_eligible(&self) -> &[bool] {
        &self.is_eligible
    }

    /// What was shown, and what would have been shown without the service.
    pub(super) fn chosen_and_baseline(&self) -> (usize, usize) {
        (self.chosen_idx, self.baseline_idx)
    }

    /// The logged probability of what was shown. `None` when nothing was drawn: the caller's own order was answered, and
    /// the log cannot tell what another action would have earned.
    pub(super) fn propensity(&self) -> Option<f64> {
        let propensity = f64::from(self.pmf[self.chosen_idx]);
        (self.mode.policy_decides() && propensity > 0.0).then_some(propensity)
    }

    /// Learns from it, and has the trees grown that this asks for. `at_us` is the log's time at which the reward was
    /// known for good.
    pub fn teach(&self, policy: &mut Policy, reward: f32, at_us: i64) {
        policy.learn(&self.example, &self.is_eligible, self.outcome(reward, at_us));
        growers::hand_over(policy.take_rebuilds());
    }

    /// What there is to learn. In apprentice mode the caller's choice is what counts: the policy's own draw is rewarded
    /// with 1 for being the same, and the application's reward teaches nothing (as the old service did).
    pub(super) fn outcome(&self, reward: f32, at_us: i64) -> Outcome {
        let (action_idx, reward) = match self.mode {
            LearningMode::Apprentice => {
                let is_imitated = self.policy_choice_idx == self.baseline_idx;
                (self.policy_choice_idx, if is_imitated { 1.0 } else { 0.0 })
            }
            _ => (self.chosen_idx, reward),
        };
        let explored = 1.0 - self.pmf.iter().copied().fold(0.0, f32::max);
        Outcome { action_idx, probability: self.pmf[action_idx], reward, explored, at_us }
    }
}
