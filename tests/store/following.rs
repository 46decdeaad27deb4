//! What a follower is given: everything, in order, once.

use std::time::Duration;

use rankloop::store::{Durability, LogHead, LogWriter, StoreError};
use rankloop::{clock::Clock, terms::LoopId};

use crate::database::{Database, FIRST, given, next, on_both, record, seq_of};

on_both!(
    a_follower_also_gets_what_was_in_the_log_before,
    many_appenders_share_commits_and_every_follower_sees_its_log_whole,
    two_writers_on_one_log_neither_fork_it_nor_hide_records_from_each_other,
    only_followed_loops_are_written_to,
    shutting_down_writes_what_waits_and_refuses_the_rest,
    a_full_queue_refuses_instead_of_growing,
    a_relaxed_writer_keeps_the_same_order,
);

pub(crate) async fn a_follower_also_gets_what_was_in_the_log_before(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let mut first = writer.follow(&id, FIRST).await.expect("a follower");
    for body in ["a", "b", "c"] {
        writer.append(&id, record(3, Some("e1"), body)).await.expect("appended");
    }
    assert_eq!(seqs(&given(&writer, &mut first).await), [2, 3, 4]);

    let head = LogHead { seq: 3, at_us: FIRST.at_us };
    let mut second = writer.follow(&id, head).await.expect("another follower");
    writer.append(&id, record(3, Some("e1"), "d")).await.expect("appended");
    assert_eq!(seqs(&given(&writer, &mut second).await), [4, 5]);
    assert!(next(&mut first).await.is_none(), "the first one's place was taken");
}

pub(crate) async fn many_appenders_share_commits_and_every_follower_sees_its_log_whole(database: &Database) {
    const N_APPENDERS: usize = 16;
    const N_EACH: usize = 25;
    let loops = [database.make_loop("loop1").await, database.make_loop("loop2").await];
    let (writer, _clock) = database.writer();
    let mut followers = Vec::new();
    for id in &loops {
        followers.push(writer.follow(id, FIRST).await.expect("a follower"));
    }
    let appenders = (0..N_APPENDERS).map(|appender| {
        let (writer, id) = (writer.clone(), loops[appender % 2].clone());
        tokio::spawn(async move {
            let mut last_seq = 0;
            for n in 0..N_EACH {
                let body = format!("{appender}.{n}");
                let seq = seq_of(writer.append(&id, record(3, Some("e1"), &body)).await.expect("appended"));
                assert!(seq > last_seq, "an appender's records stand in its own order");
                last_seq = seq;
            }
        })
    });
    for appender in appenders.collect::<Vec<_>>() {
        appender.await.expect("an appender that did not panic");
    }

    let last = 1 + (N_APPENDERS / 2 * N_EACH) as i64;
    for (id, mut follower) in loops.iter().zip(followers) {
        let records = given(&writer, &mut follower).await;
        assert_eq!(seqs(&records), (2..=last).collect::<Vec<_>>());
        assert_eq!(records, database.store.records_between(id, 1, i64::MAX, i64::MAX).await.expect("read"));
    }
}

async fn two_writers_on_one_log_neither_fork_it_nor_hide_records_from_each_other(database: &Database) {
    let id = database.make_loop("loop1").await;
    let store = database.opened_again().await;
    let (writer, _clock) = database.writer();
    let other = LogWriter::start(store.clone(), Clock::System, Durability::Commit, 100);
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let mut other_follower = other.follow(&id, FIRST).await.expect("a follower");
    let append = async |writer: &LogWriter| {
        for n in 0..20 {
            writer.append(&id, record(3, Some("e1"), &n.to_string())).await.expect("appended");
        }
    };
    tokio::join!(append(&writer), append(&other));
    // Each learns of the other's last records with its own next one.
    writer.append(&id, record(7, None, "")).await.expect("appended");
    other.append(&id, record(7, None, "")).await.expect("appended");

    assert_eq!(seqs(&given(&writer, &mut follower).await), (2..=42).collect::<Vec<_>>());
    assert_eq!(seqs(&given(&other, &mut other_follower).await), (2..=43).collect::<Vec<_>>());
    other.shut_down().await;
    store.close().await;
}

pub(crate) async fn only_followed_loops_are_written_to(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let append = || writer.append(&id, record(7, None, ""));
    assert!(matches!(append().await, Err(StoreError::NotFollowed)));

    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    append().await.expect("appended");
    writer.forget(&id).await.expect("forgotten");
    assert!(matches!(append().await, Err(StoreError::NotFollowed)));
    assert_eq!(seqs(&given(&writer, &mut follower).await), [2]);
    assert!(next(&mut follower).await.is_none());
    let nobody: LoopId = "nobody".parse().expect("a good id");
    assert!(matches!(writer.follow(&nobody, LogHead::default()).await, Err(StoreError::NotFollowed)));
}

pub(crate) async fn shutting_down_writes_what_waits_and_refuses_the_rest(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let waiting: Vec<_> = (0..50)
        .map(|n| {
            let (writer, id) = (writer.clone(), id.clone());
            async move { writer.append(&id, record(3, Some("e1"), &n.to_string())).await }
        })
        .collect();
    let (appended, ()) = tokio::join!(futures::future::join_all(waiting), writer.shut_down());

    assert!(appended.iter().all(Result::is_ok), "they were there before the end");
    assert!(matches!(writer.append(&id, record(7, None, "")).await, Err(StoreError::Stopped)));
    writer.shut_down().await;
    assert_eq!(given(&writer, &mut follower).await.len(), 50);
}

pub(crate) async fn a_full_queue_refuses_instead_of_growing(database: &Database) {
    let id = database.make_loop("loop1").await;
    let writer = LogWriter::start(database.store.clone(), Clock::System, Durability::Commit, 3);
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let burst = (0..200).map(|n| {
        let (writer, id) = (writer.clone(), id.clone());
        async move { writer.append(&id, record(3, Some("e1"), &n.to_string())).await }
    });
    let outcomes = futures::future::join_all(burst).await;

    let n_appended = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let n_refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Overloaded))).count();
    assert_eq!(n_appended + n_refused, 200);
    assert!(n_appended >= 3 && n_refused > 0, "{n_appended} appended, {n_refused} refused");
    assert_eq!(given(&writer, &mut follower).await.len(), n_appended);
}

pub(crate) async fn a_relaxed_writer_keeps_the_same_order(database: &Database) {
    let id = database.make_loop("loop1").await;
    let writer = LogWriter::start(database.store.clone(), Clock::System, Durability::Relaxed, 100);
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    for body in ["a", "b", "c"] {
        writer.append(&id, record(3, Some("e1"), body)).await.expect("appended");
    }
    let first = tokio::time::timeout(Duration::from_secs(1), next(&mut follower)).await.expect("given at once");
    assert_eq!(first.map(|record| record.seq), Some(2));
    assert_eq!(seqs(&given(&writer, &mut follower).await), [3, 4]);
}

fn seqs(records: &[rankloop::store::StoredRecord]) -> Vec<i64> {
    records.iter().map(|record| record.seq).collect()
}
