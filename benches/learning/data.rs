//! Data sets as worlds: files of the format bandit-data/1, gzipped JSON lines.
//!
//! The first line says what the columns and actions are; each further line is a row of context values and the rewards
//! of the actions. Every row becomes an event as `bandit_bench.py` makes it, drawn by another generator.

use std::{
    cmp::Ordering,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    options::Options,
    worlds::{Action, Dice, JsonObject, Situation, Slot, World},
};

#[derive(Debug, Deserialize)]
struct Header {
    format: String,
    name: String,
    kind: String,
    order: String,
    columns: Vec<Column>,
    actions: Vec<ActionLine>,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    r#type: String,
}

#[derive(Debug, Deserialize)]
struct ActionLine {
    id: String,
    #[serde(default)]
    features: JsonObject,
}

/// A row: the right action (`y`) or the rewards of all (`r`).
#[derive(Debug, Deserialize)]
struct Line {
    x: Vec<Value>,
    y: Option<usize>,
    r: Option<Vec<f64>>,
}

/// The rows of one file.
#[derive(Debug)]
struct Table {
    header: Header,
    rows: Vec<(JsonObject, Vec<f64>)>,
}

/// The tasks of a folder by name: each file, and again with a changing third of its actions where they have features.
/// Logged feedback is for evaluations, not for learners, and is passed over.
pub fn tasks(folder: &Path, options: &Options) -> anyhow::Result<Vec<World>> {
    let mut tasks = Vec::new();
    for file in files(folder)? {
        let Some(table) = read(&file).with_context(|| format!("could not read {}", file.display()))? else { continue };
        let has_features = table.header.actions.iter().any(|action| !action.features.is_empty());
        let table = Arc::new(table);
        tasks.push(task(&table, false, options));
        if has_features {
            tasks.push(task(&table, true, options));
        }
    }
    Ok(tasks)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not open {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".jsonl.gz"));
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> anyhow::Result<Option<Table>> {
    let mut lines = BufReader::new(GzDecoder::new(File::open(file)?)).lines();
    let header: Header = serde_json::from_str(&lines.next().context("it is empty")??)?;
    if header.format != "bandit-data/1" {
        bail!("it is of the format {:?}", header.format);
    }
    if header.kind == "logged" {
        return Ok(None);
    }
    let row = |line: std::io::Result<String>| -> anyhow::Result<_> {
        let line: Line = serde_json::from_str(&line?)?;
        let rewards = match (line.y, line.r) {
            (Some(right), None) => (0..header.actions.len()).map(|at| f64::from(u8::from(at == right))).collect(),
            (None, Some(rewards)) => rewards,
            _ => bail!("a row has neither a right action nor rewards, or both"),
        };
        Ok((context_of(&header.columns, line.x), rewards))
    };
    let rows = lines.map(row).collect::<anyhow::Result<_>>()?;
    Ok(Some(Table { header, rows }))
}

/// What is missing is left out, and a list of words is an object of ones.
fn context_of(columns: &[Column], values: Vec<Value>) -> JsonObject {
    let known = columns.iter().zip(values).filter(|(_, value)| !value.is_null() && *value != Value::Array(Vec::new()));
    known
        .map(|(column, value)| (column.name.clone(), if column.r#type == "bag" { bag(value) } else { value }))
        .collect()
}

fn bag(value: Value) -> Value {
    let Value::Array(words) = value else { return value };
    let word = |word: Value| (word.as_str().map_or_else(|| word.to_string(), str::to_owned), 1.into());
    Value::Object(words.into_iter().map(word).collect())
}

fn action_of(line: &ActionLine, with_details: bool) -> Arc<Action> {
    let mut features = Map::from_iter([("id".to_owned(), line.id.clone().into())]);
    if with_details {
        let details = line.features.iter().map(|(name, value)| (name.clone(), bag(value.clone())));
        features.extend(details);
    }
    Arc::new(Action { id: line.id.clone(), features: vec![features] })
}

fn task(table: &Arc<Table>, is_adf: bool, options: &Options) -> World {
    let name = format!("{}{}", table.header.name, if is_adf { "+adf" } else { "" });
    let (table, noise) = (table.clone(), options.noise);
    let n_events = table.rows.len().min(options.max_rows);
    let mut world = World::new(&name, n_events, move |seed, _| {
        let (table, mut dice) = (table.clone(), Dice::new(seed));
        let is_shuffled = table.header.order == "shuffle";
        let order = if is_shuffled { dice.order(table.rows.len()) } else { (0..table.rows.len()).collect() };
        let actions: Vec<_> = table.header.actions.iter().map(|line| action_of(line, is_adf)).collect();
        move |n| {
            let (context, rewards) = &table.rows[order[n]];
            let offered = if is_adf { offer(&mut dice, rewards) } else { (0..actions.len()).collect() };
            let flip = |reward: f64| if noise > 0.0 && dice.happens(noise) { 1.0 - reward } else { reward };
            let rewards: Vec<f64> = offered.iter().map(|at| rewards[*at]).map(flip).collect();
            let slot = Slot { expected: rewards.clone(), rewards, ..Slot::default() };
            let actions = offered.iter().map(|at| actions[*at].clone()).collect();
            Situation { context: vec![context.clone()], actions, slots: vec![slot] }
        }
    });
    // The right answer is known, but not how much of it the context tells.
    world.knows_best = false;
    world
}

/// A changing third of the actions, one of the best always among them.
fn offer(dice: &mut Dice, rewards: &[f64]) -> Vec<usize> {
    let n_offered = rewards.len().min(3.max(rewards.len().div_ceil(3)));
    let mut order = dice.order(rewards.len());
    let by_reward = |a: &usize, b: &usize| rewards[*a].partial_cmp(&rewards[*b]).unwrap_or(Ordering::Equal);
    // The order is random already, so the last of the best is a random one of them.
    let best = order.iter().copied().max_by(by_reward).unwrap_or(0);
    order.sort_by_key(|at| *at != best);
    order.truncate(n_offered);
    order.sort_unstable();
    order
}
