//! A fold that fell far behind its log reads what it missed, and arrives at the same bytes.

use std::time::Duration;

use tokio::sync::watch;

use super::{SECOND_US, Scribe, recalled::stored};
use crate::{
    clock::{Clock, ManualClock},
    store::{Durability, LogWriter, NewRecord},
    trainer::{Learners, Leases, Tools, Trainer, replay},
};

/// More than wait in memory.
const N_EVENTS: usize = 5_000;
/// More than there are threads to fold on.
const N_SLEEPERS: usize = 256;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_did_not_wait_in_memory_is_read_in_the_log() {
    let mut scribe = Scribe::new();
    for n in 0..N_EVENTS {
        scribe.rank(&format!("event-{n}"), false);
        if n % 10 == 0 {
            scribe.reward(&format!("event-{n}"), 1.0);
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (store, loop_id) = stored(&folder, &scribe.records[..1]).await;
    let clock = Clock::Manual(ManualClock::at(scribe.records[0].at_us + SECOND_US));
    let writer = LogWriter::start(store.clone(), clock.clone(), Durability::Commit, 10_000);
    let (_changes, no_changes) = watch::channel(0);
    let leases = Leases::start(store.clone(), "test".to_owned(), no_changes);
    let learners = Learners::start().expect("threads");
    let tools =
        Tools { loop_id: loop_id.clone(), store: store.clone(), writer: writer.clone(), clock, leases, learners };
    let trainer = Trainer::start(tools.clone()).await.expect("started");

    // Nobody folds for a while.
    let sleep = || tools.learners.spawn(async { std::thread::sleep(Duration::from_millis(50)) });
    let sleepers: Vec<_> = (0..N_SLEEPERS).map(|_| sleep()).collect();
    let mut appends = tokio::task::JoinSet::new();
    for record in &scribe.records[1..] {
        let new = NewRecord::new(record.fact.kind(), record.fact.event_id().cloned(), record.fact.to_body());
        let (writer, loop_id) = (writer.clone(), loop_id.clone());
        appends.spawn(async move { writer.append(&loop_id, new).await });
    }
    while let Some(appended) = appends.join_next().await {
        appended.expect("no panic").expect("appended");
    }
    let was_asleep = sleepers.iter().any(|sleeper| !sleeper.is_finished());
    assert!(was_asleep, "it was awake before everything was written: more sleepers are needed");
    let last = scribe.records.len() as i64;
    let reached = tokio::time::timeout(Duration::from_secs(60), trainer.progress().reached(last)).await;
    reached.expect("it comes to the end without another record").expect("it goes on");

    assert_eq!(trainer.cell().lag(0).n_records, 0);
    writer.forget(&loop_id).await.expect("let go");
    trainer.ended().await;
    let snapshot = store.newest_snapshot(&loop_id).await.expect("readable").expect("stored at the end");
    let replayed = replay(&store, &loop_id).await.expect("replayed");
    assert!(
        replayed.head().seq == snapshot.seq && replayed.to_bytes() == snapshot.body,
        "another state than a replay's"
    );
}
