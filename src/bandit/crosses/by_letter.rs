//! Crosses of namespaces by the first letters of their names, index for index as Vowpal Wabbit makes them.

use super::{MAX_ORDER, Term};
use crate::bandit::{example::Feature, marginals::MarginalsOf};

/// The most products that patterns may make of one action. A combination of namespaces that would go beyond is left
/// out: long embeddings crossed with themselves would stop the server.
const MAX_PRODUCTS: usize = 200_000;
/// A pattern that is more combinations of an example's namespaces than this is left out too.
const MAX_COMBINATIONS: usize = 10_000;
/// Stands for any namespace in a pattern.
const ANY: u8 = b':';

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
    pub(super) fn visit(
        &self,
        context: &[Feature],
        action: &[Feature],
        marginals: Option<MarginalsOf<'_>>,
        visit: &mut impl FnMut(Term),
    ) {
        if !self.has_no_bias {
            visit(Term::BIAS);
        }
        let mut all = self.gather(context, action);
        if let Some(marginals) = marginals {
            all = marginals.replace(&all);
        }
        let is_linear = |feature: &&Feature| !self.crossed_only.contains(&feature.letter);
        all.iter().filter(is_linear).for_each(|feature| visit(Term::of(feature, 0)));
        let groups: Vec<Group<'_>> = all.chunk_by(|a, b| a.letter == b.letter).collect();
        let mut left = MAX_PRODUCTS;
        for chosen in self.expand(&groups) {
            let mut slices: [Group<'_>; MAX_ORDER] = [&[]; MAX_ORDER];
            slices.iter_mut().zip(chosen.places()).for_each(|(slice, at)| *slice = groups[usize::from(*at)]);
            let slices = &slices[..chosen.places().len()];
            let n_products = slices.iter().fold(1usize, |n, slice| n.saturating_mul(slice.len()));
            if n_products <= left {
                left -= n_products;
                descend(slices, 0, None, 0, visit);
            }
        }
    }

    /// Patterns as they were written, each multiset of letters once and in the order in which it is crossed.
    pub fn with_patterns(self, written: &[Vec<u8>]) -> Self {
        let all = written.iter().filter_map(|pattern| Combination::of(pattern.iter().copied().map(Some))).collect();
        let patterns = without_repetitions(all).iter().map(|pattern| pattern.places().to_vec()).collect();
        Self { patterns, ..self }
    }

    /// The features that take part, by letter. Within a letter the order counts, since it is part of a cross's index:
    /// the action's before the context's, and each in the order in which they were sent.
    pub(in crate::bandit) fn gather(&self, context: &[Feature], action: &[Feature]) -> Vec<Feature> {
        let offset = action.len() as u16;
        let counted_on = context.iter().map(|feature| Feature { index: feature.index + offset, ..*feature });
        let mut all: Vec<Feature> = action.iter().copied().chain(counted_on).collect();
        let is_kept = |letter: &u8| self.kept.is_empty() || self.kept.contains(letter);
        all.retain(|feature| is_kept(&feature.letter) && !self.ignored.contains(&feature.letter));
        all.sort_unstable_by_key(|feature| (feature.letter, feature.index));
        all
    }

    /// The patterns as groups of this example, each combination once whatever order its letters were written in.
    ///
    /// Which order of its letters a combination is crossed in, and so its indices, follows Vowpal Wabbit: as written,
    /// unless a letter comes twice beside others, which sorts them; two wildcards ascend, three and four descend; with
    /// a wildcard anywhere the least of equal combinations stays, without the first.
    fn expand(&self, groups: &[Group<'_>]) -> Vec<Combination> {
        let mut combinations = Vec::new();
        let mut has_wildcard = false;
        for pattern in &self.patterns {
            let n_open = pattern.iter().filter(|letter| **letter == ANY).count();
            has_wildcard |= n_open > 0;
            if groups.len().saturating_pow(n_open as u32) <= MAX_COMBINATIONS {
                fill_in(pattern, n_open, groups, &mut combinations);
            }
        }
        if has_wildcard {
            combinations.sort_unstable();
            combinations = without_repetitions(combinations);
        }
        combinations
    }
}

/// Groups by their place among an example's; ordered by length, then by places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Combination {
    n: u8,
    places: [u8; MAX_ORDER],
}

impl Combination {
    /// `None` beyond the longest that there can be.
    fn of(places: impl Iterator<Item = Option<u8>>) -> Option<Self> {
        let mut combination = Self { n: 0, places: [0; MAX_ORDER] };
        for place in places {
            *combination.places.get_mut(usize::from(combination.n))? = place?;
            combination.n += 1;
        }
        Some(combination)
    }

