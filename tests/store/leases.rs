//! Who trains which loop: one at a time, and nobody writes as the trainer who is not.

use std::time::Duration;

use rankloop::store::{Appended, Fence, JobEnd, JobKey, Presence, SnapshotRow, Store, StoreError, Tail, WAITING};
use rankloop::terms::{Environment, LoopId};

use crate::database::{Database, FIRST, NOON_US, given, line, next, on_both, record};

on_both!(
    a_free_lease_is_taken_once_and_a_renewed_one_not_at_all,
    a_lease_that_ran_out_changes_hands_and_its_token_grows,
    what_is_given_back_is_free_at_once,
    a_lease_goes_with_its_loop,
    only_the_trainer_of_today_writes_as_the_trainer,
    a_change_of_hands_waits_for_nobody_who_only_appends,
    a_follower_is_given_what_another_process_writes_without_writing_itself,
    changes_of_loops_and_actions_are_seen_by_other_processes,
);

const LONG: Duration = Duration::from_secs(60);
/// Shorter than anything that happens between two calls.
const NOTHING: Duration = Duration::ZERO;

async fn holder_of(store: &Store, id: &LoopId) -> (String, i64, bool) {
    let leases = store.leases().await.expect("read");
    let lease = leases.into_iter().find(|lease| lease.loop_id == *id).expect("each loop has one");
    (lease.holder, lease.token, lease.is_free)
}

#[tokio::test]
async fn the_only_server_on_a_file_does_not_wait_for_leases_of_before() {
    let database = Database::sqlite().await;
    let id = database.make_loop("loop1").await;
    database.store.take_lease(&id, "before", LONG).await.expect("asked").expect("free");
    let first = database.store.hold(Presence::Serving).await.expect("asked").expect("held");
    assert_eq!(database.store.take_lease(&id, "now", LONG).await.expect("taken"), Some(Fence { token: 2 }));

    // SQLite has one server at a time.
    let other_store = database.opened_again().await;
    assert!(other_store.hold(Presence::Serving).await.expect("asked").is_none());
    assert_eq!(other_store.take_lease(&id, "next", LONG).await.expect("asked"), None);
    database.store.close().await;
    drop(first);
    let second = other_store.hold(Presence::Serving).await.expect("asked").expect("free now");
    other_store.close().await;
    drop(second);
    database.end().await;
}

async fn a_free_lease_is_taken_once_and_a_renewed_one_not_at_all(database: &Database) {
    let id = database.make_loop("loop1").await;
    let store = &database.store;
    assert_eq!(holder_of(store, &id).await, (String::new(), 0, true));

    let names: Vec<String> = (0..8).map(|n| format!("process {n}")).collect();
    let taking = names.iter().map(|name| store.take_lease(&id, name, LONG));
    let taken = futures::future::join_all(taking).await;
    let winners: Vec<_> = (0..8).filter(|n| matches!(taken[*n], Ok(Some(Fence { token: 1 })))).collect();
    assert_eq!(winners.len(), 1, "{taken:?}");
    let winner = &names[winners[0]];
    assert_eq!(holder_of(store, &id).await, (winner.clone(), 1, false));

    store.renew_leases(winner, LONG).await.expect("renewed");
    store.renew_leases("somebody else", NOTHING).await.expect("nothing to renew");
    assert_eq!(store.take_lease(&id, "somebody else", LONG).await.expect("asked"), None);
    assert_eq!(store.take_lease(&id, winner, LONG).await.expect("asked"), None, "it is taken");
}

async fn a_lease_that_ran_out_changes_hands_and_its_token_grows(database: &Database) {
    let id = database.make_loop("loop1").await;
    let store = &database.store;
    assert_eq!(store.take_lease(&id, "a", NOTHING).await.expect("taken"), Some(Fence { token: 1 }));
    assert_eq!(holder_of(store, &id).await, ("a".to_owned(), 1, true));

    // Nobody took it, so its holder goes on under the same token.
    store.renew_leases("a", NOTHING).await.expect("renewed");
    assert_eq!(holder_of(store, &id).await, ("a".to_owned(), 1, true));

    assert_eq!(store.take_lease(&id, "b", LONG).await.expect("taken"), Some(Fence { token: 2 }));
    store.renew_leases("a", LONG).await.expect("nothing of its own is left");
    assert_eq!(holder_of(store, &id).await, ("b".to_owned(), 2, false));
}

async fn what_is_given_back_is_free_at_once(database: &Database) {
    let (one, two) = (database.make_loop("loop1").await, database.make_loop("loop2").await);
    let store = &database.store;
    for id in [&one, &two] {
        store.take_lease(id, "a", LONG).await.expect("asked").expect("free");
    }
    store.release_lease(&one, "somebody else").await.expect("nothing of its own");
    assert!(!holder_of(store, &one).await.2);
    store.release_lease(&one, "a").await.expect("given back");
    assert!(holder_of(store, &one).await.2 && !holder_of(store, &two).await.2);
    store.release_leases("a").await.expect("given back");
    assert_eq!(store.take_lease(&two, "b", LONG).await.expect("taken"), Some(Fence { token: 2 }));
}

async fn a_lease_goes_with_its_loop(database: &Database) {
    let id = database.make_loop("loop1").await;
    database.store.take_lease(&id, "a", LONG).await.expect("asked").expect("free");
    assert!(database.store.delete_loop(&id, &line()).await.expect("removed"));
    assert_eq!(database.store.leases().await.expect("read"), []);
    assert_eq!(database.store.take_lease(&id, "b", LONG).await.expect("asked"), None);
}

