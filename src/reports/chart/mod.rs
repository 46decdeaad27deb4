//! Drawings of the answers.

use super::{ActionSeries, Drawings, RewardPoint};

pub fn reward_curve(_: &[RewardPoint], _: i64, _: i64, _: &str) -> Option<Drawings> {
    None
}
pub fn action_areas(_: &[ActionSeries], _: &[(i64, i64)], _: &[bool], _: i64, _: &str) -> Option<Drawings> {
    None
}
pub fn sparkline(_: &[RewardPoint]) -> Option<String> {
    None
}
