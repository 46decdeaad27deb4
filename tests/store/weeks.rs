//! Old events go by weeks on PostgreSQL; on SQLite the same calls do nothing, and the same claims hold.

use rankloop::{
    store::{LogHead, PastFacts},
    terms::LoopId,
};

use crate::database::{Database, event, line, on_both, record};

on_both!(
    a_week_goes_when_no_loop_needs_it_and_lasting_facts_stay,
    a_loop_that_keeps_its_log_keeps_the_week,
    a_log_of_the_first_layout_is_taken_along,
    events_of_any_time_find_a_place,
);

const WEEK_US: i64 = 7 * 24 * 3_600 * 1_000_000;
/// A Thursday, with which weeks begin when they are counted from 1970.
const LONG_AGO_US: i64 = 2_940 * WEEK_US;

/// Writes one Rank and one change of settings each day for `n_days`, from long ago on.
async fn write_past(database: &Database, id: &LoopId, n_days: i64) -> LogHead {
    assert!(database.store.date_back(id, LONG_AGO_US).await.expect("made room"));
    let day = |n: i64| PastFacts {
        at_us: LONG_AGO_US + n * WEEK_US / 7,
        records: vec![record(1, Some(&format!("e{n}")), "ranked"), record(4, None, "settings")],
    };
    let days: Vec<_> = (0..n_days).map(day).collect();
    let head = LogHead { seq: 1, at_us: LONG_AGO_US };
    database.store.append_past(id, head, &days, "").await.expect("written")
}

fn is_postgres(database: &Database) -> bool {
    database.url.starts_with("postgres")
}

async fn n_ranked(database: &Database, id: &LoopId) -> usize {
    database.store.latest_of_kind(id, 1, i64::MAX, 1_000).await.expect("read").len()
}

async fn a_week_goes_when_no_loop_needs_it_and_lasting_facts_stay(database: &Database) {
    let (one, other) = (database.make_loop("loop1").await, database.make_loop("loop2").await);
    database.store.make_weeks_since(LONG_AGO_US).await.expect("laid out");
    for id in [&one, &other] {
        assert_eq!(write_past(database, id, 21).await.seq, 43);
    }
    // Each loop has no use for its first ten days and the records up to there: one whole week and some of the next.
    database.store.note_due(&one, 21, None).await.expect("noted");
    // Weeks without events go at once. The others may still be needed by the other loop.
    database.store.drop_weeks().await.expect("looked");
    assert_eq!(n_ranked(database, &one).await, 21);
    database.store.note_due(&other, 21, None).await.expect("noted");

    let n_dropped = database.store.drop_weeks().await.expect("dropped");
    assert_eq!(n_dropped, u64::from(is_postgres(database)));
    let n_left = if is_postgres(database) { 14 } else { 21 };
    for id in [&one, &other] {
        assert_eq!(n_ranked(database, id).await, n_left);
        assert_eq!(database.store.latest_of_kind(id, 4, i64::MAX, 100).await.expect("read").len(), 22);
        assert_eq!(database.store.log_head(id).await.expect("read").seq, 43);
        assert_eq!(database.store.has_ranked(id, &event("e3")).await.expect("read"), !is_postgres(database));
        assert!(database.store.has_ranked(id, &event("e20")).await.expect("read"));
    }
}

async fn a_loop_that_keeps_its_log_keeps_the_week(database: &Database) {
    let (kept, short) = (database.make_loop("kept").await, database.make_loop("short").await);
    database.store.make_weeks_since(LONG_AGO_US).await.expect("laid out");
    write_past(database, &kept, 14).await;
    write_past(database, &short, 14).await;
    database.store.note_due(&kept, 0, None).await.expect("noted");
    database.store.note_due(&short, 29, None).await.expect("noted");

    database.store.drop_weeks().await.expect("looked");
    assert_eq!((n_ranked(database, &kept).await, n_ranked(database, &short).await), (14, 14));
    // The other's go one by one, later.
    assert_eq!(database.store.remove_records(&short, &[1], 28, 1_000, None).await.expect("removed"), 14);
    assert_eq!((n_ranked(database, &kept).await, n_ranked(database, &short).await), (14, 0));
    assert!(database.store.delete_loop(&kept, &line()).await.expect("removed"));
    let n_dropped = database.store.drop_weeks().await.expect("dropped");
    assert_eq!(n_dropped, if is_postgres(database) { 2 } else { 0 }, "a loop that is gone needs nothing");
}

async fn a_log_of_the_first_layout_is_taken_along(database: &Database) {
    let id = database.make_loop("loop1").await;
    write_past(database, &id, 3).await;
    database
        .meddle(
            "select 1",
            "create table plain (like log_record_base including all);
             insert into plain select * from log_record;
             drop table log_record;
             alter table plain rename to log_record",
        )
        .await;
    database.store.migrate().await.expect("laid out");

    assert_eq!(n_ranked(database, &id).await, 3);
    let records = database.store.records_between(&id, 0, i64::MAX, 100).await.expect("read");
    assert_eq!(records.iter().map(|record| record.seq).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    database.meddle("select 1", "insert into log_record values ('loop1', 8, 9999999999999999, 3, 'e1', '')").await;
    database.store.migrate().await.expect("nothing left to do");
}

async fn events_of_any_time_find_a_place(database: &Database) {
    let id = database.make_loop("loop1").await;
    assert!(database.store.date_back(&id, 0).await.expect("made room"));
    let at = |at_us, name| PastFacts { at_us, records: vec![record(1, Some(name), name)] };
    let times = [at(0, "first"), at(LONG_AGO_US, "early"), at(4_000 * WEEK_US, "late"), at(i64::MAX / 2, "last")];
    database.store.append_past(&id, LogHead { seq: 1, at_us: 0 }, &times, "").await.expect("written");

    database.store.make_weeks().await.expect("made");
    database.store.drop_weeks().await.expect("looked");
    assert_eq!(n_ranked(database, &id).await, 4);
}
