//! Weights in rows, moved by RMSProp.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::draws::Draws;

/// Numbers in a row: the hidden units of the network.
pub(super) const WIDTH: usize = 48;
const STEP: f32 = 0.004;
const DECAY: f32 = 0.999;
const EPSILON: f32 = 1e-4;
/// What a weight may be at most: far beyond anything useful, and far from overflow.
const MAX_WEIGHT: f32 = 1e6;
/// What a gradient may be at most, since features may be numbers of any size: its square must not overflow.
const MAX_GRADIENT: f32 = 1e15;

/// Weights with the running mean of their squared gradients (Tieleman and Hinton, 2012).
#[derive(Debug, Clone, Default)]
pub(super) struct Weights {
    w: Vec<f32>,
    square: Vec<f32>,
}

/// How far one step goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// 1 / (1 − DECAYˢ), because the running means start from 0.
    correction: f32,
}

impl Rate {
    /// That of step `n`, counted from 1.
    pub fn at(n: u64) -> Self {
        Self { correction: 1.0 / (1.0 - libm::powf(DECAY, n.clamp(1, 100_000) as f32)) }
    }
}

impl Weights {
    pub fn zeros(n: usize) -> Self {
        Self { w: vec![0.0; n], square: vec![0.0; n] }
    }

    pub fn len(&self) -> usize {
        self.w.len()
    }

    pub fn grow(&mut self, n: usize) {
        if self.w.len() < n {
            self.w.resize(n, 0.0);
            self.square.resize(n, 0.0);
        }
    }

    #[inline]
    pub fn one(&self, at: usize) -> f32 {
        self.w[at]
    }

    #[inline]
    pub fn row(&self, at: usize) -> &[f32] {
        &self.w[at * WIDTH..(at + 1) * WIDTH]
    }

    pub fn clear_one(&mut self, at: usize) {
        self.w[at] = 0.0;
        self.square[at] = 0.0;
    }

    pub fn clear_row(&mut self, at: usize) {
        self.w[at * WIDTH..(at + 1) * WIDTH].fill(0.0);
        self.square[at * WIDTH..(at + 1) * WIDTH].fill(0.0);
    }

    /// A row drawn anew, of mean 0.
    pub fn draw_row(&mut self, at: usize, spread: f32, draws: &mut Draws) {
        self.clear_row(at);
        self.w[at * WIDTH..(at + 1) * WIDTH].iter_mut().for_each(|w| *w = spread * draws.normal());
    }

    /// One step of a row against `scale · direction`.
    #[inline]
    pub fn step_row(&mut self, at: usize, direction: &[f32; WIDTH], scale: f32, rate: Rate) {
        let row = at * WIDTH..(at + 1) * WIDTH;
        let weights = self.w[row.clone()].iter_mut().zip(&mut self.square[row]);
        for ((w, square), direction) in weights.zip(direction) {
            step(w, square, scale * direction, rate);
        }
    }

    #[inline]
    pub fn step_one(&mut self, at: usize, gradient: f32, rate: Rate) {
        step(&mut self.w[at], &mut self.square[at], gradient, rate);
    }

    pub fn is_sound(&self, n: usize) -> bool {
        self.w.len() >= n
            && self.w.len() == self.square.len()
            && self.w.iter().all(|w| w.abs() <= MAX_WEIGHT)
            && self.square.iter().all(|square| square.is_finite() && *square >= 0.0)
    }
}

#[inline]
fn step(w: &mut f32, square: &mut f32, gradient: f32, rate: Rate) {
    let gradient = gradient.clamp(-MAX_GRADIENT, MAX_GRADIENT);
    *square = DECAY * *square + (1.0 - DECAY) * gradient * gradient;
    let moved = *w - STEP * gradient / ((*square * rate.correction).sqrt() + EPSILON);
    *w = moved.clamp(-MAX_WEIGHT, MAX_WEIGHT);
}

/// The sum of products, in sixteen sums side by side: an order that is the same everywhere and fits vector registers.
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32; WIDTH]) -> f32 {
    let mut sums = [0.0f32; 16];
    for (a, b) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    let mut sum = 0.0;
    sums.iter().for_each(|part| sum += part);
    sum
}

/// How weights are written: how many, then those that are not blank with the distance from the one before.
#[derive(Serialize, Deserialize)]
struct Written {
    n: u32,
    used: Vec<(u32, f32, f32)>,
}

impl Serialize for Weights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0;
        let mut used = Vec::new();
        for (at, (w, square)) in (0u32..).zip(self.w.iter().zip(&self.square)) {
            if *w != 0.0 || *square != 0.0 {
                used.push((at - last, *w, *square));
                last = at;
            }
        }
        Written { n: self.w.len() as u32, used }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Weights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// More than any learner has: what is reserved must not depend on a damaged file.
        const MOST: u32 = 1 << 26;
        let written = Written::deserialize(deserializer)?;
        let outside = || serde::de::Error::custom("a weight outside its table");
        if written.n > MOST {
            return Err(outside());
        }
        let mut weights = Self::zeros(written.n as usize);
        let mut at = 0usize;
        for (distance, w, square) in written.used {
            at += distance as usize;
            *weights.w.get_mut(at).ok_or_else(outside)? = w;
            weights.square[at] = square;
        }
        Ok(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_weights_take_no_bytes_and_all_come_back() {
        let mut weights = Weights::zeros(10_000);
        weights.step_one(7, 0.5, Rate::at(1));
        weights.step_one(9_999, -0.5, Rate::at(1));
        let bytes = postcard::to_stdvec(&weights).expect("plain numbers");
        assert!(bytes.len() < 40, "{}", bytes.len());
        let back: Weights = postcard::from_bytes(&bytes).expect("what was written");
        assert_eq!((back.w, back.square), (weights.w, weights.square));
    }

    #[test]
    fn a_step_goes_against_the_gradient_by_the_rate_whatever_its_size() {
        for gradient in [1e-2, 1.0, 1e4] {
            let mut weights = Weights::zeros(1);
            weights.step_one(0, gradient, Rate::at(1));
            assert!((weights.one(0) + STEP).abs() < 1e-4, "{gradient}: {}", weights.one(0));
        }
    }
}
