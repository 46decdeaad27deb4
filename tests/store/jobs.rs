//! Jobs: made once, done once, listed newest first, gone with their loop.

use rankloop::store::{JobEnd, JobKey, Store};
use rankloop::terms::LoopId;

use crate::database::{Database, NOON_US, line, on_both};

on_both!(
    a_job_is_made_once,
    jobs_are_listed_newest_first_and_those_that_wait_oldest_first,
    a_job_ends_once_and_then_has_its_result,
    a_deleted_job_cannot_end,
    jobs_go_with_their_loop,
);

fn key(loop_id: &LoopId, kind: &str, id: &str) -> JobKey {
    JobKey { loop_id: loop_id.clone(), kind: kind.to_owned(), id: id.parse().expect("a good id") }
}

async fn make(store: &Store, key: &JobKey, created_at_us: i64) {
    assert!(store.insert_job(key, created_at_us, b"contract", None, &line()).await.expect("stored"));
}

fn end() -> JobEnd {
    JobEnd { status: "succeeded", summary: b"summary".to_vec(), result: Some(b"result".to_vec()) }
}

async fn a_job_is_made_once(database: &Database) {
    let store = &database.store;
    let (one, other) = (database.make_loop("loop1").await, database.make_loop("loop2").await);
    make(store, &key(&one, "evaluation", "a"), NOON_US).await;
    assert!(
        !store.insert_job(&key(&one, "evaluation", "a"), NOON_US + 1, b"again", None, &line()).await.expect("asked")
    );
    make(store, &key(&one, "other", "a"), NOON_US).await;
    make(store, &key(&other, "evaluation", "a"), NOON_US).await;
    let found = store.job(&key(&one, "evaluation", "a")).await.expect("read").expect("there");
    assert_eq!((found.created_at_us, found.contract.as_slice()), (NOON_US, b"contract".as_slice()));
    assert_eq!((found.status.as_str(), found.summary), ("waiting", None));
}

async fn jobs_are_listed_newest_first_and_those_that_wait_oldest_first(database: &Database) {
    let store = &database.store;
    let (one, other) = (database.make_loop("loop1").await, database.make_loop("loop2").await);
    for (loop_id, id, at_us) in [(&one, "b", 1), (&one, "a", 1), (&one, "Z", 3), (&other, "y", 2)] {
        make(store, &key(loop_id, "evaluation", id), NOON_US + at_us).await;
    }
    let ids =
        |rows: Vec<rankloop::store::JobRow>| rows.into_iter().map(|row| row.key.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(store.jobs(&one, "evaluation").await.expect("listed")), ["Z", "b", "a"]);
    assert!(store.end_job(&key(&one, "evaluation", "b"), &end(), None).await.expect("ended"));
    assert_eq!(ids(store.waiting_jobs().await.expect("listed")), ["a", "y", "Z"]);
}

async fn a_job_ends_once_and_then_has_its_result(database: &Database) {
    let store = &database.store;
    let key = key(&database.make_loop("loop1").await, "evaluation", "a");
    make(store, &key, NOON_US).await;
    assert_eq!(store.job_result(&key).await.expect("read"), None);
    assert!(store.end_job(&key, &end(), None).await.expect("ended"));
    assert!(!store.end_job(&key, &JobEnd { status: "failed", ..end() }, None).await.expect("asked"));
    let found = store.job(&key).await.expect("read").expect("there");
    assert_eq!((found.status.as_str(), found.summary), ("succeeded", Some(b"summary".to_vec())));
    assert_eq!(store.job_result(&key).await.expect("read"), Some(b"result".to_vec()));
}

async fn a_deleted_job_cannot_end(database: &Database) {
    let store = &database.store;
    let key = key(&database.make_loop("loop1").await, "evaluation", "a");
    make(store, &key, NOON_US).await;
    assert!(store.delete_job(&key, None).await.expect("deleted"));
    assert!(!store.delete_job(&key, None).await.expect("asked"));
    assert!(!store.end_job(&key, &end(), None).await.expect("asked"));
    assert_eq!(store.job(&key).await.expect("read"), None);
}

async fn jobs_go_with_their_loop(database: &Database) {
    let store = &database.store;
    let id = database.make_loop("loop1").await;
    make(store, &key(&id, "evaluation", "a"), NOON_US).await;
    assert!(store.delete_loop(&id, &line()).await.expect("deleted"));
    assert_eq!(store.waiting_jobs().await.expect("listed"), []);
}
