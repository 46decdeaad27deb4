//! How sure the mixture is of its estimates: by how much of each action was seen in contexts like this one.

use super::{MOST_RECENT, Mixture};
use crate::bandit::auto::{learner::Learner, noise::doubt, scratch::Scratch};

/// No learner's count is without any weight.
const LEAST_WEIGHT: f32 = 1e-6;

/// What is known of how often each action was seen.
struct Counts<'a> {
    /// From the finest to the coarsest, with how much each is trusted.
    by_grain: [(&'a [f32], f32); 4],
    /// That of the region in which actions are compared.
    of_region: &'a [f32],
    /// Variance of the finest estimate over the trees.
    spread: &'a [f32],
}

impl Mixture {
    /// Fills the standard errors of the estimates, and the doubts by which it explores.
    pub(super) fn doubt(&self, start: f32, scratch: &mut Scratch) {
        let of_action = |id: &u32| self.by_action.get(*id as usize).map_or(0.0, |(n, _)| *n);
        scratch.of_all.clear();
        scratch.of_all.extend(scratch.actions.ids().iter().map(of_action));
        scratch.no_spread.clear();
        scratch.no_spread.resize(scratch.of_all.len(), 0.0);
        let Scratch { blended, errors, doubts, forest, recent, of_all, no_spread, .. } = &mut *scratch;
        let counts = self.counts((&forest.seen, &forest.spread), (&recent.seen[0], &recent.spread), of_all, no_spread);
        let n = blended.len() as f32;
        let even = counts.of_region.iter().sum::<f32>() / n;
        let total: f32 = counts.by_grain.iter().map(|(_, weight)| weight).sum();
        errors.clear();
        doubts.clear();
        for (slot, estimate) in blended.iter().enumerate() {
            // The mean of 1/(N + 1), and not of N: an estimate is as sure as its unsure part.
            let inverse: f32 = counts.by_grain.iter().map(|(seen, weight)| weight / (seen[slot] + 1.0)).sum();
            let seen = total / inverse - 1.0;
            let error = self.noise.standard_error(*estimate, start, seen, counts.spread[slot]);
            errors.push(error);
            doubts.push(error * doubt(counts.of_region[slot], even));
        }
    }

    /// Whose counts say how much is known: those of the forest at its grains and of the means, by how much each is
    /// trusted. Right after an alarm, what was seen before it says nothing, so the recent forest alone has a say.
    fn counts<'a>(
        &self,
        (seen, spread): (&'a [Vec<f32>; 3], &'a [f32]),
        (seen_recently, recent_spread): (&'a [f32], &'a [f32]),
        of_all: &'a [f32],
        no_spread: &'a [f32],
    ) -> Counts<'a> {
        let settings = self.settings();
        let is_recent = self.drift.n_alarms > 0 && self.n_learned < self.drift.since + MOST_RECENT as u64;
        let has_forest = settings.has(Learner::Forest);
        let alone = |seen: &'a [f32], spread: &'a [f32]| Counts {
            by_grain: [(seen, 1.0), (seen, 0.0), (seen, 0.0), (seen, 0.0)],
            of_region: seen,
            spread,
        };
        if settings.has(Learner::Recent) && (is_recent || !has_forest) {
            return alone(seen_recently, recent_spread);
        }
        if !has_forest {
            return alone(of_all, no_spread);
        }
        let trust = self.trust();
        let weight = |learner: Learner| trust[learner as usize] + LEAST_WEIGHT;
        Counts {
            by_grain: [
                (&seen[0], weight(Learner::Forest)),
                (&seen[1], weight(Learner::Coarse)),
                (&seen[2], weight(Learner::Broad)),
                (of_all, weight(Learner::Mean)),
            ],
            of_region: &seen[1],
            spread,
        }
    }
}
