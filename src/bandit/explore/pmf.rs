//! A distribution over the actions of one request.

use super::super::hash;

/// A distribution over the actions of one request, in request order. Sums to one within 1e-6; excluded actions are
/// exactly 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pmf(Vec<f32>);

impl Pmf {
    /// Spreads weights over the eligible actions, one weight for each of them, and 0 over the others.
    ///
    /// Weights that are no distribution at all (none, all zero, not finite) become an even one: a decision must be
    /// made whatever the numbers are.
    pub(in crate::bandit) fn put(&mut self, is_eligible: &[bool], weights: &[f64]) {
        let total: f64 = weights.iter().sum();
        let is_usable = total.is_finite() && total > 0.0 && weights.iter().all(|weight| *weight >= 0.0);
        let mut left = weights.iter();
        let even = 1.0 / weights.len().max(1) as f64;
        let probability = |eligible: &bool| match (eligible, is_usable) {
            (false, _) => 0.0,
            (true, true) => (left.next().copied().unwrap_or(0.0) / total) as f32,
            (true, false) => even as f32,
        };
        self.0.clear();
        self.0.extend(is_eligible.iter().map(probability));
    }

    /// The probabilities, in request order.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// The probabilities, in request order.
    pub fn into_vec(self) -> Vec<f32> {
        self.0
    }

    /// Draws one action: the first at which the summed probabilities pass a number in [0, 1) made of `seed`.
    ///
    /// That number is the upper 53 bits of SplitMix64's finaliser. Changing it would change what a repeated Rank
    /// answers and what a replay draws, so it stays.
    pub fn draw(&self, seed: u64) -> usize {
        let total: f64 = self.0.iter().map(|probability| f64::from(*probability)).sum();
        let unit = (hash::mix(seed) >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
        let mut left = unit * total;
        let mut drawn = 0;
        for (action_idx, probability) in self.0.iter().enumerate().filter(|(_, probability)| **probability > 0.0) {
            drawn = action_idx;
            left -= f64::from(*probability);
            if left < 0.0 {
                break;
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(is_eligible: &[bool], weights: &[f64]) -> Pmf {
        let mut pmf = Pmf::default();
        pmf.put(is_eligible, weights);
        pmf
    }

    #[test]
    fn draws_come_as_often_as_their_probabilities_say_and_the_excluded_never() {
        let pmf = over(&[true, false, true, true], &[5.0, 3.0, 2.0]);
        let mut counts = [0u32; 4];
        (0..100_000).for_each(|seed| counts[pmf.draw(seed)] += 1);
        assert_eq!(counts[1], 0);
        // Five standard deviations of the widest binomial are 0.008.
        for (count, expected) in counts.iter().zip([0.5, 0.0, 0.3, 0.2]) {
            assert!((f64::from(*count) / 1e5 - expected).abs() < 0.008, "{counts:?}");
        }
    }

    #[test]
    fn a_draw_stays_what_it_is() {
        let pmf = over(&[true; 4], &[1.0; 4]);
        let drawn: Vec<usize> = (0..12).map(|seed| pmf.draw(seed)).collect();
        assert_eq!(drawn, [3, 2, 2, 0, 1, 1, 2, 1, 2, 2, 0, 1]);
    }

    #[test]
    fn numbers_that_are_no_distribution_become_an_even_one() {
        for weights in [[0.0, 0.0], [f64::NAN, 1.0], [f64::INFINITY, 1.0], [-1.0, 2.0]] {
            assert_eq!(over(&[true, false, true], &weights).as_slice(), [0.5, 0.0, 0.5]);
        }
    }
}
