//! Seeded numbers: the same seed gives the same numbers on any machine, and nothing else decides what is drawn.

use crate::bandit::hash;

/// A sequence of draws (SplitMix64; Steele, Lea, Flood, 2014).
#[derive(Debug, Clone)]
pub(super) struct Draws(u64);

impl Draws {
    /// The draws of one purpose at one moment.
    pub fn new(purpose: u64, moment: u64) -> Self {
        Self(hash::mix(purpose ^ hash::mix(moment)))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash::mix(self.0)
    }

    /// A number below `n`, which must not be 0.
    pub fn below(&mut self, n: usize) -> usize {
        // The upper 32 bits, scaled: the bias is n / 2^32.
        (((self.next() >> 32) * n as u64) >> 32) as usize
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 * (1.0 / (1u64 << 24) as f32)
    }

    /// A number of mean 0 and variance 1, nearly normal: the sum of twelve even ones.
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }
}
