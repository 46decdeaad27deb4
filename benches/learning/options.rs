//! What the command line asks for.

use std::{fs, num::NonZeroUsize, path::PathBuf, thread::available_parallelism};

use anyhow::{Context, bail};
use clap::Parser;
use serde_json::Value;

use crate::{
    data,
    report::Reference,
    worlds::{self, World},
};

/// Plays learners against each other in simulated worlds and on data sets.
#[derive(Debug, Parser)]
#[command(name = "learning", disable_version_flag = true)]
pub struct Options {
    /// Play the simulated worlds
    #[arg(long)]
    pub worlds: bool,
    /// Play the data sets of a folder: files bandit-data/1, *.jsonl.gz
    #[arg(long, value_name = "FOLDER")]
    pub data: Vec<PathBuf>,
    /// Only tasks of these names; * stands for any end
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub only: Vec<String>,
    /// A learner and its arguments; repeat for more. Instead of auto, compatible and squarecb
    #[arg(long = "learner", value_name = "NAME=ARGS")]
    pub learners: Vec<String>,
    /// Each base learner alone, without each, without replay, without uncertainty; beside the other learners
    #[arg(long)]
    pub ablate: bool,
    /// How many events later rewards are known
    #[arg(long, default_value_t = 0)]
    pub delay: usize,
    /// The share of rewards of data sets that are turned into their opposite
    #[arg(long, default_value = "0", value_parser = share)]
    pub noise: f64,
    /// How many streams of each task
    #[arg(long, default_value = "3", value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,
    /// The share of exploration
    #[arg(long, default_value = "0.2", value_parser = share)]
    pub share: f64,
    /// The most events of a data set
    #[arg(long, default_value_t = 10_000)]
    pub max_rows: usize,
    /// How many games at once; fewer give steadier times
    #[arg(long, default_value_t = n_cores())]
    pub threads: usize,
    /// A report of bandit_bench.py on the same data sets, for skylines and the best of Vowpal Wabbit
    #[arg(long, value_name = "FILE.json")]
    reference: Option<PathBuf>,
    /// Save all figures as JSON
    #[arg(long, value_name = "FILE.json")]
    pub out: Option<PathBuf>,
    /// Draw regret or reward of each task as SVG
    #[arg(long, value_name = "FOLDER")]
    pub curves: Option<PathBuf>,
    /// Cargo says this to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// The tasks in a fixed order: worlds, then data sets by name.
    pub fn tasks(&self) -> anyhow::Result<Vec<World>> {
        let mut tasks = if self.worlds { worlds::all() } else { Vec::new() };
        for folder in &self.data {
            tasks.extend(data::tasks(folder, self)?);
        }
        tasks.retain(|task| self.is_wanted(&task.name));
        if tasks.is_empty() {
            bail!("no task is named like {}", self.only.join(", "));
        }
        Ok(tasks)
    }

    pub fn is_wanted(&self, name: &str) -> bool {
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == pattern,
        };
        self.only.is_empty() || self.only.iter().any(fits)
    }

    /// What others earned on the same tasks, by name.
    pub fn reference(&self) -> anyhow::Result<Reference> {
        let Some(file) = &self.reference else { return Ok(Reference::default()) };
        let text = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
        let report: Value = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
        Ok(Reference::of_report(&report))
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it must be a number from 0 to 1".to_owned())
}

fn n_cores() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get)
}
