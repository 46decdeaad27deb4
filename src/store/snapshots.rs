//! Snapshots: a loop's folded state as bytes, so that a start reads only the end of its log.

use super::{Fence, Store, StoreError};
use crate::terms::LoopId;

/// The folded state of a loop up to and including record `seq`.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct SnapshotRow {
    pub seq: i64,
    pub at_us: i64,
    pub body: Vec<u8>,
}

impl Store {
    /// Stores a snapshot; one of the same record is replaced. Behind a fence it is stored only for the loop's trainer:
    /// false when that is somebody else.
    pub async fn save_snapshot(
        &self,
        id: &LoopId,
        row: &SnapshotRow,
        fence: Option<Fence>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "
            insert into snapshot (loop_id, seq, at_us, body)
            select $1, $2, $3, $4 where cast($5 as bigint) is null
                or exists (select 1 from trainer_lease where loop_id = $1 and token = $5)
            on conflict (loop_id, seq) do update set at_us = excluded.at_us, body = excluded.body";
        on_pool!(self.pools.writing_log().await?, pool => sqlx::query(SQL)
            .bind(id.as_str())
            .bind(row.seq)
            .bind(row.at_us)
            .bind(row.body.as_slice())
            .bind(fence.map(|fence| fence.token))
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        .map_err(StoreError::during("store a snapshot"))
    }

    /// The snapshot with the most records behind it.
    pub async fn newest_snapshot(&self, id: &LoopId) -> Result<Option<SnapshotRow>, StoreError> {
        const SQL: &str = "select seq, at_us, body from snapshot where loop_id = $1 order by seq desc limit 1";
        on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).bind(id.as_str()).fetch_optional(pool).await)
            .map_err(StoreError::during("read the newest snapshot"))
    }

    /// Up to which record the newest snapshot reaches; 0 without any.
    pub async fn newest_snapshot_seq(&self, id: &LoopId) -> Result<i64, StoreError> {
        const SQL: &str = "select coalesce(max(seq), 0) from snapshot where loop_id = $1";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL).bind(id.as_str()).fetch_one(pool).await)
            .map_err(StoreError::during("find the newest snapshot"))
    }

    /// Keeps the newest `n_kept`. Returns how many went.
    pub async fn prune_snapshots(&self, id: &LoopId, n_kept: i64) -> Result<u64, StoreError> {
        const SQL: &str = "
            delete from snapshot where loop_id = $1 and seq not in
                (select seq from snapshot where loop_id = $1 order by seq desc limit $2)";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(id.as_str())
            .bind(n_kept)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("remove old snapshots"))
    }
}
