//! Names of features as people read them, and what the hashes in a model stand for.
//!
//! A model keeps hashes alone. Whoever has requests at hand finds the names again by walking them as they were walked
//! when they were learned.

use std::collections::BTreeMap;

use super::{
    ActionInput, Example, FeatureError, Policy,
    crosses::{MAX_ORDER, NO_PART, Term},
    features::{FeatureMap, Found, Kind, Walk},
    regressor::Layer,
};

/// How many of the heaviest crosses are kept.
const N_HEAVIEST: usize = 20;

/// `key=text`, or `key` for numbers and true; `namespace.key` where the caller made a namespace.
pub(super) fn name(found: Found<'_>) -> String {
    let space = match found.namespace {
        "FromUrl" | "i" | "j" => String::new(),
        own if found.key.starts_with('[') => own.to_owned(),
        own => format!("{own}."),
    };
    match (found.namespace, found.key, found.text) {
        ("i", "id", Some(id)) => format!("action={id}"),
        (_, key, Some(text)) => format!("{space}{key}={text}"),
        (_, key, None) => format!("{space}{key}"),
    }
}

/// The names of an action's own features, as `Feature::index` counts them.
pub(super) fn of_action<O: FeatureMap>(action: ActionInput<'_, O>) -> Result<Vec<String>, FeatureError> {
    let mut names = Vec::new();
    Walk::new(|found| names.push(name(found))).action(action.id, action.features)?;
    Ok(names)
}

/// Those of a context.
pub(super) fn of_context<O: FeatureMap>(context: &[O]) -> Result<Vec<String>, FeatureError> {
    let mut names = Vec::new();
    Walk::new(|found| names.push(name(found))).context(context)?;
    Ok(names)
}

/// The features of a product, each once: what a feature adds by itself and by its square is what it adds.
pub(super) fn distinct(mut parts: [u16; MAX_ORDER]) -> [u16; MAX_ORDER] {
    let mut n_kept = 1;
    for at in 1..MAX_ORDER {
        if parts[at] != parts[n_kept - 1] {
            parts[n_kept] = parts[at];
            n_kept += 1;
        }
    }
    parts[n_kept..].fill(NO_PART);
    parts
}

/// A product of features: `names` are those of the action's own followed by the context's.
pub(super) fn readable(parts: &[u16; MAX_ORDER], names: &[String]) -> String {
    let known = parts.iter().take_while(|part| **part != NO_PART).filter_map(|part| names.get(usize::from(*part)));
    let known: Vec<&str> = known.map(String::as_str).collect();
    if known.is_empty() { "always".to_owned() } else { known.join(" × ") }
}

/// A feature or a product of features with its linear weight.
#[derive(Debug, Clone, PartialEq)]
pub struct HeavyCross {
    /// `device=mobile × topic=sports`, readable.
    pub feature: String,
    /// In reward units for one unit of the product.
    pub weight: f32,
}

/// What the hashes of a model stand for, as far as requests tell.
#[derive(Debug, Clone, Default)]
pub struct Names {
    by_hash: BTreeMap<u32, String>,
    /// The largest first.
    heaviest: Vec<(u32, HeavyCross)>,
}

