//! Reward: store what an event earned, and with `earliest` learn it before answering.

use super::{LiveLoop, LoopError, new_loop::known_record};
use crate::{
    log::{Fact, Rewarded, SlotReward, SlotsRewarded},
    store::StoreError,
    terms::{EventId, RewardValue, SlotId},
};

/// A stored call; its meaning for the event is in the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted;

/// Stores a reward; with `earliest` it is learned when this returns. Unknown events are accepted and counted, as the
/// old service did (contract section 6).
pub async fn reward(live: &LiveLoop, event_id: EventId, value: f32) -> Result<Accepted, LoopError> {
    RewardValue::try_from(value).map_err(|_| LoopError::RewardValue)?;
    let missed_deadline_us = deadline(live, &event_id).await?;
    let fact = Fact::Rewarded(Rewarded { event_id, value, missed_deadline_us });
    live.append_and_fold(known_record(fact)).await?;
    Ok(Accepted)
}

/// Stores what slots of an event earned; with `earliest` it is learned when this returns. Slots that the event does not
/// have are accepted and counted as orphans, as unknown events are.
pub async fn reward_slots(
    live: &LiveLoop,
    event_id: EventId,
    rewards: Vec<(SlotId, f32)>,
) -> Result<Accepted, LoopError> {
    if rewards.iter().any(|(_, value)| RewardValue::try_from(*value).is_err()) {
        return Err(LoopError::RewardValue);
    }
    let missed_deadline_us = deadline(live, &event_id).await?;
    let rewards = rewards.into_iter().map(|(slot_id, value)| SlotReward { slot_id, value }).collect();
    let fact = Fact::SlotsRewarded(SlotsRewarded { event_id, rewards, missed_deadline_us });
    live.append_and_fold(known_record(fact)).await?;
    Ok(Accepted)
}

/// The end of the wait time of an event that is known. It is stored also with a reward that seems in time: the event may
/// close between this moment and the moment that the log gives the reward.
async fn deadline(live: &LiveLoop, event_id: &EventId) -> Result<Option<i64>, LoopError> {
    if let Some(deadline_us) = live.cell().open_until_us(event_id) {
        return Ok(Some(deadline_us));
    }
    let Some(stored) = live.tools().store.ranked_record(live.id(), event_id).await? else { return Ok(None) };
    let ranked_at_us = stored.at_us;
    match Fact::from_body(stored.seq, stored.kind, &stored.body)? {
        Fact::Ranked(ranked) => Ok(Some(ranked_at_us.saturating_add(ranked.reward_wait_us))),
        _ => Err(StoreError::Stopped.into()),
    }
}
