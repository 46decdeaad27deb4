//! Leases: which process does for a loop what only one may do.
//!
//! A lease runs out by the database's clock, so the clocks of the processes need not agree. Its token grows with every
//! change of hands, and whatever the holder writes is written only while its token still stands: a process that slept
//! through the end of its lease does nothing when it wakes, even before it has noticed.

use std::time::Duration;

use super::{
    Store, StoreError,
    pools::{Pool, Pools},
};
use crate::terms::LoopId;

/// Lets what is written through only while this token is the loop's newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    pub token: i64,
}

/// How leases are kept.
#[derive(Debug, Clone, Copy)]
pub struct LeasePace {
    /// How long a lease lasts when its holder falls silent.
    pub lease: Duration,
    /// How often leases are renewed, and those of silent holders looked for.
    pub round: Duration,
}

/// A lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRow {
    pub loop_id: LoopId,
    /// Empty when nobody has it.
    pub holder: String,
    pub token: i64,
    /// Whether it may be taken by anybody.
    pub is_free: bool,
}

const ATTEMPT: &str = "see who trains which loop";

impl Store {
    /// On SQLite each renewal writes to the file of a server that nearly always is alone with it, so they are few.
    pub fn lease_pace(&self) -> LeasePace {
        let (lease_s, round_ms) = if matches!(self.pools, Pools::Postgres(_)) { (3, 500) } else { (6, 2_000) };
        LeasePace { lease: Duration::from_secs(lease_s), round: Duration::from_millis(round_ms) }
    }

    /// Prolongs everything that the holder has by `lease` from now on.
    pub async fn renew_leases(&self, holder: &str, lease: Duration) -> Result<(), StoreError> {
        let until_us = after(self.database_now_us().await?, lease);
        self.write_lease(holder, until_us).await
    }

    /// Who has which lease, of all loops.
    pub async fn leases(&self) -> Result<Vec<LeaseRow>, StoreError> {
        const SQL: &str = "
            select loop.id, coalesce(lease.holder, ''), coalesce(lease.token, 0), coalesce(lease.expires_at_us, 0)
            from loop left join trainer_lease lease on lease.loop_id = loop.id
            where not loop.is_removed order by loop.id";
        let now_us = self.database_now_us().await?;
        let found: Vec<(String, String, i64, i64)> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).fetch_all(pool).await)
                .map_err(StoreError::during(ATTEMPT))?;
        let row = |(id, holder, token, expires_at_us): (String, String, i64, i64)| {
            let loop_id = id.try_into().map_err(|_| StoreError::Damaged { attempt: ATTEMPT })?;
            Ok(LeaseRow { loop_id, holder, token, is_free: expires_at_us <= now_us })
        };
        found.into_iter().map(row).collect()
    }

    /// Takes a lease that nobody has or that has run out. `None` when somebody else was faster, or the loop is gone.
    pub async fn take_lease(&self, id: &LoopId, holder: &str, lease: Duration) -> Result<Option<Fence>, StoreError> {
        // One row in one statement: of two who try, the second finds it taken.
        const SQL: &str = "
            insert into trainer_lease (loop_id, holder, token, expires_at_us)
            select id, $2, 1, $3 from loop where id = $1 and not is_removed
            on conflict (loop_id) do update
            set holder = excluded.holder, token = trainer_lease.token + 1, expires_at_us = excluded.expires_at_us
            where trainer_lease.expires_at_us <= $4
            returning token";
        let now_us = self.database_now_us().await?;
        let taken: Option<i64> = on_pool!(self.pools.writing(), pool => sqlx::query_scalar(SQL)
            .bind(id.as_str())
            .bind(holder)
            .bind(after(now_us, lease))
            .bind(now_us)
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during("take over the training of a loop"))?;
        if taken.is_some() {
            self.announcements.note_leases();
        }
        Ok(taken.map(|token| Fence { token }))
    }

    /// Lets go of one lease.
    pub async fn release_lease(&self, id: &LoopId, holder: &str) -> Result<(), StoreError> {
        const SQL: &str = "update trainer_lease set expires_at_us = 0 where loop_id = $1 and holder = $2";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(id.as_str())
            .bind(holder)
            .execute(pool)
            .await
            .map(drop))
        .map_err(StoreError::during("let somebody else train a loop"))?;
        self.announcements.note_leases();
        Ok(())
    }

    /// Lets go of everything that the holder has, so that nobody has to wait until it runs out.
    pub async fn release_leases(&self, holder: &str) -> Result<(), StoreError> {
        self.write_lease(holder, 0).await?;
        self.announcements.note_leases();
        Ok(())
    }

    /// Lets go of what processes had that are no more.
    pub(super) async fn free_leases(&self) -> Result<(), StoreError> {
        const SQL: &str = "update trainer_lease set expires_at_us = 0 where expires_at_us > 0";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL).execute(pool).await.map(drop))
            .map_err(StoreError::during(ATTEMPT))
    }

    /// Not synced: it happens all the time, and a lease that is lost in a power cut has only run out early.
    async fn write_lease(&self, holder: &str, until_us: i64) -> Result<(), StoreError> {
        const SQLITE: &str = "update trainer_lease set expires_at_us = $2 where holder = $1";
        const POSTGRES: &str = "
            with relaxed as (select set_config('synchronous_commit', 'off', true))
            update trainer_lease set expires_at_us = $2 from relaxed where holder = $1";
        let written = match self.pools.writing() {
            Pool::Sqlite(pool) => {
                let mut connection = pool.acquire().await.map_err(StoreError::during(ATTEMPT))?;
                let statement = sqlx::query(SQLITE).bind(holder.to_owned()).bind(until_us);
                // A task of its own, because it must come to its end: the connection is shared with writes that must
                // not be lost, so what it was told has to be taken back.
                let writing = async move {
                    sqlx::query("pragma synchronous = normal").execute(&mut *connection).await?;
                    let written = statement.execute(&mut *connection).await.map(drop);
                    if let Err(error) = sqlx::query("pragma synchronous = full").execute(&mut *connection).await {
                        connection.close_on_drop();
                        return Err(error);
                    }
                    written
                };
                tokio::spawn(writing).await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
            }
            Pool::Postgres(reach) => {
                let work = async { sqlx::query(POSTGRES).bind(holder).bind(until_us).execute(&reach.pool()).await };
                reach.run(work).await.map(drop)
            }
        };
        written.map_err(StoreError::during(ATTEMPT))
    }

    /// The time by the database's clock.
    async fn database_now_us(&self) -> Result<i64, StoreError> {
        const SQLITE: &str = "select cast(unixepoch('subsec') * 1000000 as integer)";
        const POSTGRES: &str = "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";
        let told = match self.pools.reading() {
            Pool::Sqlite(pool) => sqlx::query_scalar(SQLITE).fetch_one(pool).await,
            Pool::Postgres(reach) => {
                reach.run(async { sqlx::query_scalar(POSTGRES).fetch_one(&reach.pool()).await }).await
            }
        };
        told.map_err(StoreError::during("read the database's clock"))
    }
}

fn after(now_us: i64, lease: Duration) -> i64 {
    now_us.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}
