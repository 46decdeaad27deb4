//! The range of rewards, mapped to [0, 1] for the learners.

use serde::{Deserialize, Serialize};

/// After so many rewards it is looked whether all of them were small.
const LOOKS: [u32; 3] = [200, 1_000, 5_000];
/// The range shrinks when rewards fill less than this part of it.
const SMALL_PART: f32 = 0.125;
/// The smallest range.
const LEAST: f32 = 1e-6;

/// Where rewards lie, as far as seen: [0, 1] to begin with, [−1, …] once there was a loss, and powers of two beyond.
/// Gains that are all far smaller than 1 get a range of their own size, for learners step by what they miss by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Range {
    pub low: f32,
    pub high: f32,
    largest: f32,
    n: u32,
}

/// The same place in another range: new = scale · old + offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rescaling {
    pub scale: f32,
    pub offset: f32,
}

impl Range {
    pub const USUAL: Self = Self { low: 0.0, high: 1.0, largest: 0.0, n: 0 };

    /// Makes place for a reward; how what is in the old scale becomes the new one, if it had to.
    pub fn take_in(&mut self, reward: f32) -> Option<Rescaling> {
        let old = *self;
        self.n = self.n.saturating_add(1);
        self.largest = self.largest.max(reward);
        if reward < self.low {
            self.low = -power_above(-reward);
        }
        if reward > self.high {
            self.high = power_above(reward);
        }
        let is_small = self.low == 0.0 && self.largest > LEAST && self.largest <= SMALL_PART * self.high;
        if is_small && LOOKS.contains(&self.n) {
            self.high = self.largest;
        }
        let width = self.high - self.low;
        ((self.low, self.high) != (old.low, old.high))
            .then(|| Rescaling { scale: (old.high - old.low) / width, offset: (old.low - self.low) / width })
    }

    /// A reward in [0, 1].
    pub fn to_unit(self, reward: f32) -> f32 {
        ((reward - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The reward that a unit stands for.
    pub fn of_unit(self, unit: f32) -> f32 {
        self.low + unit * (self.high - self.low)
    }

    pub fn is_sound(self) -> bool {
        [self.low, self.high, self.largest].iter().all(|number| number.is_finite()) && self.low < self.high
    }
}

/// The smallest power of two, 1 at least, that is no less.
fn power_above(size: f32) -> f32 {
    let mut power = 1.0f32;
    while power < size {
        power *= 2.0;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_grows_by_powers_of_two_and_says_how_to_rescale() {
        let mut range = Range::USUAL;
        assert_eq!(range.take_in(0.7), None);
        let rescaling = range.take_in(-0.2).expect("a loss is outside");
        assert_eq!((range.low, range.high), (-1.0, 1.0));
        assert_eq!((rescaling.scale, rescaling.offset), (0.5, 0.5));
        assert!(range.take_in(80.0).is_some());
        assert_eq!((range.low, range.high), (-1.0, 128.0));
        assert!((range.of_unit(range.to_unit(80.0)) - 80.0).abs() < 1e-3);
    }

    #[test]
    fn gains_that_are_all_small_get_a_range_of_their_size_and_a_large_one_ends_it() {
        let mut range = Range::USUAL;
        let rescaled: Vec<Rescaling> = (0..1_500).filter_map(|n| range.take_in((n % 2) as f32 * 0.004)).collect();
        assert_eq!(rescaled.len(), 1);
        assert!((rescaled[0].scale - 250.0).abs() < 1e-3 && rescaled[0].offset == 0.0);
        assert_eq!((range.low, range.high), (0.0, 0.004));
        assert!(range.take_in(0.5).is_some_and(|rescaling| (rescaling.scale - 0.004).abs() < 1e-6));
        assert_eq!(range.high, 1.0);
    }
}
