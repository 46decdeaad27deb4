//! A restart reads of the open events only what it needs, and arrives at the same bytes.

use super::{SECOND_US, Scribe, WAIT_US, fold};
use crate::{
    log::Record,
    store::{AuditLine, KeyRow, LogHead, LoopRow, NewRecord, PastFacts, Store},
    terms::{Author, Environment, LoopId},
    trainer::{Fold, recall::recall, replay},
};

/// More than are read at once, in groups that close together.
const N_EVENTS: usize = 1_300;

pub(super) async fn stored(folder: &tempfile::TempDir, records: &[Record]) -> (Store, LoopId) {
    let store = Store::open(&format!("sqlite:{}", folder.path().join("a.db").display())).await.expect("opened");
    store.migrate().await.expect("the schema");
    let key = KeyRow { hash: [0; 32], last4: String::new(), created_at_us: 0 };
    let id: LoopId = "loop1".parse().expect("a good id");
    let created_at_us = records[0].at_us;
    let row = LoopRow {
        id: id.clone(),
        name: String::new(),
        environment: Environment::Production,
        created_at_us,
        salt: 0,
        keys: [key.clone(), key],
        revision: 0,
    };
    let new =
        |record: &Record| NewRecord::new(record.fact.kind(), record.fact.event_id().cloned(), record.fact.to_body());
    store
        .insert_loop(&row, &new(&records[0]), &AuditLine::of_new_loop(&row, &Author::server("test")))
        .await
        .expect("a loop");
    let past = |record: &Record| PastFacts { at_us: record.at_us, records: vec![new(record)] };
    let past: Vec<_> = records[1..].iter().map(past).collect();
    store.append_past(&id, LogHead { seq: 1, at_us: created_at_us }, &past, "").await.expect("written");
    (store, id)
}

#[tokio::test]
async fn what_was_open_is_recalled_when_it_is_rewarded_or_over() {
    let mut scribe = Scribe::new();
    for n in 0..N_EVENTS {
        scribe.rank(&format!("event-{n}"), n % 5 == 0);
        scribe.now_us += if n % 7 == 0 { SECOND_US / 100 } else { 0 };
    }
    (0..200).for_each(|n| scribe.reward(&format!("event-{n}"), 1.0));
    let cut = scribe.records.len();
    scribe.reward("event-300", 1.0);
    scribe.activate("event-5");
    // Nothing for long: with the next record everything is over at once.
    scribe.now_us += 2 * WAIT_US;
    scribe.rank("last", false);

    let folder = tempfile::tempdir().expect("a temporary folder");
    let (store, id) = stored(&folder, &scribe.records).await;
    let snapshot = fold(&scribe.records[..cut]).to_bytes();
    let mut restarted = Fold::from_bytes(&snapshot).expect("its own bytes");
    let n_forgotten = restarted.join.events.n_forgotten();
    assert!(n_forgotten > 1_000, "{n_forgotten}");
    let tail = store.records_between(&id, cut as i64, i64::MAX, 10).await.expect("read");
    assert_eq!(tail.len(), 3);
    restarted = recall(&store, &id, restarted, &tail[..2]).await.expect("recalled");
    assert_eq!(restarted.join.events.n_forgotten(), n_forgotten - 2, "only what these two are about");
    for record in &scribe.records[cut..cut + 2] {
        restarted.apply(record).expect("the next record");
    }
    restarted = recall(&store, &id, restarted, &tail[2..]).await.expect("recalled");
    restarted.apply(&scribe.records[cut + 2]).expect("the last record");

    assert_eq!(restarted.join.events.n_forgotten(), 0);
    let live = scribe.fold().to_bytes();
    assert!(restarted.to_bytes() == live, "another state than the live one");
    assert!(replay(&store, &id).await.expect("replayed").to_bytes() == live, "from the first record");
}
