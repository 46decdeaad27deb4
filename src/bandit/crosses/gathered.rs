//! The features of one action and its context, gathered, grouped by letter and ready to be multiplied. Kept from action to
//! action and from event to event, so that nothing is allocated and what actions share is done once.

use super::{
    Columns, LetterCrosses,
    columns::Slices,
    combinations::{self, Combination},
    partials::{Factors, Partials},
};
use crate::bandit::{example::Feature, marginals::MarginalsOf};

/// An event's features on their way to terms.
#[derive(Debug, Default)]
pub(in crate::bandit) struct Gathered {
    /// The context's features that take part, by letter, and within a letter in the order in which they were sent.
    context: Vec<Feature>,
    /// Likewise one action's.
    action: Vec<Feature>,
    /// Both together.
    all: Vec<Feature>,
    /// The same with marginals in place of ids.
    replaced: Vec<Feature>,
    /// Whichever of the two is crossed; by a budget, the action's own as they are in the example.
    pub(super) columns: Columns,
    /// By a budget, the context's.
    pub(super) context_columns: Columns,
    /// By first letter; they follow each other in the columns.
    letters: Vec<u8>,
    ends: Vec<usize>,
    has_marginals: bool,
    expansion: Expansion,
    partials: Partials,
}

/// What patterns stand for, remembered while patterns and letters stay: most events of a loop look alike.
#[derive(Debug, Default)]
struct Expansion {
    patterns: Vec<Vec<u8>>,
    letters: Vec<u8>,
    combinations: Vec<Combination>,
}

/// The features that share a first letter.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub letter: u8,
    pub slices: Slices<'a>,
}

impl Gathered {
    /// Begins an event with its context, which all actions share.
    pub fn begin(&mut self, context: &[Feature], crosses: &LetterCrosses) {
        in_order(context, crosses, &mut self.context);
        self.partials.begin();
    }

    /// Puts the features of one action and of the context together. Within a letter the order counts, since it is part
    /// of a cross's index: the action's before the context's, which are counted on from there.
    pub fn gather(&mut self, action: &[Feature], crosses: &LetterCrosses) {
        in_order(action, crosses, &mut self.action);
        let offset = action.len() as u16;
        let counted_on = |feature: &Feature| Feature { index: feature.index + offset, ..*feature };
        let (mut action, mut context) = (&self.action[..], &self.context[..]);
        self.all.clear();
        while let (Some(of_action), Some(of_context)) = (action.first(), context.first()) {
            if of_action.letter <= of_context.letter {
                let n = action.partition_point(|feature| feature.letter <= of_context.letter);
                self.all.extend_from_slice(&action[..n]);
                action = &action[n..];
            } else {
                let n = context.partition_point(|feature| feature.letter < of_action.letter);
                self.all.extend(context[..n].iter().map(counted_on));
                context = &context[n..];
            }
        }
        self.all.extend_from_slice(action);
        self.all.extend(context.iter().map(counted_on));
    }

    /// The features of the last action and the context, by letter.
    pub fn features(&self) -> &[Feature] {
        &self.all
    }

    /// Makes groups of what was gathered and finds what the patterns stand for among them. Returns the features that are
    /// crossed.
    pub(super) fn arrange(&mut self, marginals: Option<MarginalsOf<'_>>, patterns: &[Vec<u8>]) -> &[Feature] {
        self.has_marginals = marginals.is_some();
        let mut crossed = &self.all;
        if let Some(marginals) = marginals {
            marginals.replace(&self.all, &mut self.replaced);
            crossed = &self.replaced;
        }
        self.columns.put(crossed);
        self.letters.clear();
        self.ends.clear();
        let mut end = 0;
        for group in crossed.chunk_by(|a, b| a.letter == b.letter) {
            end += group.len();
            self.letters.push(group[0].letter);
            self.ends.push(end);
        }
        self.expansion.prepare(patterns, &self.letters);
        crossed
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        (0..self.letters.len())
            .map(|at| Group { letter: self.letters[at], slices: slices(&self.columns, &self.ends, at) })
    }

    /// Hands over the factors of each combination, and what to multiply them in.
    pub(super) fn each_combination(&mut self, mut visit: impl FnMut(&Factors<'_>, &mut Partials)) {
        let Self { action, columns, letters, ends, has_marginals, expansion, partials, .. } = self;
        let is_of_context = |letter: u8| action.binary_search_by_key(&letter, |feature| feature.letter).is_err();
        for combination in &expansion.combinations {
            let mut factors = Factors { n: combination.places().len(), ..Factors::default() };
            for (at, place) in combination.places().iter().enumerate() {
                let letter = letters[usize::from(*place)];
                factors.letters[at] = letter;
                factors.slices[at] = slices(columns, ends, usize::from(*place));
                // What is known of an id differs from model to model.
                if factors.n_shared == at && !*has_marginals && is_of_context(letter) {
                    factors.n_shared += 1;
                }
            }
            visit(&factors, partials);
        }
    }

    /// The bytes that are held for products, used or not.
    pub fn n_bytes(&self) -> usize {
        self.partials.n_bytes()
    }
}

impl Expansion {
    fn prepare(&mut self, patterns: &[Vec<u8>], letters: &[u8]) {
        if self.patterns != patterns {
            self.patterns = patterns.to_vec();
            self.combinations = combinations::expand(patterns, letters);
        } else if self.letters != letters {
            self.combinations = combinations::expand(patterns, letters);
        } else {
            return;
        }
        self.letters.clear();
        self.letters.extend_from_slice(letters);
    }
}

fn slices<'a>(columns: &'a Columns, ends: &[usize], at: usize) -> Slices<'a> {
    columns.slices(if at == 0 { 0 } else { ends[at - 1] }..ends[at])
}

/// Those that take part, by letter and index.
fn in_order(features: &[Feature], crosses: &LetterCrosses, ordered: &mut Vec<Feature>) {
    ordered.clear();
    ordered.extend_from_slice(features);
    // Indices count the features of a context or an action, so that each says where its feature stands.
    for feature in features {
        ordered[usize::from(feature.index)] = *feature;
    }
    if !crosses.has_all() {
        ordered.retain(|feature| crosses.has(feature.letter));
    }
    if !ordered.is_sorted_by_key(|feature| feature.letter) {
        ordered.sort_unstable_by_key(|feature| (feature.letter, feature.index));
    }
}
