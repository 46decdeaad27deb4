//! How much one logged decision says about each policy that the curves compare.

use serde::{Deserialize, Serialize};

use crate::{log::RankedSlot, terms::LearningMode};

/// What the importance weights w = π(a) / p of the answered action a follow from, p being its logged probability (the
/// propensity). An open event has one for each slot, so it is kept small.
///
/// All weights but the baseline's are 0 where the log cannot tell: when the caller's order was answered, only the baseline
/// was ever tried.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// `None` when the caller's order was answered.
    propensity: Option<f32>,
    /// Actions that could be chosen.
    n_eligible: u32,
    /// Whether the caller's first action was answered.
    is_baseline: bool,
    /// Whether the policy's own draw was the baseline action; for the numbers of apprentice mode.
    pub is_imitated: bool,
}

impl Weights {
    /// The weights of one slot's decision. Those of a later slot take what the earlier ones show as given.
    pub fn of(mode: LearningMode, ranked: &RankedSlot) -> Self {
        let chosen_idx = ranked.answer.chosen_idx;
        let n_eligible = ranked.policy_pmf.len() - ranked.excluded_idx.len();
        Self {
            propensity: mode.policy_decides().then(|| ranked.policy_pmf[chosen_idx]),
            n_eligible: u32::try_from(n_eligible).unwrap_or(u32::MAX),
            is_baseline: chosen_idx == ranked.baseline_idx,
            is_imitated: ranked.policy_choice_idx == ranked.baseline_idx,
        }
    }

    /// The learned policy, exploration included.
    pub fn learned(self) -> f64 {
        if self.propensity.is_some() { 1.0 } else { 0.0 }
    }

    /// Always the caller's first action.
    pub fn baseline(self) -> f64 {
        match self.propensity {
            Some(propensity) if self.is_baseline => f64::from(propensity).recip(),
            Some(_) => 0.0,
            None => 1.0,
        }
    }

    /// An even draw over the actions that could be chosen.
    pub fn random(self) -> f64 {
        self.propensity.map_or(0.0, |propensity| (f64::from(self.n_eligible) * f64::from(propensity)).recip())
    }
}
