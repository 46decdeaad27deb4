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
    fn of(feature: &Feature, offset: u16) -> Self {
        let mut parts = [NO_PART; MAX_ORDER];
        parts[0] = feature.index + offset;
        Self { hash: feature.hash, value: feature.value, parts }
    }

    #[inline]
    fn cross(mut self, feature: &Feature, order: usize, offset: u16) -> Self {
        self.hash = hash::cross(self.hash, feature.hash);
        self.value = (self.value * feature.value).clamp(-MAX_VALUE, MAX_VALUE);
        self.parts[order] = feature.index + offset;
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
            features.iter().for_each(|feature| visit(Term::of(feature, 0)));
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

impl Budgeted {
    fn visit(&self, context: &[Feature], action: &ActionFeatures, visit: &mut impl FnMut(Term)) {
        let own = action.own.as_slice();
        let own_crossed = &own[ID_AT..];
        let shape = self.shape(context.len(), own_crossed.len());
        visit(Term::BIAS);
        own.iter().for_each(|feature| visit(Term::of(feature, 0)));
        // A feature of the context is numbered after the action's own.
        let offset = own.len() as u16;
        for (at, first) in context.iter().enumerate() {
            let one = Term::of(first, offset);
            visit(one);
            own_crossed.iter().for_each(|feature| visit(one.cross(feature, 1, 0)));
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
        let n_paired = match () {
            () if n_pairs * n_own <= self.pairs_with_all => n_own,
            () if n_pairs <= self.pairs_with_id => 1,
            () => 0,
        };
        Shape { n_paired, has_triples: n_triples <= self.triples_with_id }
    }
}

/// Which products of one action are made.
struct Shape {
    /// With how many of the action's features, the id first, pairs of the context are crossed.
    n_paired: usize,
    has_triples: bool,
}
