//! One batch of records as it lies in a file of the commit log.
//!
//! Layout, numbers little-endian: the CRC-32 of everything behind it (4 bytes), the length of the rows in bytes (4), the
//! generation of the file (8), the rows. A row: the loop's id with its length in front (2), its seq (8), its time in µs
//! (8), its kind (2), the event's id with its length in front (2; all ones without an event), the body as it will lie in
//! the database with its length in front (4).

use crate::store::{LogHead, log_statements::NewRow};

/// What stands before the rows.
pub(super) const HEAD_BYTES: usize = 16;
/// What a row takes beside its body, with long ids.
const N_BYTES_BESIDE_BODY: usize = 128;
/// The length that stands for an event's id where there is none.
const NO_EVENT: u16 = u16::MAX;

/// A record with its place, as a frame holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Row<'a> {
    pub loop_id: &'a str,
    pub place: LogHead,
    pub kind: i16,
    pub event_id: Option<&'a str>,
    /// Packed.
    pub body: &'a [u8],
}

/// The rows as a frame that has no checksum and belongs to no file yet.
///
/// Ids are bounded far below what a length here can say, and so is a body.
pub(super) fn encode(rows: &[NewRow<'_>]) -> Vec<u8> {
    // As a whole at once: a frame that grows is copied, into memory that is new each time.
    let n_bytes: usize = rows.iter().map(|row| N_BYTES_BESIDE_BODY + row.record.stored().len()).sum();
    let mut frame = Vec::with_capacity(HEAD_BYTES + n_bytes);
    frame.resize(HEAD_BYTES, 0);
    for NewRow { loop_id, place, record } in rows {
        put_text(&mut frame, loop_id.as_str());
        frame.extend_from_slice(&place.seq.to_le_bytes());
        frame.extend_from_slice(&place.at_us.to_le_bytes());
        frame.extend_from_slice(&record.kind.to_le_bytes());
        match &record.event_id {
            Some(event_id) => put_text(&mut frame, event_id.as_str()),
            None => frame.extend_from_slice(&NO_EVENT.to_le_bytes()),
        }
        let body = record.stored();
        let length = u32::try_from(body.len()).expect("a body is bounded by the size of a request or a model");
        frame.extend_from_slice(&length.to_le_bytes());
        frame.extend_from_slice(&body);
    }
    frame
}

fn put_text(frame: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("ids are short");
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(text.as_bytes());
}

/// Makes the frame one of this generation of a file.
pub(super) fn seal(frame: &mut [u8], generation: u64) {
    let length = u32::try_from(frame.len() - HEAD_BYTES).expect("a frame fits into a file of some megabytes");
    frame[4..8].copy_from_slice(&length.to_le_bytes());
    frame[8..HEAD_BYTES].copy_from_slice(&generation.to_le_bytes());
    let checksum = crc32fast::hash(&frame[4..]);
    frame[..4].copy_from_slice(&checksum.to_le_bytes());
}

/// The first whole frame of `bytes` and its generation; `None` where there is none, or half of one.
pub(super) fn first(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = u32::from_le_bytes(*bytes.get(4..8)?.first_chunk()?);
    let generation = u64::from_le_bytes(*bytes.get(8..HEAD_BYTES)?.first_chunk()?);
    let frame = bytes.get(..HEAD_BYTES.checked_add(usize::try_from(length).ok()?)?)?;
    let checksum = u32::from_le_bytes(*frame.first_chunk()?);
    // What was never written is zero, and so is its checksum.
    (generation > 0 && crc32fast::hash(&frame[4..]) == checksum).then_some((generation, frame))
}

/// The rows of a whole frame.
pub(super) fn rows(frame: &[u8]) -> Rows<'_> {
    Rows(frame.get(HEAD_BYTES..).unwrap_or_default())
}

/// The rows that are still to be read.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a>(&'a [u8]);

impl<'a> Rows<'a> {
    fn take(&mut self, n_bytes: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(n_bytes)?;
        self.0 = left;
        Some(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.first_chunk().copied()
    }

    fn take_text(&mut self, length: u16) -> Option<&'a str> {
        std::str::from_utf8(self.take(usize::from(length))?).ok()
    }

    fn take_row(&mut self) -> Option<Row<'a>> {
        let length = u16::from_le_bytes(self.take_array()?);
        let loop_id = self.take_text(length)?;
        let place =
            LogHead { seq: i64::from_le_bytes(self.take_array()?), at_us: i64::from_le_bytes(self.take_array()?) };
        let kind = i16::from_le_bytes(self.take_array()?);
        let event_id = match u16::from_le_bytes(self.take_array()?) {
            NO_EVENT => None,
            length => Some(self.take_text(length)?),
        };
        let length = u32::from_le_bytes(self.take_array()?);
        Some(Row { loop_id, place, kind, event_id, body: self.take(usize::try_from(length).ok()?)? })
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        self.take_row()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        store::{NewRecord, packing::unpack},
        terms::{EventId, LoopId},
    };

    fn sealed(records: &[(i64, NewRecord)]) -> Vec<u8> {
        let id: LoopId = "loop1".parse().expect("a good id");
        let place = |seq: i64| LogHead { seq, at_us: -seq };
        let rows: Vec<_> =
            records.iter().map(|(seq, record)| NewRow { loop_id: &id, place: place(*seq), record }).collect();
        let mut frame = encode(&rows);
        seal(&mut frame, 7);
        frame
    }

    fn record() -> impl Strategy<Value = (i64, NewRecord)> {
        let event_id = prop::option::of("[a-z]{1,40}");
        (any::<i64>(), 1_i16..20, event_id, prop::collection::vec(any::<u8>(), 0..300)).prop_map(
            |(seq, kind, event_id, body)| {
                let event_id = event_id.map(|id| EventId::try_from(id).expect("a good id"));
                (seq.saturating_abs(), NewRecord::new(kind, event_id, body))
            },
        )
    }

    #[test]
    fn what_was_never_written_is_no_frame() {
        assert_eq!(first(&[0; 100]), None);
        assert_eq!(first(&[]), None);
    }

    proptest! {
        #[test]
        fn rows_come_back_and_damage_or_half_a_frame_is_noticed(
            records in prop::collection::vec(record(), 0..5), place: prop::sample::Index, change in 1_u8..,
        ) {
            let frame = sealed(&records);
            let mut file = frame.clone();
            file.extend_from_slice(&[0; 40]);
            prop_assert_eq!(first(&file), Some((7, frame.as_slice())));
            let read: Vec<_> = rows(&frame).collect();
            prop_assert_eq!(read.len(), records.len());
            for (row, (seq, record)) in read.iter().zip(&records) {
                prop_assert_eq!((row.loop_id, row.place.seq, row.kind), ("loop1", *seq, record.kind));
                prop_assert_eq!(row.event_id, record.event_id.as_ref().map(EventId::as_str));
                prop_assert_eq!(unpack(row.body.to_vec()), Ok(record.body.clone()));
            }
            prop_assert_eq!(first(&frame[..place.index(frame.len())]), None);
            file[place.index(frame.len())] ^= change;
            prop_assert_eq!(first(&file), None);
        }
    }
}
