//! Which features of an example are multiplied with each other, and the walk over the products.
//!
//! Who predicts or learns has the terms of one action as columns of numbers, which the next action overwrites; who
//! explains is handed them one by one, with what they are made of. Both come in the same order.

mod budgeted;
mod by_letter;
mod columns;
mod combinations;
mod gathered;
mod partials;

pub(super) use budgeted::Budgeted;
pub(super) use by_letter::LetterCrosses;
pub(super) use columns::Columns;
pub(super) use gathered::Gathered;

use super::{Example, example::Feature, hash, marginals::MarginalsOf};

/// The most features that one product may have.
pub(super) const MAX_ORDER: usize = 4;
/// No feature, in `Term::parts`.
pub(super) const NO_PART: u16 = u16::MAX;

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
        self.value = columns::times(self.value, feature.value);
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

impl Crosses {
    /// Begins an event: [`Self::fill`] with the same `gathered` is about its context from here on.
    pub fn begin(&self, example: &Example, gathered: &mut Gathered) {
        match self {
            Self::ByLetter(crosses) => gathered.begin(example.context(), crosses),
            Self::Budgeted(_) => gathered.context_columns.put(example.context()),
        }
    }

    /// Writes every term of one action into columns, in a fixed order. Namespaces of `marginals` are replaced by what is
    /// known of their ids.
    pub fn fill(
        &self,
        example: &Example,
        action_idx: usize,
        marginals: Option<MarginalsOf<'_>>,
        gathered: &mut Gathered,
        terms: &mut Columns,
    ) {
        terms.clear();
        let action = example.action(action_idx);
        match self {
            Self::ByLetter(crosses) => crosses.fill(action, marginals, gathered, terms),
            Self::Budgeted(budget) => {
                gathered.columns.put(action);
                budget.fill(&gathered.context_columns, &gathered.columns, terms);
            }
        }
    }

