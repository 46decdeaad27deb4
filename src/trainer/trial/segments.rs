//! What policies would have earned for parts of the traffic: by the values of one feature of the context.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Totals, Waiting};
use crate::log::Ranked;

/// Values that are told apart; all others are one part.
const N_SEGMENTS: usize = 20;
/// The part of what has no such feature.
const WITHOUT: &str = "(without it)";
/// The part of all values beyond those that are told apart.
const OTHERS: &str = "(others)";

/// The parts so far.
#[derive(Debug, Default)]
pub(super) struct Segments {
    feature: Option<String>,
    totals: BTreeMap<String, Vec<Totals>>,
}

impl Segments {
    pub fn of(feature: Option<String>) -> Self {
        Self { feature, totals: BTreeMap::new() }
    }

    pub fn take_feature(&mut self) -> Option<String> {
        self.feature.take()
    }

    pub fn into_totals(self) -> BTreeMap<String, Vec<Totals>> {
        self.totals
    }

    /// The part that a Rank belongs to; `None` when nobody asked for parts.
    pub fn of_request(&self, ranked: &Ranked) -> Option<String> {
        let feature = self.feature.as_ref()?;
        let features = ranked.features().ok()?;
        let found = features.context_features.iter().find_map(|object| value_at(&object.to_map(), feature));
        Some(found.unwrap_or_else(|| WITHOUT.to_owned()))
    }

    pub fn count(&mut self, waiting: &Waiting, n_contestants: usize, reward: f64) {
        let Some(segment) = &waiting.segment else { return };
        let is_known = self.totals.contains_key(segment);
        let name = if is_known || self.totals.len() < N_SEGMENTS { segment } else { OTHERS };
        let totals = self.totals.entry(name.to_owned()).or_insert_with(|| vec![Totals::default(); n_contestants]);
        for (said, totals) in waiting.said.iter().zip(totals) {
            if let Some(weight) = said.weight {
                totals.add(said.expected, weight, reward, waiting.expected_of_logged);
            }
        }
    }
}

/// The value that a path leads to, as a word. A name that holds points is found as it stands, too.
fn value_at(object: &Map<String, Value>, path: &str) -> Option<String> {
    if let Some(value) = object.get(path) {
        return match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
            _ => None,
        };
    }
    let (first, rest) = path.split_once('.')?;
    value_at(object.get(first)?.as_object()?, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_found_by_its_path() {
        let object = serde_json::json!({"device": "mobile", "user": {"age": 3, "new": true, "tags": []}, "a.b": "c"});
        let object = object.as_object().expect("an object");
        let at = |path: &str| value_at(object, path);
        assert_eq!(at("device").as_deref(), Some("mobile"));
        assert_eq!((at("user.age").as_deref(), at("user.new").as_deref()), (Some("3"), Some("true")));
        assert_eq!(at("a.b").as_deref(), Some("c"));
        assert_eq!([at("user"), at("user.tags"), at("user.tags.x"), at("nothing"), at("")], [const { None }; 5]);
    }
}
