//! Why the database did not do what was asked, told apart as far as a caller can act on it.

use std::{error::Error, fmt, io, sync::Arc};

use super::reach::is_lost;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("could not {attempt}")]
    Database { attempt: &'static str, source: Box<dyn Error + Send + Sync> },
    /// No space left: 507 to the caller.
    #[error("could not {attempt}: the disk is full")]
    Full { attempt: &'static str, source: Box<dyn Error + Send + Sync> },
    /// More is waiting to be written than the queue holds: 503 to the caller.
    #[error("too many writes are waiting")]
    Overloaded,
    #[error("the log writer has stopped")]
    Stopped,
    /// The loop was removed, or nobody follows its log yet.
    #[error("the loop's log is not open for writing")]
    NotFollowed,
    /// Another process has taken over what this one wanted to do.
    #[error("another process trains the loop by now")]
    NotTrainer,
    /// Something else wrote into a log while its past was being written.
    #[error("the loop's log has grown by itself meanwhile")]
    Interfered,
    /// A value in the database that this program cannot have written.
    #[error("could not {attempt}: a stored value cannot be read")]
    Damaged { attempt: &'static str },
}

impl StoreError {
    /// Names what was attempted when the database refused it: `.map_err(StoreError::during("read the loops"))`.
    pub(super) fn during(attempt: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |error| {
            if is_full(&error) {
                Self::Full { attempt, source: error.into() }
            } else {
                Self::Database { attempt, source: error.into() }
            }
        }
    }

    /// Whether the database could not be reached, which may pass by itself.
    pub fn is_away(&self) -> bool {
        self.cause().is_some_and(is_lost)
    }

    /// What the database said, where it was the database.
    pub(super) fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database { source, .. } | Self::Full { source, .. } => source.downcast_ref(),
            _ => None,
        }
    }

    /// The same error for each of the callers whose records shared a commit.
    pub(super) fn shared(self) -> impl Fn() -> Self {
        let (attempt, is_full, source) = match self {
            Self::Database { attempt, source } => (attempt, false, SharedSource(source.into())),
            Self::Full { attempt, source } => (attempt, true, SharedSource(source.into())),
            other => ("write the records of several callers", false, SharedSource(Arc::new(other))),
        };
        move || {
            let source = Box::new(source.clone());
            if is_full { Self::Full { attempt, source } } else { Self::Database { attempt, source } }
        }
    }
}

/// A cause that several errors have in common.
#[derive(Debug, Clone)]
struct SharedSource(Arc<dyn Error + Send + Sync>);

impl fmt::Display for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for SharedSource {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Whether it is about space on the device, which an operator can give back.
fn is_full(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::StorageFull,
        sqlx::Error::Migrate(error) => {
            error.source().and_then(|cause| cause.downcast_ref::<sqlx::Error>()).is_some_and(is_full)
        }
        // SQLITE_FULL; and SQLITE_IOERR_SHMSIZE, which is how a full disk looks when the WAL's index has to grow.
        // 53100 is PostgreSQL's disk_full.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("13" | "4874" | "53100")),
        _ => false,
    }
}
