//! Looking through the Ranks of a log from its end, a piece at a time.

use super::{
    Store, StoreError, StoredRecord,
    log::{KIND_RANKED, LogHead, checked},
};
use crate::terms::{EventId, LoopId};

/// Places in the log that one piece may pass over. What is between Ranks is read by its number alone, and an id that
/// begins otherwise too; a tenth of a second, also where nothing is found.
const N_PLACES: i64 = 50_000;

/// Which Ranks are wanted.
#[derive(Debug, Clone, Copy)]
pub struct RankScan<'a> {
    /// Only those with a smaller seq.
    pub before: i64,
    /// Only those whose event id begins so.
    pub id_prefix: Option<&'a str>,
    pub n_most: i64,
}

/// A piece of the log that was looked through.
#[derive(Debug)]
pub struct ScannedRanks {
    /// Newest first.
    pub ranks: Vec<StoredRecord>,
    /// What came of these events, in the order of the log.
    pub later: Vec<StoredRecord>,
    /// Nothing from here on was left out; `None` at the beginning of the log.
    pub reached: Option<i64>,
}

impl Store {
    /// One piece, from `before` backwards. `is_first` waits until the database has everything that was acknowledged; a
    /// search does that once.
    pub async fn scan_ranks(
        &self,
        id: &LoopId,
        scan: RankScan<'_>,
        is_first: bool,
    ) -> Result<ScannedRanks, StoreError> {
        // The kind as a parameter: as a constant it would invite the index by event id, and a sort of all of it.
        const SQL: &str = "
            select seq, at_us, kind, event_id, body from log_record
            where loop_id = $1 and kind = $2 and seq < $3 and seq >= $4
                and (cast($5 as text) is null or substr(event_id, 1, cast($6 as integer)) = $5)
            order by seq desc limit $7";
        if is_first {
            self.pools.settled().await?;
        }
        let before = scan.before.min(self.newest_seq(id).await? + 1);
        let floor = before.saturating_sub(N_PLACES).max(0);
        let n_letters = scan.id_prefix.map_or(0, |prefix| i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX));
        let found = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(id.as_str())
            .bind(KIND_RANKED)
            .bind(before)
            .bind(floor)
            .bind(scan.id_prefix)
            .bind(n_letters)
            .bind(scan.n_most)
            .fetch_all(pool)
            .await);
        let ranks = checked(found, "look through the Ranks of a log")?;
        let is_full = i64::try_from(ranks.len()).is_ok_and(|n| n >= scan.n_most);
        let reached = if is_full { ranks.last().map(|rank| rank.seq) } else { Some(floor).filter(|seq| *seq > 0) };
        let events: Vec<EventId> = ranks.iter().filter_map(|rank| rank.event_id.clone()).collect();
        let later = if events.is_empty() { Vec::new() } else { self.settled_records_after_ranks(id, &events).await? };
        Ok(ScannedRanks { ranks, later, reached })
    }

    /// A place in front of which every record is older than `at_us`, and behind which none is; the largest number there
    /// is when all that is known is older.
    ///
    /// Times never fall along a log, so a search by halves finds it with a few look-ups and needs no index by time. What
    /// was acknowledged in the last moments may not be known yet.
    pub async fn first_seq_since(&self, id: &LoopId, at_us: i64) -> Result<i64, StoreError> {
        const SQL: &str = "select seq, at_us from log_record where loop_id = $1 and seq >= $2 order by seq limit 1";
        // Everything in front of `low` is older; everything from `high` on is not.
        let end = self.newest_seq(id).await? + 1;
        let (mut low, mut high) = (0, end);
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Option<LogHead> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
                .bind(id.as_str())
                .bind(middle)
                .fetch_optional(pool)
                .await)
            .map_err(StoreError::during("find a time in a log"))?;
            match found {
                Some(record) if record.at_us < at_us => low = record.seq + 1,
                _ => high = middle,
            }
        }
        Ok(if low < end { low } else { i64::MAX })
    }

    async fn newest_seq(&self, id: &LoopId) -> Result<i64, StoreError> {
        const SQL: &str = "select coalesce(max(seq), 0) from log_record where loop_id = $1";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL).bind(id.as_str()).fetch_one(pool).await)
            .map_err(StoreError::during("find the end of a log"))
    }
}
