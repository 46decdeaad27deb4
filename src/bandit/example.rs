//! One decision as hashed features: the context once, each action once, and nothing crossed yet.

use std::sync::Arc;

use super::features::{FeatureMap, Found, Kind, Walk};
use crate::terms::SlotId;

/// A JSON object: a namespace of features.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// One action as the caller described it.
#[derive(Debug)]
pub struct ActionInput<'a, O = JsonObject> {
    /// The action's id, which is a feature too.
    pub id: &'a str,
    /// What is known of the action.
    pub features: &'a [O],
}

// Derived, these would ask the same of `O`.
impl<O> Clone for ActionInput<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for ActionInput<'_, O> {}

/// One action as hashed features: the constant, the id, and what the caller said of it by hash. Made once for the many
/// examples that it is in, and shared by them.
#[derive(Debug, Clone, PartialEq)]
pub struct HashedAction(Arc<[Feature]>);

impl HashedAction {
    /// Featurizes an action.
    pub fn new<O: FeatureMap>(action: ActionInput<'_, O>) -> Result<Self, FeatureError> {
        let mut features = Vec::with_capacity(N_FEATURES_LIKELY);
        Walk::new(|found| push(&mut features, found)).action(action.id, action.features)?;
        // The constant and the id stay in front.
        order(&mut features[2..]);
        Ok(Self(features.into()))
    }

    /// What it takes in memory, in bytes.
    pub fn n_bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
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

/// One feature. `index` is its place in its context or action as sent: some crosses depend on that order, and by it the
/// name of a feature is found when somebody asks why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Feature {
    pub hash: u32,
    pub value: f32,
    pub index: u16,
    pub letter: u8,
    pub kind: Kind,
}

/// Where an example has a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Context,
    Hidden,
    Action(usize),
}

/// Features of a context, or of an action, for which room is made at once.
const N_FEATURES_LIKELY: usize = 16;

/// The hash of what is muted. That a feature has it by itself happens once in four billion names.
const MUTED: u32 = u32::MAX;

/// Context and actions as hashed features.
///
/// Kept small, because one waits in memory for every event whose reward is still to come: 12 bytes for each feature of its
/// context, and 16 for each action, which others share.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The context's features, then its hidden ones, by hash within each. So the same facts are the same features whatever
    /// order their keys were sent in, and those who need it sort by `index`.
    context: Box<[Feature]>,
    n_hidden: u32,
    actions: Arc<[HashedAction]>,
}

