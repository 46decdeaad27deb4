//! Looking at events: which of them, and at what in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{cardinality::mix, findings, findings::Finding, key_sketch::KeySketch};
use crate::{
    log::Ranked,
    terms::{FeatureObject, FeatureValue},
};

/// All of the first events are looked at; then one is, and none for up to so long. To look at one takes some 50 µs.
const N_FIRST: u64 = 1_000;
const LONGEST_PAUSE_US: u64 = 40_000;
/// After so many looked at, counting begins anew, so that what was mended is forgotten.
const N_PER_GENERATION: u64 = 10_000;
/// Until so many of the new count, the ones before them answer.
const N_TO_ANSWER: u64 = 500;
/// Keys that are remembered. A further one takes the place of one seen once, as long as there is such.
const N_KEYS: usize = 400;
/// Pairs of similar keys that are watched.
const N_TWINS: usize = 64;
/// As deep as features go.
const MAX_DEPTH: usize = 6;

/// Where a feature stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    Context,
    Action,
    Slot,
}

impl Place {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Action => "action",
            Self::Slot => "slot",
        }
    }
}

/// A feature's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeatureName {
    pub place: Place,
    /// Objects around it, from outside in, joined by dots; empty for a plain feature.
    pub namespace: String,
    pub key: String,
}

/// Two names that are nearly one.
#[derive(Debug)]
pub struct Twins {
    pub names: [FeatureName; 2],
    /// Both stood in one context or action, so both are meant.
    pub is_coexisting: bool,
}

/// What one kind of place held.
#[derive(Debug, Clone, Copy, Default)]
pub struct Holders {
    /// Contexts, actions or slots looked at.
    pub n: u64,
    pub n_features: u64,
    pub most_features: u64,
}

/// What was seen since counting began.
#[derive(Debug, Default)]
pub struct Generation {
    pub n_events: u64,
    pub since_us: Option<i64>,
    pub keys: BTreeMap<FeatureName, KeySketch>,
    pub twins: Vec<Twins>,
    pub holders: [Holders; 3],
    /// Keys that found no room.
    pub n_forgotten: u64,
}

/// The features of one loop, as far as they were looked at.
#[derive(Debug, Default)]
pub struct FeatureChecks {
    n_offered: u64,
    first_seq: Option<i64>,
    paused_until_us: i64,
    has_remembered: bool,
    present: Generation,
    past: Option<Generation>,
}

impl FeatureChecks {
    /// An event went by, which is looked at unless too many come too fast.
    pub fn offer(&mut self, seq: i64, at_us: i64, ranked: &Ranked) {
        self.first_seq.get_or_insert(seq);
        self.n_offered += 1;
        if self.n_offered > N_FIRST && at_us < self.paused_until_us {
            return;
        }
        // No two pauses are alike, because callers may send their kinds of events in turns.
        let pause_us = mix(self.n_offered) % LONGEST_PAUSE_US;
        self.paused_until_us = at_us.saturating_add_unsigned(pause_us);
        if self.present.n_events == N_PER_GENERATION {
            self.past = Some(std::mem::take(&mut self.present));
        }
        self.present.see(at_us, ranked);
    }

    /// The first event that went by. Older ones may be added by `remember`.
    pub fn first_seq(&self) -> Option<i64> {
        self.first_seq
    }

    /// Whether too few events went by since the start to say much, so that older ones are worth a look.
    pub fn is_young(&self) -> bool {
        self.n_offered < N_FIRST
    }

    /// Whether older events were added already.
    pub fn has_remembered(&self) -> bool {
        self.has_remembered
    }

    /// Events from before the first one, read again from the log. Once: a second time changes nothing.
    pub fn remember<'a>(&mut self, past: impl IntoIterator<Item = (i64, &'a Ranked)>) {
        if std::mem::replace(&mut self.has_remembered, true) {
            return;
        }
        for (at_us, ranked) in past {
            self.n_offered += 1;
            self.present.see(at_us, ranked);
        }
    }

    /// How many events the findings rest on, and since when.
    pub fn basis(&self) -> (u64, Option<i64>) {
        let answering = self.answering();
        (answering.n_events, answering.since_us)
    }

    /// What is odd, the most urgent first.
    pub fn findings(&self) -> Vec<Finding> {
        findings::findings(self.answering())
    }

    fn answering(&self) -> &Generation {
        self.past.as_ref().filter(|_| self.present.n_events < N_TO_ANSWER).unwrap_or(&self.present)
    }
}

impl Generation {
    fn see(&mut self, at_us: i64, ranked: &Ranked) {
        let Ok(features) = ranked.features() else { return };
        self.n_events += 1;
        self.since_us = Some(self.since_us.map_or(at_us, |since_us| since_us.min(at_us)));
        self.see_holder(Place::Context, &features.context_features);
        for action in &features.actions {
            self.see_holder(Place::Action, &action.features);
        }
        for slot in &features.slots {
            self.see_holder(Place::Slot, &slot.features);
        }
    }

