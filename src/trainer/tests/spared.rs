//! A start that had much of the log to read keeps what came of it at once, for the next start.

use std::time::Duration;

use tokio::sync::watch;

use super::{SECOND_US, Scribe, recalled::stored};
use crate::{
    clock::{Clock, ManualClock},
    store::{Durability, LogWriter},
    trainer::{Learners, Leases, Tools, Trainer},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_behind_a_long_log_without_a_snapshot_stores_one_soon() {
    let mut scribe = Scribe::new();
    (0..10_001).for_each(|n| scribe.rank(&format!("event-{n}"), false));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (store, loop_id) = stored(&folder, &scribe.records).await;
    assert_eq!(store.newest_snapshot(&loop_id).await.expect("readable"), None);

    let clock = Clock::Manual(ManualClock::at(scribe.records[0].at_us + SECOND_US));
    let writer = LogWriter::start(store.clone(), clock.clone(), Durability::Commit, 10);
    let (_changes, no_changes) = watch::channel(0);
    let leases = Leases::start(store.clone(), "test".to_owned(), no_changes);
    let learners = Learners::start().expect("threads");
    let tools = Tools { loop_id: loop_id.clone(), store: store.clone(), writer, clock, leases, learners };
    let _trainer = Trainer::start(tools).await.expect("started");

    let looking = async {
        while store.newest_snapshot(&loop_id).await.expect("readable").is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looking).await.expect("nobody has to end the process first");
}
