//! Random secrets, and what is kept of them.

use rand::{TryRng as _, rngs::SysRng};
use sha2::{Digest as _, Sha256};

/// 256 random bits as text. Nobody guesses them, so a fast hash is enough to keep them safe at rest.
pub(super) fn random_secret() -> String {
    let mut bytes = [0_u8; 32];
    SysRng.try_fill_bytes(&mut bytes).expect("an operating system without randomness cannot keep anything secret");
    hex::encode(bytes)
}

/// What is stored of a secret.
pub(super) fn hash_of(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Compares in a time that does not depend on where two hashes differ.
pub(super) fn are_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
