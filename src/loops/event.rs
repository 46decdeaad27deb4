//! What is known of single events, from the log.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::value::RawValue;

use super::{LiveLoop, LoopError};
use crate::{
    log::{EARLY_REWARD_US, EventLife, Fact, Ranked, ReceivedReward, Record},
    store::StoredRecord,
    terms::{ActionId, EventId, EventState, LearningMode},
    trainer::RulesHistory,
};

/// Events that are read at once for a list.
const N_AT_ONCE: usize = 8;

/// One event, whole.
#[derive(Debug, Clone)]
pub struct EventView {
    pub event_id: EventId,
    pub seq: i64,
    pub ranked_at_us: i64,
    pub state: EventState,
    /// The Rank's body as it was received.
    pub request: Box<RawValue>,
    /// The loop's own actions, when the request brought none.
    pub loop_actions: Option<Box<RawValue>>,
    /// As it was answered.
    pub ranking: Vec<(ActionId, f32)>,
    pub reward_action_id: ActionId,
    /// The policy's own probabilities, in request order; differs from `ranking` in apprentice and logging-only mode.
    pub policy_pmf: Vec<(ActionId, f32)>,
    pub policy_action_id: ActionId,
    pub baseline_action_id: ActionId,
    pub is_exploring: bool,
    pub mode: LearningMode,
    pub model_version: i64,
    pub policy_version: i64,
    pub deadline_us: i64,
    pub is_deferred: bool,
    pub activated_at_us: Option<i64>,
    /// Every reward that arrived, also late and duplicate ones.
    pub rewards: Vec<ReceivedReward>,
    pub learned_reward: Option<f32>,
    /// When it got its final state, by log time.
    pub closed_at_us: Option<i64>,
}

/// One event as a row.
#[derive(Debug, Clone)]
pub struct EventSummary {
    pub event_id: EventId,
    pub seq: i64,
    pub ranked_at_us: i64,
    pub state: EventState,
    pub reward_action_id: ActionId,
    pub probability: f32,
    pub is_exploring: bool,
    pub n_actions: usize,
    pub mode: LearningMode,
    pub model_version: i64,
    /// The reward that stands for it so far, if any arrived.
    pub reward: Option<f32>,
}

impl From<&EventView> for EventSummary {
    fn from(view: &EventView) -> Self {
        let chosen = view.ranking.iter().find(|(id, _)| *id == view.reward_action_id);
        Self {
            event_id: view.event_id.clone(),
            seq: view.seq,
            ranked_at_us: view.ranked_at_us,
            state: view.state,
            reward_action_id: view.reward_action_id.clone(),
            probability: chosen.map_or(0.0, |(_, probability)| *probability),
            is_exploring: view.is_exploring,
            n_actions: view.ranking.len(),
            mode: view.mode,
            model_version: view.model_version,
            reward: view.learned_reward.or(view.rewards.first().map(|reward| reward.value)),
        }
    }
}

impl LiveLoop {
    /// `None` when no such event was stored.
    pub async fn event(&self, event_id: &EventId) -> Result<Option<EventView>, LoopError> {
        let records = self.tools().store.records_of_event(self.id(), event_id).await?;
        view(records, &self.cell().in_force().rules, self.now_us())
    }

    /// The newest events with a seq below `before` (`i64::MAX` for the newest of all), newest first.
    pub async fn latest_events(&self, before: i64, n_most: usize) -> Result<Vec<EventSummary>, LoopError> {
        let n_most = i64::try_from(n_most).unwrap_or(i64::MAX);
        let ranked = self.tools().store.latest_of_kind(self.id(), Fact::RANKED, before, n_most).await?;
        let ids = ranked.into_iter().filter_map(|record| record.event_id);
        let views = stream::iter(ids.map(|event_id| async move { self.event(&event_id).await }));
        let views: Vec<_> = views.buffered(N_AT_ONCE).try_collect().await?;
        Ok(views.iter().flatten().map(EventSummary::from).collect())
    }
}

