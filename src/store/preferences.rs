//! What people chose for the pages that they see.

use super::{Store, StoreError};

impl Store {
    /// What a person chose under this name, if anything.
    pub async fn preference(&self, person_id: &str, name: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "select value from preference where person_id = $1 and name = $2";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL)
            .bind(person_id)
            .bind(name)
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during("read a preference"))
    }

    /// Keeps what a person chose; `None` is as if they never had. Nothing is kept of somebody who is gone.
    pub async fn set_preference(&self, person_id: &str, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        const SET: &str = "
            insert into preference (person_id, name, value)
            select id, $2, $3 from admin where id = $1
            on conflict (person_id, name) do update set value = excluded.value";
        const FORGET: &str = "delete from preference where person_id = $1 and name = $2";
        match value {
            Some(value) => on_pool!(self.pools.writing(), pool => sqlx::query(SET)
                .bind(person_id)
                .bind(name)
                .bind(value)
                .execute(pool)
                .await
                .map(drop)),
            None => on_pool!(self.pools.writing(), pool => sqlx::query(FORGET)
                .bind(person_id)
                .bind(name)
                .execute(pool)
                .await
                .map(drop)),
        }
        .map_err(StoreError::during("keep a preference"))
    }

    /// How many people can sign in.
    pub async fn n_admins(&self) -> Result<u64, StoreError> {
        const SQL: &str = "select count(*) from admin";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL).fetch_one(pool).await)
            .map(|n: i64| n.cast_unsigned())
            .map_err(StoreError::during("count the people"))
    }
}
