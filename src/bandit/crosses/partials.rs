//! The products of several slices of features, one factor after the other.

use super::{
    Columns,
    columns::{Slices, times},
};
use crate::bandit::hash;

/// Products on their way to be multiplied further: those so far, and room for the next.
#[derive(Debug, Default)]
pub(super) struct Partials {
    so_far: Partial,
    next: Partial,
}

impl Partials {
    /// Appends all products with one feature from each slice, the last varying fastest. A slice that follows itself goes
    /// on where it stands, so that every pair within a namespace comes once, a feature with itself included.
    pub fn multiply(&mut self, slices: &[Slices<'_>], products: &mut Columns) {
        let [first, middle @ .., last] = slices else { return };
        let mut before = *first;
        self.so_far.begin(*first);
        for slice in middle {
            self.so_far.cross_on(*slice, slice.is(before), &mut self.next);
            std::mem::swap(&mut self.so_far, &mut self.next);
            before = *slice;
        }
        self.so_far.cross(*last, last.is(before), products);
    }

    /// The bytes that are held, used or not.
    pub fn n_bytes(&self) -> usize {
        self.so_far.n_bytes() + self.next.n_bytes()
    }
}

#[derive(Debug, Default)]
struct Partial {
    columns: Columns,
    /// At which feature of its slice the last factor of each stands.
    ats: Vec<u32>,
}

impl Partial {
    fn begin(&mut self, slice: Slices<'_>) {
        self.columns.clear();
        self.columns.extend(slice);
        self.ats.clear();
        self.ats.extend(0..slice.len() as u32);
    }

    fn cross(&self, slice: Slices<'_>, repeats: bool, products: &mut Columns) {
        if repeats {
            return self.cross_on_from_there(slice, products);
        }
        let n = products.len();
        let (hashes, values) = products.grow(self.columns.len() * slice.len());
        debug_assert_eq!(hashes.len() % slice.len(), 0, "{n}");
        match slice.len() {
            // The loop runs over what is long.
            1 => self.cross_short::<1>(slice, hashes, values),
            2 => self.cross_short::<2>(slice, hashes, values),
            3 => self.cross_short::<3>(slice, hashes, values),
            4 => self.cross_short::<4>(slice, hashes, values),
            length => {
                let (hashes, values) = (hashes.chunks_exact_mut(length), values.chunks_exact_mut(length));
                for (((hash, value), hashes), values) in self.columns.iter().zip(hashes).zip(values) {
                    cross_one(hash, value, slice, hashes, values);
                }
            }
        }
    }

    fn cross_short<const N: usize>(&self, slice: Slices<'_>, hashes: &mut [u32], values: &mut [f32]) {
        let (Some(of_slice), Some(values_of_slice)) =
            (slice.hashes.first_chunk::<N>(), slice.values.first_chunk::<N>())
        else {
            return;
        };
        for (products, hash) in hashes.as_chunks_mut::<N>().0.iter_mut().zip(&self.columns.hashes) {
            *products = of_slice.map(|second| hash::cross(*hash, second));
        }
        for (products, value) in values.as_chunks_mut::<N>().0.iter_mut().zip(&self.columns.values) {
            *products = values_of_slice.map(|second| times(*value, second));
        }
    }

    fn cross_on_from_there(&self, slice: Slices<'_>, products: &mut Columns) {
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

    /// As [`Self::cross`], into what is multiplied further.
    fn cross_on(&self, slice: Slices<'_>, repeats: bool, products: &mut Self) {
        products.columns.clear();
        self.cross(slice, repeats, &mut products.columns);
        products.ats.clear();
        let end = slice.len() as u32;
        for at in &self.ats {
            products.ats.extend(if repeats { *at } else { 0 }..end);
        }
    }

    fn n_bytes(&self) -> usize {
        self.columns.n_bytes() + 4 * self.ats.capacity()
    }
}

#[inline]
fn cross_one(hash: u32, value: f32, slice: Slices<'_>, hashes: &mut [u32], values: &mut [f32]) {
    for (product, second) in hashes.iter_mut().zip(slice.hashes) {
        *product = hash::cross(hash, *second);
    }
    for (product, second) in values.iter_mut().zip(slice.values) {
        *product = times(value, *second);
    }
}
