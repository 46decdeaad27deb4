//! One Rank as the log keeps it: what was asked, what was decided, slot by slot.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::terms::{ActionId, Credential, EventId, FeatureObject, LearningMode, SlotId};

/// One Rank, complete when it is made: nothing of it is ever looked up later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "StoredRanked")]
pub struct Ranked {
    pub event_id: EventId,
    /// What its caller proved itself by; `None` in logs from before that was noted, and in imported ones.
    #[serde(rename = "key", skip_serializing_if = "Option::is_none")]
    pub came_with: Option<Credential>,
    /// The body as it was received: JSON. `to_json` puts it in.
    #[serde(skip_serializing)]
    pub request: Box<str>,
    /// The loop's own actions, when the request brought none (a list as in `request.actions`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_actions: Option<Box<RawValue>>,
    /// What was decided, slot by slot in the order of the request. A plain Rank has one slot without a name.
    pub slots: Vec<RankedSlot>,
    pub mode: LearningMode,
    pub is_deferred: bool,
    /// Rewards that arrive within this span count.
    pub reward_wait_us: i64,
    /// How many learning steps the model had behind it.
    pub model_version: i64,
    /// The record that set the learning settings in force.
    pub policy_version: i64,
    pub seed: u64,
}

/// One decision: which action fills this slot. Actions are named by their index in the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankedSlot {
    /// `None` in a plain Rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_id: Option<SlotId>,
    pub answer: RankedAnswer,
    /// What would be shown without the service: the first action that is not excluded, or the slot's baseline action.
    pub baseline_idx: usize,
    /// The policy's own draw. Differs from the answer when the caller's order was answered.
    pub policy_choice_idx: usize,
    /// The policy's distribution over the actions, in request order.
    pub policy_pmf: Vec<f32>,
    /// Actions that could not be chosen: excluded, or shown in an earlier slot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_idx: Vec<usize>,
}

/// A Rank as it is stored. The first logs knew one slot only and had its fields among the others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRanked {
    event_id: EventId,
    #[serde(default, rename = "key")]
    came_with: Option<Credential>,
    request: Box<RawValue>,
    #[serde(default)]
    loop_actions: Option<Box<RawValue>>,
    #[serde(default)]
    slots: Vec<RankedSlot>,
    answer: Option<RankedAnswer>,
    #[serde(default)]
    baseline_idx: usize,
    #[serde(default)]
    policy_choice_idx: usize,
    #[serde(default)]
    policy_pmf: Vec<f32>,
    #[serde(default)]
    excluded_idx: Vec<usize>,
    mode: LearningMode,
    is_deferred: bool,
    reward_wait_us: i64,
    model_version: i64,
    policy_version: i64,
    seed: u64,
}

impl From<StoredRanked> for Ranked {
    fn from(stored: StoredRanked) -> Self {
        let only = stored.answer.map(|answer| RankedSlot {
            slot_id: None,
            answer,
            baseline_idx: stored.baseline_idx,
            policy_choice_idx: stored.policy_choice_idx,
            policy_pmf: stored.policy_pmf,
            excluded_idx: stored.excluded_idx,
        });
        Self {
            event_id: stored.event_id,
            came_with: stored.came_with,
            request: stored.request.into(),
            loop_actions: stored.loop_actions,
            slots: stored.slots.into_iter().chain(only).collect(),
            mode: stored.mode,
            is_deferred: stored.is_deferred,
            reward_wait_us: stored.reward_wait_us,
            model_version: stored.model_version,
            policy_version: stored.policy_version,
            seed: stored.seed,
        }
    }
}

/// What the caller was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankedAnswer {
    /// Action ids in the order of the answer.
    pub ranking: Vec<(ActionId, f32)>,
    /// The chosen action, as an index into the actions of the request.
    pub chosen_idx: usize,
    pub reward_action_id: ActionId,
}

impl RankedSlot {
    /// Which actions could be chosen, in request order.
    pub fn eligible(&self) -> Vec<bool> {
        let mut is_eligible = vec![true; self.policy_pmf.len()];
        for &action_idx in &self.excluded_idx {
            is_eligible[action_idx] = false;
        }
        is_eligible
    }

    /// Whether the draw took another action than the most probable one.
    fn is_exploring(&self) -> bool {
        let most = self.policy_pmf.iter().copied().fold(0.0, f32::max);
        self.policy_pmf[self.answer.chosen_idx] < most
    }

