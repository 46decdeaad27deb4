//! Record bodies as they lie in the database: small, and with a checksum, so that what a device gave back wrong is
//! noticed and never taken for what was written.
//!
//! Layout: 1 or 2, the CRC-32 of the body in 4 bytes, and the body: as LZ4 with its length in front (1) or as it is (2).
//! A body that begins with anything else is older than this and has neither.

use std::cell::RefCell;

use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};

/// Behind the checksum is LZ4.
const SMALL: u8 = 1;
/// Behind the checksum is the body.
const PLAIN: u8 = 2;
/// Shorter bodies do not get smaller.
const LEAST: usize = 200;
/// What stands before the body.
const HEAD_BYTES: usize = 5;
/// Larger bodies are seldom, and what it takes to make them small is not kept.
const N_BYTES_OF_WORK: usize = 60_000;
/// A model in a record has some megabytes; a length beyond this is damage, and nothing is reserved for it.
const N_BYTES_MOST: u32 = 1 << 30;

/// The body is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotWhole;

/// What making bodies small works with.
#[derive(Default)]
struct Work {
    table: CompressTable,
    room: Vec<u8>,
}

thread_local! {
    /// Kept, because it is twelve kilobytes, of which eight have to be blank when they are new.
    static WORK: RefCell<Work> = RefCell::default();
}

/// What is stored for a body.
pub(super) fn pack(body: &[u8]) -> Vec<u8> {
    if body.len() > N_BYTES_OF_WORK {
        pack_with(&mut Work::default(), body)
    } else {
        WORK.with_borrow_mut(|work| pack_with(work, body))
    }
}

fn pack_with(work: &mut Work, body: &[u8]) -> Vec<u8> {
    if body.is_empty() {
        return Vec::new();
    }
    let length = (body.len() as u32).to_le_bytes();
    let (kind, stored) = match work.make_small(body) {
        Some(small) if length.len() + small.len() < body.len() => (SMALL, [&length, small]),
        _ => (PLAIN, [&[], body]),
    };
    let mut packed = Vec::with_capacity(HEAD_BYTES + stored[0].len() + stored[1].len());
    packed.push(kind);
    packed.extend_from_slice(&crc32fast::hash(body).to_le_bytes());
    stored.iter().for_each(|part| packed.extend_from_slice(part));
    packed
}

impl Work {
    /// The body as LZ4.
    fn make_small(&mut self, body: &[u8]) -> Option<&[u8]> {
        if body.len() < LEAST {
            return None;
        }
        let most = get_maximum_output_size(body.len());
        if self.room.len() < most {
            self.room.resize(most, 0);
        }
        let n = compress_into_with_table(body, &mut self.room, &mut self.table).ok()?;
        self.room.get(..n)
    }
}

/// The body of what was stored.
pub(super) fn unpack(stored: Vec<u8>) -> Result<Vec<u8>, NotWhole> {
    let (kind, rest) = match stored.split_first() {
        Some((kind @ (&SMALL | &PLAIN), rest)) => (*kind, rest),
        _ => return Ok(stored),
    };
    let (checksum, rest) = rest.split_first_chunk::<4>().ok_or(NotWhole)?;
    let body = if kind == PLAIN {
        rest.to_vec()
    } else {
        let length = rest.first_chunk::<4>().ok_or(NotWhole)?;
        if u32::from_le_bytes(*length) > N_BYTES_MOST {
            return Err(NotWhole);
        }
        lz4_flex::decompress_size_prepended(rest).map_err(|_| NotWhole)?
    };
    if crc32fast::hash(&body) == u32::from_le_bytes(*checksum) { Ok(body) } else { Err(NotWhole) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_takes_half_its_place() {
        let body = br#"{"id": "article", "features": [{"topic": "sport", "age": 3}]},"#.repeat(10);
        assert!(pack(&body).len() < body.len() / 2);
    }

    #[test]
    fn what_is_older_than_checksums_is_read_as_it_is() {
        assert_eq!(unpack(b"{}".to_vec()), Ok(b"{}".to_vec()));
        assert_eq!(unpack(Vec::new()), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn a_body_comes_back_and_damage_is_noticed(
            body in prop::collection::vec(0_u8..8, 0..600), place: prop::sample::Index, change in 1_u8..,
        ) {
            let mut packed = pack(&body);
            prop_assert_eq!(unpack(packed.clone()), Ok(body.clone()));
            if packed.len() > 1 {
                // The first byte says how to read on: another one there is another, older form.
                let at = 1 + place.index(packed.len() - 1);
                packed[at] ^= change;
                let read = unpack(packed);
                prop_assert!(read == Err(NotWhole) || read == Ok(body));
            }
        }
    }
}
