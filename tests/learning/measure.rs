//! How tests play: the default learner, five seeds at once.

use std::thread;

use crate::worlds::{Rules, Run, World, play, world};

pub const SHARE: f32 = 0.2;
pub const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// One run of a learner.
pub fn run(world: &World, arguments: Option<&str>, share: f32, seed: u64) -> Run {
    play(world, Rules { arguments, share, delay: 0, seed }).expect("good arguments")
}

/// The default learner in so many events of a world, by five seeds.
pub fn runs(name: &str, n_events: usize) -> [Run; SEEDS.len()] {
    let world = &world(name).shortened(n_events);
    thread::scope(|scope| {
        let games = SEEDS.map(|seed| scope.spawn(move || run(world, None, SHARE, seed)));
        games.map(|game| game.join().expect("a game ends well"))
    })
}

/// The mean of a figure over the seeds.
pub fn mean(runs: &[Run], figure: impl Fn(&Run) -> f64) -> f64 {
    runs.iter().map(figure).sum::<f64>() / runs.len() as f64
}

/// The score over so many events: 0 is an even choice, 1 the best possible.
#[track_caller]
pub fn assert_scores(name: &str, n_events: usize, least: f64) {
    let score = mean(&runs(name, n_events), Run::score);
    println!("measured {name} {n_events} {score:.3}");
    assert!(score >= least, "{name} scored {score}");
}
