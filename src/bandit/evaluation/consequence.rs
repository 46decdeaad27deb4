//! What a change of settings would have meant for decisions that are in the log.
//!
//! One decision is a logged distribution p over the actions, the action a that was drawn from it, and its reward r. The
//! best action b is the most probable one; E = 1 − p(b) explored. Had the loop explored κ times as much, then with
//! E′ = min(κE, (K − 1)/K) for K actions
//!
//! - b would have had 1 − E′: its weight is w(b) = (1 − E′)/(1 − E);
//! - every other action would have had κ times its probability: w(a) = E′/E.
//!
//! For ε-greedy this is exact (κ = ε′/ε); for others it moves the amount that explores and keeps who explores. It rests
//! on the choices of each moment's own model, made before the reward was known. To ask the present model instead would be
//! wrong: it has learned from these very rewards, so what it now likes best is also what happened to go well, and
//! exploring would look dearer than it is.
//!
//! The value is estimated doubly robustly: Σ_b π(b) r̂(b) + w(a)(r − r̂(a)), with r̂ the mean reward of an action over the
//! decisions *before* this one, pulled to the mean of all; so r̂ does not know r either. Both values come from the same
//! decisions, hence the interval of their difference is that of the paired differences, which is far narrower than the two
//! values' own.

use std::collections::HashMap;

use super::{DoublyRobustSums, Interval, Z_95};
use crate::{
    bandit::{Example, Policy, explore::EVEN_PART},
    terms::ExplorationShare,
};

/// Decisions below which nothing is said.
pub const N_LEAST: u64 = 200;
/// Decisions that explored, below which nothing is said of exploring.
const N_LEAST_EXPLORED: u64 = 20;
/// How strongly r̂ is pulled towards the mean of all, in decisions.
const PULL: f64 = 5.0;
/// The change that somebody wants to notice, as a part of the mean reward.
const CHANGE: f64 = 0.1;
/// What lies 80 % of the time below the mean of a normal variable plus this many standard errors.
const Z_POWER_80: f64 = 0.84;

/// How the loop would have decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deciding {
    /// As it did, exploring κ times as much.
    Exploring(f64),
    /// Always the caller's own action.
    Baseline,
}

/// One decision of the log.
#[derive(Debug, Clone, Copy)]
pub struct LoggedDecision<'a> {
    /// The actions by a number that is theirs throughout.
    pub actions: &'a [u32],
    /// The distribution that was drawn from.
    pub pmf: &'a [f32],
    pub chosen_idx: usize,
    pub baseline_idx: usize,
    /// What it earned by the rules in force, and by those proposed.
    pub rewards: [f64; 2],
}

/// Sums over decisions, in the order of the log.
#[derive(Debug)]
pub struct Consequence {
    deciding: [Deciding; 2],
    values: [DoublyRobustSums; 2],
    difference: DoublyRobustSums,
    /// By rules: what each action earned so far, and all of them.
    earned: [Earned; 2],
    squares: f64,
    n_explored: u64,
    /// Actions that could be chosen, summed over decisions.
    n_actions: u64,
}

#[derive(Debug, Default)]
struct Earned {
    by_action: HashMap<u32, (f64, f64)>,
    n: f64,
    sum: f64,
}

impl Earned {
    fn mean(&self) -> f64 {
        if self.n == 0.0 { 0.0 } else { self.sum / self.n }
    }

    /// r̂.
    fn expected(&self, action: u32) -> f64 {
        let (n, sum) = self.by_action.get(&action).copied().unwrap_or_default();
        (sum + PULL * self.mean()) / (n + PULL)
    }

    fn add(&mut self, action: u32, reward: f64) {
        let (n, sum) = self.by_action.entry(action).or_default();
        *n += 1.0;
        *sum += reward;
        self.n += 1.0;
        self.sum += reward;
    }
}

/// A mean with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    pub value: f64,
    pub interval: Interval,
}

impl Figure {
    fn of(sums: &DoublyRobustSums) -> Self {
        Self { value: sums.value(), interval: sums.interval() }
    }
}

