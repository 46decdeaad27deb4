//! One decision as hashed features: the context once, each action once, and nothing crossed yet.

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

/// One action as hashed features, made once for the many examples that it is in.
#[derive(Debug, Clone)]
pub struct HashedAction(Box<[Feature]>);

impl HashedAction {
    /// Featurizes an action.
    pub fn new<O: FeatureMap>(action: ActionInput<'_, O>) -> Result<Self, FeatureError> {
        let mut features = Vec::with_capacity(N_FEATURES_LIKELY);
        push_action(&mut features, action)?;
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
/// Kept small, because one waits in memory for every event whose reward is still to come: two allocations, 12 bytes
/// a feature.
#[derive(Debug, Clone)]
pub struct Example {
    /// The context's features, then each action's, by hash within each, behind an action's constant and id. So the same
    /// facts are the same features whatever order their keys were sent in, and those who need it sort by `index`. At the
    /// end, by hash again, the context's hidden ones.
    features: Box<[Feature]>,
    /// Where the context and each action end in `features`.
    ends: Box<[u32]>,
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
        Self::over(context, slot_id, slot_features, actions, |features, action| push_action(features, *action))
    }

    /// The same of actions that are hashed already.
    pub(super) fn of_slot_hashed<O: FeatureMap>(
        context: &[O],
        slot_id: Option<&SlotId>,
        slot_features: &[O],
        actions: &[&HashedAction],
    ) -> Result<Self, FeatureError> {
        Self::over(context, slot_id, slot_features, actions, |features, action| {
            features.extend_from_slice(&action.0);
            Ok(())
        })
    }

    fn over<O: FeatureMap, A>(
        context: &[O],
        slot_id: Option<&SlotId>,
        slot_features: &[O],
        actions: &[A],
        push_action: impl Fn(&mut Vec<Feature>, &A) -> Result<(), FeatureError>,
    ) -> Result<Self, FeatureError> {
        let mut features = Vec::with_capacity(N_FEATURES_LIKELY * (1 + actions.len()));
        let mut ends = Vec::with_capacity(1 + actions.len());
        let mut hidden = Vec::new();
        let mut walk = Walk::with_hidden(|found: Found<'_>| match found.kind {
            Kind::Hidden => push(&mut hidden, 0, found),
            _ => push(&mut features, 0, found),
        });
        walk.context(context)?;
        if let Some(slot_id) = slot_id {
            walk.slot(slot_id.as_str())?;
            walk.context(slot_features)?;
        }
        order(&mut features);
        order(&mut hidden);
        ends.push(features.len() as u32);
        for action in actions {
            push_action(&mut features, action)?;
            ends.push(features.len() as u32);
        }
        features.append(&mut hidden);
        Ok(Self { features: features.into(), ends: ends.into() })
    }

    /// How many actions the request has.
    pub fn n_actions(&self) -> usize {
        self.ends.len() - 1
    }

    /// The features that every action shares.
    pub(super) fn context(&self) -> &[Feature] {
        &self.features[..self.ends[0] as usize]
    }

    /// What only `auto` sees of the context.
    pub(super) fn hidden(&self) -> &[Feature] {
        let end = self.ends.last().map_or(0, |end| *end as usize);
        &self.features[end..]
    }

    /// The same with some features muted: without weight and under a name that nobody has, so that no learner knows them.
    /// They keep their places, because the id of an action is found by its own, and how much is crossed stays the same.
    pub(super) fn without(&self, is_out: impl Fn(Part, u16) -> bool) -> Self {
        let mut muted = self.clone();
        let shown_end = self.ends.last().map_or(0, |end| *end as usize);
        let (shown, hidden) = muted.features.split_at_mut(shown_end);
        let mute = |part: Part, features: &mut [Feature]| {
            for feature in features.iter_mut().filter(|feature| is_out(part, feature.index)) {
                (feature.hash, feature.value) = (MUTED, 0.0);
            }
        };
        mute(Part::Hidden, hidden);
        let mut left = shown;
        let mut start = 0;
        for (at, end) in self.ends.iter().enumerate() {
            let (own, rest) = left.split_at_mut(*end as usize - start);
            mute(if at == 0 { Part::Context } else { Part::Action(at - 1) }, own);
            (left, start) = (rest, *end as usize);
        }
        muted
    }

    /// An action's own features: the constant, the id, and what the caller said of it.
    pub(super) fn action(&self, action_idx: usize) -> &[Feature] {
        &self.features[self.ends[action_idx] as usize..self.ends[action_idx + 1] as usize]
    }
}

fn push_action<O: FeatureMap>(features: &mut Vec<Feature>, action: ActionInput<'_, O>) -> Result<(), FeatureError> {
    let start = features.len();
    Walk::new(|found| push(features, start, found)).action(action.id, action.features)?;
    // The constant and the id stay in front.
    order(&mut features[start + 2..]);
    Ok(())
}

fn push(features: &mut Vec<Feature>, start: usize, found: Found<'_>) {
    // The walk stops long before an index would not fit.
    let index = (features.len() - start) as u16;
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
        let refs: Vec<_> = hashed.iter().collect();
        let before = Example::of_slot_hashed(&context, Some(&slot_id), &context, &refs).expect("good features");
        assert_eq!((&at_once.features, &at_once.ends), (&before.features, &before.ends));
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
