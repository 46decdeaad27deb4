//! Archives: written from one kind of database, loaded into either.

use std::io::Cursor;

use rankloop::{
    store::{ActionRow, ArchiveError, SnapshotRow, Store, check_archive},
    terms::LoopId,
};

use crate::database::{Database, FIRST, NOON_US, line, loop_row, on_both, record};

on_both!(
    an_archive_holds_everything_and_goes_into_either_kind_of_database,
    data_are_never_loaded_over_others,
    an_archive_is_of_one_moment,
    what_is_being_removed_is_left_out,
);

async fn archive(store: &Store) -> Vec<u8> {
    let (file, _) = store.write_archive(Cursor::new(Vec::new()), NOON_US).await.expect("written");
    let archive = file.into_inner();
    assert_eq!(check_archive(archive.as_slice()).expect("sound").created_at_us, NOON_US);
    archive
}

async fn fill(database: &Database) -> LoopId {
    let id = database.make_loop("loop1").await;
    let (writer, clock) = database.writer();
    let _follower = writer.follow(&id, FIRST).await.expect("a follower");
    for n in 0..50 {
        clock.advance_us(1);
        let mut ranked = record(1, Some(&format!("é{n}")), "{\"text\": \"\u{2603}\"}");
        if n == 7 {
            ranked.body = (0..=255).collect();
        }
        writer.append(&id, ranked).await.expect("appended");
        writer.append(&id, record(7, None, "")).await.expect("appended");
    }
    writer.shut_down().await;
    id
}

/// Everything that the store tells of a loop.
async fn told(store: &Store, id: &LoopId) -> String {
    let records = store.records_between(id, 0, i64::MAX, 1_000).await.expect("read");
    let (loops, snapshot) = (store.loops().await.expect("read"), store.newest_snapshot(id).await.expect("read"));
    let (actions, admins) = (store.actions(id).await.expect("read"), store.admin_by_id("1").await.expect("read"));
    format!("{records:?} {loops:?} {snapshot:?} {actions:?} {admins:?}")
}

async fn an_archive_holds_everything_and_goes_into_either_kind_of_database(database: &Database) {
    let id = fill(database).await;
    for seq in [50, 101] {
        let row = SnapshotRow { seq, at_us: NOON_US, body: vec![0xff; 100_000] };
        database.store.save_snapshot(&id, &row, None).await.expect("stored");
    }
    let action = ActionRow {
        id: "a".parse().expect("a good id"),
        features: "[]".to_owned(),
        is_active: true,
        valid_from_us: None,
        valid_to_us: Some(i64::MAX),
        notes: String::new(),
        position: 1,
        updated_at_us: NOON_US,
        updated_by: "ada".to_owned(),
    };
    database.store.change_actions(&id, std::slice::from_ref(&action), &[], None, &[line()]).await.expect("stored");
    let insert = "insert into admin (id, name, name_key, password_hash, role, created_at_us)
        values ('1', 'Ada', 'ada', 'hash', 'owner', 5)";
    database.meddle(insert, insert).await;
    let archive = archive(&database.store).await;
    let expected = told(&database.store, &id).await;

    let others = [Some(Database::empty_sqlite().await), Database::empty_postgres().await];
    for other in others.into_iter().flatten() {
        let loaded = other.store.read_archive(Cursor::new(archive.clone())).await.expect("loaded");
        assert_eq!((loaded.n_loops, loaded.n_records), (1, 101));
        assert_eq!(told(&other.store, &id).await, expected);
        let (writer, _clock) = other.writer();
        let head = other.store.log_head(&id).await.expect("read");
        let _follower = writer.follow(&id, head).await.expect("the log goes on");
        writer.append(&id, record(3, Some("e1"), "")).await.expect("appended");
        other.end().await;
    }
}

async fn data_are_never_loaded_over_others(database: &Database) {
    let id = fill(database).await;
    let archive = archive(&database.store).await;
    let refused = database.store.read_archive(Cursor::new(archive)).await;
    assert!(matches!(refused, Err(ArchiveError::NotEmpty(_))), "{refused:?}");
    assert_eq!(database.store.log_head(&id).await.expect("read").seq, 101);
}

async fn an_archive_is_of_one_moment(database: &Database) {
    let id = fill(database).await;
    let (writer, _clock) = database.writer();
    let head = database.store.log_head(&id).await.expect("read");
    let _follower = writer.follow(&id, head).await.expect("a follower");
    let is_done = std::sync::atomic::AtomicBool::new(false);
    let appending = async {
        let mut n_appended = 0;
        while !is_done.load(std::sync::atomic::Ordering::SeqCst) {
            writer.append(&id, record(3, Some("e1"), "{}")).await.expect("others go on");
            n_appended += 1;
        }
        n_appended
    };
    let archiving = async {
        let archive = archive(&database.store).await;
        is_done.store(true, std::sync::atomic::Ordering::SeqCst);
        archive
    };
    let (_, archive) = tokio::join!(appending, archiving);

    let other = Database::empty_sqlite().await;
    let loaded = other.store.read_archive(Cursor::new(archive)).await.expect("loaded");
    let seqs: Vec<i64> = other
        .store
        .records_between(&id, 0, i64::MAX, 100_000)
        .await
        .expect("read")
        .iter()
        .map(|record| record.seq)
        .collect();
    assert_eq!(seqs, (1..=loaded.n_records as i64).collect::<Vec<_>>(), "no gap");
    assert!(seqs.len() >= 101);
    other.end().await;
}

async fn what_is_being_removed_is_left_out(database: &Database) {
    fill(database).await;
    let kept = loop_row("kept");
    database.store.insert_loop(&kept, &record(4, None, "settings"), &line()).await.expect("a loop");
    let gone: LoopId = "loop1".parse().expect("a good id");
    let mark = "update loop set is_removed = true where id = 'loop1'";
    database.meddle(mark, mark).await;
    let other = Database::empty_sqlite().await;
    other.store.read_archive(Cursor::new(archive(&database.store).await)).await.expect("loaded");
    assert_eq!(other.store.loops().await.expect("read"), [kept]);
    assert_eq!(other.store.records_between(&gone, 0, i64::MAX, 10).await.expect("read"), []);
    other.end().await;
}
