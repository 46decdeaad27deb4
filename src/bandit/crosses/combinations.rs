//! Which groups of an example patterns of letters stand for, in the order in which Vowpal Wabbit makes them.

use super::MAX_ORDER;

/// A pattern that is more combinations of an example's namespaces than this is left out.
const MAX_COMBINATIONS: usize = 10_000;
/// Stands for any namespace in a pattern.
const ANY: u8 = b':';

/// Groups by their place among an example's; ordered by length, then by places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Combination {
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

    pub fn places(&self) -> &[u8] {
        &self.places[..usize::from(self.n)]
    }

    fn sorted(mut self) -> Self {
        self.places[..usize::from(self.n)].sort_unstable();
        self
    }
}

/// Patterns as they were written, each multiset of letters once and in the order in which it is crossed.
pub(super) fn patterns(written: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let all = written.iter().filter_map(|pattern| Combination::of(pattern.iter().copied().map(Some))).collect();
    without_repetitions(all).iter().map(|pattern| pattern.places().to_vec()).collect()
}

/// The patterns as groups of an example with these letters, each combination once whatever order its letters were
/// written in.
///
/// Which order of its letters a combination is crossed in, and so its indices, follows Vowpal Wabbit: as written,
/// unless a letter comes twice beside others, which sorts them; two wildcards ascend, three and four descend; with
/// a wildcard anywhere the least of equal combinations stays, without the first.
pub(super) fn expand(patterns: &[Vec<u8>], letters: &[u8]) -> Vec<Combination> {
    let mut combinations = Vec::new();
    let mut has_wildcard = false;
    for pattern in patterns {
        let n_open = pattern.iter().filter(|letter| **letter == ANY).count();
        has_wildcard |= n_open > 0;
        if letters.len().saturating_pow(n_open as u32) <= MAX_COMBINATIONS {
            fill_in(pattern, n_open, letters, &mut combinations);
        }
    }
    if has_wildcard {
        combinations.sort_unstable();
        combinations = without_repetitions(combinations);
    }
    combinations
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
fn fill_in(pattern: &[u8], n_open: usize, letters: &[u8], combinations: &mut Vec<Combination>) {
    if letters.is_empty() {
        return;
    }
    let at = |letter: u8| letters.binary_search(&letter).ok().map(|at| at as u8);
    let mut choice = [0; MAX_ORDER];
    let choice = &mut choice[..n_open.min(MAX_ORDER)];
    loop {
        let mut open = choice.iter().copied();
        let place = |letter: &u8| if *letter == ANY { open.next() } else { at(*letter) };
        combinations.extend(Combination::of(pattern.iter().map(place)));
        if !advance(choice, letters.len()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The combinations as letters, for features of F, i and j.
    fn combinations(written: &[&str]) -> Vec<String> {
        let written: Vec<Vec<u8>> = written.iter().map(|pattern| pattern.as_bytes().to_vec()).collect();
        let letter = |at: &u8| char::from(b"Fij"[usize::from(*at)]);
        let letters = |chosen: &Combination| chosen.places().iter().map(letter).collect();
        expand(&patterns(&written), b"Fij").iter().map(letters).collect()
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
}
