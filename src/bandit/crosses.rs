//! Which features of an example are multiplied with each other, and the walk over the products.
//!
//! A product is never stored: the walk computes its index and value on the way to whoever predicts, learns or explains.

use super::{
    Example,
    example::{ActionFeatures, Feature},
    features::MAX_VALUE,
    hash,
};

/// The most features that one product may have.
pub(super) const MAX_ORDER: usize = 4;
/// No feature, in `Term::parts`.
pub(super) const NO_PART: u16 = u16::MAX;
/// A pattern of crosses with more products than this for one action is left out for that action: long embeddings
/// crossed with themselves would stop the server.
const MAX_PRODUCTS: usize = 200_000;

/// One input of the regression: a feature or a product of features.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub hash: u32,
    pub value: f32,
    /// Which features it is made of, by `Feature::index`.
    pub parts: [u16; MAX_ORDER],
}

impl Term {
    const BIAS: Self = Self { hash: hash::BIAS, value: 1.0, parts: [NO_PART; MAX_ORDER] };

    #[inline]
    fn of(feature: &Feature) -> Self {
        let mut parts = [NO_PART; MAX_ORDER];
        parts[0] = feature.index;
        Self { hash: feature.hash, value: feature.value, parts }
    }

    #[inline]
    fn cross(mut self, feature: &Feature, order: usize) -> Self {
        self.hash = hash::cross(self.hash, feature.hash);
        self.value = (self.value * feature.value).clamp(-MAX_VALUE, MAX_VALUE);
        self.parts[order] = feature.index;
        self
    }
}

/// Crosses as learning settings say them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Crosses {
    /// By the first letters of namespaces, as Vowpal Wabbit's arguments do.
    ByLetter(LetterCrosses),
    /// What rankloop's own learner crosses: see [`Budgeted`].
    Budgeted(Budgeted),
}

/// `-q`, `--cubic`, `--interactions`, `--ignore` and `--noconstant`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct LetterCrosses {
    /// Two to four letters each; `:` stands for any namespace.
    pub patterns: Vec<Vec<u8>>,
    pub ignored: Vec<u8>,
    pub has_no_bias: bool,
}

/// Context × action, and as much of context pairs and triples × action as a budget allows.
///
/// Context × context alone is never crossed: it is the same for every action, so it cannot change their order.
/// The budgets count products per action, so that what a Rank costs is bounded whatever the context is. They depend on
/// the numbers of features alone, hence every replica and replay crosses alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Budgeted {
    /// Pairs of the context with all features of an action, if they are no more than this.
    pub pairs_with_all: usize,
    /// Else pairs of the context with the action's id, if they are no more than this.
    pub pairs_with_id: usize,
    /// Triples of the context with the action's id, if they are no more than this.
    pub triples_with_id: usize,
}

/// Where the walk over an action puts the id: after the constant.
const ID_AT: usize = 1;

impl Crosses {
    /// Hands every term of one action to `visit`, in a fixed order.
    #[inline]
    pub fn visit(&self, example: &Example, action_idx: usize, mut visit: impl FnMut(Term)) {
        let action = &example.actions[action_idx];
        match self {
            Self::ByLetter(crosses) => crosses.visit(action, &mut visit),
            Self::Budgeted(budget) => budget.visit(&example.context, action, &mut visit),
        }
    }
}

impl LetterCrosses {
    fn visit(&self, action: &ActionFeatures, visit: &mut impl FnMut(Term)) {
        if !self.has_no_bias {
            visit(Term::BIAS);
        }
        let groups: Vec<(u8, &[Feature])> = action
            .groups
            .iter()
            .filter(|(letter, _)| !self.ignored.contains(letter))
            .map(|(letter, range)| (*letter, &action.all[range.clone()]))
            .collect();
        for (_, features) in &groups {
            features.iter().for_each(|feature| visit(Term::of(feature)));
        }
        for chosen in self.expand(&groups) {
            let slices: Vec<&[Feature]> = chosen.iter().map(|at| groups[*at].1).collect();
            if slices.iter().fold(1usize, |n, slice| n.saturating_mul(slice.len())) <= MAX_PRODUCTS {
                descend(&slices, 0, None, 0, visit);
            }
        }
    }

    /// The patterns as groups of this example, each combination once whatever order its letters were written in.
    fn expand(&self, groups: &[(u8, &[Feature])]) -> Vec<Vec<usize>> {
        let mut combinations: Vec<Vec<usize>> = Vec::new();
        for pattern in &self.patterns {
            let mut partial: Vec<Vec<usize>> = vec![Vec::new()];
            for letter in pattern {
                let fits = |at: &usize| *letter == b':' || groups[*at].0 == *letter;
                partial = partial
                    .iter()
                    .flat_map(|chosen| {
                        (0..groups.len()).filter(fits).map(|at| chosen.iter().copied().chain([at]).collect())
                    })
                    .collect();
            }
            partial.iter_mut().for_each(|chosen| chosen.sort_unstable());
            combinations.append(&mut partial);
        }
        combinations.sort_unstable();
        combinations.dedup();
        combinations
    }
}

/// All products with one feature from each slice. A slice that follows itself goes on where it stands, so that every
/// pair within a namespace comes once, a feature with itself included.
fn descend<F: FnMut(Term)>(slices: &[&[Feature]], start: usize, so_far: Option<Term>, order: usize, visit: &mut F) {
    let Some((slice, rest)) = slices.split_first() else { return };
    let repeats = rest.first().is_some_and(|next| std::ptr::eq(*next, *slice));
    for (at, feature) in slice.iter().enumerate().skip(start) {
        let term = match so_far {
            Some(term) => term.cross(feature, order),
            None => Term::of(feature),
        };
        if rest.is_empty() {
            visit(term);
        } else {
            descend(rest, if repeats { at } else { 0 }, Some(term), order + 1, visit);
        }
    }
}

impl Budgeted {
    fn visit(&self, context: &[Feature], action: &ActionFeatures, visit: &mut impl FnMut(Term)) {
        let own = action.own.as_slice();
        let n_own = own.len() as u16;
        let of_context = |feature: &Feature| Feature { index: feature.index + n_own, ..*feature };
        visit(Term::BIAS);
        own.iter().for_each(|feature| visit(Term::of(feature)));
        let n = context.len();
        let n_pairs = n * (n + 1) / 2;
        let n_triples = n * n.saturating_sub(1) * n.saturating_sub(2) / 6;
        let id = &own[ID_AT..=ID_AT];
        let paired = if n_pairs * (own.len() - 1) <= self.pairs_with_all {
            &own[ID_AT..]
        } else if n_pairs <= self.pairs_with_id {
            id
        } else {
            &[]
        };
        let has_triples = n_triples <= self.triples_with_id;
        for (at, first) in context.iter().enumerate() {
            let one = Term::of(&of_context(first));
            visit(one);
            own.iter().skip(ID_AT).for_each(|feature| visit(one.cross(feature, 1)));
            if paired.is_empty() {
                continue;
            }
            // The square of an indicator is the indicator itself; that of a number bends its line.
            let from = if first.value == 1.0 { at + 1 } else { at };
            for (second_at, second) in context.iter().enumerate().skip(from) {
                let two = one.cross(&of_context(second), 1);
                paired.iter().for_each(|feature| visit(two.cross(feature, 2)));
                if has_triples {
                    for third in &context[second_at.max(at + 1) + usize::from(second_at != at)..] {
                        if second_at != at {
                            let three = two.cross(&of_context(third), 2);
                            id.iter().for_each(|feature| visit(three.cross(feature, 3)));
                        }
                    }
                }
            }
        }
    }
}
