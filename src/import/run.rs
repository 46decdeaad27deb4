//! The import itself: files into a loop's log, with counts, and a second start that goes on where the first stopped.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    Counts, Skipped,
    checkpoint::Checkpoint,
    exported_model::read_model,
    facts::{LoopFacts, Prepared},
    files::find_files,
    merge::{Merged, ReadError, Source},
    stream::{self, Batch, ReadLine},
    target::{BY, Ready, Target},
};
use crate::{
    bandit::{LearningSettingsError, ModelFileError},
    log::{Fact, ModelImported},
    loops::{LoopError, model_archive::ArchiveError},
    store::{LogHead, NewRecord, PastFacts, SnapshotRow, Store, StoreError},
    terms::{EventId, LoopId},
    trainer::{Counters, TrainerError, replay},
};

/// Why an import stopped. What was written before stays, and a second start goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the logs in {} cannot be listed", folder.display())]
    Folder { folder: PathBuf, source: std::io::Error },
    #[error("there is no log in {}: no file that ends in .json, .jsonl, .dsjson or .log, packed (.gz) or not", .0.display())]
    NoFiles(PathBuf),
    #[error("there is no event at the beginning of any file ({n_files} looked at); the first line is {first}")]
    NoEvents { n_files: usize, first: String },
    #[error("a log stopped the import; mend or remove the file and start again")]
    Read(#[from] ReadError),
    #[error("several loops are called {name}; name the one by its id")]
    Ambiguous { name: String },
    #[error("the loop {name} has events of its own; a past can only go into a loop that has none")]
    NotEmpty { name: String },
    #[error("the loop {name} holds an import of other files; name another loop for these")]
    OtherFiles { name: String },
    #[error("the loop {name} is there and has its settings; --policy and --default-reward are for a loop that is made")]
    SettingsOfAnother { name: String },
    #[error("the loop {name} keeps its log for {days} days and the logs are older; set its log retention to -1 first")]
    Retention { name: String, days: u64 },
    #[error("how far the earlier import came cannot be read")]
    Checkpoint(#[source] serde_json::Error),
    #[error("the learning settings cannot be used")]
    Arguments(#[source] LearningSettingsError),
    #[error("the exported model cannot be read")]
    Model(#[from] ModelFileError),
    #[error("the archive of the exported model cannot be used")]
    Archive(#[source] ArchiveError),
    #[error("the loop cannot be made")]
    Loop(#[from] LoopError),
    #[error("the data cannot be read or written")]
    Store(#[from] StoreError),
    #[error("the imported log cannot be folded")]
    Trainer(#[from] TrainerError),
}

/// What to import.
#[derive(Debug)]
pub struct Import {
    /// A folder of logs, or one file.
    pub logs: PathBuf,
    /// The bytes of an exported model, which takes the place of what is learned from the logs.
    pub model: Option<Vec<u8>>,
    pub target: Target,
}

/// How far it is, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub n_bytes: u64,
    pub n_bytes_all: u64,
    pub n_events: u64,
    pub n_skipped: u64,
}

/// What an import left behind.
#[derive(Debug)]
pub struct Imported {
    pub loop_id: LoopId,
    pub loop_name: String,
    /// Both keys of a loop that was made, shown this once.
    pub keys: Option<[String; 2]>,
    /// Whether an earlier import was continued.
    pub is_resumed: bool,
    pub has_model: bool,
    pub n_files: usize,
    pub counts: Counts,
    /// The loop's own counters after its log was folded.
    pub counters: Counters,
}

/// What an import would do.
#[derive(Debug)]
pub struct DryRun {
    pub n_files: usize,
    pub counts: Counts,
}

impl Import {
    /// Writes the past into the loop. `opened` is told of the loop before anything is written.
    pub async fn run(
        &self,
        store: &Store,
        now_us: i64,
        opened: impl FnOnce(&Ready),
        mut report: impl FnMut(Progress),
    ) -> Result<Imported, ImportError> {
        let sources = self.sources(now_us)?;
        let first_us = first_event(&sources)?;
        // Checked before anything is written.
        let model = self.model.as_deref().map(read_model).transpose()?;
        let files = fingerprint(&self.logs, &sources);
        let mut ready = self.target.open(store, &sources, &files, first_us, now_us).await?;
        opened(&ready);
        let checkpoint = &mut ready.checkpoint;
        let merged = Merged::new(&sources, |source_idx| checkpoint.n_settled(source_idx), now_us);
        let (mut batches, reading) = stream::start(sources.clone(), merged, checkpoint.facts);
        let mut bar = Bar::new(&sources, checkpoint);
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            bar.take(&batch);
            write(store, &ready.id, checkpoint, batch).await?;
            report(bar.progress(&checkpoint.counts));
        }
        drop(reading);
        if !checkpoint.is_complete {
            complete(store, &ready.id, checkpoint, model, now_us).await?;
        }
        let counters = fold(store, &ready.id).await?;
        Ok(Imported {
            loop_id: ready.id,
            loop_name: ready.name,
            keys: ready.keys,
            is_resumed: ready.is_resumed,
            has_model: ready.checkpoint.has_model,
            n_files: sources.len(),
            counts: ready.checkpoint.counts,
            counters,
        })
    }

    /// Reads everything and writes nothing.
    pub async fn dry_run(&self, now_us: i64, mut report: impl FnMut(Progress)) -> Result<DryRun, ImportError> {
        let sources = self.sources(now_us)?;
        first_event(&sources)?;
        self.model.as_deref().map(read_model).transpose()?;
        let default_reward = self.target.default_reward.map_or(0.0, f32::from);
        let facts = LoopFacts { reward_wait_us: 0, default_reward, policy_version: 1 };
        let mut checkpoint = Checkpoint::new(String::new(), facts, LogHead::default());
        let merged = Merged::new(&sources, |_| Some(0), now_us);
        let (mut batches, _reading) = stream::start(sources.clone(), merged, facts);
        let mut bar = Bar::new(&sources, &checkpoint);
        // A number of 64 bits for each event: two in a billion billion are the same.
        let mut seen = HashSet::new();
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            bar.take(&batch);
            settle(&mut checkpoint, batch, |event_id| !seen.insert(hash(event_id)));
            report(bar.progress(&checkpoint.counts));
        }
        Ok(DryRun { n_files: sources.len(), counts: checkpoint.counts })
    }

    /// The files in the order of their first events.
    fn sources(&self, now_us: i64) -> Result<Vec<Source>, ImportError> {
        let files = find_files(&self.logs);
        let files = files.map_err(|source| ImportError::Folder { folder: self.logs.clone(), source })?;
        if files.is_empty() {
            return Err(ImportError::NoFiles(self.logs.clone()));
        }
        let looked: Result<Vec<Source>, ReadError> =
            files.into_iter().map(|file| Source::look_at(file, now_us)).collect();
        let mut sources = looked?;
        sources.sort_by(|one, other| (one.begins_us, &one.file.path).cmp(&(other.begins_us, &other.file.path)));
        Ok(sources)
    }
}

/// The earliest event of all. Files may be out of order inside, so this is only nearly so; the log moves what is
/// earlier.
fn first_event(sources: &[Source]) -> Result<i64, ImportError> {
    let first = sources.iter().filter(|source| source.has_events).map(|source| source.begins_us).min();
    let reason = || sources.iter().find_map(|source| source.first_problem).map(|why| why.to_string());
    let first_problem = || reason().unwrap_or_else(|| "missing: they are empty".to_owned());
    first.ok_or_else(|| ImportError::NoEvents { n_files: sources.len(), first: first_problem() })
}

/// The same files, wherever their folder is now, have the same fingerprint.
fn fingerprint(root: &Path, sources: &[Source]) -> String {
    let mut hasher = Sha256::new();
    for source in sources {
        let path = source.file.path.strip_prefix(root).unwrap_or(&source.file.path);
        hasher.update(path.to_string_lossy().as_bytes());
        hasher.update([0]);
        hasher.update(source.file.n_bytes.to_le_bytes());
    }
    hex::encode(&hasher.finalize()[..16])
}

fn hash(event_id: &EventId) -> u64 {
    let mut hasher = DefaultHasher::new();
    event_id.hash(&mut hasher);
    hasher.finish()
}

async fn write(store: &Store, id: &LoopId, checkpoint: &mut Checkpoint, batch: Batch) -> Result<(), ImportError> {
    let ids: Vec<EventId> = batch.iter().filter_map(|line| Some(line.event.as_ref().ok()?.0.clone())).collect();
    let mut known = store.known_events(id, &ids).await?;
    let before = checkpoint.head();
    let past = settle(checkpoint, batch, |event_id| !known.insert(event_id.as_str().to_owned()));
    let n_records: usize = past.iter().map(|facts| facts.records.len()).sum();
    checkpoint.head_seq += i64::try_from(n_records).unwrap_or(i64::MAX);
    let progress = serde_json::to_string(checkpoint).map_err(ImportError::Checkpoint)?;
    store.append_past(id, before, &past, &progress).await?;
    Ok(())
}

/// Counts a batch and gives what of it goes into the log.
fn settle(checkpoint: &mut Checkpoint, batch: Batch, mut is_known: impl FnMut(&EventId) -> bool) -> Vec<PastFacts> {
    let mut past = Vec::with_capacity(batch.len());
    for ReadLine { source_idx, is_last, event, .. } in batch {
        checkpoint.settle(source_idx, is_last);
        checkpoint.counts.lines += 1;
        match event {
            Err(why) => checkpoint.counts.skip(why),
            Ok((event_id, _)) if is_known(&event_id) => checkpoint.counts.skip(Skipped::Duplicate),
            Ok((_, prepared)) => {
                let at_us = prepared.at_us.max(checkpoint.head_at_us);
                count(&mut checkpoint.counts, &prepared, at_us);
                checkpoint.head_at_us = at_us;
                past.push(PastFacts { at_us, records: prepared.records });
            }
        }
    }
    past
}

fn count(counts: &mut Counts, prepared: &Prepared, at_us: i64) {
    counts.events += 1;
    counts.multi_slot += u64::from(prepared.is_multi_slot);
    counts.rewarded += u64::from(prepared.is_rewarded);
    counts.apprentice += u64::from(prepared.is_apprentice);
    counts.not_activated += u64::from(prepared.is_not_activated);
    counts.sampled += u64::from(prepared.is_sampled);
    counts.moved += u64::from(prepared.at_us < at_us);
    counts.first_us.get_or_insert(at_us);
    counts.last_us = Some(at_us);
}

/// After the last event its wait goes by, and the exported model takes over: it knew of all of them.
async fn complete(
    store: &Store,
    id: &LoopId,
    checkpoint: &mut Checkpoint,
    model: Option<Vec<u8>>,
    now_us: i64,
) -> Result<(), ImportError> {
    let before = checkpoint.head();
    let at_us = before.at_us.saturating_add(checkpoint.facts.reward_wait_us).min(now_us).max(before.at_us);
    let imported = |model| ModelImported { by: BY.to_owned(), model, restores_version: None };
    let imported = model.map(|model| Fact::ModelImported(Box::new(imported(model))));
    let facts = [Some(Fact::Ticked), imported];
    let record = |fact: &Fact| NewRecord::new(fact.kind(), None, fact.to_body());
    let records: Vec<NewRecord> = facts.iter().flatten().map(record).collect();
    checkpoint.head_seq += i64::try_from(records.len()).unwrap_or(i64::MAX);
    checkpoint.head_at_us = at_us;
    checkpoint.has_model = records.len() > 1;
    checkpoint.is_complete = true;
    let progress = serde_json::to_string(checkpoint).map_err(ImportError::Checkpoint)?;
    store.append_past(id, before, &[PastFacts { at_us, records }], &progress).await?;
    Ok(())
}

/// Folds the log once and keeps the state, so that the server's next start need not.
async fn fold(store: &Store, id: &LoopId) -> Result<Counters, ImportError> {
    let fold = replay(store, id).await?;
    let head = fold.head();
    store.save_snapshot(id, &SnapshotRow { seq: head.seq, at_us: head.at_us, body: fold.to_bytes() }, None).await?;
    Ok(fold.cell().tally().counters)
}

/// Bytes read, of all. Packed files are larger inside; each counts at most with the size it has.
struct Bar {
    sizes: Vec<u64>,
    read: Vec<u64>,
}

impl Bar {
    fn new(sources: &[Source], checkpoint: &Checkpoint) -> Self {
        let sizes: Vec<u64> = sources.iter().map(|source| source.file.n_bytes).collect();
        let is_done = |idx: usize| checkpoint.n_settled(idx).is_none();
        let read = sizes.iter().enumerate().map(|(idx, size)| if is_done(idx) { *size } else { 0 });
        Self { read: read.collect(), sizes }
    }

    fn take(&mut self, batch: &Batch) {
        for line in batch {
            let size = self.sizes[line.source_idx];
            let read = &mut self.read[line.source_idx];
            *read = if line.is_last { size } else { (*read + line.n_bytes as u64 + 1).min(size) };
        }
    }

    fn progress(&self, counts: &Counts) -> Progress {
        Progress {
            n_bytes: self.read.iter().sum(),
            n_bytes_all: self.sizes.iter().sum(),
            n_events: counts.events,
            n_skipped: counts.n_skipped(),
        }
    }
}
