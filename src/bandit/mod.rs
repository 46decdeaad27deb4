//! The mathematics: from context and action JSON to features, scores, probabilities, and what is learned.
//!
//! Pure. No IO, no clock, no environment, no global randomness: the same input gives the same bytes on any machine.
//! The seams are featurize ([`Example`]) → regress → explore ([`Pmf`]); [`Policy`] joins them.

mod auto;
mod coin;
mod cost_estimate;
mod counterfactual;
mod crosses;
pub mod evaluation;
mod example;
mod explanation;
mod exploit_share;
pub mod explore;
mod features;
mod hash;
mod inside;
mod learning;
mod learning_settings;
mod marginals;
mod model_file;
mod names;
mod occlusion;
mod policy;
mod reader;
mod regression;
mod regressor;
mod slots;
mod steps;
mod vowpal_wabbit_model;
mod weights;
mod workspace;

pub use auto::{Learner, Rebuild, Shed};
pub use counterfactual::{Counterfactual, Counterfactuals, Edit, Said, SeenValues, edited, search};
pub use example::{ActionInput, Example, FeatureError, HashedAction, JsonObject};
pub use explanation::{Asked, Contribution, Explanation, Explanations};
pub use explore::Pmf;
pub use features::{FeatureJson, FeatureMap, FeatureView};
pub use inside::{Inside, Known, Memory, MixtureInside};
pub use learning_settings::{LearningSettings, LearningSettingsError};
pub use model_file::ModelFileError;
pub use names::{HeavyCross, Names};
pub use policy::{Outcome, Policy};
pub use slots::{Filling, slot_context, slot_example, slot_example_hashed, slot_seed};

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

use crate::terms::EventId;

/// The seed of an event's draw: the same event and loop draw the same on any machine.
///
/// FNV-1a (64 bit) of the event id's bytes, started from the loop's salt; [`Pmf::draw`] mixes it once more. It stays
/// as it is: a repeated Rank must draw what it drew before.
pub fn draw_seed(event_id: &EventId, salt: u64) -> u64 {
    hash::fnv1a(event_id.as_str().as_bytes(), hash::FNV_BASIS ^ hash::mix(salt))
}
