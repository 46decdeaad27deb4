//! Rewards of any scale: losses, money, thousandths and thousands, and one click in a hundred.

use crate::measure::{assert_scores, mean, runs};

/// Measured 0.986.
#[test]
fn losses_are_learned_as_well_as_gains() {
    assert_scores("bets", 1_000, 0.96);
}

/// Measured 0.574.
#[test]
fn what_earns_most_is_preferred_to_what_sells_most_often() {
    assert_scores("revenue", 2_000, 0.47);
}

/// Measured 0.893 in the 500 events after the first 2,500: small rewards get a range of their own size.
#[test]
fn rewards_in_thousandths_are_learned_in_the_end() {
    let score = mean(&runs("thousandths", 3_000), |run| run.score_of(2_500..3_000));
    println!("measured thousandths {score:.3}");
    assert!(score > 0.87, "{score}");
}

/// Measured 0.955.
#[test]
fn rewards_in_thousands_are_learned() {
    assert_scores("thousands", 1_000, 0.93);
}

/// Measured 0.180.
#[test]
fn one_click_in_a_hundred_is_enough_to_learn_ten_banners() {
    assert_scores("clicks-10", 4_000, 0.14);
}
