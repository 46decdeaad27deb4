//! Which features moved the choice: how far each one pushed the actions of an event apart, on average.
//!
//! The score of an action is a sum of terms, each of a feature or a product of features. A product is shared evenly
//! among its features, which for a product is its Shapley value. What a feature adds to every action alike decides
//! nothing, so of each feature only the deviation from its mean over the actions of the event counts:
//! importance(f) = mean over events of mean over actions a of |c(f, a) − mean over actions of c(f, ·)|.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::bandit::{
    ActionInput, Example, FeatureError, FeatureMap, Policy,
    crosses::{NO_PART, Term},
    features::{Found, Walk},
};

/// Values that are told apart; more could come from ids as features, and none of them would mean anything.
const MAX_VALUES: usize = 20_000;

/// A feature by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureScore {
    /// As the caller named it; `FromUrl` for the context's own, `i` for the action's id, `j` for its plain features.
    pub namespace: String,
    pub feature: String,
    /// 1 for the most important one, 0 for one that moved nothing.
    pub score: f32,
}

/// A feature with one of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueScore {
    pub namespace: String,
    /// The feature's name with the text that it had, or the name alone for numbers and true.
    pub name: String,
    /// As in [`FeatureScore`].
    pub score: f32,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Name {
    namespace: String,
    key: String,
    text: Option<String>,
}

/// How far features moved the actions of the events so far.
#[derive(Debug, Default)]
pub struct Importances {
    n_events: f64,
    features: BTreeMap<(String, String), f64>,
    values: BTreeMap<Name, f64>,
}

