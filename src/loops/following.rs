//! Loops that other processes on the same database make, change and remove.

use std::{collections::HashMap, time::Duration};

use tokio::{sync::watch, task::JoinHandle, time::sleep};
use tracing::{info, warn};

use super::{LiveLoop, LoopError, registry::WeakLoops};
use crate::{
    store::{LoopRow, Revisions},
    terms::LoopId,
};

/// How soon after a failure it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Keeps the loops in memory as they are in the database, until nobody holds them any more or it is dropped.
#[derive(Debug)]
pub(super) struct Following(JoinHandle<()>);

impl Following {
    pub fn start(loops: WeakLoops, revisions: watch::Receiver<Revisions>) -> Self {
        Self(tokio::spawn(follow(loops, revisions)))
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn follow(loops: WeakLoops, mut revisions: watch::Receiver<Revisions>) {
    while revisions.changed().await.is_ok() {
        while let Err(problem) = refresh(&loops).await {
            warn!(error = &problem as &dyn std::error::Error, "Not all that other processes changed is known yet");
            sleep(AGAIN).await;
        }
    }
}

/// Compares what is in memory with what is in the database. What fails for one loop does not keep the others away.
async fn refresh(loops: &WeakLoops) -> Result<(), LoopError> {
    let Some(loops) = loops.upgrade() else { return Ok(()) };
    let _changing = loops.changing().await;
    let rows = loops.tools().store.loops().await?;
    let mut live: HashMap<LoopId, LiveLoop> = loops.list().into_iter().map(|live| (live.id().clone(), live)).collect();
    let (mut came, mut has_changed_keys, mut failed) = (Vec::new(), false, None);
    for row in rows {
        match live.remove(&row.id) {
            Some(known) => match renew(&known, row).await {
                Ok(has_changed) => has_changed_keys |= has_changed,
                Err(problem) => failed = Some(problem),
            },
            None => match LiveLoop::start(loops.tools(), row).await {
                Ok(live) => came.push(live),
                Err(problem) => failed = Some(problem),
            },
        }
    }
    let gone: Vec<LiveLoop> = live.into_values().collect();
    if has_changed_keys || !came.is_empty() || !gone.is_empty() {
        for live in &came {
            info!(loop.id = %live.id(), "Another process made a loop");
        }
        loops.replace_registry(|all| {
            all.retain(|live| gone.iter().all(|other| other.id() != live.id()));
            all.extend(came);
        });
    }
    for live in gone {
        info!(loop.id = %live.id(), "Another process removed the loop");
        loops.let_go(&live).await?;
    }
    failed.map_or(Ok(()), Err)
}

/// Takes in what changed of a loop; whether its keys did.
async fn renew(live: &LiveLoop, row: LoopRow) -> Result<bool, LoopError> {
    if live.row().revision == row.revision {
        return Ok(false);
    }
    live.reload_actions().await?;
    let has_changed_keys = live.row().keys != row.keys;
    live.set_row(row);
    Ok(has_changed_keys)
}
