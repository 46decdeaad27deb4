//! Appending, reading and removing.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rankloop::store::{Appended, Fence, LogHead, StoreError, StoredRecord};

use crate::database::{Database, FIRST, NOON_US, event, given, on_both, record};

on_both!(
    records_count_up_and_log_time_never_falls,
    an_event_is_ranked_once_also_within_one_commit,
    two_loops_may_rank_the_same_event_id,
    each_record_of_a_mixed_commit_gets_its_place_or_is_told_why_not,
    an_events_records_are_found_in_order_whatever_their_kind,
    the_latest_of_a_kind_come_newest_first,
    what_was_answered_is_there_after_a_restart,
    removal_goes_by_kind_age_and_number_and_oldest_first,
    removal_leaves_the_newest_record_so_that_no_place_is_given_twice,
    bodies_come_back_byte_for_byte,
);

pub(crate) async fn records_count_up_and_log_time_never_falls(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    clock.advance_us(10);
    writer.append(&id, record(3, Some("e1"), "a")).await.expect("appended");
    clock.advance_us(-1_000_000);
    let appended = writer.append(&id, record(3, Some("e1"), "b")).await.expect("appended");

    assert_eq!(appended, Appended::New { seq: 3, at_us: NOON_US + 10 });
    assert_eq!(database.store.log_head(&id).await.expect("a head"), LogHead { seq: 3, at_us: NOON_US + 10 });
    let stored = database.store.records_between(&id, 1, 3, 100).await.expect("records");
    assert_eq!(given(&writer, &mut follower).await, stored);
    assert_eq!(bodies(&stored), ["a", "b"]);
    assert_eq!(bodies(&database.store.records_between(&id, 0, 3, 2).await.expect("records")), ["first", "a"]);
}

pub(crate) async fn an_event_is_ranked_once_also_within_one_commit(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let rank = |body| writer.append(&id, record(1, Some("e1"), body));
    let (first, second, reward) =
        tokio::join!(rank("first"), rank("second"), writer.append(&id, record(3, Some("e1"), "reward")));

    assert_eq!(first.expect("appended"), Appended::New { seq: 2, at_us: NOON_US });
    assert_eq!(second.expect("answered"), Appended::Repeat);
    assert_eq!(reward.expect("appended"), Appended::New { seq: 3, at_us: NOON_US });
    assert_eq!(rank("third").await.expect("answered"), Appended::Repeat);
    assert_eq!(given(&writer, &mut follower).await.len(), 2);
    let ranked = database.store.ranked_record(&id, &event("e1")).await.expect("read").expect("ranked");
    assert_eq!(ranked.body, b"first");
    assert!(database.store.has_ranked(&id, &event("e1")).await.expect("read"));
    assert!(!database.store.has_ranked(&id, &event("e2")).await.expect("read"));
}

pub(crate) async fn two_loops_may_rank_the_same_event_id(database: &Database) {
    let (one, other) = (database.make_loop("loop1").await, database.make_loop("loop2").await);
    let (writer, _clock) = database.writer();
    let _followers = (writer.follow(&one, FIRST).await, writer.follow(&other, FIRST).await);
    let appended = tokio::join!(
        writer.append(&one, record(1, Some("e1"), "one")),
        writer.append(&other, record(1, Some("e1"), "other"))
    );

    let place = Appended::New { seq: 2, at_us: NOON_US };
    assert_eq!((appended.0.expect("appended"), appended.1.expect("appended")), (place, place));
}

