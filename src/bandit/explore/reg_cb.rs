//! Optimism, or elimination, by how much the data could still be wrong: RegCB (Foster, Agarwal, Dudík, Luo and
//! Schapire, "Practical Contextual Bandits with Regression Oracles", 2018; `--regcb`).
//!
//! How low the cost of an action can be is found by importance: the lowest cost to which w examples of a cost below all
//! others would move the prediction, with w the most that cost no more than Δ in squared loss. Δ = c₀ · ln(K·t) ·
//! range², for K actions and t events learned.

use crate::bandit::learning_settings::Ties;

/// `--regcb` and what goes with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::bandit) struct RegCb {
    /// `--regcbopt`: play the action that can be cheapest. Else all that cannot be ruled out, evenly.
    pub is_optimistic: bool,
    /// c₀, `--mellowness`.
    pub mellowness: f32,
    /// `--cb_min_cost`.
    pub least: f32,
    /// `--cb_max_cost`.
    pub most: f32,
}

/// How many halvings the search for w makes, and what is close enough.
const N_HALVINGS: u32 = 20;
const CLOSE: f32 = 1e-6;

/// `sensitivity(action, label)`: how far its prediction moves per unit of importance towards that label. `low` is room for
/// the lowest cost of each action.
pub(in crate::bandit) fn reg_cb(
    pmf: &mut [f64],
    costs: &[f32],
    n_learned: u64,
    bounds: RegCb,
    ties: Ties,
    low: &mut Vec<f32>,
    mut sensitivity: impl FnMut(usize, f32) -> f32,
) {
    let range = bounds.most - bounds.least;
    let events = (costs.len() as u64).saturating_mul(n_learned) as f32;
    let delta = bounds.mellowness * libm::logf(events) * range * range;
    low.clear();
    low.extend((0..costs.len()).map(|at| {
        let (cost, sensitivity) = (costs[at], sensitivity(at, bounds.least - 1.0));
        if cost < bounds.least || !sensitivity.is_finite() {
            return bounds.least;
        }
        let weight = most_weight(cost - bounds.least + 1.0, delta, sensitivity);
        (cost - sensitivity * weight).clamp(bounds.least, bounds.most)
    }));
    pmf.fill(0.0);
    if bounds.is_optimistic {
        return super::vote(pmf, low, 1.0, ties);
    }
    let highest = |at: usize| {
        let (cost, sensitivity) = (costs[at], sensitivity(at, bounds.most + 1.0));
        if cost > bounds.most || !sensitivity.is_finite() {
            return bounds.most;
        }
        let weight = most_weight(bounds.most + 1.0 - cost, delta, sensitivity);
        (cost + sensitivity * weight).clamp(bounds.least, bounds.most)
    };
    let ceiling = (0..costs.len()).map(highest).fold(f32::INFINITY, f32::min);
    let n_left = low.iter().filter(|low| **low <= ceiling).count() as f64;
    pmf.iter_mut().zip(low).filter(|(_, low)| **low <= ceiling).for_each(|(share, _)| *share = 1.0 / n_left);
}

/// The largest w with w(f² − (f − sw)²) ≤ Δ, by halving.
fn most_weight(gap: f32, delta: f32, sensitivity: f32) -> f32 {
    let most = (gap / sensitivity).min(f32::MAX);
    if most * gap * gap <= delta {
        return most;
    }
    let (mut low, mut high) = (0.0f32, most);
    for _ in 0..N_HALVINGS {
        let weight = (high + low) / 2.0;
        let left = gap - sensitivity * weight;
        let excess = weight * (gap * gap - left * left) - delta;
        *(if excess > 0.0 { &mut high } else { &mut low }) = weight;
        if excess.abs() <= CLOSE || high - low <= CLOSE {
            break;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reg_cb(costs: &[f32], n_learned: u64, bounds: RegCb, sensitivity: impl Fn(usize, f32) -> f32) -> Vec<f64> {
        let mut pmf = vec![0.0; costs.len()];
        super::reg_cb(&mut pmf, costs, n_learned, bounds, Ties::Share, &mut Vec::new(), sensitivity);
        pmf
    }

    const ELIMINATING: RegCb = RegCb { is_optimistic: false, mellowness: 0.1, least: -1.0, most: 0.0 };
    const OPTIMISTIC: RegCb = RegCb { is_optimistic: true, ..ELIMINATING };

    #[test]
    fn an_action_that_may_be_cheap_for_all_we_know_is_played_by_optimism() {
        // The second looks worse, but one example would move it much further.
        let sensitivity = |at: usize, _| [0.001, 0.2][at];
        assert_eq!(reg_cb(&[-0.5, -0.4], 100, OPTIMISTIC, sensitivity), [0.0, 1.0]);
    }

    #[test]
    fn actions_that_cannot_be_the_best_any_more_are_out() {
        let pmf = reg_cb(&[-0.9, -0.1, -0.88], 1_000, ELIMINATING, |_, _| 0.001);
        assert_eq!(pmf, [0.5, 0.0, 0.5]);
    }

    #[test]
    fn before_the_first_event_nothing_is_out() {
        assert_eq!(reg_cb(&[0.0; 4], 0, ELIMINATING, |_, _| f32::INFINITY), [0.25; 4]);
    }
}
