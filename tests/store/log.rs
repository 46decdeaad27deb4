//! Appending, following, reading and removing.

use rankloop::store::{Appended, LogHead};

use crate::database::{Database, FIRST, NOON_US, event, given, on_both, record};

on_both!(records_count_up_and_log_time_never_falls, an_event_is_ranked_once_also_within_one_commit,);

async fn records_count_up_and_log_time_never_falls(database: Database) {
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
    assert_eq!(given(&mut follower), stored);
    assert_eq!(stored.iter().map(|record| record.body.as_slice()).collect::<Vec<_>>(), [b"a", b"b"]);
}

async fn an_event_is_ranked_once_also_within_one_commit(database: Database) {
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
    assert_eq!(given(&mut follower).len(), 2);
    let ranked = database.store.ranked_record(&id, &event("e1")).await.expect("read").expect("ranked");
    assert_eq!(ranked.body, b"first");
}