/// Two processes take turns with bursts of all kinds of records for several loops; a list of what is there says what each
/// has to become.
async fn each_record_of_a_mixed_commit_gets_its_place_or_is_told_why_not(database: &Database) {
    let ids = [database.make_loop("loop1").await, database.make_loop("loop2").await, database.make_loop("loop3").await];
    let (outdated, valid) = (Fence { token: 1 }, Fence { token: 2 });
    for (id, holder) in ids.iter().flat_map(|id| [(id, "a"), (id, "b")]) {
        let lease = if holder == "a" { Duration::ZERO } else { Duration::from_secs(3_600) };
        database.store.take_lease(id, holder, lease).await.expect("asked").expect("free");
    }
    let other = database.opened_again().await;
    let writers = [database.writer().0, Database::writer_of(&other).0];
    let mut followers = Vec::new();
    for (writer, id) in writers.iter().flat_map(|writer| ids.iter().map(move |id| (writer, id))) {
        followers.push((writer, writer.follow(id, FIRST).await.expect("a follower")));
    }
    let mut random = Pcg64Mcg::seed_from_u64(7);
    let mut draw = |n: usize| random.random_range(0..n);
    let mut newest = HashMap::from([(0, 1), (1, 1), (2, 1)]);
    let mut ranked = HashSet::new();
    let mut n_of_each = [0; 3];
    for round in 0..30 {
        let (mut appends, mut expected) = (Vec::new(), Vec::new());
        let writer = &writers[round % 2];
        for _ in 0..1 + draw(40) {
            let (which, kind) = (draw(3), [1, 1, 3, 9][draw(4)]);
            let event_id = (kind != 9).then(|| format!("e{}", draw(200)));
            // Only what the trainer writes is fenced.
            let fence = [None, Some(valid), Some(outdated)][if kind == 9 { draw(3) } else { 0 }];
            let (id, written) = (&ids[which], record(kind, event_id.as_deref(), "body"));
            appends.push(async move {
                match fence {
                    None => writer.append(id, written).await,
                    Some(fence) => writer.append_as_trainer(id, written, fence).await,
                }
            });
            expected.push(if fence == Some(outdated) {
                n_of_each[0] += 1;
                None
            } else if kind == 1 && !ranked.insert((which, event_id)) {
                n_of_each[1] += 1;
                Some(Appended::Repeat)
            } else {
                n_of_each[2] += 1;
                let seq = newest.entry(which).or_insert(1);
                *seq += 1;
                Some(Appended::New { seq: *seq, at_us: NOON_US })
            });
        }
        for (outcome, expected) in futures::future::join_all(appends).await.into_iter().zip(expected) {
            match (outcome, expected) {
                (Ok(outcome), Some(expected)) => assert_eq!(outcome, expected, "round {round}"),
                (Err(StoreError::NotTrainer), None) => {}
                other => panic!("round {round}: {other:?}"),
            }
        }
    }
    assert!(n_of_each.iter().all(|n| *n > 20), "{n_of_each:?}");
    // Each writes once more, which tells it what the other wrote last.
    for (writer, id) in writers.iter().flat_map(|writer| ids.iter().map(move |id| (writer, id))) {
        writer.append(id, record(3, None, "last")).await.expect("appended");
    }
    for (place, (writer, following)) in followers.iter_mut().enumerate() {
        let stored = database.store.records_between(&ids[place % 3], 1, i64::MAX, 10_000).await.expect("read");
        assert_eq!(stored.len(), usize::try_from(newest[&(place % 3)] + 1).expect("small"));
        assert_eq!(stored.last().expect("some").seq, newest[&(place % 3)] + 2);
        let given = given(writer, following).await;
        // The last word of the second writer came after the first one's.
        assert_eq!(given, stored[..given.len()]);
        assert!(given.len() >= stored.len() - usize::from(place < 3), "{place}");
    }
    other.close().await;
}

pub(crate) async fn an_events_records_are_found_in_order_whatever_their_kind(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    for (kind, event_id, body) in
        [(3, "e1", "early"), (1, "e2", "other"), (1, "e1", "ranked"), (2, "e1", "activated"), (3, "e1", "late")]
    {
        writer.append(&id, record(kind, Some(event_id), body)).await.expect("appended");
    }

    let records = database.store.records_of_event(&id, &event("e1")).await.expect("read");
    assert_eq!(bodies(&records), ["early", "ranked", "activated", "late"]);
    assert!(records.iter().all(|record| record.event_id == Some(event("e1"))));
}

