//! All games, a few at once.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use anyhow::Context;

use crate::{
    learners::Learner,
    options::Options,
    worlds::{OnAverage, Recovery, Rules, Run, World, play},
};

/// Points of a curve.
const N_POINTS: usize = 120;

/// The figures of one game.
#[derive(Debug, Clone)]
pub struct Game {
    pub task: usize,
    pub learner: usize,
    pub seed: u64,
    pub mean: f64,
    /// What was chosen, an even choice, the best one and the most probable one earn on average.
    pub on_average: OnAverage,
    pub knows_best: bool,
    pub last_quarter: f64,
    pub explored: f64,
    pub recoveries: Vec<Recovery>,
    pub rank_micros: f64,
    pub learn_micros: f64,
    pub model_bytes: usize,
    /// Regret so far (by what choices earn on average) where the best is known, otherwise the mean reward of each stretch.
    pub curve: Vec<f64>,
    pub tenths: Vec<f64>,
}

/// Plays every learner on every task and seed. The order of the answer is that of the loops, whoever played first.
pub fn play_all(tasks: &[World], learners: &[Learner], options: &Options) -> anyhow::Result<Vec<Game>> {
    let mut jobs = Vec::new();
    for task in 0..tasks.len() {
        for learner in 0..learners.len() {
            jobs.extend((1..=options.seeds).map(|seed| (task, learner, seed)));
        }
    }
    let (next, games) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((task, learner, seed)) = jobs.get(next.fetch_add(1, Relaxed)).copied() {
            let game = play_one(&tasks[task], &learners[learner], seed, options)
                .with_context(|| format!("{} on {}", learners[learner].name, tasks[task].name))
                .map(|run| figures(task, learner, seed, &run));
            eprintln!("learning: {} on {}, seed {seed}", learners[learner].name, tasks[task].name);
            games.lock().expect("no thread panics while it holds the list").push(game);
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(work);
        }
    });
    let games = games.into_inner().expect("all threads have ended well");
    let mut games = games.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    games.sort_by_key(|game| (game.task, game.learner, game.seed));
    Ok(games)
}

fn play_one(world: &World, learner: &Learner, seed: u64, options: &Options) -> anyhow::Result<Run> {
    let arguments = learner.arguments.as_deref();
    Ok(play(world, Rules { arguments, share: options.share as f32, delay: options.delay, seed })?)
}

fn figures(task: usize, learner: usize, seed: u64, run: &Run) -> Game {
    Game {
        task,
        learner,
        seed,
        mean: run.mean(),
        on_average: OnAverage {
            chosen: run.mean_on_average(|it| it.chosen),
            greedy: run.mean_on_average(|it| it.greedy),
            even: run.mean_on_average(|it| it.even),
            best: run.mean_on_average(|it| it.best),
        },
        knows_best: run.knows_best,
        last_quarter: run.mean_of(run.last_quarter()),
        explored: run.explored(),
        recoveries: run.recoveries(),
        rank_micros: run.rank_micros(),
        learn_micros: run.learn_micros(),
        model_bytes: run.model_bytes(),
        curve: curve(run),
        tenths: parts(run.n_events(), 10).map(|part| run.mean_of(part)).collect(),
    }
}

fn curve(run: &Run) -> Vec<f64> {
    if !run.knows_best {
        return parts(run.n_events(), N_POINTS / 4).map(|part| run.mean_of(part)).collect();
    }
    let mut regret = 0.0;
    let mut points = Vec::with_capacity(N_POINTS);
    for part in parts(run.n_events(), N_POINTS) {
        regret += part.map(|at| run.on_average[at].best - run.on_average[at].chosen).sum::<f64>();
        points.push(regret);
    }
    points
}

/// So many stretches of equal length; fewer when there are fewer events.
fn parts(n_events: usize, n_parts: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let n_parts = n_parts.min(n_events);
    (0..n_parts).map(move |part| part * n_events / n_parts..(part + 1) * n_events / n_parts)
}
