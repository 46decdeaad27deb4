//! Reward: store what an event earned, and with `earliest` learn it before answering.

use super::{LiveLoop, LoopError, new_loop::record_of};
use crate::{
    log::{Fact, Rewarded},
    store::StoreError,
    terms::{EventId, RewardValue},
};

/// A stored call; its meaning for the event is in the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted;

/// Stores a reward; with `earliest` it is learned when this returns. Unknown events are accepted and counted, as the
/// old service did (contract section 6).
pub async fn reward(live: &LiveLoop, event_id: EventId, value: f32) -> Result<Accepted, LoopError> {
    RewardValue::try_from(value).map_err(|_| LoopError::RewardValue)?;
    let missed_deadline_us = missed_deadline(live, &event_id).await?;
    let fact = Fact::Rewarded(Rewarded { event_id, value, missed_deadline_us });
    live.append_and_fold(record_of(&fact)).await?;
    Ok(Accepted)
}

/// The end of the wait time of an event that is in the log, but no longer among the open ones.
async fn missed_deadline(live: &LiveLoop, event_id: &EventId) -> Result<Option<i64>, LoopError> {
    if live.cell().is_open(event_id) {
        return Ok(None);
    }
    let Some(stored) = live.tools().store.ranked_record(live.id(), event_id).await? else { return Ok(None) };
    let ranked_at_us = stored.at_us;
    match Fact::from_body(stored.seq, stored.kind, &stored.body)? {
        Fact::Ranked(ranked) => Ok(Some(ranked_at_us.saturating_add(ranked.reward_wait_us))),
        _ => Err(StoreError::Stopped.into()),
    }
}
