//! Reading the log of a loop, and removing its old end. Appending is next door, in `log_writer`.

use std::borrow::Cow;

use sqlx::{PgPool, SqlitePool};

use super::{
    Carried, Fence, Store, StoreError,
    packing::{pack, unpack},
    pools::Pools,
};
use crate::terms::{EventId, LoopId};

/// A record to append. The writer gives it its place and time.
#[derive(Debug, Clone)]
pub struct NewRecord {
    pub kind: i16,
    pub event_id: Option<EventId>,
    pub body: Vec<u8>,
    pub carried: Carried,
    /// The body as it is stored, once it is packed.
    stored: Vec<u8>,
}

impl NewRecord {
    /// A record that carries nothing.
    pub fn new(kind: i16, event_id: Option<EventId>, body: Vec<u8>) -> Self {
        Self { kind, event_id, body, carried: Carried::default(), stored: Vec::new() }
    }

    /// Packs the body beforehand: many who append do it side by side, and the writer alone would do one after the other.
    pub(super) fn pack(&mut self) {
        self.stored = pack(&self.body);
    }

    /// What is stored for the body.
    pub(super) fn stored(&self) -> Cow<'_, [u8]> {
        if self.stored.is_empty() { pack(&self.body).into() } else { Cow::Borrowed(&self.stored) }
    }

    /// The event that it ranks, if it is a Rank.
    pub(super) fn ranks(&self) -> Option<&EventId> {
        self.event_id.as_ref().filter(|_| self.kind == KIND_RANKED)
    }
}

/// A record as it lies in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    pub seq: i64,
    pub at_us: i64,
    pub kind: i16,
    pub event_id: Option<EventId>,
    pub body: Vec<u8>,
    pub carried: Carried,
}

/// The end of a loop's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct LogHead {
    pub seq: i64,
    pub at_us: i64,
}

/// The kind that an event has once; the schema's unique index says the same.
pub(super) const KIND_RANKED: i16 = 1;
/// Kinds with an index of their own, because they are few among many.
const INDEXED_KINDS: [i16; 3] = [4, 5, 6];

pub(super) const INSERT_RECORD: &str =
    "insert into log_record (loop_id, seq, at_us, kind, event_id, body) values ($1, $2, $3, $4, $5, $6)";
const SELECT_HEAD: &str = "select seq, at_us from log_record where loop_id = $1 order by seq desc limit 1";
pub(super) const SELECT_BETWEEN: &str = "
    select seq, at_us, kind, event_id, body from log_record
    where loop_id = $1 and seq > $2 and seq <= $3 order by seq limit $4";

impl Store {
    /// The end of the log; zeros when it is empty.
    pub async fn log_head(&self, id: &LoopId) -> Result<LogHead, StoreError> {
        on_pool!(self.pools.reading_log().await?, pool => sqlx::query_as(SELECT_HEAD).bind(id.as_str()).fetch_optional(pool).await)
            .map(Option::unwrap_or_default)
            .map_err(StoreError::during("read the end of a log"))
    }

    /// At most `limit` records with `after < seq <= up_to`, in order.
    ///
    /// The database holds a beginning of each log, so only who reaches its end there has to wait for what was acknowledged
    /// and is not in it yet.
    pub async fn records_between(
        &self,
        id: &LoopId,
        after: i64,
        up_to: i64,
        limit: i64,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let mut is_settled = self.pools.is_settled();
        let mut records: Vec<StoredRecord> = Vec::new();
        loop {
            let after = records.last().map_or(after, |last| last.seq);
            let n_left = limit.saturating_sub_unsigned(records.len() as u64);
            let found = on_pool!(self.pools.reading(), pool => sqlx::query_as(SELECT_BETWEEN)
                .bind(id.as_str())
                .bind(after)
                .bind(up_to)
                .bind(n_left)
                .fetch_all(pool)
                .await);
            let found = checked(found, "read a log")?;
            let is_all = found.len() as i64 >= n_left || found.last().is_some_and(|last| last.seq >= up_to);
            records.extend(found);
            if is_settled || is_all {
                return Ok(records);
            }
            self.pools.settled().await?;
            is_settled = true;
        }
    }

