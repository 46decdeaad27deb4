//! Sessions in our own database, as tower-sessions wants them.

use async_trait::async_trait;
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::secret::hash_of;
use crate::{
    clock::Clock,
    store::{SessionRow, Store},
};

/// The name under which a session holds the id of the person who signed in. Sessions that use it end when that
/// person's password is replaced.
pub const PERSON_IN_SESSION: &str = "person";

/// Sessions in our own database.
#[derive(Debug, Clone)]
pub struct Sessions {
    store: Store,
    clock: Clock,
}

impl Sessions {
    pub(super) fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Removes sessions that have expired. Returns how many went.
    pub async fn remove_expired(&self) -> std::result::Result<u64, crate::store::StoreError> {
        self.store.remove_expired_sessions(self.clock.now_us()).await
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // Whoever starts a session clears away old ones: the table stays small without a task of its own.
        self.remove_expired().await.map_err(backend)?;
        while !self.store.insert_session(&to_row(record)?).await.map_err(backend)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.store.save_session(&to_row(record)?).await.map(drop).map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self.store.session(&stored_id(*id), self.clock.now_us()).await.map_err(backend)?;
        found.map(|row| from_row(*id, &row)).transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(&stored_id(*id)).await.map_err(backend)
    }
}

/// A hash, so that a copy of the database is no bundle of keys to the server.
fn stored_id(id: Id) -> String {
    hex::encode(hash_of(&id.0.to_be_bytes()))
}

fn to_row(record: &Record) -> Result<SessionRow> {
    let data = serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    let person_id = record.data.get(PERSON_IN_SESSION).and_then(|id| id.as_str()).map(str::to_owned);
    let expires_at_us = i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX);
    Ok(SessionRow { id: stored_id(record.id), person_id, data, expires_at_us })
}

fn from_row(id: Id, row: &SessionRow) -> Result<Record> {
    let decode = |error: String| Error::Decode(error);
    let data = serde_json::from_slice(&row.data).map_err(|error| decode(error.to_string()))?;
    let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.expires_at_us) * 1_000)
        .map_err(|error| decode(error.to_string()))?;
    Ok(Record { id, data, expiry_date })
}

/// tower-sessions keeps a text of the cause and no more, so it gets the whole chain.
fn backend(error: crate::store::StoreError) -> Error {
    let cause = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
    Error::Backend(format!("{error}{cause}"))
}
