//! Links to reports that can be read without an account.

use super::{Store, StoreError};
use crate::terms::LoopId;

/// A link, as it is stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ShareRow {
    pub job_id: String,
    /// Of the link's secret part.
    pub hash: Vec<u8>,
    pub id: String,
    pub made_by: String,
    pub made_at_us: i64,
    pub expires_at_us: i64,
}

impl Store {
    /// Keeps a link; those of the loop that have expired go.
    pub async fn insert_share(&self, id: &LoopId, row: &ShareRow) -> Result<(), StoreError> {
        const EXPIRE: &str = "delete from evaluation_share where loop_id = $1 and expires_at_us <= $2";
        const INSERT: &str = "
            insert into evaluation_share (loop_id, job_id, hash, id, made_by, made_at_us, expires_at_us)
            values ($1, $2, $3, $4, $5, $6, $7)";
        in_transaction!(self, transaction => {
            sqlx::query(EXPIRE).bind(id.as_str()).bind(row.made_at_us).execute(&mut *transaction).await?;
            sqlx::query(INSERT)
                .bind(id.as_str())
                .bind(row.job_id.as_str())
                .bind(row.hash.as_slice())
                .bind(row.id.as_str())
                .bind(row.made_by.as_str())
                .bind(row.made_at_us)
                .bind(row.expires_at_us)
                .execute(&mut *transaction)
                .await?;
        })
        .map_err(StoreError::during("store a link to a report"))
    }

    /// The links of a loop that have not expired at this instant, newest first.
    pub async fn shares(&self, id: &LoopId, now_us: i64) -> Result<Vec<ShareRow>, StoreError> {
        const SQL: &str = "
            select job_id, hash, id, made_by, made_at_us, expires_at_us from evaluation_share
            where loop_id = $1 and expires_at_us > $2 order by made_at_us desc, id";
        on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).bind(id.as_str()).bind(now_us).fetch_all(pool).await)
            .map_err(StoreError::during("read the links to reports"))
    }

    /// False when there was none.
    pub async fn delete_share(&self, id: &LoopId, share_id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "delete from evaluation_share where loop_id = $1 and id = $2";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(id.as_str())
            .bind(share_id)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        .map_err(StoreError::during("remove a link to a report"))
    }
}