    /// Hands every term of one action to `visit` in the order of [`Self::fill`], with what it is made of.
    pub fn visit(
        &self,
        example: &Example,
        action_idx: usize,
        marginals: Option<MarginalsOf<'_>>,
        mut visit: impl FnMut(Term),
    ) {
        let action = example.action(action_idx);
        match self {
            Self::ByLetter(crosses) => crosses.visit(example.context(), action, marginals, &mut visit),
            Self::Budgeted(budget) => budget.visit(example.context(), action, &mut visit),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::bandit::{
        ActionInput, JsonObject,
        marginals::Marginals,
        regressor::{Layer, Places},
    };

    const MASK: u32 = (1 << 18) - 1;

    fn object(value: &Value) -> JsonObject {
        value.as_object().expect("an object").clone()
    }

    /// The first event of the public model's recorded predictions, in the order in which it was sent.
    fn grocery(id: &str, features: &[Value]) -> Example {
        let context: Vec<JsonObject> = [
            json!({"dietary_preferences": "low_carb", "avg_order_price": "0-20", "browser_type": "edge"}),
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

    fn pasta() -> Example {
        let features = [
            json!({"brand_info": {"company": "pasta_inc"}}),
            json!({"attributes": {"qty": 1, "cuisine": "italian", "price": 12}}),
            json!({"dietary_attributes": {"low_fat": true, "low_sodium": true, "vegan": false}}),
        ];
        grocery("pasta", &features)
    }

    fn all_pairs() -> Crosses {
        Crosses::ByLetter(LetterCrosses { patterns: vec![b"::".to_vec()], ..LetterCrosses::default() })
    }

    fn terms(crosses: &Crosses, example: &Example) -> Vec<(u32, f32)> {
        let (mut gathered, mut columns) = (Gathered::default(), Columns::default());
        crosses.begin(example, &mut gathered);
        crosses.fill(example, 0, None, &mut gathered, &mut columns);
        columns.iter().map(|(hash, value)| (hash & MASK, value)).collect()
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
            let written: Vec<Vec<u8>> = patterns.iter().map(|pattern| pattern.as_bytes().to_vec()).collect();
            let ignored = ignored.as_bytes().to_vec();
            let crosses = LetterCrosses { ignored, has_no_bias: true, ..LetterCrosses::default() };
            Crosses::ByLetter(crosses.with_patterns(&written))
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
        assert!((n_plain..=n_plain + 200_000).contains(&terms(&named, &example).len()));
        assert_eq!(terms(&Crosses::Budgeted(Budgeted::DEFAULT), &example).len(), n_plain + 1_026);
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
            crosses.visit(&pasta(), 0, None, |term| parts.push(term.parts));
            let n_all = parts.len();
            parts.sort_unstable();
            parts.dedup();
            assert_eq!(parts.len(), n_all);
        }
    }

    #[test]
    fn the_order_of_keys_makes_no_difference_to_the_own_learner() {
        let example = |context: Value, features: Value| {
            Example::new(&[object(&context)], &[ActionInput { id: "a", features: &[object(&features)] }]).expect("good")
        };
        let sent = example(json!({"a": 1, "b": "x", "c": 2.5}), json!({"d": 3, "e": {"f": 1, "g": 2}}));
        let turned = example(json!({"c": 2.5, "a": 1, "b": "x"}), json!({"e": {"g": 2, "f": 1}, "d": 3}));
        let own = Crosses::Budgeted(Budgeted::DEFAULT);
        assert_eq!(terms(&own, &sent), terms(&own, &turned));
        assert_ne!(terms(&all_pairs(), &sent), terms(&all_pairs(), &turned));
    }

    /// Namespaces that share letters with each other, with the context or with the action.
    fn features() -> impl Strategy<Value = JsonObject> {
        let inner = prop::collection::btree_map("[a-c]", -2.0f32..2.0, 0..4).prop_map(|inner| json!(inner));
        let value =
            prop_oneof![3 => (-2.0f32..2.0).prop_map(|number| json!(number)), 1 => Just(json!(true)), 1 => inner];
        prop::collection::btree_map("[Fijq][a-d]?", value, 0..5).prop_map(|entries| entries.into_iter().collect())
    }

    fn examples() -> impl Strategy<Value = Vec<Example>> {
        let example = (features(), prop::collection::vec(features(), 1..4)).prop_map(|(context, actions)| {
            let inputs: Vec<_> =
                actions.iter().map(|own| ActionInput { id: "a", features: std::slice::from_ref(own) }).collect();
            Example::new(&[context], &inputs).expect("good features")
        });
        prop::collection::vec(example, 1..4)
    }

    fn crosses() -> impl Strategy<Value = Crosses> {
        let patterns = prop::collection::vec("[Fijq:]{2,4}".prop_map(String::into_bytes), 0..4);
        let letters = || prop_oneof![3 => Just(Vec::new()), 1 => Just(b"F".to_vec()), 1 => Just(b"ij".to_vec())];
        let by_letter = (patterns, letters(), letters(), letters(), any::<bool>());
        let by_letter = by_letter.prop_map(|(patterns, ignored, crossed_only, kept, has_no_bias)| {
            let crosses = LetterCrosses { patterns: Vec::new(), ignored, crossed_only, kept, has_no_bias };
            Crosses::ByLetter(crosses.with_patterns(&patterns))
        });
        let budget = || prop_oneof![Just(0usize), 0usize..40, Just(1_000)];
        let budgeted = (budget(), budget(), budget(), budget());
        let budgeted = budgeted.prop_map(|(singles_with_all, pairs_with_all, pairs_with_id, triples_with_id)| {
            Crosses::Budgeted(Budgeted { singles_with_all, pairs_with_all, pairs_with_id, triples_with_id })
        });
        prop_oneof![3 => by_letter, 1 => budgeted]
    }

    proptest! {
        /// Whatever was gathered before, by whichever crosses.
        #[test]
        fn columns_hold_what_a_visitor_sees(
            examples in examples(), all in prop::collection::vec(crosses(), 1..3), has_marginals in any::<bool>(),
        ) {
            let rule = || crate::bandit::marginals::MarginalRule {
                letters: b"iF".to_vec(), numerator: 0.5, denominator: 1.0, decay: 0.0, is_unweighted: false,
            };
            let marginals = has_marginals.then(|| Marginals::new(rule(), Places::new(18, 1)));
            let marginals = marginals.as_ref().map(|marginals| marginals.of(Layer(0)));
            let (mut gathered, mut columns) = (Gathered::default(), Columns::default());
            for crosses in all.iter().chain(&all) {
                for example in &examples {
                    crosses.begin(example, &mut gathered);
                    for action_idx in 0..example.n_actions() {
                        crosses.fill(example, action_idx, marginals, &mut gathered, &mut columns);
                        let mut visited = Vec::new();
                        crosses.visit(example, action_idx, marginals, |term| visited.push((term.hash, term.value)));
                        prop_assert_eq!(columns.iter().collect::<Vec<_>>(), visited);
                    }
                }
            }
        }
    }
}
