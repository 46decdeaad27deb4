//! The mathematics: from context and action JSON to features, scores, probabilities, and what is learned.
//!
//! Pure. No IO, no clock, no environment, no global randomness: the same input gives the same bytes on any machine.
//! The seams are featurize ([`Example`]) → regress → explore ([`Pmf`]); [`Policy`] joins them.

pub mod evaluation;
mod example;
pub mod explore;
mod learning_settings;
mod policy;

pub use example::{ActionInput, Example, FeatureError, JsonObject};
pub use explore::Pmf;
pub use learning_settings::{LearningSettings, LearningSettingsError};
pub use policy::{Contribution, Explanation, ModelFileError, Outcome, Policy};

use crate::terms::EventId;

/// The seed of an event's draw: the same event and loop draw the same on any machine.
pub fn draw_seed(event_id: &EventId, salt: u64) -> u64 {
    let _ = (event_id, salt);
    todo!("bandit")
}