    /// The records with these seqs, as far as they are there, in any order.
    pub async fn records_at(&self, id: &LoopId, seqs: &[i64]) -> Result<Vec<StoredRecord>, StoreError> {
        const SQLITE: &str = "
            select seq, at_us, kind, event_id, body from json_each($2) wanted
            cross join log_record on loop_id = $1 and seq = wanted.value";
        const POSTGRES: &str = "
            select seq, at_us, kind, event_id, body from log_record where loop_id = $1 and seq = any($2)";
        let found = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                self.pools.settled().await?;
                let listed = serde_json::to_string(seqs).expect("whole numbers always become JSON");
                sqlx::query_as(SQLITE).bind(id.as_str()).bind(listed).fetch_all(readers).await
            }
            Pools::Postgres(reach) => {
                let work =
                    async { sqlx::query_as(POSTGRES).bind(id.as_str()).bind(seqs).fetch_all(&reach.pool()).await };
                reach.run(work).await
            }
        };
        checked(found, "read records of a log")
    }

    /// Every record of one event, in order.
    pub async fn records_of_event(&self, id: &LoopId, event_id: &EventId) -> Result<Vec<StoredRecord>, StoreError> {
        // Two halves, because each has an index of its own. They are put in order here: asked to do it, SQLite reads
        // the whole log in order and forgets the index.
        const SQL: &str = "
            select seq, at_us, kind, event_id, body from log_record
            where loop_id = $1 and event_id = $2 and kind = 1
            union all
            select seq, at_us, kind, event_id, body from log_record
            where loop_id = $1 and event_id = $2 and kind <> 1 and event_id is not null";
        let found = on_pool!(self.pools.reading_log().await?, pool => sqlx::query_as(SQL)
            .bind(id.as_str())
            .bind(event_id.as_str())
            .fetch_all(pool)
            .await);
        let mut records = checked(found, "read the records of an event")?;
        records.sort_by_key(|record| record.seq);
        Ok(records)
    }

    /// What came of some events: every record about them but their Ranks, in order.
    pub async fn records_after_ranks(&self, id: &LoopId, events: &[EventId]) -> Result<Vec<StoredRecord>, StoreError> {
        self.pools.settled().await?;
        self.settled_records_after_ranks(id, events).await
    }

    /// The same without what was acknowledged in the last moments, for those who have just waited for that.
    pub(super) async fn settled_records_after_ranks(
        &self,
        id: &LoopId,
        events: &[EventId],
    ) -> Result<Vec<StoredRecord>, StoreError> {
        const SQLITE: &str = "
            select seq, at_us, kind, event_id, body from json_each($2) wanted
            cross join log_record on loop_id = $1 and event_id = wanted.value and kind <> 1 and event_id is not null";
        const POSTGRES: &str = "
            select seq, at_us, kind, event_id, body from log_record
            where loop_id = $1 and event_id = any($2) and kind <> 1 and event_id is not null";
        let wanted: Vec<&str> = events.iter().map(EventId::as_str).collect();
        let found = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let listed = serde_json::to_string(&wanted).expect("texts always become JSON");
                sqlx::query_as(SQLITE).bind(id.as_str()).bind(listed).fetch_all(readers).await
            }
            Pools::Postgres(reach) => {
                let work =
                    async { sqlx::query_as(POSTGRES).bind(id.as_str()).bind(&wanted).fetch_all(&reach.pool()).await };
                reach.run(work).await
            }
        };
        let mut records = checked(found, "read what came of events")?;
        records.sort_by_key(|record| record.seq);
        Ok(records)
    }

    /// The `Ranked` record (kind 1) of an event.
    pub async fn ranked_record(&self, id: &LoopId, event_id: &EventId) -> Result<Option<StoredRecord>, StoreError> {
        const SQL: &str = "
            select seq, at_us, kind, event_id, body from log_record
            where loop_id = $1 and event_id = $2 and kind = 1";
        let found = on_pool!(self.pools.reading_log().await?, pool => sqlx::query_as(SQL)
            .bind(id.as_str())
            .bind(event_id.as_str())
            .fetch_all(pool)
            .await);
        Ok(checked(found, "read the Rank of an event")?.pop())
    }

    /// Whether an event was ranked.
    pub async fn has_ranked(&self, id: &LoopId, event_id: &EventId) -> Result<bool, StoreError> {
        const SQL: &str = "select count(*) from log_record where loop_id = $1 and event_id = $2 and kind = 1";
        on_pool!(self.pools.reading_log().await?, pool => sqlx::query_scalar(SQL)
            .bind(id.as_str())
            .bind(event_id.as_str())
            .fetch_one(pool)
            .await)
        .map(|n_ranked: i64| n_ranked > 0)
        .map_err(StoreError::during("look for the Rank of an event"))
    }

    /// The newest `limit` records of one kind with a seq below `before`, newest first.
    pub async fn latest_of_kind(
        &self,
        id: &LoopId,
        kind: i16,
        before: i64,
        limit: i64,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        // A partial index is only taken when the text itself says that it suffices.
        const FEW: &str = "
            select seq, at_us, kind, event_id, body from log_record
            where loop_id = $1 and kind = $2 and kind in (4, 5, 6) and seq < $3 order by seq desc limit $4";
        const MANY: &str = "
            select seq, at_us, kind, event_id, body from log_record
            where loop_id = $1 and kind = $2 and seq < $3 order by seq desc limit $4";
        let sql = if INDEXED_KINDS.contains(&kind) { FEW } else { MANY };
        let found = on_pool!(self.pools.reading_log().await?, pool => sqlx::query_as(sql)
            .bind(id.as_str())
            .bind(kind)
            .bind(before)
            .bind(limit)
            .fetch_all(pool)
            .await);
        checked(found, "read the latest records")
    }

    /// When the first and the last retained Rank of a loop were logged; `None` without any.
    pub async fn logged_span_us(&self, id: &LoopId) -> Result<Option<(i64, i64)>, StoreError> {
        // Each looks from its own end of the log, where a Rank is never far.
        const FIRST: &str = "select at_us from log_record where loop_id = $1 and kind = 1 order by seq limit 1";
        const LAST: &str = "select at_us from log_record where loop_id = $1 and kind = 1 order by seq desc limit 1";
        let failed = StoreError::during("find the span of the log");
        let first: Option<i64> = on_pool!(self.pools.reading_log().await?, pool => sqlx::query_scalar(FIRST)
            .bind(id.as_str())
            .fetch_optional(pool)
            .await)
        .map_err(&failed)?;
        let Some(first) = first else { return Ok(None) };
        let last: Option<i64> = on_pool!(self.pools.reading_log().await?, pool => sqlx::query_scalar(LAST)
            .bind(id.as_str())
            .fetch_optional(pool)
            .await)
        .map_err(&failed)?;
        Ok(Some((first, last.unwrap_or(first))))
    }

    /// Removes at most `limit` records of the given kinds (0 to 62) with a seq up to `up_to`, oldest first. Returns how
    /// many went. `up_to` must be in front of the newest record, which says where the log goes on.
    ///
    /// Behind a fence nothing goes when somebody else trains the loop. Not synced: a removal that is lost is done again.
    pub async fn remove_records(
        &self,
        id: &LoopId,
        kinds: &[i16],
        up_to: i64,
        limit: i64,
        fence: Option<Fence>,
    ) -> Result<u64, StoreError> {
        let kind_bits = kinds.iter().fold(0_i64, |bits, kind| bits | 1_i64 << kind);
        let removal = Removal { id: id.clone(), kind_bits, up_to, limit, token: fence.map(|fence| fence.token) };
        let failed = StoreError::during("remove old records");
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                self.pools.settled().await?;
                let writer = writer.clone();
                // A task of its own, because whoever waits may go, and the connection must not stay as it is meanwhile.
                let removing = tokio::spawn(async move { removal.in_sqlite(&writer).await });
                removing.await.unwrap_or_else(|broken| Err(sqlx::Error::AnyDriverError(broken.into())))
            }
            Pools::Postgres(reach) => reach.run(removal.in_postgres(&reach.pool())).await,
        }
        .map_err(&failed)
    }

    /// The last seq whose record is older than `before_us`, leaving out the newest record of all.
    ///
    /// Times never fall along a log, so a search by halves finds it with a few look-ups and needs no index by time.
    pub async fn last_seq_before(&self, id: &LoopId, before_us: i64) -> Result<i64, StoreError> {
        const SQL: &str = "select seq, at_us from log_record where loop_id = $1 and seq > $2 order by seq limit 1";
        // Everything up to `older` is older than `before_us`; everything from `newer` on is not, or is to stay.
        let (mut older, mut newer) = (0, self.log_head(id).await?.seq);
        while newer - older > 1 {
            let middle = older + (newer - older) / 2;
            let found: Option<LogHead> = on_pool!(self.pools.reading_log().await?, pool => sqlx::query_as(SQL)
                .bind(id.as_str())
                .bind(middle - 1)
                .fetch_optional(pool)
                .await)
            .map_err(StoreError::during("find where old records end"))?;
            match found {
                Some(record) if record.seq < newer && record.at_us < before_us => older = record.seq,
                _ => newer = middle,
            }
        }
        Ok(older)
    }
}

