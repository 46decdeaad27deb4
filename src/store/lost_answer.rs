//! What became of an append to PostgreSQL whose answer was lost: the log knows.
//!
//! A commit is there as a whole or not at all, and the records of one loop in it have places one after the other.

use super::{
    Appended, StoredRecord,
    log_append::{Added, Addition, Additions, AllAdded, N_MISSED_MOST},
};

/// What the append is found to have done.
#[derive(Debug)]
pub(super) enum Became {
    Stored(AllAdded),
    NotStored,
    /// Too much was written since, by others.
    Unknown,
}

/// Compares what was to be appended at `now_us` with what the log has behind what was given. `all_there` has `missed` alone.
pub(super) fn what_became_of(additions: &Additions, now_us: i64, all_there: AllAdded) -> Became {
    if all_there.values().any(|there| there.missed.len() as i64 >= N_MISSED_MOST) {
        return Became::Unknown;
    }
    let find = |(id, there): (_, Added)| additions.get(&id).map(|addition| (id, found(addition, now_us, there.missed)));
    let all_found: AllAdded = all_there.into_iter().filter_map(find).collect();
    let is_new = |outcome: &Option<Appended>| matches!(outcome, Some(Appended::New { .. }));
    if all_found.values().any(|found| found.outcomes.iter().any(is_new)) {
        Became::Stored(all_found)
    } else {
        Became::NotStored
    }
}

/// The records of one loop among those of its log, with what others wrote before them. What is not there was refused: a
/// Rank because its event was ranked before, anything else because another process trains the loop.
///
/// Others may have written the very same, a Reward for instance, but hardly in the same microsecond.
fn found(addition: &Addition, now_us: i64, log: Vec<StoredRecord>) -> Added {
    let refused = || addition.records.iter().map(|record| record.ranks().map(|_| Appended::Repeat)).collect();
    let from = |start: usize| {
        let before_us = start.checked_sub(1).map_or(addition.given.at_us, |before| log[before].at_us);
        let ours_us = before_us.max(now_us);
        let mut outcomes: Vec<_> = refused();
        let mut behind = log[start..].iter().peekable();
        for (idx, record) in addition.records.iter().enumerate() {
            let is_it = |there: &&StoredRecord| {
                (there.at_us, there.kind, &there.event_id, &there.body)
                    == (ours_us, record.kind, &record.event_id, &record.body)
            };
            match behind.next_if(is_it) {
                Some(StoredRecord { seq, at_us, .. }) => {
                    outcomes[idx] = Some(Appended::New { seq: *seq, at_us: *at_us });
                }
                None if record.ranks().is_some() || addition.fences.contains_key(&idx) => {}
                None => return None,
            }
        }
        let is_there = behind.len() < log.len() - start;
        is_there.then_some((start, outcomes))
    };
    match (0..log.len()).find_map(from) {
        // What stands behind ours comes with the next append.
        Some((start, outcomes)) => Added { missed: log.into_iter().take(start).collect(), outcomes },
        None => Added { missed: Vec::new(), outcomes: refused() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Carried, Fence, LogHead, NewRecord};

    const AT_US: i64 = 7;
    /// When others wrote.
    const BEFORE_US: i64 = 6;

    fn new(kind: i16, event_id: &str, body: &str) -> NewRecord {
        NewRecord::new(kind, Some(event_id.parse().expect("a good id")), body.as_bytes().to_vec())
    }

    fn log<const N: usize>(records: [(i64, NewRecord); N]) -> AllAdded {
        let store = |(seq, (at_us, NewRecord { kind, event_id, body, .. }))| StoredRecord {
            seq,
            at_us,
            kind,
            event_id,
            body,
            carried: Carried::default(),
        };
        let missed = (4..).zip(records).map(store).collect();
        AllAdded::from([("a".parse().expect("a good id"), Added { missed, outcomes: Vec::new() })])
    }

    fn batch<const N: usize>(records: [NewRecord; N]) -> Additions {
        let given = LogHead { seq: 3, at_us: 0 };
        let addition = Addition { records: records.into(), ..Addition::nothing(given) };
        Additions::from([("a".parse().expect("a good id"), addition)])
    }

    fn told(additions: &Additions, all_there: AllAdded) -> Option<(Vec<Option<Appended>>, usize)> {
        match what_became_of(additions, AT_US, all_there) {
            Became::Stored(mut all) => all.pop_first().map(|(_, added)| (added.outcomes, added.missed.len())),
            Became::NotStored => None,
            Became::Unknown => panic!("it is known"),
        }
    }

    fn at(seq: i64) -> Option<Appended> {
        Some(Appended::New { seq, at_us: AT_US })
    }

    #[test]
    fn what_was_stored_is_found_between_what_others_wrote() {
        let additions = batch([new(1, "e1", "rank"), new(2, "e0", "reward"), new(1, "e2", "rank")]);
        let there = log([
            (BEFORE_US, new(2, "e0", "reward")),
            (BEFORE_US, new(1, "x", "rank")),
            (AT_US, new(1, "e1", "rank")),
            (AT_US, new(2, "e0", "reward")),
            (AT_US, new(1, "e2", "rank")),
            (AT_US, new(1, "y", "rank")),
        ]);
        assert_eq!(told(&additions, there), Some((vec![at(6), at(7), at(8)], 2)));
    }

    #[test]
    fn what_is_missing_of_what_was_stored_was_refused() {
        let mut additions = batch([new(1, "e1", "rank"), new(3, "e0", "tick"), new(2, "e0", "reward")]);
        for addition in additions.values_mut() {
            addition.fences.insert(1, Fence { token: 1 });
        }
        let there = log([(AT_US, new(2, "e0", "reward"))]);
        assert_eq!(told(&additions, there), Some((vec![Some(Appended::Repeat), None, at(4)], 0)));
    }

    #[test]
    fn a_log_whose_time_was_ahead_gives_its_own() {
        let ahead_us = AT_US + 5;
        let there = log([(ahead_us, new(1, "x", "rank")), (ahead_us, new(2, "e0", "reward"))]);
        let stored = Some(Appended::New { seq: 5, at_us: ahead_us });
        assert_eq!(told(&batch([new(2, "e0", "reward")]), there), Some((vec![stored], 1)));
    }

    #[test]
    fn what_only_resembles_it_is_not_it() {
        let additions = batch([new(2, "e0", "reward"), new(2, "e1", "reward")]);
        assert_eq!(told(&additions, log([])), None);
        assert_eq!(told(&additions, log([(AT_US, new(2, "e0", "reward"))])), None);
        assert_eq!(told(&additions, log([(AT_US, new(2, "e0", "other")), (AT_US, new(2, "e1", "reward"))])), None);
        let of_others = [(BEFORE_US, new(2, "e0", "reward")), (BEFORE_US, new(2, "e1", "reward"))];
        assert_eq!(told(&additions, log(of_others)), None);
    }
}
