//! A model that somebody exported, as bytes that this server's log takes.

use crate::bandit::{ModelFileError, Policy};

/// Checks an exported model and gives it back in the form that `ModelImported` holds.
pub fn read_model(bytes: &[u8]) -> Result<Vec<u8>, ModelFileError> {
    Policy::from_bytes(bytes).map(|policy| policy.to_bytes())
}
