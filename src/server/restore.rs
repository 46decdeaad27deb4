//! `restore`: a backup into an empty data folder or database.

use std::fs::File;

use anyhow::{Context, bail};
use indicatif::HumanCount;

use super::{config::RestoreOptions, telemetry};
use crate::store::{Presence, Store, check_archive};

/// Checks the whole file before anything is written.
pub async fn run(RestoreOptions { from, data }: RestoreOptions) -> anyhow::Result<()> {
    telemetry::start();
    let open = || File::open(&from).with_context(|| format!("{} cannot be read", from.display()));
    check_archive(open()?).with_context(|| format!("{} cannot be restored", from.display()))?;
    let store = Store::open(&data.url()).await.context("the database cannot be opened")?;
    let Some(_held) = store.hold(Presence::Alone).await.context("the data cannot be held")? else {
        bail!("a rankloop server works on these data; a backup goes into an empty folder or database");
    };
    let archived = store.read_archive(open()?).await;
    store.close().await;
    let archived = archived.with_context(|| format!("{} was not restored", from.display()))?;
    println!(
        "Restored {} loops with {} records. Nobody is signed in; keys, tokens and passwords are those of the backup.",
        HumanCount(archived.n_loops),
        HumanCount(archived.n_records)
    );
    Ok(())
}