pub(crate) async fn the_latest_of_a_kind_come_newest_first(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    for n in 0..5 {
        writer.append(&id, record(1, Some(&format!("e{n}")), &format!("rank {n}"))).await.expect("appended");
        writer.append(&id, record(4, None, &format!("settings {n}"))).await.expect("appended");
    }

    let latest = |kind, before, limit| database.store.latest_of_kind(&id, kind, before, limit);
    assert_eq!(bodies(&latest(1, i64::MAX, 2).await.expect("read")), ["rank 4", "rank 3"]);
    assert_eq!(bodies(&latest(4, i64::MAX, 2).await.expect("read")), ["settings 4", "settings 3"]);
    assert_eq!(bodies(&latest(4, 5, 10).await.expect("read")), ["settings 0", "first"]);
    assert_eq!(latest(6, i64::MAX, 10).await.expect("read"), []);
}

async fn what_was_answered_is_there_after_a_restart(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    writer.append(&id, record(1, Some("e1"), "ranked")).await.expect("appended");
    writer.shut_down().await;

    let store = database.opened_again().await;
    store.migrate().await.expect("nothing left to migrate");
    assert_eq!(bodies(&store.records_between(&id, 0, i64::MAX, 10).await.expect("read")), ["first", "ranked"]);
    store.close().await;
}

pub(crate) async fn removal_goes_by_kind_age_and_number_and_oldest_first(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    for n in 2..=9 {
        clock.advance_us(10);
        let kind = if n % 4 == 0 { 4 } else { 3 };
        writer.append(&id, record(kind, Some("e1"), &n.to_string())).await.expect("appended");
    }
    let remove = async |kinds, before_us, up_to: i64, limit| {
        let last_old = database.store.last_seq_before(&id, before_us).await.expect("found");
        database.store.remove_records(&id, kinds, up_to.min(last_old), limit, None).await
    };
    let left = async || database.store.records_between(&id, 1, i64::MAX, 100).await.expect("read");

    // Record n was written at NOON_US + 10 (n - 1).
    assert_eq!(remove(&[3], NOON_US + 60, 100, 2).await.expect("removed"), 2);
    assert_eq!(bodies(&left().await), ["4", "5", "6", "7", "8", "9"]);
    assert_eq!(remove(&[3], NOON_US + 60, 100, 100).await.expect("removed"), 2);
    assert_eq!(bodies(&left().await), ["4", "7", "8", "9"]);
    assert_eq!(remove(&[3, 4], i64::MAX, 7, 100).await.expect("removed"), 3);
    assert_eq!(bodies(&left().await), ["8", "9"]);
}

pub(crate) async fn removal_leaves_the_newest_record_so_that_no_place_is_given_twice(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    writer.append(&id, record(3, Some("e1"), "reward")).await.expect("appended");
    clock.advance_us(1);

    let last = database.store.last_seq_before(&id, i64::MAX).await.expect("found");
    assert_eq!(database.store.remove_records(&id, &[3, 4], last, 100, None).await.expect("removed"), 1);
    let appended = writer.append(&id, record(3, Some("e1"), "next")).await.expect("appended");
    assert_eq!(appended, Appended::New { seq: 3, at_us: NOON_US + 1 });
}

pub(crate) async fn bodies_come_back_byte_for_byte(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let body: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let mut large = record(3, Some("é/ ?☃"), "");
    large.body.clone_from(&body);
    writer.append(&id, large).await.expect("appended");
    writer.append(&id, record(7, None, "")).await.expect("appended");

    let stored = database.store.records_between(&id, 1, i64::MAX, 10).await.expect("read");
    assert!(stored[0].body == body, "the bytes differ");
    assert_eq!(stored[0].event_id, Some(event("é/ ?☃")));
    assert_eq!((stored[1].kind, stored[1].event_id.as_ref(), stored[1].body.as_slice()), (7, None, &[][..]));
    assert!(given(&writer, &mut follower).await == stored, "the follower was given something else");
}

fn bodies(records: &[StoredRecord]) -> Vec<&str> {
    records.iter().map(|record| std::str::from_utf8(&record.body).expect("a text")).collect()
}
