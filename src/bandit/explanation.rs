//! Why the actions of one decision have their scores, with names.
//!
//! A linear model is explained exactly, by the same walk over the same terms. A mixture is explained by leaving features
//! out; see `occlusion.rs`.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    ActionInput, Example, FeatureError, JsonObject, Learner, MixtureInside, Policy,
    crosses::{MAX_ORDER, Term},
    names::{distinct, of_action, of_context, readable},
};
use crate::terms::ExplorationShare;

/// What one feature, or one product of features, adds to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// `device=mobile × topic=sports`, readable.
    pub feature: String,
    /// Signed share of the score, in reward units.
    pub score: f32,
}

/// A decision of which somebody wants to know why.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub context: &'a [JsonObject],
    pub actions: &'a [ActionInput<'a>],
    /// By action, whether it could be chosen.
    pub is_eligible: &'a [bool],
    pub exploration: ExplorationShare,
    /// How many features are named for each action before the rest is summed up.
    pub n_most: usize,
}

impl Asked<'_> {
    /// Whether this action could be chosen.
    pub(super) fn is_eligible(&self, action_idx: usize) -> bool {
        self.is_eligible.get(action_idx).copied().unwrap_or(false)
    }
}

/// Why an action has its score. Contributions add up to the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The expected reward.
    pub score: f32,
    /// How far off that may be. Only `auto` knows.
    pub standard_error: Option<f32>,
    /// What each learner of `auto` expects; empty for other policies.
    pub said: Vec<(Learner, f32)>,
    /// The largest first, the rest gathered in the last.
    pub contributions: Vec<Contribution>,
}

/// Why the actions of one decision have their scores, and what stands behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanations {
    /// In the order of the request. Those that could be chosen as they compete with each other; any other as if all were
    /// offered.
    pub actions: Vec<Explanation>,
    /// The probability that does not go to the most probable action.
    pub explored: f32,
    /// What `auto` trusts and how it explores; `None` for other policies.
    pub mixture: Option<MixtureInside>,
}

impl Policy {
    /// Signed feature contributions to the score of each action, largest first, the rest gathered in the last entry; and
    /// what stands behind: whom the model trusts, how sure it is, how much it explores here.
    pub fn explain(&self, asked: Asked<'_>) -> Result<Explanations, FeatureError> {
        let example = Example::new(asked.context, asked.actions)?;
        let actions = match &self.mixture {
            Some(mixture) => self.occlude(mixture, &asked, &example)?,
            None => self.take_apart(&asked, &example)?,
        };
        let most =
            self.pmf(&example, asked.is_eligible, asked.exploration).as_slice().iter().copied().fold(0.0, f32::max);
        let explored = if most > 0.0 { 1.0 - most } else { 0.0 };
        Ok(Explanations { actions, explored, mixture: self.mixture_inside(asked.exploration) })
    }

    /// Every action of a linear model. What clipping to the range of rewards seen takes away counts to the rest.
    fn take_apart(&self, asked: &Asked<'_>, example: &Example) -> Result<Vec<Explanation>, FeatureError> {
        let of_context = of_context(asked.context)?;
        let scores = self.scores(example);
        let explain = |(action_idx, score): (usize, f32)| {
            let names = of_action(asked.actions[action_idx])?.into_iter().chain(of_context.iter().cloned());
            let names: Vec<String> = names.collect();
            // In an order, so that an explanation does not change between two looks.
            let mut by_parts: BTreeMap<[u16; MAX_ORDER], f32> = BTreeMap::new();
            self.each_contribution(example, action_idx, |term, score| {
                *by_parts.entry(distinct(term.parts)).or_default() += score
            });
            let contributions = largest(by_parts, score, asked.n_most, |parts| readable(&parts, &names));
            Ok(Explanation { score, standard_error: None, said: Vec::new(), contributions })
        };
        scores.into_iter().enumerate().map(explain).collect()
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

/// The `n_most` largest parts of a score, and all others together. Equal ones stay in the order in which they came.
pub(super) fn largest<T>(
    parts: impl IntoIterator<Item = (T, f32)>,
    score: f32,
    n_most: usize,
    name: impl Fn(T) -> String,
) -> Vec<Contribution> {
    let mut all: Vec<(T, f32)> = parts.into_iter().filter(|(_, part)| *part != 0.0).collect();
    all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    all.truncate(n_most);
    let named = all.into_iter().map(|(part, score)| Contribution { feature: name(part), score });
    let mut contributions: Vec<Contribution> = named.collect();
    let rest = score - contributions.iter().map(|contribution| contribution.score).sum::<f32>();
    if rest.abs().partial_cmp(&1e-6) == Some(Ordering::Greater) {
        contributions.push(Contribution { feature: "everything else".to_owned(), score: rest });
    }
    contributions
}
