//! Skeleton.
use super::{Accepted, LiveLoop, LoopError};
use crate::terms::EventId;

/// Stores that a deferred event was shown. Unknown events are accepted.
pub async fn activate(_live: &LiveLoop, _event_id: EventId) -> Result<Accepted, LoopError> {
    todo!("loops")
}
