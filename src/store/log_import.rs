//! Writing a past into a log that has none: records with times of their own, and with them how far the import has come.
//!
//! The one place besides `log_append` that adds records. The end of the log is checked behind the same lock, so an
//! import never mixes with what happens live.

use std::collections::HashSet;

use super::{
    LogHead, NewRecord, Store, StoreError,
    log_statements::{Appending, NewRow},
    pools::{BEGIN_WRITING, Pools},
};
use crate::terms::{EventId, LoopId};

/// What belongs together, at one time.
#[derive(Debug)]
pub struct PastFacts {
    pub at_us: i64,
    /// A Rank comes first, of an event that is not in the log.
    pub records: Vec<NewRecord>,
}

const ATTEMPT: &str = "write the past into a log";
const SAVE_PROGRESS: &str = "
    insert into log_import (loop_id, progress) values ($1, $2)
    on conflict (loop_id) do update set progress = excluded.progress";

impl Store {
    /// Makes a log that holds nothing but settings begin no later than `first_us`, because time in a log never falls.
    /// False when it holds more. Snapshots go: they know the old times.
    pub async fn date_back(&self, id: &LoopId, first_us: i64) -> Result<bool, StoreError> {
        const EVENTS: &str = "select count(*) from log_record where loop_id = $1 and kind not in (4, 5, 6, 10, 12)";
        const DATE: &str = "update log_record set at_us = $2 where loop_id = $1 and at_us > $2";
        const FORGET: &str = "delete from snapshot where loop_id = $1";
        in_transaction!(self, transaction => {
            let n_events: i64 = sqlx::query_scalar(EVENTS).bind(id.as_str()).fetch_one(&mut *transaction).await?;
            if n_events == 0 {
                sqlx::query(DATE).bind(id.as_str()).bind(first_us).execute(&mut *transaction).await?;
                sqlx::query(FORGET).bind(id.as_str()).execute(&mut *transaction).await?;
            }
            n_events == 0
        })
        .map_err(StoreError::during("make room for the past in a log"))
    }

    /// How far an import into this loop has come, if there ever was one.
    pub async fn import_progress(&self, id: &LoopId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "select progress from log_import where loop_id = $1";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL).bind(id.as_str()).fetch_optional(pool).await)
            .map_err(StoreError::during("read how far an import has come"))
    }

    /// Which of these events are in the log already.
    pub async fn known_events(&self, id: &LoopId, events: &[EventId]) -> Result<HashSet<String>, StoreError> {
        let failed = StoreError::during("look for events in a log");
        let events: Vec<(&str, &str)> = events.iter().map(|event_id| (id.as_str(), event_id.as_str())).collect();
        let mut looking = match &self.pools {
            Pools::Sqlite { readers, .. } => Appending::Sqlite(readers.begin().await.map_err(&failed)?),
            Pools::Postgres(pool) => Appending::Postgres(pool.begin().await.map_err(&failed)?),
        };
        let mut found = looking.find_ranked(&events).await.map_err(&failed)?;
        looking.commit().await.map_err(&failed)?;
        Ok(found.remove(id.as_str()).unwrap_or_default())
    }

    /// Appends groups of records at their own times, and the progress that they make, or nothing of it.
    ///
    /// A time before that of the record in front becomes that one's. `expected` is the end of the log as the import left
    /// it; with any other end nothing is written. Returns the end of the log now.
    pub async fn append_past(
        &self,
        id: &LoopId,
        expected: LogHead,
        groups: &[PastFacts],
        progress: &str,
    ) -> Result<LogHead, StoreError> {
        let failed = StoreError::during(ATTEMPT);
        match &self.pools {
            Pools::Sqlite { writer, commit_log, .. } => {
                let transaction = writer.begin_with(BEGIN_WRITING).await.map_err(&failed)?;
                let head = append_in(Appending::Sqlite(transaction), id, expected, groups, progress).await;
                // After an error, too: nobody knows what became of them.
                if let Some(commit_log) = commit_log.get() {
                    let ranked = groups.iter().flat_map(|group| &group.records).filter_map(NewRecord::ranks);
                    let ranked: Vec<_> = ranked.map(|event_id| (id.as_str(), event_id.as_str())).collect();
                    commit_log.note_ranked(&ranked);
                }
                head
            }
            Pools::Postgres(pool) => {
                let transaction = pool.begin().await.map_err(&failed)?;
                append_in(Appending::Postgres(transaction), id, expected, groups, progress).await
            }
        }
    }
}

async fn append_in(
    mut transaction: Appending<'_>,
    id: &LoopId,
    expected: LogHead,
    groups: &[PastFacts],
    progress: &str,
) -> Result<LogHead, StoreError> {
    let failed = StoreError::during(ATTEMPT);
    let heads = transaction.lock_and_read_heads(&[id.as_str()]).await.map_err(&failed)?;
    if heads.get(id.as_str()) != Some(&expected) {
        return Err(StoreError::Interfered);
    }
    let (mut head, mut rows) = (expected, Vec::new());
    for group in groups {
        for record in &group.records {
            head = LogHead { seq: head.seq + 1, at_us: head.at_us.max(group.at_us) };
            rows.push(NewRow { loop_id: id, place: head, record });
        }
    }
    if !rows.is_empty() {
        transaction.insert(&rows).await.map_err(&failed)?;
    }
    save_progress(&mut transaction, id, progress).await.map_err(&failed)?;
    transaction.commit().await.map_err(&failed)?;
    Ok(head)
}

async fn save_progress(transaction: &mut Appending<'_>, id: &LoopId, progress: &str) -> Result<(), sqlx::Error> {
    macro_rules! save {
        ($transaction:expr) => {
            sqlx::query(SAVE_PROGRESS).bind(id.as_str()).bind(progress).execute(&mut **$transaction).await.map(drop)
        };
    }
    match transaction {
        Appending::Sqlite(transaction) => save!(transaction),
        Appending::Postgres(transaction) => save!(transaction),
    }
}
