//! What happens when the database does not do what was asked.

use std::time::Duration;

use rankloop::store::{Appended, Store, StoreError};

use crate::database::{Database, FIRST, NOON_US, given, line, next, on_both, record};

on_both!(
    nobody_in_a_failed_commit_is_told_that_it_worked_and_the_next_one_works,
    a_record_that_turns_out_to_be_durable_reaches_the_follower_without_another_append,
    a_lost_connection_costs_one_commit_at_most,
    a_removed_loop_is_refused_and_the_others_go_on,
);

/// Makes the database refuse a record whose body holds `poison`, when it is written or (PostgreSQL) when it is committed.
async fn poison(database: &Database) {
    database
        .meddle(
            "create trigger poison before insert on log_record when instr(new.body, x'706f69736f6e') > 0
             begin select raise(abort, 'poisoned'); end",
            "create function refuse() returns trigger language plpgsql as $$ begin
                if position('poison'::bytea in new.body) > 0 then raise 'poisoned'; end if; return null; end $$;
             create constraint trigger poison after insert on log_record
                deferrable initially deferred for each row execute function refuse()",
        )
        .await;
}

async fn nobody_in_a_failed_commit_is_told_that_it_worked_and_the_next_one_works(database: &Database) {
    let id = database.make_loop("loop1").await;
    poison(database).await;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    let append = |body| writer.append(&id, record(1, Some(body), body));
    // The first append is written alone while the others wait and then share a commit.
    let (alone, good, bad) = tokio::join!(append("alone"), append("good"), append("poison"));

    assert_eq!(bad.expect_err("refused").to_string(), "could not append to the log");
    // Whether the other two shared the failed commit or not: who was told so is in the log, and nobody else.
    let told: Vec<_> = [alone, good].into_iter().filter(Result::is_ok).collect();
    let stored = database.store.records_between(&id, 1, i64::MAX, 10).await.expect("read");
    assert_eq!(stored.len(), told.len());

    let next = append("next").await.expect("it works again");
    assert_eq!(next, Appended::New { seq: 2 + told.len() as i64, at_us: NOON_US });
    let stored = database.store.records_between(&id, 1, i64::MAX, 10).await.expect("read");
    assert_eq!(given(&writer, &mut follower).await, stored);
}

async fn a_record_that_turns_out_to_be_durable_reaches_the_follower_without_another_append(database: &Database) {
    let id = database.make_loop("loop1").await;
    poison(database).await;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    writer.append(&id, record(3, Some("e1"), "poison")).await.expect_err("refused");
    // For the writer this is the same as a commit that took place although its answer was lost.
    let insert = "insert into log_record values ('loop1', 2, 1800000000000001, 3, 'e1', '')";
    database.meddle(insert, insert).await;

    let found = tokio::time::timeout(Duration::from_secs(5), next(&mut follower)).await.expect("it looks by itself");
    assert_eq!(found.map(|record| (record.seq, record.at_us)), Some((2, NOON_US + 1)));
    let appended = writer.append(&id, record(3, Some("e1"), "")).await.expect("appended");
    assert_eq!(appended, Appended::New { seq: 3, at_us: NOON_US + 1 });
    assert_eq!(given(&writer, &mut follower).await.len(), 1, "nothing comes twice");
}

async fn a_lost_connection_costs_one_commit_at_most(database: &Database) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    writer.append(&id, record(3, Some("e1"), "before")).await.expect("appended");
    database
        .meddle(
            "select 1",
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .await;

    let first = writer.append(&id, record(3, Some("e1"), "after")).await;
    let second = writer.append(&id, record(3, Some("e1"), "and on")).await.expect("it connects again");
    let n_appended = 2 + i64::from(first.is_ok());
    assert_eq!(second, Appended::New { seq: 1 + n_appended, at_us: NOON_US });
    assert_eq!(given(&writer, &mut follower).await.len() as i64, n_appended);
}

async fn a_removed_loop_is_refused_and_the_others_go_on(database: &Database) {
    let (gone, other) = (database.make_loop("gone").await, database.make_loop("other").await);
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&gone, FIRST).await.expect("a follower");
    let _other_follower = writer.follow(&other, FIRST).await.expect("a follower");
    writer.append(&gone, record(3, Some("e1"), "before")).await.expect("appended");
    assert!(database.store.delete_loop(&gone, &line()).await.expect("removed"));

    let append = |id| writer.append(id, record(3, Some("e1"), "after"));
    let (refused, appended) = tokio::join!(append(&gone), append(&other));
    assert!(matches!(refused, Err(StoreError::NotFollowed)));
    assert_eq!(appended.expect("appended"), Appended::New { seq: 2, at_us: NOON_US });
    assert_eq!(given(&writer, &mut follower).await.len(), 1);
    assert!(next(&mut follower).await.is_none(), "nothing follows");
    assert_eq!(database.store.records_between(&gone, 0, i64::MAX, 10).await.expect("read"), []);
}

#[tokio::test]
async fn an_address_of_no_known_kind_is_refused_in_words() {
    let error = Store::open("mysql://somewhere").await.expect_err("refused");
    assert_eq!(error.to_string(), "could not open the database");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert_eq!(cause, "its address starts neither with postgres: nor with sqlite:");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_an_error_and_no_panic() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let url = format!("sqlite:{}/below/rankloop.db", file.path().display());
    assert!(matches!(Store::open(&url).await, Err(StoreError::Database { .. })));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error_and_no_panic() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "This is a letter to the editor.".repeat(100)).expect("written");
    let opened = Store::open(&format!("sqlite:{}", file.path().display())).await;
    assert!(matches!(opened, Err(StoreError::Database { .. })));
}
