//! Rewards that come late, or never.

use crate::measure::{assert_scores, mean, runs};

/// Measured 0.743 over all events, of which the first 500 are chosen without having learned anything.
#[test]
fn coffee_is_learned_from_rewards_five_hundred_events_late() {
    assert_scores("coffee-late-500", 2_500, 0.72);
}

/// Measured 0.985 in the 500 events after the first 2,500.
#[test]
fn coffee_is_learned_from_rewards_two_thousand_events_late() {
    let score = mean(&runs("coffee-late-2000", 3_000), |run| run.score_of(2_500..3_000));
    println!("measured coffee-late-2000 {score:.3}");
    assert!(score > 0.96, "{score}");
}

/// Measured 0.593, though seven in ten events earn the same whatever was shown.
#[test]
fn defaults_of_silent_readers_hide_nothing() {
    assert_scores("default-reward", 2_500, 0.57);
}

/// Measured 0.653.
#[test]
fn clicks_that_come_before_everything_else_do_not_mislead() {
    assert_scores("expiry", 2_500, 0.56);
}
