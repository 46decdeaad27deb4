//! Loops and their keys. What a loop is set to and what it learned is in its log, not here.

use super::{AuditLine, NewRecord, Store, StoreError, audit::write_line, log::INSERT_RECORD};
use crate::terms::{Environment, LoopId};

/// One of a loop's two keys; the key itself is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// SHA-256 of the key. Random 256-bit keys need no slow hash.
    pub hash: [u8; 32],
    pub last4: String,
    pub created_at_us: i64,
}

/// A loop as it is found at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopRow {
    pub id: LoopId,
    pub name: String,
    pub environment: Environment,
    pub created_at_us: i64,
    /// Mixed into the seed of every draw.
    pub salt: u64,
    pub keys: [KeyRow; 2],
    /// Grows with every change of this row or of the loop's actions.
    pub revision: i64,
}

/// How many rows one removing statement takes: short enough that appends of other loops hardly wait for it.
const N_REMOVED_AT_ONCE: i64 = 5_000;

impl Store {
    /// Stores a loop together with the first record of its log (seq 1, at `created_at_us`), or neither.
    pub async fn insert_loop(&self, row: &LoopRow, first: &NewRecord, line: &AuditLine) -> Result<(), StoreError> {
        const SQL: &str = "
            insert into loop (
                id, name, created_at_us, salt, key_0_hash, key_0_last4, key_0_created_at_us,
                key_1_hash, key_1_last4, key_1_created_at_us, environment, is_removed)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, false)";
        let [key_0, key_1] = &row.keys;
        in_transaction!(self, transaction => {
            sqlx::query(SQL)
                .bind(row.id.as_str())
                .bind(row.name.as_str())
                .bind(row.created_at_us)
                .bind(row.salt.cast_signed())
                .bind(key_0.hash.as_slice())
                .bind(key_0.last4.as_str())
                .bind(key_0.created_at_us)
                .bind(key_1.hash.as_slice())
                .bind(key_1.last4.as_str())
                .bind(key_1.created_at_us)
                .bind(row.environment.as_str())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(INSERT_RECORD)
                .bind(row.id.as_str())
                .bind(1_i64)
                .bind(row.created_at_us)
                .bind(first.kind)
                .bind(first.event_id.as_ref().map(|event_id| event_id.as_str()))
                .bind(first.body.as_slice())
                .execute(&mut *transaction)
                .await?;
            write_line!(&mut *transaction, line)?;
        })
        .map_err(StoreError::during("store a loop"))?;
        self.announcements.note_loops();
        Ok(())
    }

    /// All loops, oldest first.
    pub async fn loops(&self) -> Result<Vec<LoopRow>, StoreError> {
        const SQL: &str = "
            select id, name, created_at_us, salt, key_0_hash, key_0_last4, key_0_created_at_us,
                key_1_hash, key_1_last4, key_1_created_at_us, environment, revision
            from loop where not is_removed order by created_at_us, id";
        let attempt = "read the loops";
        let found: Vec<FoundLoop> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).fetch_all(pool).await)
            .map_err(StoreError::during(attempt))?;
        found.into_iter().map(|row| row.checked().ok_or(StoreError::Damaged { attempt })).collect()
    }

    /// Removes a loop with its log, snapshots and actions. False when there was none.
    ///
    /// It is gone for everybody with the first statement. Its rows then go in small steps, which the next start
    /// finishes when the process ends in between.
    pub async fn delete_loop(&self, id: &LoopId, line: &AuditLine) -> Result<bool, StoreError> {
        const SQL: &str = "update loop set is_removed = true where id = $1 and not is_removed";
        let was_there = in_transaction!(self, transaction => {
            let marked = sqlx::query(SQL).bind(id.as_str()).execute(&mut *transaction).await?;
            let was_there = marked.rows_affected() == 1;
            if was_there {
                write_line!(&mut *transaction, line)?;
            }
            was_there
        })
        .map_err(StoreError::during("remove a loop"))?;
        if !was_there {
            return Ok(false);
        }
        self.announcements.note_loops();
        self.remove_rows(id.as_str()).await.map(|()| true)
    }

    /// Removes what is left of loops that somebody began to remove.
    pub(super) async fn finish_removing_loops(&self) -> Result<(), StoreError> {
        const SQL: &str = "select id from loop where is_removed";
        let ids: Vec<String> = on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL).fetch_all(pool).await)
            .map_err(StoreError::during("find half-removed loops"))?;
        for id in ids {
            self.remove_rows(&id).await?;
        }
        Ok(())
    }

    async fn remove_rows(&self, id: &str) -> Result<(), StoreError> {
        const RECORDS: &str = "
            delete from log_record where loop_id = $1 and seq in
                (select seq from log_record where loop_id = $1 order by seq limit $2)";
        // Snapshots and actions are few and go along.
        const LOOP: &str = "delete from loop where id = $1";
        let mut n_removed = u64::MAX;
        while n_removed > 0 {
            n_removed = on_pool!(self.pools.writing_log().await?, pool => sqlx::query(RECORDS)
                .bind(id)
                .bind(N_REMOVED_AT_ONCE)
                .execute(pool)
                .await
                .map(|done| done.rows_affected()))
            .map_err(StoreError::during("remove the log of a removed loop"))?;
        }
        on_pool!(self.pools.writing(), pool => sqlx::query(LOOP).bind(id).execute(pool).await.map(drop))
            .map_err(StoreError::during("remove a loop"))
    }

    /// What people know a loop by; what is `None` stays. False when there is no such loop.
    pub async fn relabel_loop(
        &self,
        id: &LoopId,
        (name, environment): (Option<&str>, Option<Environment>),
        line: &AuditLine,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "
            update loop set name = coalesce($2, name), environment = coalesce($3, environment),
                revision = revision + 1
            where id = $1 and not is_removed";
        in_transaction!(self, transaction => {
            let renamed = sqlx::query(SQL)
                .bind(id.as_str())
                .bind(name)
                .bind(environment.map(Environment::as_str))
                .execute(&mut *transaction)
                .await?;
            let was_there = renamed.rows_affected() == 1;
            if was_there {
                write_line!(&mut *transaction, line)?;
            }
            was_there
        })
        .inspect(|_| self.announcements.note_loops())
        .map_err(StoreError::during("rename a loop"))
    }

    /// `slot` is 0 or 1. False when there is no such loop.
    pub async fn replace_key(
        &self,
        id: &LoopId,
        slot: usize,
        key: &KeyRow,
        line: &AuditLine,
    ) -> Result<bool, StoreError> {
        const SQL: [&str; 2] = [
            "update loop set key_0_hash = $2, key_0_last4 = $3, key_0_created_at_us = $4, key_0_used_at_us = null,
                key_0_used_by = null, revision = revision + 1
                where id = $1 and not is_removed",
            "update loop set key_1_hash = $2, key_1_last4 = $3, key_1_created_at_us = $4, key_1_used_at_us = null,
                key_1_used_by = null, revision = revision + 1
                where id = $1 and not is_removed",
        ];
        in_transaction!(self, transaction => {
            let replaced = sqlx::query(SQL[slot])
                .bind(id.as_str())
                .bind(key.hash.as_slice())
                .bind(key.last4.as_str())
                .bind(key.created_at_us)
                .execute(&mut *transaction)
                .await?;
            let was_there = replaced.rows_affected() == 1;
            if was_there {
                write_line!(&mut *transaction, line)?;
            }
            was_there
        })
        .inspect(|_| self.announcements.note_loops())
        .map_err(StoreError::during("replace a key"))
    }
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundLoop {
    id: String,
    name: String,
    created_at_us: i64,
    salt: i64,
    key_0_hash: Vec<u8>,
    key_0_last4: String,
    key_0_created_at_us: i64,
    key_1_hash: Vec<u8>,
    key_1_last4: String,
    key_1_created_at_us: i64,
    environment: String,
    revision: i64,
}

impl FoundLoop {
    fn checked(self) -> Option<LoopRow> {
        let key =
            |hash: Vec<u8>, last4, created_at_us| Some(KeyRow { hash: hash.try_into().ok()?, last4, created_at_us });
        Some(LoopRow {
            id: self.id.try_into().ok()?,
            name: self.name,
            environment: Environment::parse(&self.environment)?,
            created_at_us: self.created_at_us,
            salt: self.salt.cast_unsigned(),
            keys: [
                key(self.key_0_hash, self.key_0_last4, self.key_0_created_at_us)?,
                key(self.key_1_hash, self.key_1_last4, self.key_1_created_at_us)?,
            ],
            revision: self.revision,
        })
    }
}