    /// Whether every index is within the actions, as it is in all that this program wrote.
    fn is_whole(&self) -> bool {
        let mut indices =
            self.excluded_idx.iter().chain([&self.answer.chosen_idx, &self.baseline_idx, &self.policy_choice_idx]);
        indices.all(|action_idx| *action_idx < self.policy_pmf.len())
    }
}

impl Ranked {
    /// Whether it has slots and every index in them is within the actions. Nothing that folds records asks again.
    pub(super) fn is_whole(&self) -> bool {
        !self.slots.is_empty() && self.slots.iter().all(RankedSlot::is_whole)
    }

    /// As JSON. The request is put in as it is: it was read when it came, and is most of the record.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        const REQUEST: &[u8] = b",\"request\":";
        let mut json = Vec::with_capacity(1_024 + self.request.len());
        serde_json::to_writer(&mut json, self)?;
        json.pop();
        for part in [REQUEST, self.request.as_bytes(), b"}"] {
            json.extend_from_slice(part);
        }
        Ok(json)
    }

    /// Context, actions and slots out of the request as it was received.
    pub fn features(&self) -> Result<RequestFeatures<'_>, serde_json::Error> {
        self.read()
    }

    /// The same with each action as its text, for who may have read that before.
    pub fn features_and_texts(&self) -> Result<RequestFeatures<'_, &RawValue>, serde_json::Error> {
        self.read()
    }

    fn read<'a, A: Deserialize<'a>>(&'a self) -> Result<RequestFeatures<'a, A>, serde_json::Error> {
        let mut features: RequestFeatures<'a, A> = serde_json::from_str(&self.request)?;
        if let Some(actions) = &self.loop_actions {
            features.actions = serde_json::from_str(actions.get())?;
        }
        Ok(features)
    }

    /// Whether the draw took another action than the most probable one, in any slot.
    pub fn is_exploring(&self) -> bool {
        self.mode.policy_decides() && self.slots.iter().any(RankedSlot::is_exploring)
    }

    /// Whether it was a multi-slot Rank.
    pub fn is_multi_slot(&self) -> bool {
        self.slots.iter().any(|slot| slot.slot_id.is_some())
    }
}

/// The part of a Rank request that decides: its names are those of the wire, because the log keeps bodies as received.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "A: Deserialize<'de>"))]
pub struct RequestFeatures<'a, A = RequestAction<'a>> {
    #[serde(borrow, default, deserialize_with = "null_as_default")]
    pub context_features: Vec<FeatureObject<'a>>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub actions: Vec<A>,
    #[serde(borrow, default, deserialize_with = "null_as_default")]
    pub slots: Vec<RequestSlot<'a>>,
}

/// One slot of a multi-slot request.
#[derive(Debug, Clone, Deserialize)]
pub struct RequestSlot<'a> {
    #[serde(borrow, default, deserialize_with = "null_as_default")]
    pub features: Vec<FeatureObject<'a>>,
}

/// One action of a request.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct RequestAction<'a> {
    pub id: ActionId,
    #[serde(borrow)]
    pub features: Vec<FeatureObject<'a>>,
}

fn null_as_default<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As logs had it before they told what a Rank came with.
    const OLD: &str = r#"{"eventId":"e","slots":[{"answer":{"ranking":[["a",1.0]],"chosenIdx":0,"rewardActionId":"a"},
        "baselineIdx":0,"policyChoiceIdx":0,"policyPmf":[1.0]}],"mode":"Online","isDeferred":false,"rewardWaitUs":1,
        "modelVersion":0,"policyVersion":1,"seed":0,"request":{"actions":[]}}"#;

    #[test]
    fn an_old_record_reads_as_before_and_a_new_one_says_what_it_came_with() {
        let old: Ranked = serde_json::from_str(OLD).expect("an old record");
        let written: serde_json::Value = serde_json::from_slice(&old.to_json().expect("JSON")).expect("JSON");
        assert_eq!((old.came_with, written.get("key")), (None, None));
        for credential in Credential::ALL {
            let new = Ranked { came_with: Some(credential), ..old.clone() };
            let written = new.to_json().expect("JSON");
            let told: serde_json::Value = serde_json::from_slice(&written).expect("JSON");
            assert_eq!(told["key"], json!(credential.as_str()));
            assert_eq!(serde_json::from_slice::<Ranked>(&written).expect("a record").came_with, Some(credential));
        }
    }
}
