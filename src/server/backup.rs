//! `backup`: everything into one file, while servers go on.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use indicatif::{HumanBytes, HumanCount};
use tracing::warn;

use super::{config::BackupOptions, telemetry};
use crate::{
    clock::Clock,
    store::{AuditLine, Store},
    terms::{AuditKind, Author},
};

/// Writes the archive beside its place and moves it there when it is whole and on the device.
pub async fn run(BackupOptions { to, data }: BackupOptions) -> anyhow::Result<()> {
    telemetry::start();
    if let Some(file) = data.file() {
        ensure!(file.exists(), "there are no data in {}", data.data_dir.display());
    }
    ensure!(!to.exists(), "{} is there already", to.display());
    // The schema stays as it is: a server of another version may be at work on it.
    let store = Store::open(&data.url()).await.context("the data cannot be opened")?;
    let part = part_of(&to);
    let file = File::create(&part).with_context(|| format!("{} cannot be written", part.display()))?;
    let written = store.write_archive(file, Clock::System.now_us()).await;
    let moved = written.context("the data cannot be backed up").and_then(|(file, archived)| {
        let n_bytes = put_in_place(&file, &part, &to)?;
        Ok((n_bytes, archived))
    });
    if moved.is_err() {
        // Half a backup is none. Should it stay all the same, its name says what it is.
        fs::remove_file(&part).ok();
    }
    if moved.is_ok() {
        note(&store, &to).await;
    }
    store.close().await;
    let (n_bytes, archived) = moved?;
    println!(
        "{} holds {} loops with {} records ({}).",
        to.display(),
        HumanCount(archived.n_loops),
        HumanCount(archived.n_records),
        HumanBytes(n_bytes)
    );
    Ok(())
}

/// Leaves a line in the audit history, from which the dashboard tells how old the last backup is. The backup stands without
/// it, too: the data may be there to be read only, or of a version that has no such history.
async fn note(store: &Store, to: &Path) {
    let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let line = AuditLine::new(Clock::System.now_us(), AuditKind::BackupMade, &Author::command_line()).on(name);
    if let Err(error) = store.add_audit_line(&line).await {
        let error = &error as &dyn std::error::Error;
        warn!(error, "The backup is complete, but the audit history does not tell of it");
    }
}

fn part_of(to: &Path) -> PathBuf {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    part.into()
}

fn put_in_place(file: &File, part: &Path, to: &Path) -> anyhow::Result<u64> {
    let failed = || format!("{} cannot be written", to.display());
    file.sync_all().with_context(failed)?;
    // Not by a plain rename, which would take the place of a file that came in between.
    fs::hard_link(part, to).or_else(|_| fs::rename(part, to)).with_context(failed)?;
    fs::remove_file(part).ok();
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(failed)?;
    Ok(file.metadata().with_context(failed)?.len())
}
