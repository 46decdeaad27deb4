//! `import`: the past of the retired service into a loop, at the machine itself.

use std::{fmt::Write, fs, io::IsTerminal, path::Path, time::Duration};

use anyhow::{Context, bail};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{config::AzureImport, telemetry};
use crate::{
    clock::Clock,
    import::{Counts, Import, Progress, Target, read_policy},
    store::Presence,
    terms::RewardValue,
};

/// Where nobody watches, a line is written this often.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Imports, or says what an import would do.
pub async fn run(options: AzureImport) -> anyhow::Result<()> {
    telemetry::start();
    let import = read_options(&options)?;
    let now_us = Clock::System.now_us();
    let mut bar = Bar::new();
    if options.dry_run {
        let found = import.dry_run(now_us, |progress| bar.show(progress)).await?;
        bar.end();
        print!("{}", told(found.n_files, &found.counts));
        println!("Nothing was written: this was a dry run.");
        return Ok(());
    }
    let store = options.data.open().await?;
    let Some(_held) = store.hold(Presence::Alone).await.context("the data cannot be held")? else {
        bail!("a rankloop server or another import works on these data; stop it first");
    };
    let opened = |ready: &crate::import::Ready| {
        let how = if ready.is_resumed { "Going on with" } else { "Writing into" };
        eprintln!("{how} the loop {} ({})", ready.name, ready.id);
        if let Some([first, second]) = &ready.keys {
            println!("Keys of the new loop (shown this once):\n  {first}\n  {second}");
        }
    };
    let imported = import.run(&store, now_us, opened, |progress| bar.show(progress)).await;
    bar.end();
    store.close().await;
    let imported = imported?;
    print!("{}", told(imported.n_files, &imported.counts));
    let counters = imported.counters;
    println!(
        "The loop's log now holds {} events; the model learned {} times.",
        HumanCount(counters.ranked),
        counters.model_version
    );
    if imported.has_model {
        println!("The exported model ranks from now on; what the logs taught is not in it.");
    }
    if imported.keys.is_some() {
        println!(
            "The new loop keeps its log for ever, so that nothing imported is removed; its settings can change that."
        );
    }
    Ok(())
}

fn read_options(options: &AzureImport) -> anyhow::Result<Import> {
    let arguments = options.policy.as_deref().map(|path| {
        read_policy(&read(path)?).with_context(|| format!("the learning settings in {} cannot be used", path.display()))
    });
    let default_reward = options.default_reward.map(RewardValue::try_from).transpose()?;
    Ok(Import {
        logs: options.logs.clone(),
        model: options.model.as_deref().map(read).transpose()?,
        target: Target { name_or_id: options.learning_loop.clone(), arguments: arguments.transpose()?, default_reward },
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// A bar on a terminal, a line now and then elsewhere.
struct Bar {
    bar: Option<ProgressBar>,
    is_sized: bool,
    last_line: std::time::Instant,
}

impl Bar {
    fn new() -> Self {
        let is_watched = std::io::stderr().is_terminal();
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style);
        Self { bar: is_watched.then(bar), is_sized: false, last_line: std::time::Instant::now() }
    }

    fn show(&mut self, progress: Progress) {
        let Progress { n_bytes, n_bytes_all, n_events, n_skipped } = progress;
        let said = format!("{} events, {} lines skipped", HumanCount(n_events), HumanCount(n_skipped));
        match &self.bar {
            Some(bar) => {
                if !self.is_sized {
                    bar.set_length(n_bytes_all);
                    self.is_sized = true;
                }
                bar.set_message(said);
                bar.set_position(n_bytes);
            }
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = std::time::Instant::now();
                eprintln!("{:>3} %  {said}", 100 * n_bytes / n_bytes_all.max(1));
            }
            None => {}
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What was found, in lines for people.
fn told(n_files: usize, counts: &Counts) -> String {
    let mut text = String::new();
    let files = if n_files == 1 { "file" } else { "files" };
    let _ = writeln!(text, "{} lines in {n_files} {files}", HumanCount(counts.lines));
    let _ = writeln!(text, "{} events", HumanCount(counts.events));
    if let (Some(first_us), Some(last_us)) = (counts.first_us, counts.last_us) {
        let _ = writeln!(text, "  from {} to {}", instant(first_us), instant(last_us));
    }
    let parts = [
        (counts.rewarded, "with a reward of their own; the others count with the default reward"),
        (counts.multi_slot, "with several slots"),
        (counts.apprentice, "in apprentice mode"),
        (counts.not_activated, "deferred and never shown: kept, and not learned"),
        (counts.sampled, "logged by a caller that kept a share of its events; each counts once"),
        (counts.moved, "out of order by more than is put in order: dated like the event before them"),
    ];
    for (n, what) in parts.into_iter().filter(|(n, _)| *n > 0) {
        let _ = writeln!(text, "  {:>9} {what}", HumanCount(n).to_string());
    }
    if counts.n_skipped() > 0 {
        let _ = writeln!(text, "{} lines skipped", HumanCount(counts.n_skipped()));
    }
    for (why, n) in &counts.skipped {
        let _ = writeln!(text, "  {:>9} {why}", HumanCount(*n).to_string());
    }
    text
}

fn instant(at_us: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_us) * 1_000).ok();
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| at_us.to_string())
}
