//! Multi-slot Rank: which of these actions fills which place of the page?

use std::{borrow::Cow, collections::HashSet};

use super::{
    LiveLoop, LoopError, RankableAction,
    decide::{Slot, Undecided, allowed, check_actions, decide},
};
use crate::terms::{ActionId, Credential, EventId, FeatureObject, SlotId};

/// One place to fill, as the caller meant it.
#[derive(Debug, Clone)]
pub struct SlotRequest<'a> {
    pub id: SlotId,
    pub features: Vec<FeatureObject<'a>>,
    pub excluded: Vec<ActionId>,
    /// What the application would show here without the service.
    pub baseline: ActionId,
}

/// A multi-slot Rank as the caller meant it; types are checked, rules are not yet.
#[derive(Debug)]
pub struct MultiSlotRankRequest<'a> {
    /// The body as received; it is what the log keeps. JSON.
    pub body: Cow<'a, str>,
    pub context: Vec<FeatureObject<'a>>,
    /// `None`: use the loop's own active actions (our extension of the contract).
    pub actions: Option<Vec<RankableAction<'a>>>,
    pub slots: Vec<SlotRequest<'a>>,
    /// `None`: the server makes one.
    pub event_id: Option<EventId>,
    pub is_deferred: bool,
    /// As in `RankRequest`.
    pub came_with: Option<Credential>,
}

/// The answer to a multi-slot Rank.
#[derive(Debug, Clone)]
pub struct MultiSlotRanking {
    pub event_id: EventId,
    /// In the order of the request.
    pub slots: Vec<FilledSlot>,
    /// As in `Ranking`.
    pub is_logged: bool,
    pub model_version: i64,
}

/// A slot with what is to be shown there.
#[derive(Debug, Clone)]
pub struct FilledSlot {
    pub slot_id: SlotId,
    pub reward_action_id: ActionId,
    /// The probabilities of the draw for this slot, in the order of `RankedAnswer::ranking`.
    pub ranking: Vec<(ActionId, f32)>,
}

/// Fills slots in their order, shows no action twice, and stores the decision before answering.
pub async fn rank_slots(live: &LiveLoop, request: MultiSlotRankRequest<'_>) -> Result<MultiSlotRanking, LoopError> {
    if !live.configuration().is_multi_slot {
        return Err(LoopError::NotMultiSlot);
    }
    let has_loop_actions = request.actions.is_none();
    let actions = match request.actions {
        Some(actions) => actions,
        None => live.rankable_actions()?,
    };
    check_actions(&actions, live.tools().options.n_actions_most)?;
    let undecided = Undecided {
        body: request.body,
        context: request.context,
        slots: check_slots(&actions, request.slots)?,
        actions,
        has_loop_actions,
        event_id: request.event_id,
        is_deferred: request.is_deferred,
        came_with: request.came_with,
    };
    let decided = decide(live, undecided).await?;
    let ranked = decided.ranked;
    let filled = ranked.slots.iter().cloned().filter_map(|slot| {
        let (ranking, reward_action_id) = (slot.answer.ranking, slot.answer.reward_action_id);
        slot.slot_id.map(|slot_id| FilledSlot { slot_id, reward_action_id, ranking })
    });
    Ok(MultiSlotRanking {
        slots: filled.collect(),
        event_id: ranked.event_id.clone(),
        is_logged: decided.is_logged,
        model_version: ranked.model_version,
    })
}

/// Every slot has a name and a baseline action of its own (contract section 7). The baselines together fill all slots,
/// so a page can always be answered.
pub(super) fn check_slots<'a>(
    actions: &[RankableAction<'_>],
    slots: Vec<SlotRequest<'a>>,
) -> Result<Vec<Slot<'a>>, LoopError> {
    if slots.is_empty() {
        return Err(LoopError::NoSlots);
    }
    if slots.len() > actions.len() {
        return Err(LoopError::SlotCount);
    }
    let (mut ids, mut baselines) = (HashSet::new(), HashSet::new());
    let mut checked = Vec::with_capacity(slots.len());
    for slot in slots {
        let baseline_idx = actions.iter().position(|action| action.id == slot.baseline);
        let baseline_idx = baseline_idx.filter(|idx| baselines.insert(*idx)).ok_or(LoopError::SlotBaseline)?;
        let is_allowed = allowed(actions, &slot.excluded)?;
        if !is_allowed[baseline_idx] {
            return Err(LoopError::BaselineExcluded);
        }
        if !ids.insert(slot.id.clone()) {
            return Err(LoopError::SlotIds);
        }
        checked.push(Slot { id: Some(slot.id), features: slot.features, is_allowed, baseline_idx });
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(ids: &[&str]) -> Vec<RankableAction<'static>> {
        ids.iter().map(|id| RankableAction::new(id.parse().expect("an id"), Vec::new())).collect()
    }

    fn slot(id: &str, baseline: &str, excluded: &[&str]) -> SlotRequest<'static> {
        SlotRequest {
            id: id.parse().expect("an id"),
            features: Vec::new(),
            excluded: excluded.iter().map(|id| id.parse().expect("an id")).collect(),
            baseline: baseline.parse().expect("an id"),
        }
    }

    #[test]
    fn slots_that_cannot_be_filled_as_asked_are_refused_with_the_reason() {
        let actions = actions(&["a", "b"]);
        let refused = |slots: &[SlotRequest<'static>]| check_slots(&actions, slots.to_vec()).expect_err("refused");
        assert!(matches!(refused(&[]), LoopError::NoSlots));
        let three = [slot("x", "a", &[]), slot("y", "b", &[]), slot("z", "a", &[])];
        assert!(matches!(refused(&three), LoopError::SlotCount));
        assert!(matches!(refused(&[slot("x", "a", &[]), slot("x", "b", &[])]), LoopError::SlotIds));
        assert!(matches!(refused(&[slot("x", "a", &[]), slot("y", "a", &[])]), LoopError::SlotBaseline));
        assert!(matches!(refused(&[slot("x", "c", &[])]), LoopError::SlotBaseline));
        assert!(matches!(refused(&[slot("x", "a", &["a"])]), LoopError::BaselineExcluded));
        assert!(matches!(refused(&[slot("x", "a", &["c"])]), LoopError::UnknownExcludedAction));
        assert!(check_slots(&actions, vec![slot("x", "a", &["b"]), slot("y", "b", &[])]).is_ok());
    }
}
