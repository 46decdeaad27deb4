//! Rewards of any scale: losses, money, thousandths and thousands, and one click in a hundred.

use crate::measure::assert_scores;

/// Measured 0.959.
#[test]
fn losses_are_learned_as_well_as_gains() {
    assert_scores("bets", 1_000, 0.93);
}

/// Measured 0.064.
#[test]
fn what_earns_most_is_preferred_to_what_sells_most_often() {
    assert_scores("revenue", 3_000, 0.04);
}

/// Measured 0.688.
#[test]
fn rewards_in_thousandths_are_learned() {
    assert_scores("thousandths", 1_500, 0.66);
}

/// Measured 0.760.
#[test]
fn rewards_in_thousands_are_learned() {
    assert_scores("thousands", 1_500, 0.74);
}

/// Measured 0.083.
#[test]
fn one_click_in_a_hundred_is_enough_to_learn_ten_banners() {
    assert_scores("clicks-10", 6_000, 0.06);
}
