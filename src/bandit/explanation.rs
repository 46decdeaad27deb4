//! Why an action has its score: the same walk over the same terms, with names.

use std::{cmp::Ordering, collections::HashMap};

use super::{
    ActionInput, Example, FeatureError, JsonObject, Policy,
    crosses::{NO_PART, Term},
    features::{Found, Walk},
};

/// What one feature, or one product of features, adds to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// `device=mobile × topic=sports`, readable.
    pub feature: String,
    /// Signed share of the score, in reward units.
    pub score: f32,
}

/// Why an action has its score. Contributions add up to the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The expected reward.
    pub score: f32,
    /// The largest first, the rest gathered in the last.
    pub contributions: Vec<Contribution>,
}

impl Policy {
    /// Signed feature contributions of one action's score, largest first, the rest gathered in the last entry.
    ///
    /// What clipping to the range of rewards seen takes away counts to that rest.
    pub fn explain(
        &self,
        context: &[JsonObject],
        action: ActionInput<'_>,
        n_most: usize,
    ) -> Result<Explanation, FeatureError> {
        let names = names(context, action)?;
        let example = Example::new(context, &[action])?;
        let score = self.scores(&example)[0];
        let mut by_parts: HashMap<[u16; 4], f32> = HashMap::new();
        self.each_contribution(&example, 0, |term, score| *by_parts.entry(term.parts).or_default() += score);
        let mut all: Vec<([u16; 4], f32)> = by_parts.into_iter().filter(|(_, score)| *score != 0.0).collect();
        // Equal shares in the order of the features, so that an explanation does not change between two looks.
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        all.truncate(n_most);
        let named = all.iter().map(|(parts, score)| Contribution { feature: readable(parts, &names), score: *score });
        let mut contributions: Vec<Contribution> = named.collect();
        let rest = score - contributions.iter().map(|contribution| contribution.score).sum::<f32>();
        if rest.abs().partial_cmp(&1e-6) == Some(Ordering::Greater) {
            contributions.push(Contribution { feature: "everything else".to_owned(), score: rest });
        }
        Ok(Explanation { score, contributions })
    }

    /// What each term adds to the score of an action, in the mean over the models that score it.
    pub(super) fn each_contribution(&self, example: &Example, action_idx: usize, mut visit: impl FnMut(Term, f32)) {
        let layers = self.scoring_layers();
        let share = 1.0 / layers.len() as f32;
        for layer in layers {
            self.each_term(example, action_idx, layer, |term| {
                visit(term, -share * self.regression.contribution(term, layer));
            });
        }
    }
}

/// The names of the action's own features followed by the context's, as `Feature::index` counts them.
fn names(context: &[JsonObject], action: ActionInput<'_>) -> Result<Vec<String>, FeatureError> {
    let mut names = Vec::new();
    Walk::new(|found| names.push(name(found))).action(action.id, action.features)?;
    Walk::new(|found| names.push(name(found))).context(context)?;
    Ok(names)
}

/// `key=text`, or `key` for numbers and true; `namespace.key` where the caller made a namespace.
fn name(found: Found<'_>) -> String {
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

fn readable(parts: &[u16; 4], names: &[String]) -> String {
    let known = parts.iter().take_while(|part| **part != NO_PART).filter_map(|part| names.get(usize::from(*part)));
    let mut known: Vec<&str> = known.map(String::as_str).collect();
    known.dedup();
    if known.is_empty() { "always".to_owned() } else { known.join(" × ") }
}
