//! Buckets for the tests of this room.

use super::Looked;
use crate::{
    bandit::evaluation::WeightedRewards,
    reports::{TimeRange, Unit},
    trainer::{ActionShare, Bucket},
};

pub const MINUTE_US: i64 = 60_000_000;

/// Minute number `minute` of a loop that earned these rewards.
pub fn bucket(minute: i64, rewards: &[f32]) -> Bucket {
    let mut answered = WeightedRewards::default();
    for reward in rewards {
        answered.add(1.0, f64::from(*reward));
    }
    let n = rewards.len() as u64;
    Bucket {
        start_us: minute * MINUTE_US,
        span_us: MINUTE_US,
        n_ranked: n,
        n_active: n,
        n_rewarded: rewards.iter().filter(|reward| **reward != 0.0).count() as u64,
        n_explored: 0,
        answered,
        learned: answered,
        baseline: WeightedRewards::default(),
        random: WeightedRewards::default(),
        actions: Vec::new(),
    }
}

/// The same with `n` events of this weight that tell what the baseline earns.
pub fn with_baseline(mut bucket: Bucket, n: u64, weight: f64, reward: f64) -> Bucket {
    for _ in 0..n {
        bucket.baseline.add(weight, reward);
    }
    bucket
}

/// The same with these mean probabilities.
pub fn with_actions(mut bucket: Bucket, actions: &[(&str, f64)]) -> Bucket {
    let n_offered = bucket.n_ranked;
    bucket.actions = actions
        .iter()
        .map(|(id, mean)| ActionShare {
            action_id: id.parse().expect("a good id"),
            n_offered,
            n_chosen: 0,
            sum_probability: mean * n_offered as f64,
        })
        .collect();
    bucket
}

/// A look at the last hour.
pub fn looked(now_us: i64, wait_us: i64) -> Looked {
    Looked {
        range: TimeRange::Hour,
        unit: Unit::Decision,
        to_us: now_us,
        now_us,
        wait_us,
        zone: Default::default(),
        marks: Vec::new(),
    }
}
