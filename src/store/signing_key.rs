//! The key that exported models are signed with. One for all processes on this database.

use super::{Store, StoreError};

/// A key and its certificate, both DER.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SigningKeyRow {
    pub private_key: Vec<u8>,
    pub certificate: Vec<u8>,
    pub created_at_us: i64,
}

// A key in a log would be a key in many hands.
impl std::fmt::Debug for SigningKeyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeyRow").field("created_at_us", &self.created_at_us).finish_non_exhaustive()
    }
}

impl Store {
    /// The key, once somebody has made one.
    pub async fn signing_key(&self) -> Result<Option<SigningKeyRow>, StoreError> {
        const SQL: &str = "select private_key, certificate, created_at_us from signing_key where id = 1";
        on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).fetch_optional(pool).await)
            .map_err(StoreError::during("read the signing key"))
    }

    /// Stores a key unless there is one: the first counts, and is returned to all.
    pub async fn first_signing_key(&self, row: &SigningKeyRow) -> Result<SigningKeyRow, StoreError> {
        const SQL: &str = "
            insert into signing_key (id, private_key, certificate, created_at_us) values (1, $1, $2, $3)
            on conflict (id) do nothing";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(row.private_key.as_slice())
            .bind(row.certificate.as_slice())
            .bind(row.created_at_us)
            .execute(pool)
            .await
            .map(drop))
        .map_err(StoreError::during("store the signing key"))?;
        self.signing_key().await?.ok_or(StoreError::Damaged { attempt: "read the signing key" })
    }
}
