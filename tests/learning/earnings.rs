//! What is earned where the context tells only a part, or nothing is told in one event of four.

use crate::measure::assert_scores;

/// Measured 0.735.
#[test]
fn sections_are_learned_through_the_noise() {
    assert_scores("sections", 2_000, 0.67);
}

/// Measured 0.884.
#[test]
fn users_are_told_apart_by_what_goes_with_them() {
    assert_scores("users", 2_000, 0.84);
}

/// Measured 0.884.
#[test]
fn missing_features_cost_only_what_they_would_tell() {
    assert_scores("gaps", 2_000, 0.86);
}
