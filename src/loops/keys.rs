//! Secrets and names that the server makes: keys, salts, loop ids, event ids.

use rand::Rng;
use sha2::{Digest, Sha256};

use crate::{
    store::KeyRow,
    terms::{EventId, JobId, LoopId},
};

/// 2017-09-16T00:00:00Z in seconds since 1970: the old service counted the seconds of its event ids from there.
const EVENT_ID_EPOCH_S: i64 = 1_505_520_000;
const BASE_62: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

#[expect(clippy::disallowed_methods, reason = "secrets must not be predictable; this is where loops make theirs")]
pub(super) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A new key: 256 random bits, in hex.
pub(super) fn make() -> String {
    hex::encode(random_bytes::<32>())
}

/// What is stored of a key. It is random and long, so it needs no slow hash.
pub(super) fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// A key as it is stored.
pub(super) fn row(key: &str, created_at_us: i64) -> KeyRow {
    KeyRow { hash: hash(key), last4: key[key.len() - 4..].to_owned(), created_at_us }
}

/// A new salt. It fits a signed number of the database.
pub(super) fn make_salt() -> u64 {
    u64::from_le_bytes(random_bytes::<8>()) >> 1
}

/// A new loop id: 16 lower-case letters and digits.
pub(super) fn make_loop_id() -> LoopId {
    let letters = random_bytes::<16>().map(|byte| char::from(BASE_62[usize::from(byte) % 36]));
    letters.iter().collect::<String>().parse().expect("16 letters and digits are an id")
}

/// What this process is called among all that ever worked on the same data.
pub(super) fn make_process_name() -> String {
    hex::encode(random_bytes::<16>())
}

/// A new id of an evaluation: a GUID, as the old service made them.
pub(super) fn make_job_id() -> JobId {
    let guid = uuid::Builder::from_random_bytes(random_bytes::<16>()).into_uuid();
    guid.to_string().parse().expect("a GUID is an id")
}

/// A new event id in the old service's form: 32 hex digits, `-`, seconds since 2017-09-16 in base 62 (contract
/// section 5).
pub(super) fn make_event_id(now_us: i64) -> EventId {
    let seconds = (now_us.div_euclid(1_000_000) - EVENT_ID_EPOCH_S).max(0);
    let text = format!("{}-{}", hex::encode(random_bytes::<16>()), base_62(seconds.unsigned_abs()));
    text.parse().expect("hex digits and base 62 are an id")
}

fn base_62(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(BASE_62[(number % 62) as usize]);
        number /= 62;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_event_id_carries_its_second_as_the_old_service_wrote_it() {
        // Recorded: …-8imWG was made at 2021-08-04T20:26:38Z.
        let id = make_event_id(1_628_108_798 * 1_000_000);
        let (random, seconds) = id.as_str().split_once('-').expect("two parts");
        assert_eq!(seconds, "8imWG");
        assert!(random.len() == 32 && random.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(id, make_event_id(1_628_108_798 * 1_000_000));
    }

    #[test]
    fn only_the_end_of_a_key_is_kept_readable() {
        let key = make();
        let row = row(&key, 5);
        assert_eq!(row.hash, hash(&key));
        assert!(key.ends_with(&row.last4) && row.last4.len() == 4);
    }
}
