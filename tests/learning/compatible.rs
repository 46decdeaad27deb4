//! The old service's settings in the same worlds.

use rankloop::bandit::LearningSettings;

use crate::{
    measure::{SEEDS, SHARE, mean, run},
    worlds::{Run, world},
};

const COMPATIBLE: Option<&str> = Some(LearningSettings::COMPATIBLE_DEFAULT);

/// Vowpal Wabbit itself, emulating the service at these settings with rewards at once, over other draws of the same
/// worlds: coffee 0.473, sections 0.489, users 0.479, swap 0.494. Measured here: 0.438, 0.505, 0.501, 0.497. Single
/// seeds lie 0.04 (coffee) and 0.01 (the others) around these.
#[test]
fn the_compatible_default_earns_what_vowpal_wabbit_does() {
    let theirs = [("coffee", 0.473, 0.05), ("sections", 0.489, 0.03), ("users", 0.479, 0.03), ("swap", 0.494, 0.03)];
    for (name, theirs, slack) in theirs {
        let world = world(name);
        // Coffee alone has seeds that lie far apart.
        let seeds = if name == "coffee" { &SEEDS[..] } else { &SEEDS[..1] };
        let runs: Vec<_> = seeds.iter().map(|seed| run(&world, COMPATIBLE, SHARE, *seed)).collect();
        let earned = mean(&runs, Run::mean);
        println!("measured compatible {name} {earned:.3}");
        assert!((earned - theirs).abs() < slack, "{name} earned {earned}, Vowpal Wabbit {theirs}");
    }
}

#[test]
fn the_default_learner_earns_more_than_the_compatible_one() {
    for name in ["coffee", "users", "techfest"] {
        let world = world(name).shortened(1_000);
        let [own, compatible] = [None, COMPATIBLE].map(|arguments| run(&world, arguments, SHARE, 1).score());
        assert!(own > compatible, "{name}: {own} to {compatible}");
    }
}
