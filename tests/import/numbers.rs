//! The same files, read by Vowpal Wabbit 9.10 (`pip install vowpalwabbit`), gave the numbers that stand here.

use rankloop::{
    import::{Import, Target},
    terms::LoopId,
};

use crate::{
    database::{Database, on_both},
    estimates::estimate,
};

/// After every event of the logs.
pub const NOW_US: i64 = 1_750_000_000_000_000;
/// How near is near enough: probabilities are printed as 32-bit numbers.
const NEAR: f64 = 1e-6;

pub fn import_of(file: &str, name: &str) -> Import {
    Import {
        logs: std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/data").join(file),
        model: None,
        target: Target { name_or_id: name.to_owned(), arguments: None, default_reward: None },
    }
}

async fn imported(database: &Database, file: &str) -> LoopId {
    let done = import_of(file, file).run(&database.store, NOW_US, |_| {}, |_| {}).await.expect("imported");
    assert_eq!(done.counts.n_skipped(), 0);
    assert_eq!((done.counters.ranked, done.counters.pending), (done.counts.events, 0));
    done.loop_id
}

#[track_caller]
fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let is_near = found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= NEAR);
    assert!(is_near, "{found:?} is not {expected:?}");
}

async fn a_log_gives_the_estimates_that_vowpal_wabbit_gives(database: &Database) {
    let id = imported(database, "shop.dsjson").await;
    let arguments = "--cb_explore_adf --epsilon 0.1 --power_t 0 -l 0.01 --cb_type mtr -q ::";
    let found = estimate(&database.store, &id, arguments).await;
    assert_eq!(found.n_events, 60);
    assert_near(&found.logging, &[0.3]);
    assert_near(&found.first_action, &[0.288_838_599]);
    assert_near(&found.random, &[0.579_637_991]);
    // `vw` itself prints minus this as its average loss.
    assert_near(&[found.learning], &[0.265_045_240]);
}

async fn each_slot_has_the_estimates_that_vowpal_wabbit_gives(database: &Database) {
    let id = imported(database, "slots.dsjson").await;
    let found = estimate(&database.store, &id, "--cb_explore_adf").await;
    assert_eq!(found.n_events, 30);
    assert_near(&found.logging, &[0.733_333_333, 0.8]);
    assert_near(&found.first_action, &[0.470_588_235, 1.0]);
    assert_near(&found.random, &[1.0, 0.615_384_615]);
}

on_both!(a_log_gives_the_estimates_that_vowpal_wabbit_gives, each_slot_has_the_estimates_that_vowpal_wabbit_gives,);
