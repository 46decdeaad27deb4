//! Sessions of browsers, as opaque bytes with an end.

use super::{Store, StoreError};

/// A browser that is signed in, or about to be.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct SessionRow {
    /// A hash of what the cookie holds.
    pub id: String,
    /// Whose it is, once somebody signed in.
    pub person_id: Option<String>,
    pub data: Vec<u8>,
    pub expires_at_us: i64,
}

/// How many expired sessions go at once.
const N_REMOVED_AT_ONCE: i64 = 1_000;

impl Store {
    /// False when the id is taken.
    pub async fn insert_session(&self, row: &SessionRow) -> Result<bool, StoreError> {
        const SQL: &str = "
            insert into session (id, person_id, data, expires_at_us) values ($1, $2, $3, $4) on conflict (id) do nothing";
        self.write_session(SQL, row).await
    }

    /// Replaces what a session holds. False when it has ended: a request that was under way when somebody was signed
    /// out must not sign them in again.
    pub async fn save_session(&self, row: &SessionRow) -> Result<bool, StoreError> {
        const SQL: &str = "update session set person_id = $2, data = $3, expires_at_us = $4 where id = $1";
        self.write_session(SQL, row).await
    }

    async fn write_session(&self, sql: &'static str, row: &SessionRow) -> Result<bool, StoreError> {
        on_pool!(self.pools.writing(), pool => sqlx::query(sql)
            .bind(row.id.as_str())
            .bind(row.person_id.as_deref())
            .bind(row.data.as_slice())
            .bind(row.expires_at_us)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
        .map_err(StoreError::during("store a session"))
    }

    /// `None` also when it has expired.
    pub async fn session(&self, id: &str, now_us: i64) -> Result<Option<SessionRow>, StoreError> {
        const SQL: &str = "select id, person_id, data, expires_at_us from session where id = $1 and expires_at_us > $2";
        on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).bind(id).bind(now_us).fetch_optional(pool).await)
            .map_err(StoreError::during("read a session"))
    }

    /// Ends one session.
    pub async fn delete_session(&self, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "delete from session where id = $1";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL).bind(id).execute(pool).await.map(drop))
            .map_err(StoreError::during("end a session"))
    }

    /// Removes some of the expired sessions. Returns how many went.
    pub async fn remove_expired_sessions(&self, now_us: i64) -> Result<u64, StoreError> {
        const SQL: &str = "
            delete from session where id in
                (select id from session where expires_at_us <= $1 order by expires_at_us limit $2)";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(now_us)
            .bind(N_REMOVED_AT_ONCE)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("remove expired sessions"))
    }
}
