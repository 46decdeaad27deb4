//! The weights of a regressor: what ranking reads apart from what only learning needs.
//!
//! A Rank reads the values of thousands of weights here and there, for every action; learning needs the rest for the
//! chosen action alone. Values by themselves are a quarter of the table, and stay close to the processor.

use super::crosses::Columns;

/// All that is known of one weight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Weight {
    pub value: f32,
    /// G.
    pub gradient: f32,
    /// N.
    pub scale: f32,
}

/// What learning knows of one weight beside its value.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slope {
    /// G.
    pub gradient: f32,
    /// N.
    pub scale: f32,
    /// The rate of the update at hand. Where two terms of an example meet in one weight, both take the step of the later
    /// one, as in Vowpal Wabbit.
    pub rate: f32,
}

/// A table of weights.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    pub values: Vec<f32>,
    pub slopes: Vec<Slope>,
}

impl Weights {
    pub fn new(n_weights: usize) -> Self {
        Self { values: vec![0.0; n_weights], slopes: vec![Slope::default(); n_weights] }
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn n_bytes(&self) -> usize {
        self.values.len() * size_of::<f32>() + self.slopes.len() * size_of::<Slope>()
    }

    /// `None` outside the table.
    pub fn put(&mut self, index: usize, weight: Weight) -> Option<()> {
        let (value, slope) = (self.values.get_mut(index)?, self.slopes.get_mut(index)?);
        *value = weight.value;
        *slope = Slope { gradient: weight.gradient, scale: weight.scale, rate: 0.0 };
        Some(())
    }

    /// Those of which anything was ever learned, by index.
    pub fn used(&self) -> impl Iterator<Item = (usize, Weight)> {
        let weight =
            |(value, slope): (&f32, &Slope)| Weight { value: *value, gradient: slope.gradient, scale: slope.scale };
        let all = self.values.iter().zip(&self.slopes).map(weight).enumerate();
        all.filter(|(_, weight)| *weight != Weight::default())
    }
}

/// How many actions are summed side by side.
pub(super) const LANES: usize = 4;
/// So many terms of one action, then of the next: few enough that a processor looks ahead beyond them.
const AT_ONCE: usize = 8;

/// Sums over the terms of up to [`LANES`] actions, side by side: each is a chain in which every addition waits for the
/// one before, because the order of additions is part of the result, and a processor can follow several chains at once.
pub(super) fn sums(actions: &[Columns], contribution: impl Fn(u32, f32) -> f32) -> [f32; LANES] {
    debug_assert!(actions.len() <= LANES, "there are no more sums than lanes");
    let mut sums = [0.0; LANES];
    let n_together = actions.iter().map(Columns::len).min().unwrap_or(0) / AT_ONCE * AT_ONCE;
    for start in (0..n_together).step_by(AT_ONCE) {
        for (sum, terms) in sums.iter_mut().zip(actions) {
            let end = start + AT_ONCE;
            for (hash, value) in terms.hashes[start..end].iter().zip(&terms.values[start..end]) {
                *sum += contribution(*hash, *value);
            }
        }
    }
    for (sum, terms) in sums.iter_mut().zip(actions) {
        terms.iter().skip(n_together).for_each(|(hash, value)| *sum += contribution(hash, value));
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_side_by_side_are_to_the_bit_what_each_is_alone(
            actions in prop::collection::vec(prop::collection::vec((0u32..16, -1e3f32..1e3), 0..40), 0..=LANES),
        ) {
            let contribution = |hash: u32, value: f32| (hash as f32).sqrt() * value;
            let columns = |terms: &Vec<(u32, f32)>| {
                let (hashes, values) = terms.iter().copied().unzip();
                Columns { hashes, values }
            };
            let columns: Vec<Columns> = actions.iter().map(columns).collect();
            let sums = sums(&columns, contribution);
            for (sum, terms) in sums.iter().zip(&actions) {
                let alone = terms.iter().fold(0.0f32, |sum, (hash, value)| sum + contribution(*hash, *value));
                prop_assert_eq!(sum.to_bits(), alone.to_bits());
            }
        }
    }

    #[test]
    fn only_weights_of_which_something_was_learned_are_used() {
        let mut weights = Weights::new(8);
        let learned = Weight { value: 0.0, gradient: 1.0, scale: 2.0 };
        weights.put(5, learned).expect("within the table");
        assert!(weights.put(8, learned).is_none());
        assert_eq!(weights.used().collect::<Vec<_>>(), [(5, learned)]);
    }
}
