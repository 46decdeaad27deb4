//! What a policy would have earned, estimated from a log, always with its interval; and which features mattered.

mod consequence;
mod doubly_robust;
mod importance;
mod ips;
mod moves;
mod timeline;
mod weighted_rewards;

pub use consequence::{Consequence, Deciding, ExpectedRewards, Figure, LoggedDecision, TooEarly};
pub use doubly_robust::DoublyRobustSums;
pub use importance::{FeatureScore, Importances, ValueScore};
pub use ips::{Interval, IpsSums};
pub use moves::{FeatureMove, FeatureMoves};
pub use timeline::{COARSE_US, DAY_US, FINE_US, Series, Timeline};
pub use weighted_rewards::{Estimate, WeightedRewards};

/// The half width of a 95 % normal interval in standard errors.
pub(crate) const Z_95: f64 = 1.96;
