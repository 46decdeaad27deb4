//! The log by weeks: on PostgreSQL, old events go by dropping a table and not row by row.
//!
//! `log_record` is one table to every statement. Below it lie `log_record_base` with the facts that are kept for ever (and
//! whatever is older than the layout), a table for each week's events, and `log_record_future` for times that no week is
//! there for yet, so that no append ever fails for want of one. The week is an expression of kind and time, so that no
//! statement has to name it. An event's record is found by an index of each table; uniqueness over all of them is kept by
//! the lock on the loop that every append takes.
//!
//! SQLite has no such layout: there everything here does nothing.

use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use tracing::info;

use super::{Fence, Store, StoreError, pools::Pools};
use crate::terms::LoopId;

const WEEK_US: i64 = 7 * 24 * 3_600 * 1_000_000;
/// Weeks that are there before they begin.
const N_AHEAD: i64 = 1;
/// When nobody was there to make weeks for longer than this, the time becomes one table.
const N_MISSED: i64 = 8;
/// A past that is written at once gets at most so many weeks of its own.
const N_BACK_MOST: i64 = 104;
/// The kinds that retention may remove. A kind that is missing here lies in the base: it is removed row by row.
const WEEK_OF: &str = "(case when kind in (1, 2, 3, 7, 8, 9) then at_us / 604800000000 else -1 end)";
const THIS_WEEK: &str = "cast(extract(epoch from now()) as bigint) / 604800";
/// Nobody waits longer for a lock that appends would then wait behind.
const LOCK_BRIEFLY: &str = "set local lock_timeout = '500ms'";
/// "logweeks" in ASCII: one process at a time changes the layout.
const LOCK_NUMBER: i64 = 0x6c6f_6777_6565_6b73;

/// A table below `log_record`.
struct Part {
    name: String,
    /// The first week, and the one after the last; `None` without a bound.
    from: Option<i64>,
    to: Option<i64>,
    is_leaving: bool,
}

impl Store {
    /// How much later than due single records are removed: they would go with their week before.
    pub fn removal_grace_us(&self) -> i64 {
        match self.pools {
            Pools::Sqlite { .. } => 0,
            Pools::Postgres(_) => WEEK_US + WEEK_US / 7,
        }
    }

    /// Says that retention has no more use for a loop's removable records up to `seq`. Behind a fence only the loop's
    /// trainer says so.
    pub async fn note_due(&self, id: &LoopId, seq: i64, fence: Option<Fence>) -> Result<(), StoreError> {
        const SQL: &str = "
            insert into log_retention (loop_id, due_seq)
            select $1, $2 where cast($3 as bigint) is null
                or exists (select 1 from trainer_lease where loop_id = $1 and token = $3)
            on conflict (loop_id) do update set due_seq = excluded.due_seq";
        let Pools::Postgres(reach) = &self.pools else { return Ok(()) };
        let token = fence.map(|fence| fence.token);
        let work = async { sqlx::query(SQL).bind(id.as_str()).bind(seq).bind(token).execute(&reach.pool()).await };
        reach.run(work).await.map(drop).map_err(StoreError::during("note which records may go"))
    }

    /// Lays the log out by weeks where it is not, and makes the weeks to come.
    pub async fn make_weeks(&self) -> Result<(), StoreError> {
        let Pools::Postgres(reach) = &self.pools else { return Ok(()) };
        let work = async {
            let mut transaction = reach.pool().begin().await?;
            lock_layout(&mut transaction).await?;
            lay_out(&mut transaction).await?;
            add_weeks(&mut transaction, N_MISSED).await?;
            transaction.commit().await
        };
        reach.run(work).await.map_err(StoreError::during("lay the log out by weeks"))
    }

    /// Makes the weeks from an instant on, as far as two years back, for a past that is about to be written. Where there
    /// are events already, everything stays as it is.
    pub async fn make_weeks_since(&self, first_us: i64) -> Result<(), StoreError> {
        let Pools::Postgres(reach) = &self.pools else { return Ok(()) };
        let work = async {
            let mut transaction = reach.pool().begin().await?;
            lock_layout(&mut transaction).await?;
            if is_without_events(&mut transaction).await? {
                let first = this_week(&mut transaction).await? - N_BACK_MOST;
                begin_with(&mut transaction, first.max(first_us / WEEK_US)).await?;
                add_weeks(&mut transaction, N_BACK_MOST).await?;
            }
            transaction.commit().await
        };
        reach.run(work).await.map_err(StoreError::during("lay the log out by weeks"))
    }

