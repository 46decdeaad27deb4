//! Activate: a deferred event was shown after all.

use super::{Accepted, LiveLoop, LoopError, new_loop::record_of};
use crate::{
    log::{Activated, Fact},
    terms::EventId,
};

/// Stores that a deferred event was shown; a reward that waited for it is learned when this returns. Unknown events
/// are accepted, as the old service did (contract section 6).
pub async fn activate(live: &LiveLoop, event_id: EventId) -> Result<Accepted, LoopError> {
    live.append_and_fold(record_of(&Fact::Activated(Activated { event_id }))).await?;
    Ok(Accepted)
}