impl Example {
    /// Featurizes a request.
    pub fn new<O: FeatureMap>(context: &[O], actions: &[ActionInput<'_, O>]) -> Result<Self, FeatureError> {
        Self::of_slot(context, None, &[], actions)
    }

    /// Featurizes one slot of a request; its id and its own features are part of its context.
    pub(super) fn of_slot<O: FeatureMap>(
        context: &[O],
        slot_id: Option<&SlotId>,
        slot_features: &[O],
        actions: &[ActionInput<'_, O>],
    ) -> Result<Self, FeatureError> {
        let actions = actions.iter().map(|action| HashedAction::new(*action)).collect::<Result<Vec<_>, _>>()?;
        Self::of_slot_hashed(context, slot_id, slot_features, actions.into())
    }

    /// The same of actions that are hashed already.
    pub(super) fn of_slot_hashed<O: FeatureMap>(
        context: &[O],
        slot_id: Option<&SlotId>,
        slot_features: &[O],
        actions: Arc<[HashedAction]>,
    ) -> Result<Self, FeatureError> {
        let mut features = Vec::with_capacity(N_FEATURES_LIKELY);
        let mut hidden = Vec::new();
        let mut walk = Walk::with_hidden(|found: Found<'_>| match found.kind {
            Kind::Hidden => push(&mut hidden, found),
            _ => push(&mut features, found),
        });
        walk.context(context)?;
        if let Some(slot_id) = slot_id {
            walk.slot(slot_id.as_str())?;
            walk.context(slot_features)?;
        }
        order(&mut features);
        order(&mut hidden);
        let n_hidden = hidden.len() as u32;
        features.append(&mut hidden);
        Ok(Self { context: features.into(), n_hidden, actions })
    }

    /// How many actions the request has.
    pub fn n_actions(&self) -> usize {
        self.actions.len()
    }

    /// The features that every action shares.
    pub(super) fn context(&self) -> &[Feature] {
        &self.context[..self.n_shown()]
    }

    /// What only `auto` sees of the context.
    pub(super) fn hidden(&self) -> &[Feature] {
        &self.context[self.n_shown()..]
    }

    fn n_shown(&self) -> usize {
        self.context.len() - self.n_hidden as usize
    }

    /// The same with some features muted: without weight and under a name that nobody has, so that no learner knows them.
    /// They keep their places, because the id of an action is found by its own, and how much is crossed stays the same.
    pub(super) fn without(&self, is_out: impl Fn(Part, u16) -> bool) -> Self {
        let muted = |part: Part, feature: &Feature| {
            let is_out = is_out(part, feature.index);
            if is_out { Feature { hash: MUTED, value: 0.0, ..*feature } } else { *feature }
        };
        let shown = self.context().iter().map(|feature| muted(Part::Context, feature));
        let hidden = self.hidden().iter().map(|feature| muted(Part::Hidden, feature));
        let action = |(at, action): (usize, &HashedAction)| {
            HashedAction(action.0.iter().map(|feature| muted(Part::Action(at), feature)).collect())
        };
        Self {
            context: shown.chain(hidden).collect(),
            n_hidden: self.n_hidden,
            actions: self.actions.iter().enumerate().map(action).collect(),
        }
    }

    /// An action's own features: the constant, the id, and what the caller said of it.
    pub(super) fn action(&self, action_idx: usize) -> &[Feature] {
        &self.actions[action_idx].0
    }
}

fn push(features: &mut Vec<Feature>, found: Found<'_>) {
    // The walk stops long before an index would not fit.
    let index = features.len() as u16;
    features.push(Feature { hash: found.hash, value: found.value, index, letter: found.letter, kind: found.kind });
}

/// Equal features stay in the order in which they were sent. Unstable, because that allocates nothing.
fn order(features: &mut [Feature]) {
    features.sort_unstable_by(|a, b| a.hash.cmp(&b.hash).then(a.value.total_cmp(&b.value)).then(a.index.cmp(&b.index)));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bandit::hash;

    #[test]
    fn context_and_actions_become_the_features_that_the_old_service_made_of_them() {
        let object = |value: serde_json::Value| value.as_object().expect("an object").clone();
        let context = [object(json!({"_hidden": 1, "day": "Mon day", "isNew": true, "isOld": false, "nothing": null}))];
        let features = [object(json!({"attributes": {"price": 12}, "topic": "news", "vector": [0.5, 0, -2]}))];
        let example = Example::new(&context, &[ActionInput { id: "a b", features: &features }]).expect("good features");
        let index = |space: &str, name: &str| hash::name_in(name, hash::namespace(space));
        let found = |features: &[Feature]| {
            let mut sent = features.to_vec();
            sent.sort_by_key(|feature| feature.index);
            sent.iter().map(|one| (one.hash, one.value)).collect::<Vec<_>>()
        };
        assert_eq!(
            found(example.context()),
            [
                (index("FromUrl", "dayMon_day"), 1.0),
                (index("FromUrl", "isNew"), 1.0),
                (index("FromUrl", "nothingnull"), 1.0),
            ]
        );
        assert_eq!(
            found(example.action(0)),
            [
                (index("i", "constant"), 1.0),
                (index("i", "ida_b"), 1.0),
                (index("attributes", "price"), 12.0),
                (index("j", "topicnews"), 1.0),
                (hash::namespace("vector"), 0.5),
                (hash::namespace("vector") + 2, -2.0),
            ]
        );
    }

    #[test]
    fn an_action_that_was_hashed_before_gives_the_same_example() {
        let object = |value: serde_json::Value| value.as_object().expect("an object").clone();
        let context = [object(json!({"day": "Monday", "zero": 0}))];
        let features = [object(json!({"z": 1, "a": "b", "deep": {"size": 3}})), object(json!({"vector": [1, 2]}))];
        let inputs = ["x", "y"].map(|id| ActionInput { id, features: &features });
        let hashed = inputs.map(|input| HashedAction::new(input).expect("good features"));
        let slot_id: SlotId = "hero".parse().expect("an id");
        let at_once = Example::of_slot(&context, Some(&slot_id), &context, &inputs).expect("good features");
        let before = Example::of_slot_hashed(&context, Some(&slot_id), &context, hashed.into()).expect("good features");
        assert_eq!(at_once, before);
    }

    #[test]
    fn what_is_muted_keeps_its_place_and_all_else_stays() {
        let object = |value: serde_json::Value| value.as_object().expect("an object").clone();
        let context = [object(json!({"a": 1, "size": "7"}))];
        let features = [object(json!({"topic": "news"}))];
        let inputs = ["x", "y"].map(|id| ActionInput { id, features: &features });
        let example = Example::new(&context, &inputs).expect("good features");
        let muted = example.without(|part, index| matches!((part, index), (Part::Hidden, 0) | (Part::Action(1), 1)));
        assert_eq!((muted.context(), muted.action(0)), (example.context(), example.action(0)));
        assert_eq!((muted.hidden()[0].hash, muted.hidden()[0].value), (MUTED, 0.0));
        let own = muted.action(1);
        assert_eq!((own[1].hash, own[1].value, own[1].index), (MUTED, 0.0, 1));
        assert_eq!((own[0], own[2]), (example.action(1)[0], example.action(1)[2]));
    }
}
