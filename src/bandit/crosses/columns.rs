//! Terms as columns: all hashes, then all values, so that loops over them are loops over contiguous numbers.

use super::Term;
use crate::bandit::{example::Feature, features::MAX_VALUE};

/// Hashes and values side by side, in the order of the walk.
#[derive(Debug, Clone, Default)]
pub(in crate::bandit) struct Columns {
    pub hashes: Vec<u32>,
    pub values: Vec<f32>,
}

impl Columns {
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    pub fn clear(&mut self) {
        self.hashes.clear();
        self.values.clear();
    }

    #[inline]
    pub fn push(&mut self, hash: u32, value: f32) {
        self.hashes.push(hash);
        self.values.push(value);
    }

    #[inline]
    pub fn push_term(&mut self, term: Term) {
        self.push(term.hash, term.value);
    }

    /// Hashes with their values.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> {
        self.hashes.iter().copied().zip(self.values.iter().copied())
    }

    /// Becomes the hashes and values of features.
    pub fn put(&mut self, features: &[Feature]) {
        self.clear();
        self.hashes.extend(features.iter().map(|feature| feature.hash));
        self.values.extend(features.iter().map(|feature| feature.value));
    }

    /// Takes over a part of other columns.
    pub fn extend(&mut self, others: Slices<'_>) {
        self.hashes.extend_from_slice(others.hashes);
        self.values.extend_from_slice(others.values);
    }

    /// Makes room for so many more, to be written.
    pub fn grow(&mut self, n_more: usize) -> (&mut [u32], &mut [f32]) {
        let n = self.len();
        self.hashes.resize(n + n_more, 0);
        self.values.resize(n + n_more, 0.0);
        (&mut self.hashes[n..], &mut self.values[n..])
    }

    pub fn slices(&self, range: std::ops::Range<usize>) -> Slices<'_> {
        Slices { hashes: &self.hashes[range.clone()], values: &self.values[range] }
    }

    /// The bytes that are held, used or not.
    pub fn n_bytes(&self) -> usize {
        4 * (self.hashes.capacity() + self.values.capacity())
    }
}

/// A part of columns.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::bandit) struct Slices<'a> {
    pub hashes: &'a [u32],
    pub values: &'a [f32],
}

impl Slices<'_> {
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Hashes with their values.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> {
        self.hashes.iter().copied().zip(self.values.iter().copied())
    }

    pub fn first(self, n: usize) -> Self {
        Self { hashes: &self.hashes[..n], values: &self.values[..n] }
    }

    pub fn from(self, start: usize) -> Self {
        Self { hashes: &self.hashes[start..], values: &self.values[start..] }
    }
}

/// The value of a product.
#[inline]
pub(super) fn times(first: f32, second: f32) -> f32 {
    (first * second).clamp(-MAX_VALUE, MAX_VALUE)
}
