//! Crosses of namespaces by the first letters of their names, index for index as Vowpal Wabbit makes them.

use super::{Columns, Gathered, MAX_ORDER, Term, combinations};
use crate::bandit::{example::Feature, marginals::MarginalsOf};

/// The most products that patterns may make of one action. A combination of namespaces that would go beyond is left
/// out: long embeddings crossed with themselves would stop the server.
const MAX_PRODUCTS: usize = 200_000;

/// `-q`, `--cubic`, `--interactions`, `--ignore`, `--ignore_linear`, `--keep` and `--noconstant`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::bandit) struct LetterCrosses {
    /// Two to four letters each, no two with the same letters; `:` stands for any namespace.
    pub patterns: Vec<Vec<u8>>,
    /// Namespaces that are not there at all.
    pub ignored: Vec<u8>,
    /// Namespaces that are there in crosses alone.
    pub crossed_only: Vec<u8>,
    /// With any in it, all other namespaces are not there.
    pub kept: Vec<u8>,
    pub has_no_bias: bool,
}

/// The features of one action and its context that share a first letter.
type Group<'a> = &'a [Feature];

impl LetterCrosses {
    /// Patterns as they were written, each multiset of letters once and in the order in which it is crossed.
    pub fn with_patterns(self, written: &[Vec<u8>]) -> Self {
        Self { patterns: combinations::patterns(written), ..self }
    }

    /// Writes every term of one action into columns. `gathered` has begun with the context.
    pub(super) fn fill(
        &self,
        action: &[Feature],
        marginals: Option<MarginalsOf<'_>>,
        gathered: &mut Gathered,
        terms: &mut Columns,
    ) {
        gathered.gather(action, self);
        gathered.arrange(marginals, &self.patterns);
        if !self.has_no_bias {
            terms.push_term(Term::BIAS);
        }
        for group in gathered.groups().filter(|group| !self.crossed_only.contains(&group.letter)) {
            terms.extend(group.slices);
        }
        let mut left = MAX_PRODUCTS;
        gathered.each_combination(|factors, partials| {
            if is_within(&mut left, factors.n_products()) {
                partials.multiply(factors, terms);
            }
        });
    }

    /// Hands every term to `visit` in the order of [`Self::fill`], with what it is made of: for whoever explains.
    pub(super) fn visit(
        &self,
        context: &[Feature],
        action: &[Feature],
        marginals: Option<MarginalsOf<'_>>,
        visit: &mut impl FnMut(Term),
    ) {
        let mut gathered = Gathered::default();
        gathered.begin(context, self);
        gathered.gather(action, self);
        let all = gathered.arrange(marginals, &[]);
        if !self.has_no_bias {
            visit(Term::BIAS);
        }
        let is_linear = |feature: &&Feature| !self.crossed_only.contains(&feature.letter);
        all.iter().filter(is_linear).for_each(|feature| visit(Term::of(feature, 0)));
        let groups: Vec<Group<'_>> = all.chunk_by(|a, b| a.letter == b.letter).collect();
        let letters: Vec<u8> = groups.iter().map(|group| group[0].letter).collect();
        let mut left = MAX_PRODUCTS;
        for chosen in combinations::expand(&self.patterns, &letters) {
            let slices: Vec<Group<'_>> = chosen.places().iter().map(|at| groups[usize::from(*at)]).collect();
            if is_within(&mut left, slices.iter().fold(1, |n, slice| n.saturating_mul(slice.len()))) {
                descend(&slices, 0, None, 0, visit);
            }
        }
    }

    /// Whether the namespaces with this first letter are there.
    pub(super) fn has(&self, letter: u8) -> bool {
        (self.kept.is_empty() || self.kept.contains(&letter)) && !self.ignored.contains(&letter)
    }

    pub(super) fn has_all(&self) -> bool {
        self.kept.is_empty() && self.ignored.is_empty()
    }
}

/// Whether so many products are within what is left, which they are then taken from.
fn is_within(left: &mut usize, n_products: usize) -> bool {
    let rest = left.checked_sub(n_products);
    *left = rest.unwrap_or(*left);
    rest.is_some()
}

/// All products with one feature from each slice. A slice that follows itself goes on where it stands, so that every
/// pair within a namespace comes once, a feature with itself included.
fn descend<F: FnMut(Term)>(slices: &[Group<'_>], start: usize, so_far: Option<Term>, order: usize, visit: &mut F) {
    debug_assert!(order < MAX_ORDER, "patterns are no longer than a product may be");
    let Some((slice, rest)) = slices.split_first() else { return };
    let repeats = rest.first().is_some_and(|next| std::ptr::eq(*next, *slice));
    for (at, feature) in slice.iter().enumerate().skip(start) {
        let term = match so_far {
            Some(term) => term.cross(feature, order, 0),
            None => Term::of(feature, 0),
        };
        if rest.is_empty() {
            visit(term);
        } else {
            descend(rest, if repeats { at } else { 0 }, Some(term), order + 1, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(letter: u8, index: u16) -> Feature {
        Feature {
            hash: u32::from(letter) * 1_000 + u32::from(index),
            value: 1.0,
            index,
            letter,
            kind: crate::bandit::features::Kind::Word,
        }
    }

    #[test]
    fn namespaces_can_be_left_out_of_everything_or_of_the_linear_part() {
        let (context, action) = ([feature(b'F', 0), feature(b'g', 1)], [feature(b'i', 0), feature(b'j', 1)]);
        let terms = |crosses: LetterCrosses| {
            let mut n = 0;
            let patterns = vec![b"Fi".to_vec()];
            LetterCrosses { patterns, ..crosses }.visit(&context, &action, None, &mut |_| n += 1);
            n
        };
        let none = LetterCrosses::default;
        assert_eq!(terms(none()), 1 + 4 + 1);
        assert_eq!(terms(LetterCrosses { has_no_bias: true, ..none() }), 4 + 1);
        assert_eq!(terms(LetterCrosses { ignored: vec![b'F'], ..none() }), 1 + 3);
        assert_eq!(terms(LetterCrosses { crossed_only: vec![b'F'], ..none() }), 1 + 3 + 1);
        assert_eq!(terms(LetterCrosses { kept: vec![b'F', b'i'], ..none() }), 1 + 2 + 1);
    }
}
