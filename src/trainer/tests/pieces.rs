//! A live loop folds its log in pieces: what that tells of the lag, and where a piece ends early.

use super::{SECOND_US, Scribe, fold};
use crate::{
    log::Record,
    store::{Carried, StoredRecord},
    trainer::{
        Lag, Progress,
        task::{Turn, fold_to_turn},
    },
};

fn stored(records: &[Record]) -> std::vec::IntoIter<StoredRecord> {
    let stored = |record: &Record| StoredRecord {
        seq: record.seq,
        at_us: record.at_us,
        kind: record.fact.kind(),
        event_id: None,
        body: record.fact.to_body(),
        carried: Carried::default(),
    };
    records.iter().map(stored).collect::<Vec<_>>().into_iter()
}

#[test]
fn what_still_waits_is_told_with_its_age_and_what_is_folded_is_not() {
    let mut scribe = Scribe::new();
    scribe.rank("one", false);
    scribe.now_us += SECOND_US;
    scribe.reward("one", 1.0);
    let progress = Progress::new(1);
    let lag_behind = |n_behind| {
        let (fold, _, turn) =
            fold_to_turn(fold(&scribe.records[..1]), stored(&scribe.records[1..]), n_behind, None, &progress)
                .expect("a good log");
        assert!(turn.is_none());
        fold.cell().lag(scribe.now_us + 3 * SECOND_US)
    };
    assert_eq!(lag_behind(0), Lag::default());
    assert_eq!(lag_behind(7), Lag { n_records: 7, age_us: 3 * SECOND_US });
    assert_eq!(progress.seq(), 3);
}

#[test]
fn a_piece_ends_with_a_change_of_settings_and_leaves_the_rest() {
    let mut scribe = Scribe::new();
    scribe.rank("one", false);
    let change = scribe.configure(false);
    scribe.reward("one", 1.0);
    let progress = Progress::new(1);
    let begun = fold(&scribe.records[..1]);
    let (fold, left, turn) = fold_to_turn(begun, stored(&scribe.records[1..]), 0, None, &progress).expect("a good log");
    let Some(Turn::Record(record)) = turn else { panic!("{turn:?}") };
    assert_eq!((record.seq, left.len(), fold.head().seq), (change, 1, change));
    // Whoever asked for the change is answered only when what follows from it has been done, too.
    assert_eq!(progress.seq(), change - 1);
    assert_eq!(fold.cell().lag(scribe.now_us).n_records, 1);
}

#[test]
fn a_gap_in_the_numbers_is_a_turn_and_what_is_folded_already_is_passed_over() {
    let mut scribe = Scribe::new();
    (0..6).for_each(|n| scribe.rank(&format!("event-{n}"), false));
    let progress = Progress::new(1);
    let records = |seqs: &[usize]| {
        let listed: Vec<_> = seqs.iter().map(|seq| scribe.records[seq - 1].clone()).collect();
        stored(&listed)
    };
    let begun = fold(&scribe.records[..3]);
    let (fold, left, turn) = fold_to_turn(begun, records(&[2, 3, 4, 6, 7]), 0, None, &progress).expect("a good log");
    assert!(matches!(turn, Some(Turn::Gap { next: 6 })), "{turn:?}");
    assert_eq!((fold.head().seq, left.len()), (4, 2));

    let (fold, left, turn) = fold_to_turn(fold, left, 0, Some(6), &progress).expect("a good log");
    assert!(turn.is_none(), "{turn:?}");
    assert_eq!((fold.head().seq, left.len()), (7, 0));
}
