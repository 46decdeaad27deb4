//! Several policies that each cover what the others leave out: online cover (Agarwal, Hsu, Kale, Langford, Li and
//! Schapire, "Taming the Monster", 2014; `--cover`, as in Bietti, Agarwal and Langford's Bake-off).
//!
//! The first policy learns by itself. Each other learns doubly robust costs less ψ · p_min / (q(a)/norm) for an action a
//! that the policies before it propose with mass q(a): what is proposed little gets cheaper. π(a) is the share of
//! policies that propose a, floored at p_min.

use super::{floor, vote};
use crate::bandit::learning_settings::Ties;

/// `--cover` and what goes with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::bandit) struct Cover {
    /// How many policies there are.
    pub n_policies: u32,
    /// ψ, `--psi`: how much disagreement is worth.
    pub psi: f32,
    /// Whether actions that nobody proposes are tried too; not with `--nounif`.
    pub is_even_on_none: bool,
}

/// A distribution on its way through the policies.
#[derive(Debug)]
pub(in crate::bandit) struct Covering<'a> {
    cover: Cover,
    ties: Ties,
    /// p_min.
    least: f64,
    /// q, which becomes the distribution.
    mass: &'a mut [f64],
    /// Room for what it was before a proposal, and to sort in.
    room: &'a mut Vec<f64>,
    norm: f64,
}

impl Cover {
    /// p_min. `epsilon`: the share of exploration, or `None` for one that shrinks with the events learned, as Vowpal
    /// Wabbit has it when no `--epsilon` is given.
    pub fn least(n_actions: usize, epsilon: Option<f64>, n_learned: u64) -> f64 {
        let n = n_actions as f64;
        // Without an event the second is infinite, and the first the least.
        let shrinking = || (1.0 / n).min(1.0 / (n_learned as f64 * n).sqrt());
        epsilon.map_or_else(shrinking, |epsilon| epsilon / n)
    }
}

impl<'a> Covering<'a> {
    /// Begins with nothing proposed.
    pub fn new(cover: Cover, ties: Ties, least: f64, mass: &'a mut [f64], room: &'a mut Vec<f64>) -> Self {
        mass.fill(0.0);
        let norm = least * mass.len() as f64;
        Self { cover, ties, least, mass, room, norm }
    }

    /// Takes the proposal of the next policy, which expects these costs.
    pub fn propose(&mut self, costs: &[f32]) {
        self.room.clear();
        self.room.extend_from_slice(self.mass);
        let is_first = self.room.iter().all(|mass| *mass == 0.0);
        let share = 1.0 / f64::from(self.cover.n_policies);
        vote(self.mass, costs, share, self.ties);
        if is_first {
            self.norm += share - self.least;
            return;
        }
        for (before, after) in self.room.iter().zip(&*self.mass).filter(|(before, after)| before != after) {
            // What lifts an action to the floor adds nothing beyond the floor that is counted already.
            self.norm += (after - before - (self.least - before).max(0.0)).max(0.0);
        }
    }

    /// What the next policy learns of an action that is estimated to cost this much.
    pub fn lured(&self, action_idx: usize, estimated: f32) -> f32 {
        let proposed = self.mass[action_idx].max(self.least) / self.norm;
        if proposed <= 0.0 {
            return estimated;
        }
        estimated - self.cover.psi * (self.least / proposed) as f32
    }

    /// Makes the mass the distribution, once every policy has proposed.
    pub fn finish(self) {
        let minimum = self.least * self.mass.len() as f64;
        floor(self.mass, minimum, self.cover.is_even_on_none, self.room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Cover = Cover { n_policies: 2, psi: 1.0, is_even_on_none: true };

    /// What comes of policies that all expect these costs.
    fn agreed(costs: &[f32], epsilon: Option<f64>, n_learned: u64) -> Vec<f64> {
        let (mut pmf, mut room) = (vec![0.0; costs.len()], Vec::new());
        let least = Cover::least(costs.len(), epsilon, n_learned);
        let mut covering = Covering::new(TWO, Ties::Share, least, &mut pmf, &mut room);
        covering.propose(costs);
        covering.propose(costs);
        covering.finish();
        pmf
    }

    #[test]
    fn policies_that_agree_leave_only_the_floor_to_the_others() {
        let pmf = agreed(&[-1.0, 0.0, 0.0, 0.0], Some(0.2), 10);
        assert!((pmf[0] - 0.85).abs() < 1e-12 && (pmf[3] - 0.05).abs() < 1e-12, "{pmf:?}");
    }

    #[test]
    fn what_is_proposed_already_is_made_dearer_for_the_next_policy() {
        let (mut mass, mut room) = ([0.0; 2], Vec::new());
        let mut covering = Covering::new(TWO, Ties::Share, 0.1, &mut mass, &mut room);
        covering.propose(&[-1.0, 0.0]);
        assert!(covering.lured(0, -0.5) > covering.lured(1, -0.5));
        assert!(covering.lured(0, -0.5) < -0.5);
    }

    #[test]
    fn without_a_share_of_its_own_exploration_shrinks_with_what_was_learned() {
        let floor_after = |n_learned| agreed(&[-1.0, 0.0], None, n_learned)[1];
        assert_eq!(floor_after(0), 0.5);
        assert!((floor_after(5_000) - 0.01).abs() < 1e-12);
    }
}