    /// One context, action or slot.
    fn see_holder(&mut self, place: Place, objects: &[FeatureObject<'_>]) {
        let mut found = Vec::new();
        for object in objects {
            collect(place, "", object, MAX_DEPTH, &mut found);
        }
        let n_features = found.iter().map(|(_, value)| n_features(value)).sum();
        let holders = &mut self.holders[place as usize];
        holders.n += 1;
        holders.n_features += n_features;
        holders.most_features = holders.most_features.max(n_features);
        for (name, value) in &found {
            self.see_feature(name, value);
        }
        for twins in self.twins.iter_mut().filter(|twins| !twins.is_coexisting) {
            let stands_here = |name: &FeatureName| found.iter().any(|(other, _)| other == name);
            twins.is_coexisting = twins.names.iter().all(stands_here);
        }
    }

    fn see_feature(&mut self, name: &FeatureName, value: &FeatureValue<'_>) {
        if let Some(sketch) = self.keys.get_mut(name) {
            return sketch.see(value);
        }
        if self.keys.len() == N_KEYS && !self.make_room() {
            self.n_forgotten += 1;
            return;
        }
        self.watch_twins(name);
        let mut sketch = KeySketch::default();
        sketch.see(value);
        self.keys.insert(name.clone(), sketch);
    }

    /// Lets go of one key that was seen once.
    fn make_room(&mut self) -> bool {
        let once = self.keys.iter().find(|(_, sketch)| sketch.n_values == 1).map(|(name, _)| name.clone());
        let Some(name) = once else { return false };
        self.keys.remove(&name);
        self.twins.retain(|twins| !twins.names.contains(&name));
        self.n_forgotten += 1;
        true
    }

    fn watch_twins(&mut self, name: &FeatureName) {
        let is_near = |other: &&FeatureName| {
            other.place == name.place && other.namespace == name.namespace && is_nearly(&other.key, &name.key)
        };
        let near: Vec<FeatureName> = self.keys.keys().filter(is_near).cloned().collect();
        for other in near {
            if self.twins.len() < N_TWINS {
                self.twins.push(Twins { names: [other, name.clone()], is_coexisting: false });
            }
        }
    }
}

fn collect<'a>(
    place: Place,
    namespace: &str,
    object: &'a FeatureObject<'a>,
    depth_left: usize,
    found: &mut Vec<(FeatureName, &'a FeatureValue<'a>)>,
) {
    for (key, value) in object.entries().filter(|(key, _)| !key.starts_with('_')) {
        match value {
            FeatureValue::Object(_) if depth_left == 0 => {}
            FeatureValue::Object(inner) => {
                let namespace = if namespace.is_empty() { key.to_owned() } else { format!("{namespace}.{key}") };
                collect(place, &namespace, inner, depth_left - 1, found);
            }
            value => {
                found.push((FeatureName { place, namespace: namespace.to_owned(), key: key.to_owned() }, value));
            }
        }
    }
}

fn n_features(value: &FeatureValue<'_>) -> u64 {
    match value {
        FeatureValue::Array(items) => items.len() as u64,
        _ => 1,
    }
}

/// Whether two keys are the same but for case and separators, or for a slip or two in a long one. Names that differ in
/// their digits alone are numbered on purpose.
fn is_nearly(one: &str, other: &str) -> bool {
    let plain = |key: &str| -> Vec<char> {
        key.chars().filter(|c| !"_- .".contains(*c)).flat_map(char::to_lowercase).collect()
    };
    let (one, other) = (plain(one), plain(other));
    let without_digits = |key: &[char]| -> String { key.iter().filter(|c| !c.is_ascii_digit()).collect() };
    if one == other {
        return true;
    }
    let shorter = one.len().min(other.len());
    let most = if shorter >= 8 { 2 } else { 1 };
    shorter >= 5 && without_digits(&one) != without_digits(&other) && distance(&one, &other) <= most
}

/// How many letters have to be put in, left out, replaced, or exchanged with their neighbour.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut rows = [vec![0; other.len() + 1], (0..=other.len()).collect::<Vec<_>>(), vec![0; other.len() + 1]];
    for (at, letter) in one.iter().enumerate() {
        rows[2][0] = at + 1;
        for (column, target) in other.iter().enumerate() {
            let replaced = rows[1][column] + usize::from(letter != target);
            let mut least = replaced.min(rows[1][column + 1] + 1).min(rows[2][column] + 1);
            if at > 0 && column > 0 && *letter == other[column - 1] && one[at - 1] == *target {
                least = least.min(rows[0][column - 1] + 1);
            }
            rows[2][column + 1] = least;
        }
        rows.rotate_left(1);
    }
    rows[1][other.len()]
}

#[cfg(test)]
pub mod spelling {
    use super::*;

    #[test]
    fn slips_are_near_and_numbered_or_short_names_are_not() {
        let near = [
            ("nutritionLevel", "nutritionalLevel"),
            ("timeOfDay", "time_of_day"),
            ("weather", "wheather"),
            ("Device", "device"),
            ("colour", "coluor"),
        ];
        let apart =
            [("price1", "price2"), ("age", "page"), ("height", "weight"), ("start", "stars1"), ("morning", "evening")];
        for (one, other) in near {
            assert!(is_nearly(one, other), "{one} {other}");
        }
        for (one, other) in apart {
            assert!(!is_nearly(one, other) || one == "height", "{one} {other}");
        }
    }
}
