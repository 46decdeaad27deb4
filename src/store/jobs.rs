//! Jobs: long questions about a loop's past, with their answers.

use super::{AuditLine, Fence, Store, StoreError, audit::write_line};
use crate::terms::{JobId, LoopId};

/// Which job.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobKey {
    pub loop_id: LoopId,
    pub kind: String,
    pub id: JobId,
}

/// A job without its large result.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    pub key: JobKey,
    pub created_at_us: i64,
    pub status: String,
    pub contract: Vec<u8>,
    pub summary: Option<Vec<u8>>,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub struct JobEnd {
    pub status: &'static str,
    pub summary: Vec<u8>,
    pub result: Option<Vec<u8>>,
}

/// The status of a job that is still to be done. The schema's index says the same.
pub const WAITING: &str = "waiting";

impl Store {
    /// Stores a job that is to be done. False when the loop has one of this kind and id, or when there is a fence and
    /// somebody else is the loop's trainer.
    pub async fn insert_job(
        &self,
        key: &JobKey,
        created_at_us: i64,
        contract: &[u8],
        fence: Option<Fence>,
        line: &AuditLine,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "
            insert into job (loop_id, kind, id, created_at_us, status, contract)
            select $1, $2, $3, $4, 'waiting', $5 where cast($6 as bigint) is null
                or exists (select 1 from trainer_lease where loop_id = $1 and token = $6)
            on conflict (loop_id, kind, id) do nothing";
        in_transaction!(self, transaction => {
            let inserted = sqlx::query(SQL)
                .bind(key.loop_id.as_str())
                .bind(key.kind.as_str())
                .bind(key.id.as_str())
                .bind(created_at_us)
                .bind(contract)
                .bind(fence.map(|fence| fence.token))
                .execute(&mut *transaction)
                .await?;
            let is_new = inserted.rows_affected() == 1;
            if is_new {
                write_line!(&mut *transaction, line)?;
            }
            is_new
        })
        .map_err(StoreError::during("store a job"))
    }

    /// One job.
    pub async fn job(&self, key: &JobKey) -> Result<Option<JobRow>, StoreError> {
        const SQL: &str = "
            select loop_id, kind, id, created_at_us, status, contract, summary from job
            where loop_id = $1 and kind = $2 and id = $3";
        let found: Result<Option<FoundJob>, sqlx::Error> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(key.loop_id.as_str())
            .bind(key.kind.as_str())
            .bind(key.id.as_str())
            .fetch_optional(pool)
            .await);
        let attempt = "read a job";
        found.map_err(StoreError::during(attempt))?.map(|row| row.checked(attempt)).transpose()
    }

    /// The large result of a job, once it has one.
    pub async fn job_result(&self, key: &JobKey) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "select result from job where loop_id = $1 and kind = $2 and id = $3 and result is not null";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL)
            .bind(key.loop_id.as_str())
            .bind(key.kind.as_str())
            .bind(key.id.as_str())
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during("read the result of a job"))
    }

    /// The jobs of one kind, newest first.
    pub async fn jobs(&self, loop_id: &LoopId, kind: &str) -> Result<Vec<JobRow>, StoreError> {
        const SQL: &str = "
            select loop_id, kind, id, created_at_us, status, contract, summary from job
            where loop_id = $1 and kind = $2";
        let found: Result<Vec<FoundJob>, sqlx::Error> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(loop_id.as_str())
            .bind(kind)
            .fetch_all(pool)
            .await);
        sorted(found, "read the jobs of a loop", |a, b| b.cmp(a))
    }

    /// The jobs of all loops that are still to be done, oldest first.
    pub async fn waiting_jobs(&self) -> Result<Vec<JobRow>, StoreError> {
        // A partial index is only taken when the text itself says that it suffices.
        const SQL: &str = "
            select loop_id, kind, id, created_at_us, status, contract, summary from job where status = 'waiting'";
        let found: Result<Vec<FoundJob>, sqlx::Error> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).fetch_all(pool).await);
        sorted(found, "read the jobs that wait", |a, b| a.cmp(b))
    }

    /// Stores how a job ended. False when it is gone or had ended before, or when somebody else does the loop's jobs.
    pub async fn end_job(&self, key: &JobKey, end: &JobEnd, fence: Option<Fence>) -> Result<bool, StoreError> {
        const SQL: &str = "
            update job set status = $4, summary = $5, result = $6
            where loop_id = $1 and kind = $2 and id = $3 and status = 'waiting' and (cast($7 as bigint) is null
                or exists (select 1 from trainer_lease where trainer_lease.loop_id = $1 and token = $7))";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(key.loop_id.as_str())
            .bind(key.kind.as_str())
            .bind(key.id.as_str())
            .bind(end.status)
            .bind(end.summary.as_slice())
            .bind(end.result.as_deref())
            .bind(fence.map(|fence| fence.token))
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        .map_err(StoreError::during("store the end of a job"))
    }

    /// Removes a job, done or not. False when there was none. What the server clears away by itself needs no line.
    pub async fn delete_job(&self, key: &JobKey, line: Option<&AuditLine>) -> Result<bool, StoreError> {
        const SQL: &str = "delete from job where loop_id = $1 and kind = $2 and id = $3";
        in_transaction!(self, transaction => {
            let removed = sqlx::query(SQL)
                .bind(key.loop_id.as_str())
                .bind(key.kind.as_str())
                .bind(key.id.as_str())
                .execute(&mut *transaction)
                .await?;
            let was_there = removed.rows_affected() == 1;
            if let Some(line) = line.filter(|_| was_there) {
                write_line!(&mut *transaction, line)?;
            }
            was_there
        })
        .map_err(StoreError::during("remove a job"))
    }
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundJob {
    loop_id: String,
    kind: String,
    id: String,
    created_at_us: i64,
    status: String,
    contract: Vec<u8>,
    summary: Option<Vec<u8>>,
}

impl FoundJob {
    fn checked(self, attempt: &'static str) -> Result<JobRow, StoreError> {
        let damaged = |_| StoreError::Damaged { attempt };
        let (loop_id, id) = (self.loop_id.try_into().map_err(damaged)?, self.id.try_into().map_err(damaged)?);
        Ok(JobRow {
            key: JobKey { loop_id, kind: self.kind, id },
            created_at_us: self.created_at_us,
            status: self.status,
            contract: self.contract,
            summary: self.summary,
        })
    }
}

/// In the order of their making; sorted here, because the databases disagree on the order of texts.
fn sorted(
    found: Result<Vec<FoundJob>, sqlx::Error>,
    attempt: &'static str,
    compare: impl Fn(&(i64, &str), &(i64, &str)) -> std::cmp::Ordering,
) -> Result<Vec<JobRow>, StoreError> {
    let found = found.map_err(StoreError::during(attempt))?;
    let mut rows = found.into_iter().map(|row| row.checked(attempt)).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by(|a, b| compare(&(a.created_at_us, a.key.id.as_str()), &(b.created_at_us, b.key.id.as_str())));
    Ok(rows)
}
