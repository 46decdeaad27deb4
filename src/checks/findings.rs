//! What the counts say, as findings.

use super::{
    FindingKind, Place,
    key_sketch::KeySketch,
    look::{FeatureName, Generation, Twins},
};

/// Fewer values than this say nothing about the next one.
const N_ENOUGH: u64 = 50;
/// What never changes is believed to after so many.
const N_CONSTANT: u64 = 200;
/// "Nearly all", of values.
const NEARLY_ALL: f64 = 0.9;
/// From this share of different values on, "nearly every value is different". The count of them is off by some percent.
const DIFFERENT_SHARE: f64 = 0.8;
const LARGE_NUMBER: f64 = 1_000.0;
const LARGE_ID: f64 = 10_000.0;
const MANY_VALUES: u64 = 1_000;
const LONG_ARRAY: usize = 512;
const SPARSE_ARRAY: usize = 20;
const MANY_FEATURES: u64 = 500;
const MANY_KEYS: u64 = 1_000;
/// A misspelt key is at most so frequent as the right one: a slip in one of several places that send features.
const RARE_SHARE: f64 = 0.5;

/// Something odd about a feature, or about a place as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub kind: FindingKind,
    pub place: Place,
    /// Empty for a plain feature.
    pub namespace: String,
    /// Empty when it is about the place as a whole.
    pub key: String,
    /// In how many contexts, actions or slots it was seen,
    pub n_seen: u64,
    /// of how many looked at.
    pub n_of: u64,
    pub examples: Vec<String>,
    /// For a misspelt key: the name that it nearly is.
    pub other_key: Option<String>,
}

/// All findings, by kind in the order of their weight.
pub fn findings(seen: &Generation) -> Vec<Finding> {
    let by_key = seen.keys.iter().filter_map(|(name, sketch)| {
        let n_of = seen.holders[name.place as usize].n;
        Some(finding(kind_of(sketch, name.place, n_of)?, name, sketch, n_of))
    });
    let misspelt = seen.twins.iter().filter_map(|twins| misspelt(twins, seen));
    let mut found: Vec<Finding> = by_key.chain(misspelt).chain(whole(seen)).collect();
    found.sort_by(|a, b| (a.kind, a.place, &a.namespace, &a.key).cmp(&(b.kind, b.place, &b.namespace, &b.key)));
    found
}

fn finding(kind: FindingKind, name: &FeatureName, sketch: &KeySketch, n_of: u64) -> Finding {
    Finding {
        kind,
        place: name.place,
        namespace: name.namespace.clone(),
        key: name.key.clone(),
        n_seen: sketch.n_values,
        n_of,
        examples: sketch.examples.clone(),
        other_key: None,
    }
}

/// The one thing that matters most about a key, if anything does.
fn kind_of(sketch: &KeySketch, place: Place, n_of: u64) -> Option<FindingKind> {
    let n = sketch.n_values;
    if n < N_ENOUGH {
        // A printed list needs no statistics.
        return (sketch.n_printed_lists > 0 && sketch.n_printed_lists * 2 >= n).then_some(FindingKind::PrintedList);
    }
    let share = |part: u64| part as f64 / n as f64;
    let n_different = sketch.distinct.count();
    let is_different = n_different as f64 >= DIFFERENT_SHARE * n as f64;
    let n_scalars = sketch.n_texts + sketch.n_numbers;
    let mixed = sketch.n_texts.min(sketch.n_numbers);
    let is_constant = n >= N_CONSTANT && share(n_of) <= 1.0 / NEARLY_ALL && n_different == 1 && sketch.n_null == 0;
    let rules = [
        (share(sketch.n_printed_lists) >= 0.5, FindingKind::PrintedList),
        (share(sketch.n_null) >= NEARLY_ALL, FindingKind::AlwaysNull),
        // Few different moments are dates that repeat, such as those of actions.
        (share(sketch.n_instants) >= NEARLY_ALL && is_spread(n_different, n, place), FindingKind::Timestamp),
        (is_different && share(sketch.n_texts) >= NEARLY_ALL, FindingKind::Identifier),
        (is_different && is_numbered(sketch), FindingKind::Identifier),
        (share(mixed) >= 0.01 && n_scalars > 0, FindingKind::MixedTypes),
        (share(sketch.n_numeric_texts) >= NEARLY_ALL && n_different >= 5, FindingKind::NumberAsText),
        (sketch.n_arrays > 0 && is_sparse(sketch), FindingKind::SparseArray),
        (sketch.longest_array >= LONG_ARRAY, FindingKind::LongArray),
        (share(sketch.n_numbers) >= NEARLY_ALL && sketch.largest >= LARGE_NUMBER, FindingKind::LargeNumbers),
        (is_constant, FindingKind::Constant),
        (share(sketch.n_texts) >= NEARLY_ALL && n_different >= MANY_VALUES, FindingKind::ManyValues),
    ];
    rules.into_iter().find(|(holds, _)| *holds).map(|(_, kind)| kind)
}

