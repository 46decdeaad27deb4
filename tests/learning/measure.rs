//! How tests play: the default learner, three seeds at once.

use std::thread;

use crate::worlds::{Rules, Run, World, play, world};

pub const SHARE: f32 = 0.2;
pub const SEEDS: [u64; 3] = [1, 2, 3];

/// One run of a learner.
pub fn run(world: &World, arguments: Option<&str>, share: f32, seed: u64) -> Run {
    play(world, Rules { arguments, share, delay: 0, seed }).expect("good arguments")
}

/// The mean over three seeds of a figure of the default learner.
pub fn over_seeds(world: &World, figure: impl Fn(&Run) -> f64 + Sync) -> f64 {
    let play = |seed| figure(&run(world, None, SHARE, seed));
    let sum: f64 = thread::scope(|scope| {
        let games = SEEDS.map(|seed| scope.spawn(move || play(seed)));
        games.map(|game| game.join().expect("a game ends well")).into_iter().sum()
    });
    sum / SEEDS.len() as f64
}

/// The score over so many events: 0 is an even choice, 1 the best possible.
#[track_caller]
pub fn assert_scores(name: &str, n_events: usize, least: f64) {
    let score = over_seeds(&world(name).shortened(n_events), Run::score);
    println!("measured {name} {n_events} {score:.3}");
    assert!(score >= least, "{name} scored {score}");
}
