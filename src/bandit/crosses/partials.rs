//! The products of several slices of features, one factor after the other.

use super::{
    Columns, MAX_ORDER,
    columns::{Slices, times},
};
use crate::bandit::hash;

/// Products on their way to be multiplied further, by their number of factors less one.
#[derive(Debug, Default)]
pub(super) struct Partials([Partial; MAX_ORDER - 1]);

/// What one combination multiplies.
#[derive(Debug, Default)]
pub(super) struct Factors<'a> {
    pub n: usize,
    pub letters: [u8; MAX_ORDER],
    pub slices: [Slices<'a>; MAX_ORDER],
    /// How many of the first are of the context alone, and so the same for every action.
    pub n_shared: usize,
}

impl Partials {
    /// Forgets the context.
    pub fn begin(&mut self) {
        self.0.iter_mut().for_each(|partial| partial.n_shared = 0);
    }

    /// Appends all products with one feature from each slice, the last varying fastest. A slice that follows itself goes
    /// on where it stands, so that every pair within a namespace comes once, a feature with itself included.
    pub fn multiply(&mut self, factors: &Factors<'_>, products: &mut Columns) {
        let Some(last) = factors.n.checked_sub(1).filter(|last| *last > 0) else { return };
        for at in 0..last {
            let (before, from_here) = self.0.split_at_mut(at);
            let partial = &mut from_here[0];
            if at < factors.n_shared && partial.is_shared(&factors.letters[..=at]) {
                continue;
            }
            match before.last() {
                Some(before) => before.cross_on(factors.slices[at], factors.repeats(at), partial),
                None => partial.begin(factors.slices[at]),
            }
            partial.n_shared = if at < factors.n_shared { at + 1 } else { 0 };
            partial.letters = factors.letters;
        }
        self.0[last - 1].cross(factors.slices[last], factors.repeats(last), products);
    }

    /// The bytes that are held, used or not.
    pub fn n_bytes(&self) -> usize {
        self.0.iter().map(Partial::n_bytes).sum()
    }
}

impl Factors<'_> {
    /// How many products there are at most.
    pub fn n_products(&self) -> usize {
        self.slices[..self.n].iter().fold(1, |n, slice| n.saturating_mul(slice.len()))
    }

    fn repeats(&self, at: usize) -> bool {
        self.letters[at] == self.letters[at - 1]
    }
}

#[derive(Debug, Default)]
struct Partial {
    /// Hashes are those of first factors already.
    columns: Columns,
    /// At which feature of its slice the last factor of each stands.
    ats: Vec<u32>,
    /// Of which letters it is, if they are the context's alone: the first so many of these.
    letters: [u8; MAX_ORDER],
    n_shared: usize,
}

impl Partial {
    fn is_shared(&self, letters: &[u8]) -> bool {
        self.letters[..self.n_shared] == *letters
    }

    fn begin(&mut self, slice: Slices<'_>) {
        self.columns.clear();
        self.columns.extend(slice);
        self.ats.clear();
        self.ats.extend(0..slice.len() as u32);
        self.make_first();
    }

    /// As [`Self::cross`], into what is multiplied further.
    fn cross_on(&self, slice: Slices<'_>, repeats: bool, products: &mut Self) {
        products.columns.clear();
        self.cross(slice, repeats, &mut products.columns);
        products.ats.clear();
        let end = slice.len() as u32;
        for at in &self.ats {
            products.ats.extend(if repeats { *at } else { 0 }..end);
        }
        products.make_first();
    }

    fn make_first(&mut self) {
        self.columns.hashes.iter_mut().for_each(|hash| *hash = hash::first_of_cross(*hash));
    }

    fn cross(&self, slice: Slices<'_>, repeats: bool, products: &mut Columns) {
        match slice.len() {
            _ if repeats => self.cross_from_there(slice, products),
            // Loops over what is short are written out.
            1 => self.cross_short::<1>(slice, products),
            2 => self.cross_short::<2>(slice, products),
            3 => self.cross_short::<3>(slice, products),
            4 => self.cross_short::<4>(slice, products),
            5 => self.cross_short::<5>(slice, products),
            6 => self.cross_short::<6>(slice, products),
            7 => self.cross_short::<7>(slice, products),
            8 => self.cross_short::<8>(slice, products),
            length => {
                let (hashes, values) = products.grow(self.columns.len() * length);
                let (hashes, values) = (hashes.chunks_exact_mut(length), values.chunks_exact_mut(length));
                for (((hash, value), hashes), values) in self.columns.iter().zip(hashes).zip(values) {
                    cross_one(hash, value, slice, hashes, values);
                }
            }
        }
    }

    fn cross_short<const N: usize>(&self, slice: Slices<'_>, products: &mut Columns) {
        let (Some(seconds), Some(values_of_seconds)) =
            (slice.hashes.first_chunk::<N>(), slice.values.first_chunk::<N>())
        else {
            return;
        };
        let (hashes, values) = products.grow(self.columns.len() * N);
        for (products, hash) in hashes.as_chunks_mut::<N>().0.iter_mut().zip(&self.columns.hashes) {
            *products = seconds.map(|second| hash ^ second);
        }
        for (products, value) in values.as_chunks_mut::<N>().0.iter_mut().zip(&self.columns.values) {
            *products = values_of_seconds.map(|second| times(*value, second));
        }
    }

    fn cross_from_there(&self, slice: Slices<'_>, products: &mut Columns) {
        let lengths = self.ats.iter().map(|at| slice.len() - *at as usize);
        let (mut hashes, mut values) = products.grow(lengths.sum());
        for ((hash, value), at) in self.columns.iter().zip(&self.ats) {
            let slice = slice.from(*at as usize);
            let (these_hashes, these_values);
            (these_hashes, hashes) = hashes.split_at_mut(slice.len());
            (these_values, values) = values.split_at_mut(slice.len());
            cross_one(hash, value, slice, these_hashes, these_values);
        }
    }

    fn n_bytes(&self) -> usize {
        self.columns.n_bytes() + 4 * self.ats.capacity()
    }
}

#[inline]
fn cross_one(hash: u32, value: f32, slice: Slices<'_>, hashes: &mut [u32], values: &mut [f32]) {
    for (product, second) in hashes.iter_mut().zip(slice.hashes) {
        *product = hash ^ second;
    }
    for (product, second) in values.iter_mut().zip(slice.values) {
        *product = times(value, *second);
    }
}