    /// Drops the weeks that nobody needs any more. Returns how many went.
    pub async fn drop_weeks(&self) -> Result<u64, StoreError> {
        let Pools::Postgres(reach) = &self.pools else { return Ok(0) };
        let work = async {
            let mut connection = reach.pool().acquire().await?;
            // Of the session, because tables are taken out of the layout outside of transactions.
            const LOCK: &str = "select pg_try_advisory_lock($1)";
            let is_ours: bool = sqlx::query_scalar(LOCK).bind(LOCK_NUMBER).fetch_one(&mut *connection).await?;
            if !is_ours {
                return Ok(0);
            }
            // However the work ends, the lock goes with its session.
            connection.close_on_drop();
            let n_dropped = drop_due(&mut connection).await?;
            sqlx::query("select pg_advisory_unlock($1)").bind(LOCK_NUMBER).execute(&mut *connection).await?;
            Ok(n_dropped)
        };
        reach.run(work).await.map_err(StoreError::during("drop old weeks of the log"))
    }
}

/// Nobody else changes what lies below the schema until this transaction ends.
pub(super) async fn lock_layout(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK_NUMBER).execute(connection).await.map(drop)
}

/// The table as the migrations made it becomes the base of the layout, with all its rows.
async fn lay_out(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    const IS_PLAIN: &str = "select relkind = 'r' from pg_class where oid = to_regclass('log_record')";
    if !sqlx::query_scalar::<_, bool>(IS_PLAIN).fetch_one(&mut *connection).await? {
        return Ok(());
    }
    let last = format!("select coalesce(max({WEEK_OF}), -1) from log_record");
    let last: i64 = sqlx::query_scalar(AssertSqlSafe(last)).fetch_one(&mut *connection).await?;
    let first = if last < 0 { this_week(connection).await? } else { this_week(connection).await?.max(last) + 1 };
    // Without the reference to the loop: it would cost a look-up per record, and every append holds the loop's lock.
    run(
        connection,
        format!(
            "alter table log_record rename to log_record_base;
             alter table log_record_base drop constraint if exists log_record_loop_id_fkey;
             create table log_record (like log_record_base) partition by range ({WEEK_OF});
             alter table log_record attach partition log_record_base for values from (minvalue) to ({first});
             create table log_record_future (like log_record_base including all);
             alter table log_record attach partition log_record_future for values from ({first}) to (maxvalue)"
        ),
    )
    .await
}

async fn is_without_events(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = format!("select not exists (select 1 from log_record where {WEEK_OF} >= 0)");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await
}

/// Lets the weeks begin elsewhere while there are no events.
async fn begin_with(connection: &mut PgConnection, first: i64) -> Result<(), sqlx::Error> {
    sqlx::query(LOCK_BRIEFLY).execute(&mut *connection).await?;
    run(connection, "alter table log_record detach partition log_record_base".to_owned()).await?;
    for Part { name, .. } in parts(connection).await?.iter().filter(|part| part.to.is_some()) {
        run(connection, format!("drop table {name}")).await?;
    }
    run(
        connection,
        format!(
            "alter table log_record detach partition log_record_future;
             alter table log_record attach partition log_record_base for values from (minvalue) to ({first});
             alter table log_record attach partition log_record_future for values from ({first}) to (maxvalue)"
        ),
    )
    .await
}

