//! From the context of a joined line (`c`) back to what the caller once sent: context features, actions, slots.
//!
//! The service turned a Rank into namespaces: the context's own features into `FromUrl`, an action's into `j` with its
//! id in `i`, objects within them into namespaces of their name. This goes the way back, so that `bandit` makes the
//! same features of it. Names that start with `_` are not features. Logs of other callers of Vowpal Wabbit may have
//! plain features beside the namespaces; they become plain features here.

use std::collections::HashSet;

use serde_json::Value;

use super::Skipped;
use crate::{
    bandit::JsonObject,
    terms::{ActionId, SlotId},
};

/// Where the context's own features are.
const CONTEXT_HOME: &str = "FromUrl";
/// Where an action's own features are.
const ACTION_HOME: &str = "j";
/// Where an action's id is.
const IDENTITY: &str = "i";

/// A decision's circumstances as the caller sent them.
#[derive(Debug, Clone, PartialEq)]
pub struct Circumstances {
    pub context: Vec<JsonObject>,
    pub actions: Vec<(ActionId, Vec<JsonObject>)>,
    /// `None` as the id when the line does not name it.
    pub slots: Vec<(Option<SlotId>, Vec<JsonObject>)>,
}

/// Reads `c`.
pub fn read_context(mut c: JsonObject) -> Result<Circumstances, Skipped> {
    let actions = match c.remove("_multi") {
        Some(Value::Array(actions)) if !actions.is_empty() => read_actions(actions)?,
        _ => return Err(Skipped::NoActions),
    };
    let slots = match c.remove("_slots") {
        Some(Value::Array(slots)) => slots.into_iter().map(read_slot).collect::<Result<_, _>>()?,
        None => Vec::new(),
        Some(_) => return Err(Skipped::Slots),
    };
    Ok(Circumstances { context: features(c, CONTEXT_HOME), actions, slots })
}

fn read_actions(actions: Vec<Value>) -> Result<Vec<(ActionId, Vec<JsonObject>)>, Skipped> {
    let mut seen = HashSet::with_capacity(actions.len());
    let read = |(action_idx, action): (usize, Value)| {
        let Value::Object(mut action) = action else { return Err(Skipped::NoActions) };
        let id = take_id(&mut action).unwrap_or_else(|| (action_idx + 1).to_string());
        let id = ActionId::try_from(id).map_err(|_| Skipped::ActionIds)?;
        if !seen.insert(id.clone()) {
            return Err(Skipped::ActionIds);
        }
        Ok((id, features(action, ACTION_HOME)))
    };
    actions.into_iter().enumerate().map(read).collect()
}

/// The id in `i`, else the tag. What else `i` holds stays a namespace.
fn take_id(action: &mut JsonObject) -> Option<String> {
    let tag = action.get("_tag").and_then(Value::as_str).map(str::to_owned);
    let Some(Value::Object(mut identity)) = action.remove(IDENTITY) else { return tag };
    identity.remove("constant");
    let id = match identity.remove("id") {
        Some(Value::String(id)) => Some(id),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    if !identity.is_empty() {
        action.insert(IDENTITY.to_owned(), identity.into());
    }
    id.or(tag)
}

fn read_slot(slot: Value) -> Result<(Option<SlotId>, Vec<JsonObject>), Skipped> {
    let Value::Object(mut slot) = slot else { return Err(Skipped::Slots) };
    let id = match slot.remove("_id") {
        Some(Value::String(id)) => Some(SlotId::try_from(id).map_err(|_| Skipped::Slots)?),
        _ => None,
    };
    Ok((id, features(slot, ACTION_HOME)))
}

/// The objects of the home namespace as they were, then the rest in one more object.
fn features(mut namespaces: JsonObject, home: &str) -> Vec<JsonObject> {
    let mut found: Vec<JsonObject> = match namespaces.remove(home) {
        Some(Value::Object(object)) => vec![object],
        Some(Value::Array(items)) if items.iter().all(Value::is_object) => {
            items.into_iter().filter_map(object).collect()
        }
        // Numbers under the name of the home namespace are features of it by position.
        Some(other) => vec![JsonObject::from_iter([(home.to_owned(), other)])],
        None => Vec::new(),
    };
    let mut rest = JsonObject::new();
    for (name, value) in namespaces {
        match value {
            _ if name.starts_with('_') => {}
            // A namespace of several objects: one after the other, since a name stands in an object once.
            Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_object) => {
                found.extend(items.into_iter().map(|item| JsonObject::from_iter([(name.clone(), item)])));
            }
            value => drop(rest.insert(name, value)),
        }
    }
    found.extend((!rest.is_empty()).then_some(rest));
    found
}

fn object(value: Value) -> Option<JsonObject> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(c: Value) -> Result<Circumstances, Skipped> {
        read_context(object(c).expect("an object"))
    }

    fn as_json(features: &[JsonObject]) -> Value {
        features.iter().cloned().map(Value::Object).collect()
    }

    #[test]
    fn what_the_service_logged_becomes_the_request_again() {
        let found = read(json!({
            "FromUrl": [{"timeOfDay": "morning"}, {"device": {"kind": "phone"}}],
            "_multi": [
                {"_tag": "pasta", "i": {"constant": 1, "id": "pasta"}, "j": [{"taste": "salty"}, {"attributes": {"n": 5}}]},
                {"_tag": "cake", "i": {"constant": 1, "id": "cake"}, "j": [{"taste": "sweet"}]},
            ],
        }));
        let found = found.expect("a good context");
        assert_eq!(as_json(&found.context), json!([{"timeOfDay": "morning"}, {"device": {"kind": "phone"}}]));
        assert_eq!(found.actions[0].0.as_str(), "pasta");
        assert_eq!(as_json(&found.actions[0].1), json!([{"taste": "salty"}, {"attributes": {"n": 5}}]));
        assert_eq!(found.slots, []);
    }

    #[test]
    fn namespaces_of_other_callers_stay_namespaces_and_what_is_hidden_stays_out() {
        let found = read(json!({
            "_synthetic": false, "GUser": {"id": "rnc"}, "hour": 9,
            "_multi": [{"TAction": {"topic": "news"}}, {"_tag": "b", "price": 3}],
            "_slots": [{"_id": "hero", "Slot": {"size": 2}}, {"j": [{"place": "top"}]}],
        }));
        let found = found.expect("a good context");
        assert_eq!(as_json(&found.context), json!([{"GUser": {"id": "rnc"}, "hour": 9}]));
        let ids: Vec<_> = found.actions.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["1", "b"]);
        assert_eq!(as_json(&found.actions[0].1), json!([{"TAction": {"topic": "news"}}]));
        assert_eq!(found.slots[0].0.as_ref().map(SlotId::as_str), Some("hero"));
        assert_eq!(as_json(&found.slots[1].1), json!([{"place": "top"}]));
    }

    #[test]
    fn a_context_without_actions_or_with_one_twice_is_refused() {
        assert_eq!(read(json!({"FromUrl": []})), Err(Skipped::NoActions));
        assert_eq!(read(json!({"_multi": [{"_tag": "a"}, {"_tag": "a"}]})), Err(Skipped::ActionIds));
        assert_eq!(read(json!({"_multi": [{"_tag": ""}]})), Err(Skipped::ActionIds));
        assert_eq!(read(json!({"_multi": [{}], "_slots": 3})), Err(Skipped::Slots));
    }
}
