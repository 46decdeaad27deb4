//! What rankloop's own learner crosses: as much as a budget allows.

use super::{
    Columns, Term,
    columns::{Slices, times},
};
use crate::bandit::{example::Feature, hash};

/// Context × action, and as much of context pairs and triples × action as a budget allows.
///
/// Context × context alone is never crossed: it is the same for every action, so it cannot change their order.
/// The budgets count products per action, so that what a Rank costs is bounded whatever the context is. They depend on
/// the numbers of features alone, hence every replica and replay crosses alike. Features are walked in the order of
/// their hashes, so the order of keys in a request makes no difference.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bandit) struct Budgeted {
    /// The context with all features of an action, if that is no more than this; else with its id.
    pub singles_with_all: usize,
    /// Pairs of the context with all features of an action, if they are no more than this.
    pub pairs_with_all: usize,
    /// Else pairs of the context with the action's id, if they are no more than this.
    pub pairs_with_id: usize,
    /// Triples of the context with the action's id, if they are no more than this.
    pub triples_with_id: usize,
}

/// Where an example has the id of an action: after the constant.
const ID_AT: usize = 1;

impl Budgeted {
    /// What rankloop's own learner has when nobody says otherwise.
    pub const DEFAULT: Self =
        Self { singles_with_all: 20_000, pairs_with_all: 400, pairs_with_id: 400, triples_with_id: 120 };

    /// Writes every term of one action into columns. `context` and `own` hold the features as columns.
    pub(super) fn fill(&self, context: &Columns, own: &Columns, terms: &mut Columns) {
        let crossed = own.slices(ID_AT..own.len());
        let shape = self.shape(context.len(), crossed.len());
        let (single, paired) = (crossed.first(shape.n_single), crossed.first(shape.n_paired));
        terms.push_term(Term::BIAS);
        terms.extend(own.slices(0..own.len()));
        for (at, (hash, value)) in context.iter().enumerate() {
            terms.push(hash, value);
            let one = Product::of(hash, value);
            one.cross_all(single, terms);
            if shape.n_paired == 0 {
                continue;
            }
            if value != 1.0 {
                one.cross(hash, value).cross_all(paired, terms);
            }
            let seconds = context.slices(at + 1..context.len());
            if shape.n_paired == 1 && !shape.has_triples {
                one.cross_all_and(seconds, paired, terms);
                continue;
            }
            for (second_at, (hash, value)) in seconds.iter().enumerate() {
                let two = one.cross(hash, value);
                two.cross_all(paired, terms);
                if shape.has_triples {
                    two.cross_all_and(seconds.from(second_at + 1), crossed.first(1), terms);
                }
            }
        }
    }

    /// Hands every term to `visit` in the order of [`Self::fill`], with what it is made of: for whoever explains.
    pub(super) fn visit(&self, context: &[Feature], own: &[Feature], visit: &mut impl FnMut(Term)) {
        let own_crossed = &own[ID_AT..];
        let shape = self.shape(context.len(), own_crossed.len());
        visit(Term::BIAS);
        own.iter().for_each(|feature| visit(Term::of(feature, 0)));
        // A feature of the context is numbered after the action's own.
        let offset = own.len() as u16;
        for (at, first) in context.iter().enumerate() {
            let one = Term::of(first, offset);
            visit(one);
            own_crossed[..shape.n_single].iter().for_each(|feature| visit(one.cross(feature, 1, 0)));
            if shape.n_paired == 0 {
                continue;
            }
            // The square of an indicator is the indicator itself; that of a number bends its line.
            if first.value != 1.0 {
                let square = one.cross(first, 1, offset);
                own_crossed[..shape.n_paired].iter().for_each(|feature| visit(square.cross(feature, 2, 0)));
            }
            for (second_at, second) in context.iter().enumerate().skip(at + 1) {
                let two = one.cross(second, 1, offset);
                own_crossed[..shape.n_paired].iter().for_each(|feature| visit(two.cross(feature, 2, 0)));
                if shape.has_triples {
                    let thirds = context[second_at + 1..].iter().map(|third| two.cross(third, 2, offset));
                    thirds.for_each(|three| visit(three.cross(&own[ID_AT], 3, 0)));
                }
            }
        }
    }

    /// What of all products is within the budget.
    fn shape(&self, n_context: usize, n_own: usize) -> Shape {
        let n_pairs = n_context * (n_context + 1) / 2;
        let n_triples = n_context * n_context.saturating_sub(1) * n_context.saturating_sub(2) / 6;
        let n_paired =
            if n_pairs * n_own <= self.pairs_with_all { n_own } else { usize::from(n_pairs <= self.pairs_with_id) };
        let n_single = if n_context * n_own <= self.singles_with_all { n_own } else { 1 };
        Shape { n_single, n_paired, has_triples: n_triples <= self.triples_with_id }
    }
}

/// Which products of one action are made.
struct Shape {
    /// With how many of the action's features, the id first, the context is crossed.
    n_single: usize,
    /// With how many of the action's features, the id first, pairs of the context are crossed.
    n_paired: usize,
    has_triples: bool,
}

/// A product to be multiplied further.
#[derive(Debug, Clone, Copy)]
struct Product {
    /// As the first part of a cross.
    first: u32,
    value: f32,
}

impl Product {
    fn of(hash: u32, value: f32) -> Self {
        Self { first: hash::first_of_cross(hash), value }
    }

    fn cross(self, hash: u32, value: f32) -> Self {
        Self::of(self.first ^ hash, times(self.value, value))
    }

    /// Its products with each of these.
    fn cross_all(self, others: Slices<'_>, terms: &mut Columns) {
        terms.hashes.extend(others.hashes.iter().map(|hash| self.first ^ hash));
        terms.values.extend(others.values.iter().map(|value| times(self.value, *value)));
    }

    /// Its products with each of these and the first of `last`.
    fn cross_all_and(self, others: Slices<'_>, last: Slices<'_>, terms: &mut Columns) {
        let ([last_hash, ..], [last_value, ..]) = (last.hashes, last.values) else { return };
        terms.hashes.extend(others.hashes.iter().map(|hash| hash::first_of_cross(self.first ^ hash) ^ last_hash));
        terms.values.extend(others.values.iter().map(|value| times(times(self.value, *value), *last_value)));
    }
}