impl Importances {
    /// Takes in one decision as the policy sees it now.
    pub fn take_in<O: FeatureMap>(
        &mut self,
        policy: &Policy,
        context: &[O],
        actions: &[ActionInput<'_, O>],
        is_eligible: &[bool],
    ) -> Result<(), FeatureError> {
        self.add(&Shares::of(policy, context, actions, is_eligible)?);
        Ok(())
    }

    fn add(&mut self, shares: &Shares) {
        self.n_events += 1.0;
        for (name, scores) in shares.names.iter().zip(&shares.scores) {
            let is_known = self.values.contains_key(name);
            if is_known || self.values.len() < MAX_VALUES {
                *self.values.entry(name.clone()).or_default() += spread(scores);
            }
        }
        for (name, scores) in shares.by_feature() {
            *self.features.entry(name).or_default() += spread(&scores);
        }
    }

    /// Every feature that was seen, the most important first.
    pub fn features(&self) -> Vec<FeatureScore> {
        let most = self.features.values().copied().fold(0.0, f64::max);
        let named = self.features.iter().map(|((namespace, feature), moved)| FeatureScore {
            namespace: namespace.clone(),
            feature: feature.clone(),
            score: share_of(*moved, most),
        });
        let mut all: Vec<FeatureScore> = named.collect();
        // Stable: equal ones stay in the order of their names.
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all
    }

    /// Every value that was seen, the most important first.
    pub fn values(&self) -> Vec<ValueScore> {
        let most = self.values.values().copied().fold(0.0, f64::max);
        let named = self.values.iter().map(|(name, moved)| ValueScore {
            namespace: name.namespace.clone(),
            name: format!("{}{}", name.key, name.text.as_deref().unwrap_or_default()),
            score: share_of(*moved, most),
        });
        let mut all: Vec<ValueScore> = named.collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all
    }
}

/// What each value adds to the score of each action of one event.
#[derive(Debug, Default)]
pub(super) struct Shares {
    n_actions: usize,
    places: HashMap<Name, usize>,
    names: Vec<Name>,
    /// By place, then action.
    scores: Vec<Vec<f64>>,
}

impl Shares {
    pub fn of<O: FeatureMap>(
        policy: &Policy,
        context: &[O],
        actions: &[ActionInput<'_, O>],
        is_eligible: &[bool],
    ) -> Result<Self, FeatureError> {
        let example = Example::new(context, actions)?;
        let eligible: Vec<usize> = (0..actions.len()).filter(|action_idx| is_eligible[*action_idx]).collect();
        let mut shares = Self { n_actions: eligible.len(), ..Self::default() };
        let of_context = names(|walk| walk.context(context))?;
        for (at, action_idx) in eligible.into_iter().enumerate() {
            let action = actions[action_idx];
            let own = names(|walk| walk.action(action.id, action.features))?;
            let places: Vec<Option<usize>> = own.iter().chain(&of_context).map(|name| shares.place(name)).collect();
            policy.each_contribution(&example, action_idx, |term, score| shares.split(at, &places, &term, score));
        }
        Ok(shares)
    }

    /// By namespace and name, then action, the values of a feature together.
    pub fn by_feature(&self) -> BTreeMap<(String, String), Vec<f64>> {
        let mut by_feature: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
        for (name, scores) in self.names.iter().zip(&self.scores) {
            let name = (name.namespace.clone(), name.key.clone());
            let sums = by_feature.entry(name).or_insert_with(|| vec![0.0; scores.len()]);
            sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
        }
        by_feature
    }

    /// `None` for the constant, which is no feature of anybody's.
    fn place(&mut self, name: &Name) -> Option<usize> {
        if name.namespace == "i" && name.key == "constant" {
            return None;
        }
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        let place = self.names.len();
        self.places.insert(name.clone(), place);
        self.names.push(name.clone());
        self.scores.push(vec![0.0; self.n_actions]);
        Some(place)
    }

    fn split(&mut self, at: usize, places: &[Option<usize>], term: &Term, score: f32) {
        let parts = term.parts.iter().take_while(|part| **part != NO_PART);
        let parts = parts.filter_map(|part| places.get(usize::from(*part)).copied().flatten());
        let n_parts = parts.clone().count() as f64;
        parts.for_each(|place| self.scores[place][at] += f64::from(score) / n_parts);
    }
}

/// The mean absolute deviation.
pub(super) fn spread(scores: &[f64]) -> f64 {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    scores.iter().map(|score| (score - mean).abs()).sum::<f64>() / n
}

fn share_of(moved: f64, most: f64) -> f32 {
    if most > 0.0 { (moved / most) as f32 } else { 0.0 }
}

/// The names in the order in which an example counts its features. An array is one feature.
fn names(
    walk: impl FnOnce(&mut Walk<&mut dyn FnMut(Found<'_>)>) -> Result<(), FeatureError>,
) -> Result<Vec<Name>, FeatureError> {
    let mut names = Vec::new();
    let mut note = |found: Found<'_>| {
        let key = if found.key.starts_with('[') { found.namespace } else { found.key };
        names.push(Name {
            namespace: found.namespace.to_owned(),
            key: key.to_owned(),
            text: found.text.map(str::to_owned),
        });
    };
    walk(&mut Walk::new(&mut note))?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bandit::{LearningSettings, Outcome};

    fn object(value: serde_json::Value) -> crate::bandit::JsonObject {
        value.as_object().expect("an object").clone()
    }

    /// Weather decides which action pays; the day and the length of the action say nothing.
    fn of_a_world_where_weather_decides() -> Importances {
        let settings = LearningSettings::parse(None).expect("the default");
        let mut policy = Policy::new(settings);
        let features =
            [[object(json!({"topic": "beach", "length": 2}))], [object(json!({"topic": "museum", "length": 2}))]];
        let ids = ["a", "b"];
        let inputs = [0, 1].map(|at| ActionInput { id: ids[at], features: &features[at] });
        let situation = |n: usize| {
            let (weather, day) = (["sunny", "rainy"][n % 2], ["mon", "tue", "wed"][n % 3]);
            [object(json!({"sky": {"weather": weather}, "day": day}))]
        };
        for n in 0..400 {
            let context = situation(n);
            let example = Example::new(&context, &inputs).expect("good features");
            let action_idx = n / 2 % 2;
            let reward = if action_idx == n % 2 { 1.0 } else { 0.0 };
            policy.learn(
                &example,
                &[true, true],
                Outcome { action_idx, probability: 0.5, reward, explored: 0.0, at_us: 0 },
            );
        }
        let mut importances = Importances::default();
        for n in 0..60 {
            importances.take_in(&policy, &situation(n), &inputs, &[true, true]).expect("good features");
        }
        importances
    }

    #[test]
    fn what_decides_is_first_and_scores_fall_from_one() {
        let scores = of_a_world_where_weather_decides().features();
        let of = |namespace: &str, feature: &str| {
            let found = scores.iter().find(|score| score.namespace == namespace && score.feature == feature);
            found.unwrap_or_else(|| panic!("{feature} is missing")).score
        };
        assert_eq!((scores[0].namespace.as_str(), scores[0].feature.as_str()), ("sky", "weather"));
        assert_eq!(scores[0].score, 1.0);
        assert!(of("FromUrl", "day") < 0.3, "{}", of("FromUrl", "day"));
        assert!(of("j", "length") < 0.1 && of("i", "id") > 0.0);
        assert!(scores.windows(2).all(|pair| pair[0].score >= pair[1].score));
        assert_eq!(scores.len(), 5);
    }

    #[test]
    fn a_value_is_named_by_its_feature_and_its_text_and_a_number_by_its_feature() {
        let values = of_a_world_where_weather_decides().values();
        let names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
        assert!(["weathersunny", "daymon", "length", "ida", "topicbeach"].iter().all(|name| names.contains(name)));
        assert!(!names.contains(&"constant"));
    }

    #[test]
    fn where_there_is_no_choice_nothing_matters() {
        let policy = Policy::new(LearningSettings::parse(None).expect("the default"));
        let mut importances = Importances::default();
        let input = ActionInput { id: "only", features: &[] };
        let context = [object(json!({"embedding": [0.5, 0.25]}))];
        importances.take_in(&policy, &context, &[input], &[true]).expect("good features");
        let scores = importances.features();
        assert!(scores.iter().all(|score| score.score == 0.0));
        assert_eq!(scores.iter().filter(|score| score.namespace == "embedding").count(), 1);
    }
}
