//! From the merged lines to batches for the log, on a thread of its own: reading goes on while the database writes.

use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    Skipped,
    facts::{LoopFacts, Prepared, prepare},
    merge::{Item, Merged, ReadError, Source},
};
use crate::terms::EventId;

/// A batch takes at most so many lines and roughly so many bytes.
const N_LINES: usize = 2_000;
const N_BYTES: usize = 8 * 1024 * 1024;
/// Batches that wait for the database.
const N_WAITING: usize = 2;

/// One line, read.
#[derive(Debug)]
pub struct ReadLine {
    pub source_idx: usize,
    pub is_last: bool,
    pub n_bytes: usize,
    pub event: Result<(EventId, Prepared), Skipped>,
}

/// Lines in the order of the stream.
pub type Batch = Vec<ReadLine>;

/// Starts reading. An error ends the stream; so does its receiver when it is dropped.
pub fn start(
    sources: Vec<Source>,
    mut merged: Merged,
    facts: LoopFacts,
) -> (mpsc::Receiver<Result<Batch, ReadError>>, JoinHandle<()>) {
    let (batches, receiver) = mpsc::channel(N_WAITING);
    let reading = tokio::task::spawn_blocking(move || {
        loop {
            let batch = next_batch(&sources, &mut merged, facts);
            let is_last = !matches!(&batch, Ok(lines) if !lines.is_empty());
            let is_wanted = matches!(&batch, Ok(lines) if lines.is_empty()) || batches.blocking_send(batch).is_ok();
            if is_last || !is_wanted {
                return;
            }
        }
    });
    (receiver, reading)
}

fn next_batch(sources: &[Source], merged: &mut Merged, facts: LoopFacts) -> Result<Batch, ReadError> {
    let (mut batch, mut n_bytes) = (Vec::new(), 0);
    while batch.len() < N_LINES && n_bytes < N_BYTES {
        let Some(item) = merged.next()? else { break };
        n_bytes += item.n_bytes;
        batch.push(read(item, sources, facts));
    }
    Ok(batch)
}

fn read(item: Item, sources: &[Source], facts: LoopFacts) -> ReadLine {
    let Item { source_idx, event, n_bytes, is_last } = item;
    let event = event.and_then(|event| {
        // In apprentice mode a lesson often agrees with the reward; then only the lines around it tell.
        let is_apprentice = sources[source_idx].is_apprentice || event.is_imitation();
        let prepared = prepare(&event, facts, is_apprentice)?;
        Ok((event.event_id, prepared))
    });
    ReadLine { source_idx, is_last, n_bytes, event }
}