/// Makes the weeks that are missing; when they are more than `n_most`, those of the past as one table.
async fn add_weeks(connection: &mut PgConnection, n_most: i64) -> Result<(), sqlx::Error> {
    let wanted = this_week(connection).await? + N_AHEAD + 1;
    let parts = parts(connection).await?;
    let Some(mut first) = parts.iter().find(|part| part.to.is_none()).and_then(|later| later.from) else {
        return Ok(());
    };
    if first >= wanted {
        return Ok(());
    }
    sqlx::query(LOCK_BRIEFLY).execute(&mut *connection).await?;
    run(connection, "alter table log_record detach partition log_record_future".to_owned()).await?;
    while first < wanted {
        let next = if wanted - first > n_most + 1 + N_AHEAD { wanted - 1 - N_AHEAD } else { first + 1 };
        run(
            connection,
            format!(
                "create table log_record_w{first} (like log_record_base including all);
                 alter table log_record attach partition log_record_w{first} for values from ({first}) to ({next})"
            ),
        )
        .await?;
        first = next;
    }
    // What came before its week was made: a clock that ran ahead, or nobody who made weeks for long.
    run(
        connection,
        format!(
            "insert into log_record select * from log_record_future where {WEEK_OF} < {wanted};
             delete from log_record_future where {WEEK_OF} < {wanted};
             alter table log_record attach partition log_record_future for values from ({wanted}) to (maxvalue)"
        ),
    )
    .await
}

async fn drop_due(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let this_week = this_week(connection).await?;
    let mut n_dropped = 0;
    for Part { name, from, to, is_leaving } in parts(connection).await? {
        let (Some(from), Some(to)) = (from, to) else { continue };
        if is_leaving {
            // Somebody was interrupted between the two halves of taking it out.
            run(connection, format!("alter table log_record detach partition {name} finalize")).await?;
        } else if to <= this_week && is_due(connection, &name).await? {
            // Waits for those who read it, and lets everybody go on meanwhile.
            run(connection, format!("alter table log_record detach partition {name} concurrently")).await?;
        } else {
            continue;
        }
        // Nobody writes into past weeks; were it so all the same, nothing is lost.
        if is_due(connection, &name).await? {
            run(connection, format!("drop table {name}")).await?;
            info!("Dropped the events of week {from} (counted from 1970), which are older than every loop keeps them");
            n_dropped += 1;
        } else {
            let back = format!("alter table log_record attach partition {name} for values from ({from}) to ({to})");
            run(connection, back).await?;
        }
    }
    Ok(n_dropped)
}

/// Whether every loop has said that its records in this table may go.
async fn is_due(connection: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "select not exists (
            select 1 from loop left join log_retention on log_retention.loop_id = loop.id
            where not loop.is_removed and exists (
                select 1 from {name} kept where kept.loop_id = loop.id and kept.seq > coalesce(due_seq, 0)))"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await
}

async fn this_week(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(format!("select {THIS_WEEK}"))).fetch_one(connection).await
}

async fn parts(connection: &mut PgConnection) -> Result<Vec<Part>, sqlx::Error> {
    const SQL: &str = "
        select relname::text, pg_get_expr(relpartbound, oid), inhdetachpending
        from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = to_regclass('log_record') order by relname";
    let rows = sqlx::query(SQL).fetch_all(connection).await?;
    let part = |row: &sqlx::postgres::PgRow| {
        let bounds: Option<String> = row.try_get(1)?;
        let (from, to) = read_bounds(&bounds.unwrap_or_default());
        Ok(Part { name: row.try_get(0)?, from, to, is_leaving: row.try_get(2)? })
    };
    rows.iter().map(part).collect()
}

/// Reads `FOR VALUES FROM ('2890') TO (MAXVALUE)`.
fn read_bounds(text: &str) -> (Option<i64>, Option<i64>) {
    let bound = |text: &str| text.split(['(', ')']).nth(1)?.trim_matches('\'').parse().ok();
    let (from, to) = text.split_once(" TO ").unwrap_or((text, ""));
    (bound(from), bound(to))
}

/// Runs statements whose texts are made here, of names and numbers that are made here.
async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_as_postgres_writes_them() {
        assert_eq!(read_bounds("FOR VALUES FROM ('2890') TO ('2891')"), (Some(2890), Some(2891)));
        assert_eq!(read_bounds("FOR VALUES FROM (MINVALUE) TO ('2891')"), (None, Some(2891)));
        assert_eq!(read_bounds("FOR VALUES FROM ('-7') TO (MAXVALUE)"), (Some(-7), None));
    }
}
