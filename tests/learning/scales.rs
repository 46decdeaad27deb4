//! Rewards of any scale: losses, money, thousandths and thousands, and one click in a hundred.

use crate::measure::assert_scores;

/// Measured 0.959.
#[test]
fn losses_are_learned_as_well_as_gains() {
    assert_scores("bets", 1_000, 0.93);
}

/// Measured 0.025.
#[test]
fn what_earns_most_is_preferred_to_what_sells_most_often() {
    assert_scores("revenue", 2_000, 0.00);
}

/// Measured 0.655.
#[test]
fn rewards_in_thousandths_are_learned() {
    assert_scores("thousandths", 1_000, 0.63);
}

/// Measured 0.750.
#[test]
fn rewards_in_thousands_are_learned() {
    assert_scores("thousands", 1_000, 0.73);
}

/// Measured 0.075.
#[test]
fn one_click_in_a_hundred_is_enough_to_learn_ten_banners() {
    assert_scores("clicks-10", 4_000, 0.05);
}