/// Records that are to go.
struct Removal {
    id: LoopId,
    /// The kinds travel as bits, because the databases have no common form of a list.
    kind_bits: i64,
    up_to: i64,
    limit: i64,
    token: Option<i64>,
}

impl Removal {
    const SQL: &str = "
        delete from log_record where loop_id = $1 and seq in (
            select seq from log_record
            where loop_id = $1 and seq <= $2 and (cast(1 as bigint) << cast(kind as integer)) & $3 <> 0
                and (cast($5 as bigint) is null
                    or exists (select 1 from trainer_lease where trainer_lease.loop_id = $1 and token = $5))
            order by seq limit $4)";

    async fn in_sqlite(self, writer: &SqlitePool) -> Result<u64, sqlx::Error> {
        let mut connection = writer.acquire().await?;
        let removed = async {
            sqlx::query("pragma synchronous = normal").execute(&mut *connection).await?;
            let statement = sqlx::query(Self::SQL).bind(self.id.as_str()).bind(self.up_to);
            let done =
                statement.bind(self.kind_bits).bind(self.limit).bind(self.token).execute(&mut *connection).await?;
            sqlx::query("pragma synchronous = full").execute(&mut *connection).await?;
            Ok(done.rows_affected())
        };
        let removed = removed.await;
        if removed.is_err() {
            // It may still be told not to sync, and appends use it next.
            connection.close_on_drop();
        }
        removed
    }

    async fn in_postgres(self, pool: &PgPool) -> Result<u64, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        sqlx::query("set local synchronous_commit = off").execute(&mut *transaction).await?;
        let statement = sqlx::query(Self::SQL).bind(self.id.as_str()).bind(self.up_to);
        let done = statement.bind(self.kind_bits).bind(self.limit).bind(self.token).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
pub(super) struct FoundRecord {
    seq: i64,
    at_us: i64,
    kind: i16,
    event_id: Option<String>,
    body: Vec<u8>,
}

/// Checks what was read, as everything from outside is checked.
pub(super) fn checked(
    found: Result<Vec<FoundRecord>, sqlx::Error>,
    attempt: &'static str,
) -> Result<Vec<StoredRecord>, StoreError> {
    let check = |row: FoundRecord| {
        let event_id = row.event_id.map(EventId::try_from).transpose().map_err(|_| StoreError::Damaged { attempt })?;
        let body = unpack(row.body).map_err(|_| StoreError::Damaged { attempt })?;
        Ok(StoredRecord { seq: row.seq, at_us: row.at_us, kind: row.kind, event_id, body, carried: Carried::default() })
    };
    found.map_err(StoreError::during(attempt))?.into_iter().map(check).collect()
}
