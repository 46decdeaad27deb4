//! Skeleton.
use super::{LiveLoop, LoopError};
use crate::terms::EventId;

/// A stored call; its meaning for the event is in the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted;

/// Stores a reward; with `earliest` it is learned when this returns. Unknown events are accepted and counted.
pub async fn reward(_live: &LiveLoop, _event_id: EventId, _value: f32) -> Result<Accepted, LoopError> {
    todo!("loops")
}
