//! One decision as hashed features: the context once, each action once, and nothing crossed yet.

use std::ops::Range;

use super::features::{Found, Walk};

/// A JSON object: a namespace of features.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// One action as the caller described it.
#[derive(Debug, Clone, Copy)]
pub struct ActionInput<'a> {
    /// The action's id, which is a feature too.
    pub id: &'a str,
    /// What is known of the action.
    pub features: &'a [JsonObject],
}

/// Why JSON cannot be features. The first two sentences are the old service's own.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FeatureError {
    /// An array with anything but numbers.
    #[error("Features should not contain array with non-number items.")]
    MixedArray,
    /// A key that is the empty text.
    #[error("Context features and action features cannot use the empty string as an id.")]
    EmptyName,
    /// Objects within objects without end.
    #[error("Features should not be nested more than {most} levels deep.")]
    TooDeep {
        /// How many levels are allowed.
        most: usize,
    },
    /// More features than a context or an action may have.
    #[error("The context and each action can have at most {most} features.")]
    TooMany {
        /// How many are allowed.
        most: usize,
    },
    /// A key without end.
    #[error("The name of a feature can have at most {most} bytes.")]
    NameTooLong {
        /// How many are allowed.
        most: usize,
    },
}

/// One feature. `index` is its place among the action's own features followed by the context's: what its name is
/// found by when somebody asks why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Feature {
    pub hash: u32,
    pub value: f32,
    pub index: u16,
    pub letter: u8,
}

/// The features that an action is scored by.
#[derive(Debug, Clone)]
pub(super) struct ActionFeatures {
    /// The constant, the id and what the caller said of the action.
    pub own: Vec<Feature>,
    /// `own` and the context sorted by namespace letter, the action's before the context's within a letter.
    pub all: Vec<Feature>,
    /// Where each letter stands in `all`.
    pub groups: Vec<(u8, Range<usize>)>,
}

/// Context and actions as hashed features.
#[derive(Debug, Clone)]
pub struct Example {
    pub(super) context: Vec<Feature>,
    pub(super) actions: Vec<ActionFeatures>,
}

impl Example {
    /// Featurizes a request.
    pub fn new(context: &[JsonObject], actions: &[ActionInput<'_>]) -> Result<Self, FeatureError> {
        let mut shared = Vec::new();
        Walk::new(|found| push(&mut shared, found)).context(context)?;
        let actions = actions.iter().map(|action| ActionFeatures::new(*action, &shared)).collect::<Result<_, _>>()?;
        Ok(Self { context: shared, actions })
    }

    /// How many actions the request has.
    pub fn n_actions(&self) -> usize {
        self.actions.len()
    }
}

impl ActionFeatures {
    fn new(action: ActionInput<'_>, context: &[Feature]) -> Result<Self, FeatureError> {
        let mut own = Vec::with_capacity(2 + action.features.iter().map(JsonObject::len).sum::<usize>());
        Walk::new(|found| push(&mut own, found)).action(action.id, action.features)?;
        let n_own = own.len() as u16;
        let mut all = Vec::with_capacity(own.len() + context.len());
        all.extend_from_slice(&own);
        all.extend(context.iter().map(|feature| Feature { index: feature.index + n_own, ..*feature }));
        // Stable, so features keep their order within a namespace; that order is part of a cross's index.
        all.sort_by_key(|feature| feature.letter);
        let mut groups: Vec<(u8, Range<usize>)> = Vec::new();
        for (at, feature) in all.iter().enumerate() {
            match groups.last_mut() {
                Some((letter, range)) if *letter == feature.letter => range.end = at + 1,
                _ => groups.push((feature.letter, at..at + 1)),
            }
        }
        Ok(Self { own, all, groups })
    }
}

fn push(features: &mut Vec<Feature>, found: Found<'_>) {
    // The walk stops long before an index would not fit.
    let index = features.len() as u16;
    features.push(Feature { hash: found.hash, value: found.value, index, letter: found.letter });
}
