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

/// Sums over the terms of up to [`LANES`] actions, side by side: each is a chain in which every addition waits for the
/// one before, because the order of additions is part of the result, and a processor can follow several chains at once.
pub(super) fn sums(actions: &[Columns], contribution: impl Fn(u32, f32) -> f32) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    if let [a, b, c, d] = actions {
        let [mut of_a, mut of_b, mut of_c, mut of_d] = sums;
        for (((a, b), c), d) in a.iter().zip(b.iter()).zip(c.iter()).zip(d.iter()) {
            of_a += contribution(a.0, a.1);
            of_b += contribution(b.0, b.1);
            of_c += contribution(c.0, c.1);
            of_d += contribution(d.0, d.1);
        }
        sums = [of_a, of_b, of_c, of_d];
    }
    let n_done = if actions.len() == LANES { actions.iter().map(Columns::len).min().unwrap_or(0) } else { 0 };
    for (sum, terms) in sums.iter_mut().zip(actions) {
        terms.iter().skip(n_done).for_each(|(hash, value)| *sum += contribution(hash, value));
    }
    sums
}