/// Replays an event's own records through the same life that the trainer gives it.
fn view(records: Vec<StoredRecord>, rules: &RulesHistory, now_us: i64) -> Result<Option<EventView>, LoopError> {
    let mut facts = Vec::with_capacity(records.len());
    for stored in records {
        let fact = Fact::from_body(stored.seq, stored.kind, &stored.body)?;
        facts.push(Record { seq: stored.seq, at_us: stored.at_us, fact });
    }
    let Some(idx) = facts.iter().position(|record| matches!(record.fact, Fact::Ranked(_))) else { return Ok(None) };
    let ranked = facts.remove(idx);
    let Fact::Ranked(decision) = ranked.fact else { unreachable!("its kind was just seen") };
    let life = EventLife::new(ranked.at_us, decision.reward_wait_us, decision.mode, decision.is_deferred);
    let mut story =
        Story { life, activated_at_us: None, rewards: Vec::new(), closed_at_us: None, told_seq: ranked.seq };
    for record in facts {
        story.settle(record.seq, rules);
        story.follow(&record, ranked.seq, ranked.at_us, rules);
    }
    story.settle(i64::MAX, rules);
    story.end(rules, now_us);
    Ok(Some(story.tell(ranked.seq, ranked.at_us, *decision)))
}

struct Story {
    life: EventLife,
    activated_at_us: Option<i64>,
    rewards: Vec<ReceivedReward>,
    closed_at_us: Option<i64>,
    /// Up to here the story is told.
    told_seq: i64,
}

impl Story {
    /// Rules that came into force before record `seq` may have decided the event, as they did for the trainer.
    fn settle(&mut self, seq: i64, rules: &RulesHistory) {
        for (_, at_us, rules) in rules.between(self.told_seq, seq) {
            if *at_us < self.life.deadline_us && self.life.settle(rules).is_some() {
                self.closed_at_us = Some(*at_us);
            }
        }
        self.told_seq = self.told_seq.max(seq);
    }

    fn follow(&mut self, record: &Record, ranked_seq: i64, ranked_at_us: i64, rules: &RulesHistory) {
        let is_in_time = record.at_us < self.life.deadline_us;
        // An early reward was decided under the rules of the Rank that it waited for.
        let rules = rules.at_seq(record.seq.max(ranked_seq));
        let closing = match &record.fact {
            Fact::Rewarded(rewarded) => {
                let reward = ReceivedReward { value: rewarded.value, at_us: record.at_us };
                self.rewards.push(reward);
                let is_too_early = record.at_us.saturating_add(EARLY_REWARD_US) < ranked_at_us;
                if is_in_time && !is_too_early { self.life.add_reward(reward, &rules) } else { None }
            }
            Fact::Activated(_) if is_in_time => {
                self.activated_at_us.get_or_insert(record.at_us);
                self.life.activate(&rules)
            }
            _ => None,
        };
        if closing.is_some() {
            self.closed_at_us = Some(record.at_us.max(ranked_at_us));
        }
    }

    fn end(&mut self, rules: &RulesHistory, now_us: i64) {
        let deadline_us = self.life.deadline_us;
        if deadline_us <= now_us && self.life.expire(&rules.at_deadline(deadline_us)).is_some() {
            self.closed_at_us = Some(deadline_us);
        }
    }

    fn tell(self, seq: i64, ranked_at_us: i64, ranked: Ranked) -> EventView {
        let ids: Vec<ActionId> = match ranked.features() {
            Ok(features) => features.actions.into_iter().map(|action| action.id).collect(),
            Err(_) => ranked.answer.ranking.iter().map(|(id, _)| id.clone()).collect(),
        };
        EventView {
            seq,
            ranked_at_us,
            state: self.life.state(),
            learned_reward: self.life.learned_reward(),
            deadline_us: self.life.deadline_us,
            activated_at_us: self.activated_at_us,
            rewards: self.rewards,
            closed_at_us: self.closed_at_us,
            is_exploring: ranked.is_exploring(),
            policy_action_id: ids[ranked.policy_choice_idx].clone(),
            baseline_action_id: ids[ranked.baseline_idx].clone(),
            policy_pmf: ids.into_iter().zip(ranked.policy_pmf).collect(),
            event_id: ranked.event_id,
            request: ranked.request,
            loop_actions: ranked.loop_actions,
            ranking: ranked.answer.ranking,
            reward_action_id: ranked.answer.reward_action_id,
            mode: ranked.mode,
            model_version: ranked.model_version,
            policy_version: ranked.policy_version,
            is_deferred: ranked.is_deferred,
        }
    }
}
