//! What a policy would have earned, estimated from a log, always with its interval.

mod weighted_rewards;

pub use weighted_rewards::{Estimate, WeightedRewards};
