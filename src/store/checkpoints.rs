//! Models that were kept, to go back to.

use super::{Fence, Store, StoreError};
use crate::terms::LoopId;

/// Why a model was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointReason {
    /// Somebody wanted it.
    ByHand,
    /// A day had passed.
    Daily,
    /// The settings were about to change.
    BeforeSettings,
    /// The model was about to be thrown away.
    BeforeReset,
    /// Another model was about to take its place.
    BeforeImport,
}

impl CheckpointReason {
    const ALL: [Self; 5] = [Self::ByHand, Self::Daily, Self::BeforeSettings, Self::BeforeReset, Self::BeforeImport];

    /// As the store and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "byHand",
            Self::Daily => "daily",
            Self::BeforeSettings => "beforeSettings",
            Self::BeforeReset => "beforeReset",
            Self::BeforeImport => "beforeImport",
        }
    }
}

/// A kept model without its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointInfo {
    pub id: String,
    pub at_us: i64,
    pub reason: CheckpointReason,
    pub kept_by: String,
    pub note: String,
    pub model_version: i64,
    /// Learning steps that the model had behind it.
    pub n_learned: i64,
    pub n_bytes: i64,
}

/// A kept model.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointRow {
    pub info: CheckpointInfo,
    pub body: Vec<u8>,
}

impl Store {
    /// Keeps a model; of those that were kept by themselves the newest `n_kept` stay. Behind a fence it is kept only for the
    /// loop's trainer: false when that is somebody else.
    pub async fn keep_checkpoint(
        &self,
        id: &LoopId,
        row: &CheckpointRow,
        n_kept: i64,
        fence: Option<Fence>,
    ) -> Result<bool, StoreError> {
        const KEEP: &str = "
            insert into checkpoint (loop_id, id, at_us, reason, kept_by, note, model_version, n_learned, n_bytes, body)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 where cast($11 as bigint) is null
                or exists (select 1 from trainer_lease where loop_id = $1 and token = $11)";
        const PRUNE: &str = "
            delete from checkpoint where loop_id = $1 and reason <> 'byHand' and id not in
                (select id from checkpoint where loop_id = $1 and reason <> 'byHand' order by at_us desc, id desc limit $2)";
        let info = &row.info;
        in_transaction!(self, transaction => {
            let kept = sqlx::query(KEEP)
                .bind(id.as_str())
                .bind(info.id.as_str())
                .bind(info.at_us)
                .bind(info.reason.as_str())
                .bind(info.kept_by.as_str())
                .bind(info.note.as_str())
                .bind(info.model_version)
                .bind(info.n_learned)
                .bind(info.n_bytes)
                .bind(row.body.as_slice())
                .bind(fence.map(|fence| fence.token))
                .execute(&mut *transaction)
                .await?;
            sqlx::query(PRUNE).bind(id.as_str()).bind(n_kept).execute(&mut *transaction).await?;
            kept.rows_affected() == 1
        })
        .map_err(StoreError::during("keep a model"))
    }

    /// All of a loop, newest first.
    pub async fn checkpoints(&self, id: &LoopId) -> Result<Vec<CheckpointInfo>, StoreError> {
        const SQL: &str = "
            select id, at_us, reason, kept_by, note, model_version, n_learned, n_bytes
            from checkpoint where loop_id = $1 order by at_us desc, id desc";
        let attempt = "read which models were kept";
        let found: Vec<FoundCheckpoint> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).bind(id.as_str()).fetch_all(pool).await)
                .map_err(StoreError::during(attempt))?;
        found.into_iter().map(|row| row.checked().ok_or(StoreError::Damaged { attempt })).collect()
    }

    /// The bytes of one; `None` when there is none of this id.
    pub async fn checkpoint_body(&self, id: &LoopId, checkpoint_id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "select body from checkpoint where loop_id = $1 and id = $2";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL)
            .bind(id.as_str())
            .bind(checkpoint_id)
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during("read a kept model"))
    }

    /// False when there was none.
    pub async fn delete_checkpoint(&self, id: &LoopId, checkpoint_id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "delete from checkpoint where loop_id = $1 and id = $2";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(id.as_str())
            .bind(checkpoint_id)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        .map_err(StoreError::during("remove a kept model"))
    }
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundCheckpoint {
    id: String,
    at_us: i64,
    reason: String,
    kept_by: String,
    note: String,
    model_version: i64,
    n_learned: i64,
    n_bytes: i64,
}

impl FoundCheckpoint {
    fn checked(self) -> Option<CheckpointInfo> {
        let Self { id, at_us, reason, kept_by, note, model_version, n_learned, n_bytes } = self;
        let reason = CheckpointReason::ALL.into_iter().find(|known| known.as_str() == reason)?;
        Some(CheckpointInfo { id, at_us, reason, kept_by, note, model_version, n_learned, n_bytes })
    }
}