/// What is expected of a decision, before and after the change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedRewards {
    pub now: Figure,
    pub then: Figure,
    pub difference: Figure,
}

/// Why nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooEarly {
    /// About so many more decisions are needed.
    More(u64),
    /// The log explored nothing, so it cannot say what exploring earns.
    NothingExplored,
    /// The caller's own action was answered throughout, so the log cannot say what another would have earned.
    NothingDrawn,
}

impl Consequence {
    /// How it is decided now, and how it would be then.
    pub fn new(now: Deciding, then: Deciding) -> Self {
        Self {
            deciding: [now, then],
            values: Default::default(),
            difference: DoublyRobustSums::default(),
            earned: Default::default(),
            squares: 0.0,
            n_explored: 0,
            n_actions: 0,
        }
    }

    /// Takes in the next decision of the log. One whose action was not drawn says nothing and is left out.
    pub fn take_in(&mut self, decision: LoggedDecision<'_>) {
        let chosen_idx = decision.chosen_idx;
        if decision.pmf[chosen_idx] <= 0.0 {
            return;
        }
        let best_idx = best(decision.pmf);
        let chosen = decision.actions[chosen_idx];
        let mut said = [0.0; 2];
        for (rules, said) in said.iter_mut().enumerate() {
            let (deciding, earned, reward) = (self.deciding[rules], &self.earned[rules], decision.rewards[rules]);
            let weight = deciding.weight(&decision, best_idx, chosen_idx);
            let expected = deciding.expected(&decision, best_idx, earned);
            let expected_of_logged = earned.expected(chosen);
            self.values[rules].add(expected, weight, reward, expected_of_logged);
            *said = expected + weight * (reward - expected_of_logged);
        }
        self.difference.add(said[1] - said[0], 0.0, 0.0, 0.0);
        for rules in 0..2 {
            self.earned[rules].add(chosen, decision.rewards[rules]);
        }
        self.squares += decision.rewards[1] * decision.rewards[1];
        self.n_explored += u64::from(chosen_idx != best_idx);
        self.n_actions += decision.pmf.iter().filter(|probability| **probability > 0.0).count() as u64;
    }

    /// Decisions taken in.
    pub fn n_decisions(&self) -> u64 {
        self.earned[0].n as u64
    }

    /// Those of them that took another than the most probable action.
    pub fn n_explored(&self) -> u64 {
        self.n_explored
    }

    /// What is expected of a decision; refused where the log is too short to say it.
    pub fn rewards(&self) -> Result<ExpectedRewards, TooEarly> {
        let n = self.n_decisions();
        if n < N_LEAST {
            return Err(TooEarly::More(N_LEAST - n));
        }
        let rests_on_exploring = self.deciding[0] != self.deciding[1];
        if rests_on_exploring && self.n_explored < N_LEAST_EXPLORED {
            if self.n_explored == 0 {
                return Err(TooEarly::NothingExplored);
            }
            return Err(TooEarly::More((N_LEAST_EXPLORED - self.n_explored) * n / self.n_explored));
        }
        let [now, then] = [&self.values[0], &self.values[1]].map(Figure::of);
        Ok(ExpectedRewards { now, then, difference: Figure::of(&self.difference) })
    }

    /// Decisions until a change by a tenth of the mean reward, of one action that is not held for the best, would be
    /// noticed four times in five, where this share of decisions explores: n on that action with
    /// n = (1.96 + 0.84)² σ² / (0.1 μ)², and each such action gets share/(K − 1). `None` without exploration, reward or
    /// choice.
    pub fn n_to_notice(&self, explored: f64) -> Option<f64> {
        let n = self.earned[1].n;
        let (mean, n_actions) = (self.earned[1].mean(), self.n_actions as f64 / n.max(1.0));
        let variance = (self.squares / n.max(1.0) - mean * mean).max(0.0);
        let change = CHANGE * mean.abs();
        let of_one = explored / (n_actions - 1.0);
        let needed = (Z_95 + Z_POWER_80) * (Z_95 + Z_POWER_80) * variance / (change * change) / of_one;
        (n >= N_LEAST as f64 && explored > 0.0 && n_actions > 1.0 && needed.is_finite()).then_some(needed)
    }
}

