//! Words that every room knows: ids, modes, states and the settings of a loop, as plain checked values.
//!
//! Compiles for server and browser. Nothing here does more than parse, check and print itself.

mod audit;
mod auto_optimization;
mod configuration;
mod credential;
mod duration;
mod environment;
mod feature_object;
mod ids;
mod ramp;
mod role;
mod states;

pub use audit::{AuditKind, Author, Door};
pub use auto_optimization::AutoOptimization;
pub use configuration::{
    Configuration, ConfigurationError, ExplorationShare, LearningMode, RetentionDays, RewardAggregation, RewardValue,
    RewardWaitTime,
};
pub use credential::Credential;
pub use duration::{IsoDuration, IsoDurationError};
pub use environment::Environment;
pub use feature_object::{FeatureObject, FeatureValue, JsonText};
pub use ids::{ActionId, EventId, IdError, JobId, LoopId, SlotId, is_same_text};
pub use ramp::{ExplorationRamp, RampTime};
pub use role::Role;
pub use states::{EventState, Impact};
