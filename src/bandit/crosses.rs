//! Which features of an example are multiplied with each other, and the walk over the products.
//!
//! A product is never stored: the walk computes its index and value on the way to whoever predicts, learns or explains.

use super::{Example, example::Feature, features::MAX_VALUE, hash};

/// The most features that one product may have.
pub(super) const MAX_ORDER: usize = 4;
/// No feature, in `Term::parts`.
pub(super) const NO_PART: u16 = u16::MAX;
/// The most products that patterns may make of one action. A combination of namespaces that would go beyond is left
/// out: long embeddings crossed with themselves would stop the server.
const MAX_PRODUCTS: usize = 200_000;
/// A pattern that is more combinations of an example's namespaces than this is left out too.
const MAX_COMBINATIONS: usize = 10_000;

/// One input of the regression: a feature or a product of features.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub hash: u32,
    pub value: f32,
    /// Which features it is made of: those of the action by their `index`, those of the context counted on from there.
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
    /// The context with all features of an action, if that is no more than this; else with its id.
    pub singles_with_all: usize,
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
        let action = example.action(action_idx);
        match self {
            Self::ByLetter(crosses) => crosses.visit(example.context(), action, &mut visit),
            Self::Budgeted(budget) => budget.visit(example.context(), action, &mut visit),
        }
    }
}

impl LetterCrosses {
    fn visit(&self, context: &[Feature], action: &[Feature], visit: &mut impl FnMut(Term)) {
        if !self.has_no_bias {
            visit(Term::BIAS);
        }
        let offset = action.len() as u16;
        let counted_on = context.iter().map(|feature| Feature { index: feature.index + offset, ..*feature });
        let mut all: Vec<Feature> = action.iter().copied().chain(counted_on).collect();
        all.retain(|feature| !self.ignored.contains(&feature.letter));
        // Stable, because the order within a namespace is part of a cross's index: the action's before the context's.
        all.sort_by_key(|feature| feature.letter);
        all.iter().for_each(|feature| visit(Term::of(feature, 0)));
        let groups: Vec<&[Feature]> = all.chunk_by(|a, b| a.letter == b.letter).collect();
        let mut left = MAX_PRODUCTS;
        for chosen in self.expand(&groups) {
            let slices: Vec<&[Feature]> = chosen.iter().map(|at| groups[*at]).collect();
            let n_products = slices.iter().fold(1usize, |n, slice| n.saturating_mul(slice.len()));
            if n_products <= left {
                left -= n_products;
                descend(&slices, 0, None, 0, visit);
            }
        }
    }