impl Names {
    /// Learns the names of a request, and what the linear weights of its crosses are.
    pub fn meet<O: FeatureMap>(
        &mut self,
        policy: &Policy,
        context: &[O],
        actions: &[ActionInput<'_, O>],
    ) -> Result<(), FeatureError> {
        let example = Example::new(context, actions)?;
        self.note(|walk| walk.context(context))?;
        let shared = of_context(context)?;
        for (action_idx, action) in actions.iter().enumerate() {
            self.note(|walk| walk.action(action.id, action.features))?;
            let names: Vec<String> = of_action(*action)?.into_iter().chain(shared.iter().cloned()).collect();
            policy.each_term(&example, action_idx, Layer(0), |term| {
                let unit = Term { value: 1.0, ..term };
                self.weigh(term.hash, 0.0 - policy.regression.contribution(unit, Layer(0)), &term.parts, &names);
            });
        }
        Ok(())
    }

    fn note(
        &mut self,
        walk: impl FnOnce(&mut Walk<&mut dyn FnMut(Found<'_>)>) -> Result<(), FeatureError>,
    ) -> Result<(), FeatureError> {
        let by_hash = &mut self.by_hash;
        let mut note = |found: Found<'_>| {
            by_hash.entry(found.hash).or_insert_with(|| match (found.kind, found.text) {
                // The number that a text spells stands beside the text, under the key alone.
                (Kind::Hidden, None) if found.value != 0.0 => format!("{} (as a number)", name(found)),
                _ => name(found),
            });
        };
        walk(&mut Walk::with_hidden(&mut note))
    }

    fn weigh(&mut self, hash: u32, weight: f32, parts: &[u16; MAX_ORDER], names: &[String]) {
        let is_small = |(_, least): &(u32, HeavyCross)| weight.abs() <= least.weight.abs();
        let is_full = self.heaviest.len() == N_HEAVIEST;
        if weight == 0.0 || (is_full && self.heaviest.last().is_some_and(is_small)) {
            return;
        }
        if self.heaviest.iter().any(|(known, _)| *known == hash) {
            return;
        }
        let feature = readable(&distinct(*parts), names);
        if let Some(at) = self.heaviest.iter().position(|(_, cross)| cross.feature == feature) {
            if self.heaviest[at].1.weight.abs() >= weight.abs() {
                return;
            }
            self.heaviest.remove(at);
        }
        let at = self.heaviest.partition_point(|(_, other)| other.weight.abs() >= weight.abs());
        self.heaviest.insert(at, (hash, HeavyCross { feature, weight }));
        self.heaviest.truncate(N_HEAVIEST);
    }

    /// The name of a hash, if any request had it.
    pub fn of(&self, hash: u32) -> Option<&str> {
        self.by_hash.get(&hash).map(String::as_str)
    }

    /// The crosses of the requests with the largest linear weights, at most twenty, the largest first.
    pub fn heaviest(&self) -> impl Iterator<Item = &HeavyCross> {
        self.heaviest.iter().map(|(_, cross)| cross)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bandit::{LearningSettings, Outcome};

    #[test]
    fn a_feature_times_itself_is_that_feature() {
        assert_eq!(distinct([3, 3, 7, NO_PART]), [3, 7, NO_PART, NO_PART]);
        assert_eq!(distinct([NO_PART; MAX_ORDER]), [NO_PART; MAX_ORDER]);
        assert_eq!(distinct([1, 2, 3, 4]), [1, 2, 3, 4]);
    }

    #[test]
    fn a_request_gives_hashes_their_names_and_the_heaviest_crosses_theirs() {
        let object = |value: serde_json::Value| value.as_object().expect("an object").clone();
        let context = [object(json!({"device": "mobile", "size": "7"}))];
        let features = [object(json!({"topic": "sports"}))];
        let inputs = ["a1", "a2"].map(|id| ActionInput { id, features: &features });
        let example = Example::new(&context, &inputs).expect("good features");
        let mut policy = Policy::new(LearningSettings::parse(None).expect("the default"));
        for n in 0..60 {
            let action_idx = n % 2;
            let reward = action_idx as f32;
            let outcome = Outcome { action_idx, probability: 0.5, reward, explored: 0.5, at_us: 0 };
            policy.learn(&example, &[true, true], outcome);
        }
        let mut names = Names::default();
        names.meet(&policy, &context, &inputs).expect("good features");
        let of_actions: Vec<_> = policy.known_actions().iter().map(|known| names.of(known.hash)).collect();
        assert!(of_actions.contains(&Some("action=a1")) && of_actions.contains(&Some("action=a2")), "{of_actions:?}");
        let of_context: Vec<_> = policy.known_features().iter().filter_map(|known| names.of(known.hash)).collect();
        assert_eq!(of_context.len(), 3);
        assert!(of_context.contains(&"size (as a number)"), "{of_context:?}");
        let heaviest: Vec<_> = names.heaviest().collect();
        assert!(heaviest.len() <= N_HEAVIEST && heaviest[0].feature.contains("action=a2"), "{heaviest:?}");
        assert!(heaviest.is_sorted_by(|a, b| a.weight.abs() >= b.weight.abs()));
    }
}
