//! What stands for an event where a million of them are held: 16 bytes instead of a name of up to 256 characters.

use serde::{Deserialize, Serialize};
use siphasher::sip128::SipHasher24;

use crate::terms::EventId;

/// SipHash-2-4 of the event's id, 128 bits, with a key of zeros: it stands in snapshots, which other processes read. That
/// two events of a loop meet in it takes some 2^64 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventKey([u8; 16]);

impl EventKey {
    pub fn of(event_id: &EventId) -> Self {
        Self(SipHasher24::new().hash(event_id.as_str().as_bytes()).as_bytes())
    }

    /// Half of it, for where a false match is harmless.
    pub fn short(self) -> u64 {
        let [_, _, _, _, _, _, _, _, short @ ..] = self.0;
        u64::from_le_bytes(short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_in_every_program() {
        let key = EventKey::of(&"event-1".parse().expect("a good id"));
        // By the reference implementation.
        assert_eq!(u128::from_le_bytes(key.0), 0x07e8_b675_7394_6033_6c22_87ce_cf50_0b56);
        assert_ne!(key, EventKey::of(&"event-2".parse().expect("a good id")));
    }
}
