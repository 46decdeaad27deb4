//! From the newest snapshot and the tail of the log to the present state.

use tokio::task::JoinError;
use tracing::warn;

use super::{
    Lesson,
    decision::{Decided, KnownFact},
    fold::Fold,
    log_reading::LogReading,
    recall::recall,
    task::TrainerError,
};
use crate::{
    log::{Fact, Record},
    store::{Store, StoredRecord},
    terms::LoopId,
};

/// Does work that takes longer than answering a call may wait: off the threads that answer calls.
pub async fn in_the_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    tokio::task::spawn_blocking(work).await
}

/// Reads a stored record.
pub(super) fn read_record(stored: StoredRecord) -> Result<Record, TrainerError> {
    let fact = Fact::from_body(stored.seq, stored.kind, &stored.body)?;
    Ok(Record { seq: stored.seq, at_us: stored.at_us, fact })
}

/// The same, with what whoever appended it carried along.
pub(super) fn read_known(mut stored: StoredRecord) -> Result<(Record, Option<Decided>), TrainerError> {
    match std::mem::take(&mut stored.carried).get::<KnownFact>() {
        Some(known) => {
            let (seq, at_us, fact) = (stored.seq, stored.at_us, known.fact.clone());
            Ok((Record { seq, at_us, fact }, known.decided.clone()))
        }
        None => Ok((read_record(stored)?, None)),
    }
}

/// The state of a loop after the last record of its log.
pub async fn replay(store: &Store, loop_id: &LoopId) -> Result<Fold, TrainerError> {
    let read_on = |after| LogReading::ahead(store, loop_id, after, i64::MAX);
    // What follows the snapshot is read beside it.
    let after = store.newest_snapshot_seq(loop_id).await?;
    let mut reading = read_on(after);
    let mut fold = match from_snapshot(store, loop_id).await? {
        Some(fold) => fold,
        None => from_first_record(store, loop_id).await?,
    };
    if fold.head().seq != after {
        reading = read_on(fold.head().seq);
    }
    let mut left = Vec::new();
    loop {
        let records = if left.is_empty() { reading.next().await? } else { Some(left) };
        let Some(records) = records else { return Ok(fold) };
        // Another process may have stored a newer snapshot and removed what was in it since this one was read.
        if records.first().is_some_and(|next| next.seq > fold.head().seq + 1)
            && store.newest_snapshot_seq(loop_id).await? > fold.head().seq
            && let Some(newer) = from_snapshot(store, loop_id).await?.filter(|newer| newer.head().seq > fold.head().seq)
        {
            fold = newer;
            reading = read_on(fold.head().seq);
            left = Vec::new();
            continue;
        }
        fold = recall(store, loop_id, fold, &records).await?;
        let taking_over;
        (fold, left, taking_over) = in_the_background(move || fold_up_to_take_over(fold, records)).await??;
        if taking_over {
            let up_to = fold.head().seq;
            fold.take_over(teach_at_once(store, loop_id, fold.lesson()?, up_to).await?);
        }
    }
}

/// Folds the records, but none behind one with which a newly trained model takes over; those, and whether there was one.
fn fold_up_to_take_over(
    mut fold: Fold,
    records: Vec<StoredRecord>,
) -> Result<(Fold, Vec<StoredRecord>, bool), TrainerError> {
    let mut records = records.into_iter();
    while let Some(stored) = records.next() {
        let (record, decided) = read_known(stored)?;
        let is_take_over = fold.is_take_over(&record);
        fold.apply_known(&record, decided)?;
        if is_take_over {
            return Ok((fold, records.collect(), true));
        }
    }
    Ok((fold, Vec::new(), false))
}

/// Feeds a lesson the retained records after its last one, up to and including `up_to`, before anything else happens.
pub(super) async fn teach_at_once(
    store: &Store,
    loop_id: &LoopId,
    lesson: Lesson,
    up_to: i64,
) -> Result<Lesson, TrainerError> {
    teach(LogReading::ahead(store, loop_id, lesson.seq(), up_to), lesson, |_| {}).await
}

/// The same beside everything else. `progress` is told the last record so far.
pub(super) async fn teach_beside(
    store: &Store,
    loop_id: &LoopId,
    lesson: Lesson,
    up_to: i64,
    progress: impl FnMut(i64),
) -> Result<Lesson, TrainerError> {
    teach(LogReading::piecemeal(store, loop_id, lesson.seq(), up_to), lesson, progress).await
}

async fn teach(
    mut reading: LogReading,
    mut lesson: Lesson,
    mut progress: impl FnMut(i64),
) -> Result<Lesson, TrainerError> {
    while let Some(records) = reading.next().await? {
        lesson = in_the_background(move || apply_all(lesson, records)).await??;
        progress(lesson.seq());
    }
    Ok(lesson)
}

fn apply_all(mut lesson: Lesson, records: Vec<StoredRecord>) -> Result<Lesson, TrainerError> {
    for stored in records {
        let (record, decided) = read_known(stored)?;
        lesson.apply(&record, decided);
    }
    Ok(lesson)
}

async fn from_first_record(store: &Store, loop_id: &LoopId) -> Result<Fold, TrainerError> {
    let first = store.records_between(loop_id, 0, i64::MAX, 1).await?.pop().ok_or(TrainerError::EmptyLog)?;
    Ok(Fold::begin(&read_record(first)?)?)
}

/// `None` when there is no snapshot that can be used; the log is then folded from its start.
pub(super) async fn from_snapshot(store: &Store, loop_id: &LoopId) -> Result<Option<Fold>, TrainerError> {
    let Some(row) = store.newest_snapshot(loop_id).await? else { return Ok(None) };
    let fold = match in_the_background(move || Fold::from_bytes(&row.body)).await? {
        Ok(fold) => fold,
        Err(problem) => {
            let problem = &problem as &dyn std::error::Error;
            warn!(loop.id = %loop_id, error = problem, "A snapshot cannot be used; the log is read from its start");
            return Ok(None);
        }
    };
    Ok(Some(fold))
}
