//! When keys were last used. Written seldom and without a revision: nobody has to read a loop again for it.

use super::{Store, StoreError};
use crate::terms::LoopId;

/// A use of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUseRow {
    pub at_us: i64,
    /// The kind of client, in words.
    pub by: String,
}

/// Of the two keys: when and by whom.
type Found = (Option<i64>, Option<String>, Option<i64>, Option<String>);

impl Store {
    /// The last use of each key that was written down.
    pub async fn key_uses(&self, id: &LoopId) -> Result<[Option<KeyUseRow>; 2], StoreError> {
        const SQL: &str = "
            select key_0_used_at_us, key_0_used_by, key_1_used_at_us, key_1_used_by from loop where id = $1";
        let found: Option<Found> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(id.as_str())
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during("read when keys were last used"))?;
        let row =
            |at_us: Option<i64>, by: Option<String>| at_us.map(|at_us| KeyUseRow { at_us, by: by.unwrap_or_default() });
        let (first_us, first_by, second_us, second_by) = found.unwrap_or_default();
        Ok([row(first_us, first_by), row(second_us, second_by)])
    }

    /// Writes a use down, unless a later one stands there. `slot` is 0 or 1.
    pub async fn note_key_use(&self, id: &LoopId, slot: usize, used: &KeyUseRow) -> Result<(), StoreError> {
        const SQL: [&str; 2] = [
            "update loop set key_0_used_at_us = $2, key_0_used_by = $3
                where id = $1 and (key_0_used_at_us is null or key_0_used_at_us < $2)",
            "update loop set key_1_used_at_us = $2, key_1_used_by = $3
                where id = $1 and (key_1_used_at_us is null or key_1_used_at_us < $2)",
        ];
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL[slot])
            .bind(id.as_str())
            .bind(used.at_us)
            .bind(used.by.as_str())
            .execute(pool)
            .await
            .map(drop))
        .map_err(StoreError::during("write down when a key was used"))
    }
}