    fn places(&self) -> &[u8] {
        &self.places[..usize::from(self.n)]
    }

    fn sorted(mut self) -> Self {
        self.places[..usize::from(self.n)].sort_unstable();
        self
    }
}

/// Each multiset once, the first of those that are equal but for their order. One with a repeated part beside others is
/// sorted, so that what repeats stands together.
fn without_repetitions(combinations: Vec<Combination>) -> Vec<Combination> {
    let numbered = combinations.into_iter().enumerate();
    let mut keyed: Vec<_> = numbered.map(|(at, combination)| (combination.sorted(), at, combination)).collect();
    keyed.sort_unstable();
    keyed.dedup_by_key(|(sorted, _, _)| *sorted);
    keyed.sort_unstable_by_key(|(_, at, _)| *at);
    let stands = |(sorted, _, combination): (Combination, usize, Combination)| {
        let repeats = sorted.places().windows(2).any(|pair| pair[0] == pair[1]);
        if repeats { sorted } else { combination }
    };
    keyed.into_iter().map(stands).collect()
}

/// The combinations of groups that one pattern stands for. A letter that the example does not have stands for none.
fn fill_in(pattern: &[u8], n_open: usize, groups: &[Group<'_>], combinations: &mut Vec<Combination>) {
    if groups.is_empty() {
        return;
    }
    let at = |letter: u8| groups.binary_search_by_key(&letter, |group| group[0].letter).ok().map(|at| at as u8);
    let mut choice = [0; MAX_ORDER];
    let choice = &mut choice[..n_open.min(MAX_ORDER)];
    loop {
        let mut open = choice.iter().copied();
        let place = |letter: &u8| if *letter == ANY { open.next() } else { at(*letter) };
        combinations.extend(Combination::of(pattern.iter().map(place)));
        if !advance(choice, groups.len()) {
            return;
        }
    }
}

/// The next choice of groups for the wildcards of a pattern, each multiset once; false after the last.
///
/// Two ascend and more descend, as Vowpal Wabbit's two ways of enumerating them do.
fn advance(choice: &mut [u8], n_groups: usize) -> bool {
    let is_there = |group: u8| usize::from(group) < n_groups;
    if let [first, second] = choice {
        (*first, *second) = if is_there(*second + 1) { (*first, *second + 1) } else { (*first + 1, *first + 1) };
        return is_there(*first);
    }
    for at in 0..choice.len() {
        choice[at] += 1;
        if is_there(choice[at]) {
            let least = choice[at];
            choice[..at].fill(least);
            return true;
        }
    }
    false
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
        Feature { hash: u32::from(letter) * 1_000 + u32::from(index), value: 1.0, index, letter, kind: crate::bandit::features::Kind::Word }
    }

    /// The combinations as letters, for features of F, i and j.
    fn combinations(patterns: &[&str]) -> Vec<String> {
        let features = [feature(b'F', 2), feature(b'F', 3), feature(b'i', 0), feature(b'j', 1)];
        let groups: Vec<Group<'_>> = features.chunk_by(|a, b| a.letter == b.letter).collect();
        let written: Vec<Vec<u8>> = patterns.iter().map(|pattern| pattern.as_bytes().to_vec()).collect();
        let crosses = LetterCrosses::default().with_patterns(&written);
        let letter = |at: &u8| char::from(groups[usize::from(*at)][0].letter);
        let letters = |chosen: &Combination| chosen.places().iter().map(letter).collect();
        crosses.expand(&groups).iter().map(letters).collect()
    }

    /// Read off the weights that Vowpal Wabbit 9.11 made for one event with these arguments.
    #[test]
    fn a_cross_multiplies_in_the_order_in_which_vowpal_wabbit_does() {
        assert_eq!(combinations(&["jF"]), ["jF"]);
        assert_eq!(combinations(&["jF", "Fj"]), ["jF"]);
        assert_eq!(combinations(&["jF", "::"]), ["FF", "Fi", "Fj", "ii", "ij", "jj"]);
        assert_eq!(combinations(&["jijF"]), ["Fijj"]);
        assert_eq!(combinations(&["::F"]), ["FFF", "FFi", "FFj", "Fii", "ijF", "Fjj"]);
        assert_eq!(combinations(&["F::"]), combinations(&["::F"]));
        assert_eq!(combinations(&["j:F"]), ["FFj", "jiF", "Fjj"]);
        let three = combinations(&[":::"]);
        assert!(three.contains(&"jiF".to_owned()) && !three.contains(&"Fij".to_owned()), "{three:?}");
        assert_eq!(three.len(), 10);
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
