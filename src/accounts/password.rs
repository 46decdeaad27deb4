//! Passwords: argon2id, away from the threads that serve requests.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::AccountError;

/// Each hash takes 19 MiB and a core for some milliseconds; a flood of attempts must not take the server with it.
const N_AT_ONCE: usize = 4;
/// The fewest characters of a new password.
const N_CHARS_LEAST: usize = 10;

/// Hashes and checks passwords, a few at a time. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(N_AT_ONCE)) }
    }

    /// Hashes a new password, after checking it.
    pub(super) async fn hash(&self, password: &str) -> Result<String, AccountError> {
        if password.chars().count() < N_CHARS_LEAST {
            return Err(AccountError::PasswordTooShort);
        }
        self.work(password, hash).await?
    }

    /// Whether a password belongs to a stored hash. Without one it is as much work, so that the time taken does not
    /// tell which names exist.
    pub(super) async fn is_right(&self, password: &str, stored: Option<String>) -> Result<bool, AccountError> {
        self.work(password, move |password| match stored {
            Some(stored) => verify(password, &stored),
            None => hash(password).map(|_| false),
        })
        .await?
    }

    async fn work<T: Send + 'static>(
        &self,
        password: &str,
        work: impl FnOnce(&[u8]) -> T + Send + 'static,
    ) -> Result<T, AccountError> {
        let password = password.as_bytes().to_vec();
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| AccountError::Hash)?;
        let done = tokio::task::spawn_blocking(move || {
            // Given back when the work is done, not when the caller hangs up.
            let _turn = turn;
            work(&password)
        });
        done.await.map_err(|_| AccountError::Hash)
    }
}

fn hash(password: &[u8]) -> Result<String, AccountError> {
    let hash = Argon2::default().hash_password(password).map_err(|_| AccountError::Hash)?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], stored: &str) -> Result<bool, AccountError> {
    let stored = PasswordHash::new(stored).map_err(|_| AccountError::Hash)?;
    Ok(Argon2::default().verify_password(password, &stored).is_ok())
}
