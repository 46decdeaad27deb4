//! Learners against each other, in simulated worlds and on data sets: what they earn, how they follow, what they cost.
//!
//! ```text
//! cargo bench --features ssr --bench learning -- --worlds
//! cargo bench --features ssr --bench learning -- --data FOLDER --delay 500 --learner "wide=--rankloop --gamma_scale 10"
//! cargo bench --features ssr --bench learning -- --worlds --only 'coffee*' --ablate --curves docs/learning
//! ```
//!
//! Every learner sees the same streams and only the rewards of what it chose. `--help` lists the options.

mod curves;
mod data;
mod games;
mod learners;
mod options;
mod paint;
mod report;
mod table;
#[path = "../../tests/worlds/mod.rs"]
mod worlds;

use clap::Parser;

use options::Options;
use report::Report;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if !options.worlds && options.data.is_empty() {
        println!("learning: Nothing is asked for. Try `-- --worlds`, `-- --data FOLDER`, or `-- --help`.");
        return Ok(());
    }
    let tasks = options.tasks()?;
    let learners = learners::wanted(&options)?;
    let n_games = tasks.len() * learners.len() * options.seeds as usize;
    eprintln!("learning: {} tasks, {} learners, {n_games} games.", tasks.len(), learners.len());
    let games = games::play_all(&tasks, &learners, &options)?;
    let report = Report::new(&tasks, &learners, &games, options.reference()?);
    table::print(&report);
    if let Some(file) = &options.out {
        report.save(file, &options)?;
    }
    if let Some(folder) = &options.curves {
        curves::draw_all(&report, folder)?;
    }
    Ok(())
}
