//! The facts of a loop, in the order in which they happened, and what they mean for one event.
//!
//! A record is never edited. Everything else that the server knows of a loop is a fold over its records.
//! Pure: no IO, no clock; `store` keeps records as opaque bytes, `trainer` folds them.

mod event;
mod ranked;
mod record;

pub use event::{Closing, EARLY_REWARD_US, EventLife, EventRules, ReceivedReward};
pub use ranked::{Ranked, RankedAnswer, RankedSlot, RequestAction, RequestFeatures, RequestSlot};
pub use record::{
    Activated, Configured, Fact, LearningSettingsChange, LogsDeleted, ModelImported, ModelReset, Noted,
    REMOVABLE_KINDS, Record, RecordError, Relearned, Rewarded, SlotReward, SlotsRewarded,
};
