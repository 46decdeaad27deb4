//! How the database is: its kind, its size, whether it answers, and what waits to be written into it.

use std::path::{Path, PathBuf};

use super::{Store, StoreError, pools::Pools};

/// The database as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseCondition {
    /// "SQLite" or "PostgreSQL".
    pub kind: &'static str,
    /// Of SQLite the files, with what is still on its way; of PostgreSQL what it says of the database.
    pub n_bytes: u64,
    /// The folder of the files; `None` of a database elsewhere.
    pub folder: Option<PathBuf>,
    /// What is durable beside SQLite and not in the database yet; `None` without a commit log.
    pub unsettled: Option<Unsettled>,
}

/// What waits in the commit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unsettled {
    pub n_commits: usize,
    pub n_bytes: usize,
}

const ATTEMPT: &str = "see how large the database is";

impl Store {
    /// Asks the database how it is; what cannot be asked fails as it would for a call.
    pub async fn condition(&self) -> Result<DatabaseCondition, StoreError> {
        match &self.pools {
            Pools::Sqlite { path, .. } => {
                let folder = path.parent().map(Path::to_owned);
                let n_bytes = files_of(path).map_err(|error| StoreError::during(ATTEMPT)(error.into()))?;
                let unsettled = self.pools.commit_log().map(super::commit_log::CommitLog::unsettled);
                Ok(DatabaseCondition { kind: "SQLite", n_bytes, folder, unsettled })
            }
            Pools::Postgres(reach) => {
                const SIZE: &str = "select pg_database_size(current_database())";
                let pool = reach.pool();
                let size = reach.run(async { sqlx::query_scalar(SIZE).fetch_one(&pool).await }).await;
                let n_bytes: i64 = size.map_err(StoreError::during(ATTEMPT))?;
                let n_bytes = n_bytes.unsigned_abs();
                Ok(DatabaseCondition { kind: "PostgreSQL", n_bytes, folder: None, unsettled: None })
            }
        }
    }
}

/// The database's file and those beside it that begin with its name.
fn files_of(path: &Path) -> std::io::Result<u64> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(0) };
    let mut n_bytes = 0;
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        if file.file_name().as_encoded_bytes().starts_with(name.as_encoded_bytes()) {
            // A file that goes at this moment has no size any more.
            n_bytes += file.metadata().map_or(0, |metadata| metadata.len());
        }
    }
    Ok(n_bytes)
}
