//! How much one logged decision says about each policy that the curves compare.

use serde::{Deserialize, Serialize};

use crate::{log::RankedSlot, terms::LearningMode};

/// Importance weights w = π(a) / p of the answered action a, p its logged probability (the propensity).
///
/// All are 0 where the log cannot tell: when the caller's order was answered, only the baseline was ever tried.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// The learned policy, exploration included.
    pub learned: f64,
    /// Always the caller's first action.
    pub baseline: f64,
    /// An even draw over the actions that could be chosen.
    pub random: f64,
    /// Whether the policy's own draw was the baseline action; for the numbers of apprentice mode.
    pub is_imitated: bool,
}

impl Weights {
    /// The weights of one slot's decision. Those of a later slot take what the earlier ones show as given.
    pub fn of(mode: LearningMode, ranked: &RankedSlot) -> Self {
        let chosen_idx = ranked.answer.chosen_idx;
        let is_imitated = ranked.policy_choice_idx == ranked.baseline_idx;
        if !mode.policy_decides() {
            return Self { learned: 0.0, baseline: 1.0, random: 0.0, is_imitated };
        }
        let propensity = f64::from(ranked.policy_pmf[chosen_idx]);
        let n_eligible = (ranked.policy_pmf.len() - ranked.excluded_idx.len()) as f64;
        let is_baseline = chosen_idx == ranked.baseline_idx;
        Self {
            learned: 1.0,
            baseline: if is_baseline { propensity.recip() } else { 0.0 },
            random: (n_eligible * propensity).recip(),
            is_imitated,
        }
    }
}
