//! How much is explored.

use crate::{
    measure::{SHARE, run},
    worlds::world,
};

/// The share may be kept by each event or by all together, so it is measured over five hundred.
#[test]
fn exploration_keeps_to_its_share_once_five_hundred_events_are_learned() {
    let run = run(&world("coffee").shortened(3_000), None, 0.05, 1);
    assert!(run.explored[..100].iter().any(|explores| *explores > 0.06), "a young model explores as it needs");
    for (at, stretch) in run.explored[500..].chunks(500).enumerate() {
        let share = stretch.iter().sum::<f64>() / stretch.len() as f64;
        assert!(share <= 0.055, "{share} in stretch {at}");
    }
}

/// Measured 0.005 in the last 500 events: what is known is not asked again and again.
#[test]
fn exploration_ends_where_everything_is_known() {
    let run = run(&world("coffee").shortened(3_000), None, SHARE, 1);
    let explored = run.explored[2_500..].iter().sum::<f64>() / 500.0;
    println!("measured explored {explored:.4}");
    assert!(explored < 0.02, "{explored}");
}
