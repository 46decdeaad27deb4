//! Actions: new ones every day, few and many.

use crate::measure::{assert_scores, mean, runs};

/// Measured 0.991: articles are told apart by their topic, not by ids, which are new every day.
#[test]
fn an_action_never_seen_before_is_judged_by_its_features() {
    let score = mean(&runs("daily", 2_000), |run| run.score_of(1_000..2_000));
    println!("measured daily {score:.3}");
    assert!(score > 0.96, "{score}");
}

/// Measured 0.743.
#[test]
fn what_is_said_of_articles_carries_over_from_day_to_day() {
    assert_scores("fresh", 1_500, 0.71);
}

/// Measured 0.615.
#[test]
fn articles_that_are_better_than_their_topic_are_found_within_their_day() {
    assert_scores("fresh-single", 1_500, 0.58);
}

/// Measured 0.906.
#[test]
fn two_actions_are_told_apart() {
    assert_scores("actions-2", 1_000, 0.84);
}

/// Measured 0.180.
#[test]
fn a_hundred_actions_are_learned_by_their_topics() {
    assert_scores("actions-100", 600, 0.12);
}
