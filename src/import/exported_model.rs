//! A model that somebody exported, as bytes that this server's log takes.

use super::ImportError;
use crate::{bandit::Policy, loops::model_archive::unpack_of_any_signer};

/// How a zip begins.
const ZIP_MAGIC: &[u8; 2] = b"PK";

/// The model of an exported file, signed archive or bare, in the form that `ModelImported` holds.
///
/// Whoever runs an import vouches for the file, so any signer will do; but a signature that does not belong to its model
/// is refused.
pub fn read_model(bytes: &[u8]) -> Result<Vec<u8>, ImportError> {
    let unpacked = if bytes.starts_with(ZIP_MAGIC) {
        unpack_of_any_signer(bytes).map_err(ImportError::Archive)?.0
    } else {
        bytes.to_vec()
    };
    Ok(Policy::from_any_bytes(&unpacked).map(|policy| policy.to_bytes())?)
}