impl Deciding {
    /// Σ_b π(b) r̂(b).
    fn expected(self, decision: &LoggedDecision<'_>, best_idx: usize, earned: &Earned) -> f64 {
        let of_action = |(idx, action): (usize, &u32)| {
            let probability = f64::from(decision.pmf[idx]);
            match self {
                Self::Baseline if idx == decision.baseline_idx => earned.expected(*action),
                Self::Exploring(_) if probability > 0.0 => {
                    probability * self.weight(decision, best_idx, idx) * earned.expected(*action)
                }
                _ => 0.0,
            }
        };
        decision.actions.iter().enumerate().map(of_action).sum()
    }

    /// How much more probable this action would have been.
    fn weight(self, decision: &LoggedDecision<'_>, best_idx: usize, action_idx: usize) -> f64 {
        let probability = f64::from(decision.pmf[action_idx]);
        match self {
            Self::Baseline if action_idx == decision.baseline_idx => probability.recip(),
            Self::Baseline => 0.0,
            Self::Exploring(times) => {
                let explored = 1.0 - f64::from(decision.pmf[best_idx]);
                let n_actions = decision.pmf.iter().filter(|probability| **probability > 0.0).count() as f64;
                let then = (times * explored).clamp(0.0, 1.0 - n_actions.max(1.0).recip());
                match (action_idx == best_idx, explored > 0.0) {
                    (true, _) => (1.0 - then) / (1.0 - explored),
                    (false, true) => then / explored,
                    (false, false) => 0.0,
                }
            }
        }
    }
}

/// The first of the most probable actions.
pub fn best(pmf: &[f32]) -> usize {
    (0..pmf.len()).rev().max_by(|a, b| pmf[*a].total_cmp(&pmf[*b])).unwrap_or(0)
}

impl Policy {
    /// Whether the share of exploration is a most that need not be used up; else it is what explores.
    pub fn explores_at_most(&self) -> bool {
        self.mixture.is_some()
    }

