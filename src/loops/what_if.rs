//! What would be decided, and why, for a request that is not an event: nothing of it is logged.

use serde_json::Value;

use super::{
    LiveLoop, LoopError, MultiSlotRankRequest, RankRequest, RankableAction,
    decide::{allowed, check_actions},
    explain::{Question, QuestionSlot, Why, maps},
    multi_slot::check_slots,
};
use crate::{
    bandit::{FeatureError, JsonObject},
    log::Fact,
    terms::{ActionId, EventId},
};

/// An action as somebody imagines it.
pub type ImaginedAction = (ActionId, Vec<JsonObject>);

/// A logged Rank, to imagine others like it.
#[derive(Debug)]
pub struct Template {
    pub event_id: EventId,
    question: Question,
}

impl Template {
    /// What was known of the moment.
    pub fn context(&self) -> &[JsonObject] {
        &self.question.context
    }

    /// What could be chosen.
    pub fn actions(&self) -> &[ImaginedAction] {
        &self.question.actions
    }

    /// Whether it has several slots. Then its actions stay as they are: slots name them.
    pub fn is_multi_slot(&self) -> bool {
        self.question.slots.iter().any(|slot| slot.id.is_some())
    }
}

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

    /// A logged Rank to start from: the named one, else the newest. `None` when there is none that can be read.
    pub async fn template(&self, event_id: Option<&EventId>) -> Result<Option<Template>, LoopError> {
        let store = &self.tools().store;
        let stored = match event_id {
            Some(event_id) => store.ranked_record(self.id(), event_id).await?,
            None => store.latest_of_kind(self.id(), Fact::RANKED, i64::MAX, 1).await?.pop(),
        };
        let Some(stored) = stored else { return Ok(None) };
        let Fact::Ranked(ranked) = Fact::from_body(stored.seq, stored.kind, &stored.body)? else { return Ok(None) };
        Ok(Question::of(&ranked).map(|question| Template { event_id: ranked.event_id.clone(), question }))
    }

    /// The reasons of decisions like a logged one in other contexts, and perhaps over other actions; without either, over
    /// the loop's own actions. All are of one model, so that they can be held against each other. The inner error is what
    /// is wrong with a context.
    pub async fn imagine(
        &self,
        template: Option<&Template>,
        contexts: Vec<Vec<JsonObject>>,
        actions: Option<Vec<ImaginedAction>>,
    ) -> Result<Vec<Result<Why, FeatureError>>, LoopError> {
        let question = match template.filter(|template| actions.is_none() || template.is_multi_slot()) {
            Some(template) => template.question.untold(),
            None => {
                let rankable = |(id, features): ImaginedAction| {
                    RankableAction::new(id, features.into_iter().map(Into::into).collect())
                };
                let actions = self.actions_of(actions.map(|actions| actions.into_iter().map(rankable).collect()))?;
                let is_allowed = vec![true; actions.len()];
                let slot = QuestionSlot { id: None, features: Vec::new(), is_allowed, baseline_idx: 0, then: None };
                Question::new(&[], &actions, vec![slot])
            }
        };
        let questions = contexts.into_iter().map(|context| Question { context, ..question.clone() }).collect();
        self.reasons(questions).await
    }

    /// Features of recent contexts with their usual values, the most usual first.
    pub async fn usual_values(&self) -> Result<Vec<(Vec<String>, Vec<Value>)>, LoopError> {
        Ok(self.seen_values().await?.usual())
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
