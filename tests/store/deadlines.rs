//! An append is not done later than its caller waits for it.

use std::time::Duration;

use rankloop::store::Appended;
use sqlx::{Connection as _, PgConnection};

use crate::database::{Database, FIRST, NOON_US, record};

/// Longer than a call of the append may be under way.
const LONG: Duration = Duration::from_millis(1_300);

/// A statement as a process sent it that was cut off, and as it arrives when its caller has been told that it failed.
#[tokio::test]
async fn a_call_that_comes_after_its_deadline_stores_nothing() {
    let Some(database) = Database::postgres().await else {
        return eprintln!("not run: RANKLOOP_TEST_POSTGRES_URL is not set");
    };
    let id = database.make_loop("loop1").await;
    let mut session = PgConnection::connect(&database.url).await.expect("a session");
    let mut call = async |margin_us: i64| {
        sqlx::query(
            "select * from rankloop_append_1(
                array['loop1'], array[1], array[3::smallint], array['e1'], array[''::bytea], array[null::bigint],
                1, false, (extract(epoch from clock_timestamp()) * 1000000)::bigint + $1)",
        )
        .bind(margin_us)
        .execute(&mut session)
        .await
    };

    let late = call(-1).await.expect_err("its time has passed");
    assert_eq!(late.as_database_error().and_then(|error| error.code()).as_deref(), Some("RL001"));
    assert_eq!(database.store.records_between(&id, 1, i64::MAX, 10).await.expect("read"), []);
    call(60_000_000).await.expect("in time");
    assert_eq!(database.store.records_between(&id, 1, i64::MAX, 10).await.expect("read").len(), 1);
    session.close().await.expect("closed");
    database.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_longer_for_a_lock_than_a_call_may_take_is_stored_once() {
    let Some(database) = Database::postgres().await else {
        return eprintln!("not run: RANKLOOP_TEST_POSTGRES_URL is not set");
    };
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let _following = writer.follow(&id, FIRST).await.expect("a follower");
    let mut other = PgConnection::connect(&database.url).await.expect("a session");
    let mut locked = other.begin().await.expect("a transaction");
    sqlx::query("select id from loop where id = 'loop1' for no key update")
        .execute(&mut *locked)
        .await
        .expect("locked");

    let (appended, ()) = tokio::join!(writer.append(&id, record(1, Some("e1"), "body")), async {
        tokio::time::sleep(LONG).await;
        locked.rollback().await.expect("unlocked");
    });

    assert_eq!(appended.expect("stored"), Appended::New { seq: 2, at_us: NOON_US });
    assert_eq!(database.store.records_between(&id, 1, i64::MAX, 10).await.expect("read").len(), 1);
    other.close().await.expect("closed");
    database.end().await;
}