/// A context's moments differ from event to event. An action's may repeat with the action.
fn is_spread(n_different: u64, n: u64, place: Place) -> bool {
    let least = if place == Place::Context { 0.2 } else { 0.05 };
    n_different >= 10 && n_different as f64 >= least * n as f64
}

/// Large whole numbers, hardly one twice: they count something up or name something.
fn is_numbered(sketch: &KeySketch) -> bool {
    sketch.n_whole_numbers as f64 >= NEARLY_ALL * sketch.n_values as f64 && sketch.largest >= LARGE_ID
}

fn is_sparse(sketch: &KeySketch) -> bool {
    sketch.longest_array >= SPARSE_ARRAY && sketch.n_zero_items as f64 >= NEARLY_ALL * sketch.n_items as f64
}

/// The rarer of two names that are nearly one and never stand together.
fn misspelt(twins: &Twins, seen: &Generation) -> Option<Finding> {
    let [one, other] = &twins.names;
    let n_of_key = |name: &FeatureName| seen.keys.get(name).map(|sketch| sketch.n_values);
    let (n_one, n_other) = (n_of_key(one)?, n_of_key(other)?);
    let (rare, n_rare, usual, n_usual) =
        if n_one <= n_other { (one, n_one, other, n_other) } else { (other, n_other, one, n_one) };
    let is_rare = n_usual >= N_ENOUGH && n_rare as f64 <= RARE_SHARE * n_usual as f64;
    let n_of = seen.holders[rare.place as usize].n;
    let found = finding(FindingKind::MisspeltKey, rare, seen.keys.get(rare)?, n_of);
    (is_rare && !twins.is_coexisting).then(|| Finding { other_key: Some(usual.key.clone()), ..found })
}

/// What is odd about a place as a whole.
fn whole(seen: &Generation) -> Vec<Finding> {
    let about = |kind, place, n_seen, n_of| Finding {
        kind,
        place,
        namespace: String::new(),
        key: String::new(),
        n_seen,
        n_of,
        examples: Vec::new(),
        other_key: None,
    };
    let places = [Place::Context, Place::Action, Place::Slot];
    let many = places.into_iter().filter_map(|place| {
        let holders = seen.holders[place as usize];
        let mean = holders.n_features.checked_div(holders.n)?;
        (mean >= MANY_FEATURES).then(|| Finding {
            examples: vec![format!("{mean} on average, at most {}", holders.most_features)],
            ..about(FindingKind::TooManyFeatures, place, holders.n, holders.n)
        })
    });
    let mut found: Vec<Finding> = many.collect();
    if seen.n_forgotten >= MANY_KEYS {
        let count_of = |place: &Place| seen.keys.keys().filter(|name| name.place == *place).count();
        let place = places.into_iter().max_by_key(count_of).unwrap_or(Place::Context);
        let last = seen.keys.keys().rev().filter(|name| name.place == place).take(3);
        found.push(Finding {
            examples: last.map(|name| name.key.clone()).collect(),
            ..about(FindingKind::TooManyKeys, place, seen.n_forgotten, seen.holders[place as usize].n)
        });
    }
    found
}
