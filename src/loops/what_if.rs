//! What would be decided, and why, for a request that is not an event: nothing of it is logged.

use super::{
    LiveLoop, LoopError, MultiSlotRankRequest, RankRequest,
    decide::{RankableAction, allowed, check_actions},
    explain::{Question, QuestionSlot, Why, maps},
    multi_slot::check_slots,
};

impl LiveLoop {
    /// The reasons of a Rank that is refused for what a real one would be refused for. Its event id means nothing here.
    pub async fn what_if(&self, request: RankRequest<'_>) -> Result<Why, LoopError> {
        let actions = self.actions_of(request.actions)?;
        let is_allowed = allowed(&actions, &request.excluded)?;
        let baseline_idx = is_allowed.iter().position(|is| *is).ok_or(LoopError::AllExcluded)?;
        let slot = QuestionSlot { id: None, features: Vec::new(), is_allowed, baseline_idx, then: None };
        self.reason(Question::new(&request.context, &actions, vec![slot])).await
    }

    /// The same for several slots, each of which is taken to show its most probable action.
    pub async fn what_if_slots(&self, request: MultiSlotRankRequest<'_>) -> Result<Why, LoopError> {
        if !self.configuration().is_multi_slot {
            return Err(LoopError::NotMultiSlot);
        }
        let actions = self.actions_of(request.actions)?;
        let slots = check_slots(&actions, request.slots)?.into_iter().map(|slot| QuestionSlot {
            id: slot.id,
            features: maps(&slot.features),
            is_allowed: slot.is_allowed,
            baseline_idx: slot.baseline_idx,
            then: None,
        });
        let slots = slots.collect();
        self.reason(Question::new(&request.context, &actions, slots)).await
    }

    fn actions_of<'a>(&self, sent: Option<Vec<RankableAction<'a>>>) -> Result<Vec<RankableAction<'a>>, LoopError> {
        let actions = match sent {
            Some(actions) => actions,
            None => self.rankable_actions()?,
        };
        check_actions(&actions, self.tools().options.n_actions_most)?;
        Ok(actions)
    }
}