    /// Which share of decisions like these would explore in the long run: the mean of 1 − max p.
    ///
    /// `auto` explores as much as its doubt asks for and is held at its share by a feedback that works on the mean of
    /// recent decisions: so of what it would explore unheld, E, it explores min(E, share), besides the part that is always
    /// spread evenly. Asked with a share of 1 nothing holds it.
    pub fn explores<'a>(
        &self,
        decisions: impl IntoIterator<Item = (&'a Example, &'a [bool])>,
        exploration: ExplorationShare,
    ) -> f64 {
        let unheld = ExplorationShare::try_from(1.0).expect("everything is a share");
        let asked = if self.mixture.is_some() { unheld } else { exploration };
        let (mut n, mut sum, mut spread) = (0.0, 0.0, 0.0);
        for (example, is_eligible) in decisions {
            let pmf = self.pmf(example, is_eligible, asked);
            let n_eligible = is_eligible.iter().filter(|eligible| **eligible).count().max(1) as f64;
            n += 1.0;
            sum += 1.0 - f64::from(pmf.as_slice().iter().copied().fold(0.0, f32::max));
            spread += 1.0 - n_eligible.recip();
        }
        if n == 0.0 {
            return 0.0;
        }
        let (explored, spread) = (sum / n, spread / n);
        if self.mixture.is_none() {
            return explored;
        }
        let share = f64::from(exploration.get());
        let doubts = ((explored - EVEN_PART * spread) / (1.0 - EVEN_PART)).max(0.0);
        let even = EVEN_PART * share;
        (1.0 - even) * doubts.min(share) + even * spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::Pmf;

    const PAYS: [f64; 4] = [0.6, 0.2, 0.3, 0.1];

    fn epsilon_greedy(epsilon: f32) -> Vec<f32> {
        let floor = epsilon / 4.0;
        vec![1.0 - epsilon + floor, floor, floor, floor]
    }

    fn worth(epsilon: f32) -> f64 {
        epsilon_greedy(epsilon).iter().zip(PAYS).map(|(p, pays)| f64::from(*p) * pays).sum()
    }

    /// A log of ε-greedy decisions whose rewards are 0 or 1.
    fn logged(epsilon: f32, deciding: [Deciding; 2], n_events: u64, salt: u64) -> Consequence {
        let weights: Vec<f64> = epsilon_greedy(epsilon).into_iter().map(f64::from).collect();
        let mut pmf = Pmf::default();
        pmf.put(&[true; 4], &weights);
        let mut consequence = Consequence::new(deciding[0], deciding[1]);
        for n in 0..n_events {
            let seed = n.wrapping_add(salt.wrapping_mul(1 << 32));
            let chosen_idx = pmf.draw(seed);
            let unit = (crate::bandit::hash::mix(seed ^ 0xabcd) >> 11) as f64 / (1u64 << 53) as f64;
            let reward = if unit < PAYS[chosen_idx] { 1.0 } else { 0.0 };
            consequence.take_in(LoggedDecision {
                actions: &[0, 1, 2, 3],
                pmf: pmf.as_slice(),
                chosen_idx,
                baseline_idx: 2,
                rewards: [reward, reward],
            });
        }
        consequence
    }

    #[test]
    fn halving_and_doubling_exploration_is_judged_within_its_interval_as_often_as_promised() {
        for times in [0.5, 2.0, 0.0] {
            let deciding = [Deciding::Exploring(1.0), Deciding::Exploring(times)];
            let truth = worth(0.2 * times as f32) - worth(0.2);
            let mut n_inside = 0;
            for salt in 0..200 {
                let found = logged(0.2, deciding, 2_000, salt).rewards().expect("enough decisions");
                let Interval { low, high } = found.difference.interval;
                n_inside += u32::from(low <= truth && truth <= high);
                // Pairing: the two values share their noise.
                assert!(high - low < found.now.interval.high - found.now.interval.low);
            }
            // 95 % of 200, less three standard deviations.
            assert!(n_inside >= 181, "{times}: {n_inside} of 200");
        }
    }

    #[test]
    fn what_the_callers_own_action_would_earn_is_judged_too() {
        let deciding = [Deciding::Exploring(1.0), Deciding::Baseline];
        let found = logged(0.4, deciding, 20_000, 0).rewards().expect("enough decisions");
        assert!((found.then.value - PAYS[2]).abs() < 0.05, "{found:?}");
        assert!(found.difference.interval.high < 0.0, "{found:?}");
    }

    #[test]
    fn a_short_log_and_one_that_never_explored_say_nothing() {
        let deciding = [Deciding::Exploring(1.0), Deciding::Exploring(0.5)];
        assert_eq!(logged(0.2, deciding, 150, 0).rewards().err(), Some(TooEarly::More(50)));
        assert_eq!(logged(0.0, deciding, 500, 0).rewards().err(), Some(TooEarly::NothingExplored));
        let seldom = logged(0.02, deciding, 400, 1);
        let n = seldom.n_explored();
        assert!(n > 0 && n < 20, "{n}");
        assert_eq!(seldom.rewards().err(), Some(TooEarly::More((20 - n) * 400 / n)));
        // Where nothing changes about exploring, nothing rests on it.
        let same = [Deciding::Exploring(1.0); 2];
        assert!(logged(0.0, same, 500, 0).rewards().is_ok());
    }

    #[test]
    fn less_exploration_notices_a_change_later() {
        let consequence = logged(0.2, [Deciding::Exploring(1.0); 2], 2_000, 0);
        let (often, seldom) = (consequence.n_to_notice(0.15), consequence.n_to_notice(0.075));
        let (often, seldom) = (often.expect("a number"), seldom.expect("a number"));
        assert!((seldom / often - 2.0).abs() < 1e-9 && often > 1_000.0, "{often} {seldom}");
        assert_eq!(consequence.n_to_notice(0.0), None);
    }
}
