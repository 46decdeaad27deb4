//! How much each base learner is trusted: the non-negative weights under which their mix would have predicted best.
//!
//! Ridge regression of the rewards on the predictions made before each was known (stacking; Wolpert, 1992; Breiman,
//! 1996), with exponential forgetting, pulled towards equal weights and solved by coordinate descent from where the
//! last solution stood. It needs no learning rate and, unlike multiplicative weights, sees that two learners err
//! together.

use serde::{Deserialize, Serialize};

use super::learner::N_LEARNERS;

/// Over how many events the past fades.
const MEMORY: f64 = 1_000.0;
/// How strongly weights are pulled towards equal ones, at first; it falls with √n.
const PULL: f64 = 0.5;
/// What an alarm leaves of the past.
const LEFT_BY_ALARM: f64 = 0.02;
/// Rounds of coordinate descent per event.
const N_ROUNDS: usize = 2;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Blend {
    is_on: [bool; N_LEARNERS],
    /// Σ f fᵀ and Σ f r, faded.
    moments: [[f64; N_LEARNERS]; N_LEARNERS],
    cross: [f64; N_LEARNERS],
    solution: [f64; N_LEARNERS],
    /// Events whose past is in the sums.
    n: f64,
}

impl Blend {
    /// Equal weights for those that take part.
    pub fn new(is_on: [bool; N_LEARNERS]) -> Self {
        Self {
            is_on,
            moments: [[0.0; N_LEARNERS]; N_LEARNERS],
            cross: [0.0; N_LEARNERS],
            solution: is_on.map(|is_on| if is_on { 1.0 } else { 0.0 }),
            n: 0.0,
        }
    }

    fn n_on(&self) -> f64 {
        self.is_on.iter().filter(|is_on| **is_on).count().max(1) as f64
    }

    /// The weights, of sum 1.
    pub fn weights(&self) -> [f32; N_LEARNERS] {
        let total: f64 = self.solution.iter().sum();
        if total > 1e-9 {
            self.solution.map(|weight| (weight / total) as f32)
        } else {
            self.is_on.map(|is_on| if is_on { (1.0 / self.n_on()) as f32 } else { 0.0 })
        }
    }

    /// Takes in what each predicted of the chosen action, and what it earned; both in [0, 1].
    pub fn learn(&mut self, predicted: &[f32; N_LEARNERS], reward: f32) {
        let keep = 1.0 - 1.0 / MEMORY;
        self.n += 1.0;
        let mut trace = 0.0;
        for i in 0..N_LEARNERS {
            let of_i = if self.is_on[i] { f64::from(predicted[i]) } else { 0.0 };
            for (j, moment) in self.moments[i].iter_mut().enumerate() {
                let of_j = if self.is_on[j] { f64::from(predicted[j]) } else { 0.0 };
                *moment = keep * *moment + of_i * of_j;
            }
            self.cross[i] = keep * self.cross[i] + of_i * f64::from(reward);
            trace += self.moments[i][i];
        }
        let ridge = PULL * trace / self.n_on() / self.n.min(MEMORY).sqrt();
        (0..N_ROUNDS).for_each(|_| self.descend(ridge));
    }

    fn descend(&mut self, ridge: f64) {
        let pulled_to = ridge / self.n_on();
        for i in (0..N_LEARNERS).filter(|i| self.is_on[*i]) {
            let others: f64 = (0..N_LEARNERS).filter(|j| *j != i).map(|j| self.moments[i][j] * self.solution[j]).sum();
            let best = (self.cross[i] + pulled_to - others) / (self.moments[i][i] + ridge + 1e-9);
            self.solution[i] = best.max(0.0);
        }
    }

    /// The world has changed: who was right before says little of who is right now.
    pub fn forget(&mut self) {
        self.moments.iter_mut().flatten().chain(&mut self.cross).for_each(|sum| *sum *= LEFT_BY_ALARM);
    }

    /// Rewards are measured by another scale: the sums mean nothing any more, the trust does.
    pub fn rescale(&mut self) {
        self.moments = [[0.0; N_LEARNERS]; N_LEARNERS];
        self.cross = [0.0; N_LEARNERS];
    }

    pub fn is_sound(&self) -> bool {
        let sums = self.moments.iter().flatten().chain(&self.cross).chain(&self.solution);
        sums.chain([&self.n]).all(|sum| sum.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(mean: f32, forest: f32) -> [f32; N_LEARNERS] {
        let mut said = [0.5; N_LEARNERS];
        (said[0], said[4]) = (mean, forest);
        said
    }

    #[test]
    fn who_is_right_is_trusted_and_who_is_off_is_not_asked() {
        let mut is_on = [true; N_LEARNERS];
        is_on[1] = false;
        let mut blend = Blend::new(is_on);
        assert_eq!(blend.weights()[1], 0.0);
        assert!((blend.weights()[0] - 1.0 / 7.0).abs() < 1e-6);
        for n in 0..500 {
            let reward = if n % 3 == 0 { 1.0 } else { 0.0 };
            blend.learn(&said(1.0 - reward, 0.9 * reward), reward);
        }
        assert!(blend.weights()[4] > 0.8, "{:?}", blend.weights());
        assert_eq!(blend.weights()[1], 0.0);
    }

    #[test]
    fn after_an_alarm_trust_moves_within_fifty_events() {
        let mut blend = Blend::new([true; N_LEARNERS]);
        let play = |blend: &mut Blend, n: usize, is_mean_right: bool| {
            for n in 0..n {
                let reward = (n % 2) as f32;
                let (mean, forest) = if is_mean_right { (reward, 0.3) } else { (0.3, reward) };
                blend.learn(&said(mean, forest), reward);
            }
        };
        play(&mut blend, 2_000, true);
        assert!(blend.weights()[0] > 0.6);
        blend.forget();
        play(&mut blend, 50, false);
        assert!(blend.weights()[4] > blend.weights()[0], "{:?}", blend.weights());
    }
}