    /// The patterns as groups of this example, each combination once whatever order its letters were written in.
    fn expand(&self, groups: &[&[Feature]]) -> Vec<Vec<usize>> {
        let mut combinations: Vec<Vec<usize>> = Vec::new();
        for pattern in &self.patterns {
            let n_open = pattern.iter().filter(|letter| **letter == b':').count() as u32;
            if groups.len().saturating_pow(n_open) > MAX_COMBINATIONS {
                continue;
            }
            let mut partial: Vec<Vec<usize>> = vec![Vec::new()];
            for letter in pattern {
                let fits = |at: &usize| *letter == b':' || groups[*at][0].letter == *letter;
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
    fn visit(&self, context: &[Feature], own: &[Feature], visit: &mut impl FnMut(Term)) {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::bandit::{ActionInput, JsonObject};

    const MASK: u32 = (1 << 18) - 1;

    fn object(value: &Value) -> JsonObject {
        value.as_object().expect("an object").clone()
    }

    /// The first event of the public model's recorded predictions, in the order in which it was sent.
    fn grocery(id: &str, features: &[Value]) -> Example {
        let context: Vec<JsonObject> = [
            json!({"dietary_preferences": "low_carb"}),
            json!({"avg_order_price": "0-20"}),
            json!({"browser_type": "edge"}),
            json!({"location": "west"}),
            json!({"time_of_day": "morning"}),
            json!({"application_type": "edge"}),
        ]
        .iter()
        .map(object)
        .collect();
        let features: Vec<JsonObject> = features.iter().map(object).collect();
        Example::new(&context, &[ActionInput { id, features: &features }]).expect("good features")
    }

    /// Objects apart, because their keys would be sorted and the service's client sent them unsorted.
    fn pasta() -> Example {
        let features = [
            json!({"brand_info": {"company": "pasta_inc"}}),
            json!({"attributes": {"qty": 1}}),
            json!({"attributes": {"cuisine": "italian"}}),
            json!({"attributes": {"price": 12}}),
            json!({"dietary_attributes": {"low_fat": true, "low_sodium": true, "vegan": false}}),
        ];
        grocery("pasta", &features)
    }

    fn all_pairs() -> Crosses {
        Crosses::ByLetter(LetterCrosses { patterns: vec![b"::".to_vec()], ..LetterCrosses::default() })
    }

    fn terms(crosses: &Crosses, example: &Example) -> Vec<(u32, f32)> {
        let mut terms = Vec::new();
        crosses.visit(example, 0, |term| terms.push((term.hash & MASK, term.value)));
        terms
    }

    /// Facts of the public model that a real Personalizer loop exported (18 bits), for the terms of this event: some by
    /// name, and the count, sum and exclusive or of the indices of all.
    #[test]
    fn all_pairs_have_the_indices_that_the_old_service_gave_them() {
        let terms = terms(&all_pairs(), &pasta());
        let (bias, edge, price, price_squared) = ((116_060, 1.0), (9_317, 1.0), (106_123, 12.0), (68_186, 144.0));
        // avg_order_price × location, location × id, cuisine × low_sodium, qty × price, price × constant.
        let pairs = [(585, 1.0), (208_120, 1.0), (15_448, 1.0), (96_340, 12.0), (61_714, 12.0)];
        for known in [bias, edge, price, price_squared].into_iter().chain(pairs) {
            assert!(terms.contains(&known), "{known:?}");
        }
        assert_eq!(terms.len(), 120);
        assert_eq!(terms.iter().map(|(index, _)| u64::from(*index)).sum::<u64>(), 14_708_484);
        assert_eq!(terms.iter().fold(0, |folded, (index, _)| folded ^ index), 198_526);
    }

    #[test]
    fn a_pattern_names_namespaces_by_first_letter_and_no_combination_comes_twice() {
        let crosses = |patterns: &[&str], ignored: &str| {
            Crosses::ByLetter(LetterCrosses {
                patterns: patterns.iter().map(|pattern| pattern.as_bytes().to_vec()).collect(),
                ignored: ignored.as_bytes().to_vec(),
                has_no_bias: true,
            })
        };
        let count = |patterns: &[&str], ignored: &str| terms(&crosses(patterns, ignored), &pasta()).len();
        // The event has 6 features of F, 2 of i, 1 of b, 3 of a and 2 of d.
        assert_eq!(count(&[], ""), 14);
        assert_eq!(count(&["Fi"], ""), 14 + 12);
        assert_eq!(count(&["Fi", "iF"], ""), 14 + 12);
        assert_eq!(count(&["FFi"], ""), 14 + 21 * 2);
        assert_eq!(count(&["::"], "F"), 8 + 36);
        assert_eq!(count(&["xy"], ""), 14);
    }

    #[test]
    fn a_budget_leaves_out_what_would_be_too_much() {
        let crosses = |pairs_with_all, pairs_with_id, triples_with_id| {
            Crosses::Budgeted(Budgeted { singles_with_all: 42, pairs_with_all, pairs_with_id, triples_with_id })
        };
        let count = |crosses: &Crosses| terms(crosses, &pasta()).len();
        // Bias, 8 of the action, 6 of the context and 6 × 7 of both; the constant is not crossed.
        let plain = 1 + 8 + 6 + 42;
        assert_eq!(count(&crosses(0, 0, 0)), plain);
        assert_eq!(count(&crosses(0, 21, 0)), plain + 15);
        assert_eq!(count(&crosses(21 * 7, 0, 0)), plain + 15 * 7);
        assert_eq!(count(&crosses(21 * 7, 0, 20)), plain + 15 * 7 + 20);
    }

    #[test]
    fn the_largest_example_costs_no_more_than_the_budgets() {
        let many: JsonObject = (0..1_000).map(|n| (format!("f{n}"), json!(true))).collect();
        let spaces: JsonObject =
            (b'a'..=b'z').map(|letter| (char::from(letter).to_string(), json!({"x": 1}))).collect();
        let features = [many.clone(), spaces.clone()];
        let input = ActionInput { id: "a", features: &features };
        let example = Example::new(&[many, spaces], &[input]).expect("good features");
        let patterns = vec![b"::::".to_vec(), b"::".to_vec(), b"Fj".to_vec()];
        let named = Crosses::ByLetter(LetterCrosses { patterns, ..LetterCrosses::default() });
        let n_plain = 1 + 2 * 1_026 + 2;
        assert!((n_plain..=n_plain + MAX_PRODUCTS).contains(&terms(&named, &example).len()));
        let own = Budgeted { singles_with_all: 20_000, pairs_with_all: 400, pairs_with_id: 400, triples_with_id: 120 };
        assert_eq!(terms(&Crosses::Budgeted(own), &example).len(), n_plain + 1_026);
    }

    #[test]
    fn no_product_comes_twice() {
        for crosses in [
            all_pairs(),
            Crosses::Budgeted(Budgeted {
                singles_with_all: 99,
                pairs_with_all: 999,
                pairs_with_id: 0,
                triples_with_id: 99,
            }),
        ] {
            let mut parts = Vec::new();
            crosses.visit(&pasta(), 0, |term| parts.push(term.parts));
            let n_all = parts.len();
            parts.sort_unstable();
            parts.dedup();
            assert_eq!(parts.len(), n_all);
        }
    }
}
