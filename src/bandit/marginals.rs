//! Ids replaced by what is known of them: `--marginal`.
//!
//! A namespace of pairs (place, id) becomes one feature per pair, named by the place, whose value is the mean label
//! that the id has had: for the namespace `i` of the old service, its constant weighs what the action has cost on
//! average. For one id with labels y, importances h and a decay d: n ← (1 − d)n + hy, m ← (1 − d)m + h, the mean n/m.

use std::collections::BTreeMap;

use super::{
    example::Feature,
    features::MAX_VALUE,
    regressor::{Layer, Places},
};

/// `--marginal` and what goes with it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MarginalRule {
    /// First letters of the namespaces of ids.
    pub letters: Vec<u8>,
    /// `--initial_numerator`.
    pub numerator: f64,
    /// `--initial_denominator`.
    pub denominator: f64,
    /// `--decay`.
    pub decay: f64,
    /// `--unweighted_marginals`: every label counts as one.
    pub is_unweighted: bool,
}

/// The mean labels of ids, as numerators and denominators.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Marginals {
    rule: MarginalRule,
    places: Places,
    /// By the place of an id in its model's turn of the table.
    pub means: BTreeMap<u32, (f64, f64)>,
}

/// The mean labels that one model knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct MarginalsOf<'a> {
    marginals: &'a Marginals,
    layer: Layer,
}

impl Marginals {
    pub fn new(rule: MarginalRule, places: Places) -> Self {
        Self { rule, places, means: BTreeMap::new() }
    }

    /// What the means take, in bytes, without the map's own.
    pub fn n_bytes(&self) -> usize {
        self.means.len() * size_of::<(u32, (f64, f64))>()
    }

    pub fn of(&self, layer: Layer) -> MarginalsOf<'_> {
        MarginalsOf { marginals: self, layer }
    }

    /// Takes the label of one action into the means of its ids. `features` are as they were sent, by letter.
    pub fn learn(&mut self, features: &[Feature], layer: Layer, label: f32, importance: f32) {
        let weight = if self.rule.is_unweighted { 1.0 } else { f64::from(importance) };
        let kept = 1.0 - self.rule.decay;
        let first = (self.rule.numerator, self.rule.denominator);
        let groups = features.chunk_by(|a, b| a.letter == b.letter);
        for (_, id) in groups.filter(|group| self.rule.letters.contains(&group[0].letter)).flat_map(pairs) {
            let (n, m) = self.means.entry(key(self.places, id, layer)).or_insert(first);
            // Bounded, so that no chain of labels becomes infinite.
            (*n, *m) = ((*n * kept + f64::from(label) * weight).clamp(-1e300, 1e300), (*m * kept + weight).min(1e300));
        }
    }
}

impl MarginalsOf<'_> {
    /// The features with each pair of an id's namespace as one.
    pub fn replace(self, features: &[Feature], replaced: &mut Vec<Feature>) {
        replaced.clear();
        let rule = &self.marginals.rule;
        for group in features.chunk_by(|a, b| a.letter == b.letter) {
            if !rule.letters.contains(&group[0].letter) {
                replaced.extend_from_slice(group);
                continue;
            }
            for (place, id) in pairs(group) {
                let known = self.marginals.means.get(&key(self.marginals.places, id, self.layer));
                let (n, m) = known.copied().unwrap_or((rule.numerator, rule.denominator));
                // A denominator that decayed to nothing leaves no mean.
                let mean = Some((n / m) as f32).filter(|mean| mean.is_finite()).unwrap_or(0.0);
                let value = mean.clamp(-MAX_VALUE, MAX_VALUE);
                // What is told of the feature is told of the id.
                replaced.push(Feature { hash: place.hash, value, index: id.index, letter: id.letter, kind: id.kind });
            }
        }
    }
}

/// Places with their ids; what is not an indicator is no id and left out.
fn pairs(group: &[Feature]) -> impl Iterator<Item = (Feature, Feature)> + '_ {
    let pairs = group.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    pairs.filter(|(place, id)| place.value == 1.0 && id.value == 1.0)
}

fn key(places: Places, id: Feature, layer: Layer) -> u32 {
    places.at(id.hash, layer) as u32
}
