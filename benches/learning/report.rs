//! All games of a learner on a task as one line, and all lines as JSON.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{games::Game, learners::Learner, options::Options, worlds::World};

/// What others earned on the same tasks.
#[derive(Debug, Clone, Default)]
pub struct Reference(BTreeMap<String, Others>);

/// Levels of one task.
#[derive(Debug, Clone, Copy)]
pub struct Others {
    /// The best of those who see the rewards of all actions.
    pub skyline: f64,
    /// The best setting of Vowpal Wabbit, chosen for this task.
    pub best_vowpal_wabbit: Option<f64>,
}

impl Reference {
    /// The summary of a report of `bandit_bench.py`.
    pub fn of_report(report: &Value) -> Self {
        let tasks = report["summary"]["tasks"].as_object().into_iter().flatten();
        let others = |(name, task): (&String, &Value)| {
            let best_vowpal_wabbit = task["best_vw_mean"].as_f64();
            Some((name.clone(), Others { skyline: task["skyline"].as_f64()?, best_vowpal_wabbit }))
        };
        Self(tasks.filter_map(others).collect())
    }
}

/// How seeds followed a change.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Recovered {
    /// Events until 90 % of the score before, mean over the seeds that came so far.
    pub n_events: Option<f64>,
    /// Seeds that did not.
    pub n_never: usize,
}

/// One learner on one task: means over its seeds.
#[derive(Debug, Clone)]
pub struct Line {
    pub task: usize,
    pub learner: usize,
    pub mean: f64,
    /// How far the seeds lie from their mean.
    pub spread: f64,
    /// 0 is an even choice, 1 the best possible or the skyline.
    pub score: Option<f64>,
    pub greedy_score: Option<f64>,
    pub last_quarter: f64,
    pub explored: f64,
    /// By change.
    pub recovery: Vec<Recovered>,
    pub rank_micros: f64,
    pub learn_micros: f64,
    pub model_bytes: f64,
    pub curve: Vec<f64>,
    pub tenths: Vec<f64>,
}

/// All lines, by task and learner.
#[derive(Debug)]
pub struct Report<'a> {
    pub tasks: &'a [World],
    pub learners: &'a [Learner],
    pub lines: Vec<Line>,
    /// By task: what the best setting of Vowpal Wabbit scores.
    pub best_vowpal_wabbit: Vec<Option<f64>>,
}

impl<'a> Report<'a> {
    pub fn new(tasks: &'a [World], learners: &'a [Learner], games: &[Game], reference: Reference) -> Self {
        let others = |task: usize| reference.0.get(&tasks[task].name).copied();
        let by_line = games.chunk_by(|a, b| (a.task, a.learner) == (b.task, b.learner));
        let lines = by_line.map(|games| line(games, others(games[0].task))).collect();
        let vowpal_wabbit = |task: usize| {
            let (others, game) = (others(task)?, games.iter().find(|game| game.task == task)?);
            Some((others.best_vowpal_wabbit? - game.on_average.even) / (others.skyline - game.on_average.even))
        };
        Self { tasks, learners, lines, best_vowpal_wabbit: (0..tasks.len()).map(vowpal_wabbit).collect() }
    }

    /// The lines of one learner.
    pub fn of_learner(&self, learner: usize) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.learner == learner)
    }

    /// The lines of one task.
    pub fn of_task(&self, task: usize) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.task == task)
    }

    /// Saves everything.
    pub fn save(&self, file: &Path, options: &Options) -> anyhow::Result<()> {
        let learners: Vec<_> =
            self.learners.iter().map(|l| json!({"name": l.name, "arguments": l.arguments})).collect();
        let settings = json!({"delay": options.delay, "noise": options.noise, "seeds": options.seeds,
            "share": options.share, "max_rows": options.max_rows});
        let results: Vec<_> = self.lines.iter().map(|line| self.json(line)).collect();
        let report = json!({"format": "rankloop-learning/1", "settings": settings, "learners": learners,
            "results": results});
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(file, text + "\n").with_context(|| format!("could not write {}", file.display()))
    }

    fn json(&self, line: &Line) -> Value {
        let task = &self.tasks[line.task];
        json!({
            "task": task.name, "learner": self.learners[line.learner].name, "events": task.n_events,
            "mean": line.mean, "spread": line.spread, "score": line.score, "greedy_score": line.greedy_score,
            "best_vowpal_wabbit_score": self.best_vowpal_wabbit[line.task], "last_quarter": line.last_quarter,
            "explored": line.explored, "changes": task.changes(), "recovery": line.recovery,
            "rank_us": line.rank_micros, "learn_us": line.learn_micros, "model_bytes": line.model_bytes,
            "tenths": line.tenths,
        })
    }
}

fn line(games: &[Game], others: Option<Others>) -> Line {
    let n = games.len() as f64;
    let over = |figure: &dyn Fn(&Game) -> f64| games.iter().map(figure).sum::<f64>() / n;
    let mean = over(&|game| game.mean);
    let even = over(&|game| game.on_average.even);
    let best = if games[0].knows_best { Some(over(&|game| game.on_average.best)) } else { None };
    let best = best.or(others.map(|others| others.skyline));
    let score = |figure: &dyn Fn(&Game) -> f64| best.map(|best| (over(figure) - even) / (best - even));
    let recovery = |change: usize| {
        let events: Vec<f64> =
            games.iter().filter_map(|game| game.recoveries[change].n_events.map(|n_events| n_events as f64)).collect();
        let n_events = (!events.is_empty()).then(|| events.iter().sum::<f64>() / events.len() as f64);
        Recovered { n_events, n_never: games.len() - events.len() }
    };
    Line {
        task: games[0].task,
        learner: games[0].learner,
        mean,
        spread: over(&|game| (game.mean - mean).powi(2)).sqrt(),
        score: score(&|game| game.on_average.chosen),
        greedy_score: score(&|game| game.on_average.greedy),
        last_quarter: over(&|game| game.last_quarter),
        explored: over(&|game| game.explored),
        recovery: (0..games[0].recoveries.len()).map(recovery).collect(),
        rank_micros: over(&|game| game.rank_micros),
        learn_micros: over(&|game| game.learn_micros),
        model_bytes: over(&|game| game.model_bytes as f64),
        curve: (0..games[0].curve.len()).map(|at| over(&|game| game.curve[at])).collect(),
        tenths: (0..games[0].tenths.len()).map(|at| over(&|game| game.tenths[at])).collect(),
    }
}