async fn only_the_trainer_of_today_writes_as_the_trainer(database: &Database) {
    let id = database.make_loop("loop1").await;
    let store = &database.store;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let old = store.take_lease(&id, "a", NOTHING).await.expect("asked").expect("free");
    let tick = |fence| writer.append_as_trainer(&id, record(9, None, "tick"), fence);
    assert_eq!(tick(old).await.expect("written"), Appended::New { seq: 2, at_us: NOON_US });

    let new = store.take_lease(&id, "b", LONG).await.expect("asked").expect("free");
    // Whatever shares a commit with it is written all the same.
    let (refused, written, beside) = tokio::join!(tick(old), tick(new), writer.append(&id, record(3, None, "reward")));
    assert!(matches!(refused, Err(StoreError::NotTrainer)), "{refused:?}");
    assert!(written.is_ok() && beside.is_ok());
    assert_eq!(given(&writer, &mut follower).await.len(), 3);
    assert_eq!(store.log_head(&id).await.expect("read").seq, 4);

    let snapshot = SnapshotRow { seq: 4, at_us: NOON_US, body: b"state".to_vec() };
    assert!(!store.save_snapshot(&id, &snapshot, Some(old)).await.expect("asked"));
    assert_eq!(store.newest_snapshot_seq(&id).await.expect("read"), 0);
    assert!(store.save_snapshot(&id, &snapshot, Some(new)).await.expect("stored"));
    assert_eq!(store.newest_snapshot_seq(&id).await.expect("read"), 4);

    let key = JobKey { loop_id: id.clone(), kind: "evaluation".to_owned(), id: "job1".parse().expect("an id") };
    assert!(!store.insert_job(&key, NOON_US, b"contract", Some(old), &line()).await.expect("asked"));
    assert!(store.insert_job(&key, NOON_US, b"contract", Some(new), &line()).await.expect("stored"));
    let end = JobEnd { status: "succeeded", summary: b"summary".to_vec(), result: None };
    assert!(!store.end_job(&key, &end, Some(old)).await.expect("asked"));
    assert_eq!(store.job(&key).await.expect("read").expect("there").status, WAITING);
    assert!(store.end_job(&key, &end, Some(new)).await.expect("ended"));
}

async fn a_change_of_hands_waits_for_nobody_who_only_appends(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    let appending = async {
        for n in 0..50 {
            writer.append(&id, record(3, Some("e1"), &n.to_string())).await.expect("appended");
        }
    };
    let changing = async {
        for n in 0..20 {
            let taken = database.store.take_lease(&id, &format!("process {n}"), NOTHING).await.expect("asked");
            assert_eq!(taken, Some(Fence { token: n + 1 }));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(appending, changing) })
        .await
        .expect("neither holds the other up");
}

async fn a_follower_is_given_what_another_process_writes_without_writing_itself(database: &Database) {
    let id = database.make_loop("loop1").await;
    let other_store = database.opened_again().await;
    let (writer, _clock) = database.writer();
    let (other, _other_clock) = Database::writer_of(&other_store);
    let _tails = (Tail::start(&database.store, &writer), Tail::start(&other_store, &other));
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let _other_follower = other.follow(&id, FIRST).await.expect("a follower");

    // More than are read at once.
    const N_RECORDS: i64 = 600;
    let appends = (0..N_RECORDS).map(|n| {
        let (other, id) = (other.clone(), id.clone());
        async move { other.append(&id, record(3, Some("e1"), &n.to_string())).await.expect("appended") }
    });
    futures::future::join_all(appends).await;
    let mut seen = Vec::new();
    while seen.len() < 600 {
        let next = tokio::time::timeout(Duration::from_secs(10), next(&mut follower)).await.expect("it is looked for");
        seen.push(next.expect("the writer goes on"));
    }
    assert_eq!(seen, database.store.records_between(&id, 1, i64::MAX, i64::MAX).await.expect("read"));
    drop((writer, other));
    other_store.close().await;
}

async fn changes_of_loops_and_actions_are_seen_by_other_processes(database: &Database) {
    let other_store = database.opened_again().await;
    let (writer, _clock) = Database::writer_of(&other_store);
    let tail = Tail::start(&other_store, &writer);
    let mut revisions = tail.revisions();
    let mut sees = async |expected: &[(&str, i64)]| {
        let is_so = |seen: &rankloop::store::Revisions| {
            seen.iter().map(|(id, revision)| (id.as_str(), *revision)).collect::<Vec<_>>() == expected
        };
        tokio::time::timeout(Duration::from_secs(10), revisions.wait_for(is_so)).await.expect("seen").expect("a tail");
    };
    sees(&[]).await;
    let id = database.make_loop("loop1").await;
    sees(&[("loop1", 0)]).await;
    database.store.relabel_loop(&id, (Some("coffee"), Some(Environment::Development)), &line()).await.expect("renamed");
    sees(&[("loop1", 1)]).await;
    database
        .store
        .change_actions(&id, std::slice::from_ref(&crate::loops::action("a1", 1)), &[], None, &[line()])
        .await
        .expect("stored");
    sees(&[("loop1", 2)]).await;
    let gone: [rankloop::terms::ActionId; 1] = ["a1".parse().expect("an id")];
    database.store.change_actions(&id, &[], &gone, None, &[line()]).await.expect("removed");
    sees(&[("loop1", 3)]).await;
    database.store.delete_loop(&id, &line()).await.expect("removed");
    sees(&[]).await;
    drop((tail, writer));
    other_store.close().await;
}
