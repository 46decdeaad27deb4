//! Looking through the Ranks of a log, and finding a time in it.

use rankloop::store::{RankScan, StoredRecord};

use crate::database::{Database, FIRST, NOON_US, on_both, record};

on_both!(ranks_are_looked_through_from_the_end_with_what_came_of_them, a_time_is_found_in_a_log);

fn ids(records: &[StoredRecord]) -> Vec<&str> {
    records.iter().filter_map(|record| record.event_id.as_ref()).map(|id| id.as_str()).collect()
}

async fn ranks_are_looked_through_from_the_end_with_what_came_of_them(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    for (kind, event) in [(1, "a1"), (1, "b1"), (3, "a1"), (1, "a2"), (1, "A3"), (2, "a2"), (3, "nobody")] {
        writer.append(&id, record(kind, Some(event), "body")).await.expect("appended");
    }
    let scan = |before, id_prefix, n_most| RankScan { before, id_prefix, n_most };

    let all = database.store.scan_ranks(&id, scan(i64::MAX, None, 10), true).await.expect("looked through");
    assert_eq!(ids(&all.ranks), ["A3", "a2", "b1", "a1"]);
    assert_eq!((ids(&all.later), all.reached), (vec!["a1", "a2"], None));

    let two = database.store.scan_ranks(&id, scan(i64::MAX, None, 2), false).await.expect("looked through");
    assert_eq!((ids(&two.ranks), two.reached), (vec!["A3", "a2"], Some(5)));
    let rest = database.store.scan_ranks(&id, scan(5, None, 10), false).await.expect("looked through");
    assert_eq!((ids(&rest.ranks), ids(&rest.later)), (vec!["b1", "a1"], vec!["a1"]));

    let prefixed = database.store.scan_ranks(&id, scan(i64::MAX, Some("a"), 10), false).await.expect("looked through");
    assert_eq!(ids(&prefixed.ranks), ["a2", "a1"]);
    let none = database.store.scan_ranks(&id, scan(i64::MAX, Some("a%"), 10), false).await.expect("looked through");
    assert_eq!((ids(&none.ranks).len(), ids(&none.later).len(), none.reached), (0, 0, None));
}

async fn a_time_is_found_in_a_log(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    for n in 0..5 {
        clock.advance_us(1_000_000);
        writer.append(&id, record(1, Some(&format!("e{n}")), "body")).await.expect("appended");
    }
    let since = async |at_us| database.store.first_seq_since(&id, at_us).await.expect("found");
    assert!(since(0).await <= 1);
    assert_eq!(since(NOON_US + 1).await, 2);
    assert_eq!((since(NOON_US + 3_000_000).await, since(NOON_US + 3_000_001).await), (4, 5));
    assert_eq!(since(NOON_US + 60_000_000).await, i64::MAX);
}
