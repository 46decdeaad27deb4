//! What is durable before SQLite has it: the same promises as without, and what a crash leaves.

use std::{fs::File, io::Write as _, path::Path, time::Duration};

use rankloop::{
    store::{Appended, Durability, LogWriter, Presence, Store, StoreError, StoredRecord},
    terms::LoopId,
};

use crate::{
    database::{Database, FIRST, event, given, line, record},
    following, log,
};

/// Runs claims on a SQLite database that this process serves, where appends go to the commit log first.
macro_rules! as_a_server {
    ($($claim:path => $name:ident),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let database = crate::database::Database::sqlite().await;
            let held = database.store.hold(rankloop::store::Presence::Serving).await.expect("asked").expect("held");
            $claim(&database).await;
            database.end().await;
            drop(held);
        })*
    };
}

as_a_server!(
    following::a_follower_also_gets_what_was_in_the_log_before => a_follower_gets_what_was_before,
    following::many_appenders_share_commits_and_every_follower_sees_its_log_whole => many_appenders_share_syncs,
    following::only_followed_loops_are_written_to => only_followed_loops,
    following::shutting_down_writes_what_waits_and_refuses_the_rest => shutting_down,
    following::a_full_queue_refuses_instead_of_growing => a_full_queue,
    following::a_relaxed_writer_keeps_the_same_order => a_relaxed_writer,
    log::records_count_up_and_log_time_never_falls => records_count_up,
    log::an_event_is_ranked_once_also_within_one_commit => an_event_is_ranked_once,
    log::two_loops_may_rank_the_same_event_id => two_loops,
    log::an_events_records_are_found_in_order_whatever_their_kind => an_events_records,
    log::the_latest_of_a_kind_come_newest_first => the_latest_of_a_kind,
    log::removal_goes_by_kind_age_and_number_and_oldest_first => removal_by_kind,
    log::removal_leaves_the_newest_record_so_that_no_place_is_given_twice => removal_leaves_the_newest,
    log::bodies_come_back_byte_for_byte => bodies_come_back,
    what_a_crash_leaves_in_the_files_is_in_the_log_again => a_crash,
    a_damaged_end_of_the_files_is_left_out_and_the_rest_is_whole => a_damaged_end,
    a_backup_of_another_process_has_all_that_was_acknowledged => a_backup_of_another_process,
    what_is_read_reaches_over_the_end_of_the_database => over_the_end,
    an_event_is_known_wherever_its_rank_lies => an_event_is_known,
    a_record_that_no_file_holds_goes_into_the_database_in_its_place => a_large_record,
    a_removed_loop_takes_its_records_along => a_removed_loop,
    only_the_trainer_of_today_writes_as_the_trainer => only_the_trainer,
    after_a_clean_end_the_database_alone_holds_everything => a_clean_end,
);

/// The folder of the data, as it would be found after a crash at this moment.
fn copied(database: &Database) -> tempfile::TempDir {
    let file = Path::new(database.url.strip_prefix("sqlite:").expect("only SQLite has files"));
    let copy = tempfile::tempdir().expect("a temporary folder");
    for file in std::fs::read_dir(file.parent().expect("a folder")).expect("data") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("copied");
    }
    copy
}

/// Appends so many records to a new loop.
async fn filled(database: &Database, n_records: i64) -> (LoopId, LogWriter) {
    let id = database.make_loop("loop1").await;
    let (writer, _clock) = database.writer();
    let mut follower = writer.follow(&id, FIRST).await.expect("a follower");
    for n in 0..n_records {
        writer.append(&id, record(1, Some(&format!("e{n}")), &n.to_string())).await.expect("appended");
    }
    assert_eq!(given(&writer, &mut follower).await.len() as i64, n_records);
    (id, writer)
}

async fn after_a_crash(folder: &Path, id: &LoopId) -> Vec<StoredRecord> {
    let store = Store::open(&format!("sqlite:{}", folder.join("rankloop.db").display())).await.expect("opened");
    store.migrate().await.expect("the schema");
    let held = store.hold(Presence::Serving).await.expect("asked").expect("held");
    let records = store.records_between(id, 0, i64::MAX, i64::MAX).await.expect("read");
    store.close().await;
    drop(held);
    records
}

fn seqs(records: &[StoredRecord]) -> Vec<i64> {
    records.iter().map(|record| record.seq).collect()
}

async fn what_a_crash_leaves_in_the_files_is_in_the_log_again(database: &Database) {
    // So many that they are moved with each of the statements there are for it.
    let (id, writer) = filled(database, 74).await;
    let at_once = copied(database);
    // A part of them is in the database now, and in the files as well.
    let all = database.store.records_between(&id, 0, i64::MAX, i64::MAX).await.expect("read");
    writer.append(&id, record(3, Some("e1"), "later")).await.expect("appended");
    let later = copied(database);

    assert_eq!(after_a_crash(at_once.path(), &id).await, all);
    // Moved once, and not again.
    assert_eq!(after_a_crash(at_once.path(), &id).await, all);
    assert_eq!(seqs(&after_a_crash(later.path(), &id).await), (1..=76).collect::<Vec<_>>());
}

async fn what_is_read_reaches_over_the_end_of_the_database(database: &Database) {
    let (id, writer) = filled(database, 30).await;
    let read = async |after, up_to, limit| {
        seqs(&database.store.records_between(&id, after, up_to, limit).await.expect("read"))
    };
    let span = |seqs: std::ops::RangeInclusive<i64>| seqs.collect::<Vec<_>>();
    assert_eq!(read(0, i64::MAX, i64::MAX).await, span(1..=31));
    // The newest is in the files alone each time: a part is read here and the rest there, or all of it here.
    for (newest, after, up_to, limit, wanted) in [
        (32, 20, i64::MAX, i64::MAX, 21..=32),
        (33, 20, i64::MAX, 5, 21..=25),
        (34, 29, i64::MAX, 4, 30..=33),
        (35, 29, i64::MAX, 6, 30..=35),
        (36, 29, 36, 100, 30..=36),
        (37, 29, 31, 100, 30..=31),
        (38, 37, i64::MAX, 1, 38..=38),
    ] {
        writer.append(&id, record(3, Some("e1"), "later")).await.expect("appended");
        assert_eq!(read(after, up_to, limit).await, span(wanted), "{newest}");
    }
    assert!(read(38, i64::MAX, 10).await.is_empty());
}

async fn a_damaged_end_of_the_files_is_left_out_and_the_rest_is_whole(database: &Database) {
    let (id, _writer) = filled(database, 30).await;
    let copy = copied(database);
    let path = copy.path().join("rankloop.db-commit-0");
    let mut bytes = std::fs::read(&path).expect("there");
    let end = bytes.iter().rposition(|byte| *byte != 0).expect("written");
    bytes[end - 40] ^= 1;
    File::create(&path).and_then(|mut file| file.write_all(&bytes)).expect("damaged");
    let left = after_a_crash(copy.path(), &id).await;
    assert_eq!(seqs(&left), (1..=30).collect::<Vec<_>>());
    assert!(left[1..].iter().enumerate().all(|(n, record)| record.body == n.to_string().into_bytes()));
}

async fn a_backup_of_another_process_has_all_that_was_acknowledged(database: &Database) {
    let (id, _writer) = filled(database, 30).await;
    let other = database.opened_again().await;
    let (_, archived) = other.write_archive(Vec::new(), 0).await.expect("an archive");
    assert_eq!((archived.n_loops, archived.n_records), (1, 31));
    other.close().await;

    // Where no server is left to move them, the backup does.
    let copy = copied(database);
    let alone = Store::open(&format!("sqlite:{}", copy.path().join("rankloop.db").display())).await.expect("opened");
    let (_, archived) = alone.write_archive(Vec::new(), 0).await.expect("an archive");
    assert_eq!(archived.n_records, 31);
    assert_eq!(alone.log_head(&id).await.expect("read").seq, 31);
    alone.close().await;
}

async fn an_event_is_known_wherever_its_rank_lies(database: &Database) {
    let (id, writer) = filled(database, 3).await;
    let again = || writer.append(&id, record(1, Some("e1"), "again"));
    assert_eq!(again().await.expect("answered"), Appended::Repeat);
    assert!(database.store.has_ranked(&id, &event("e1")).await.expect("asked"));
    assert_eq!(again().await.expect("answered"), Appended::Repeat);
    let relaxed = LogWriter::start(database.store.clone(), rankloop::clock::Clock::System, Durability::Relaxed, 10);
    let head = database.store.log_head(&id).await.expect("read");
    let mut follower = relaxed.follow(&id, head).await.expect("a follower");
    let repeated = relaxed.append(&id, record(1, Some("e2"), "again")).await.expect("answered");
    assert_eq!(repeated, Appended::Repeat);
    assert!(given(&writer, &mut follower).await.is_empty());
}

async fn a_record_that_no_file_holds_goes_into_the_database_in_its_place(database: &Database) {
    let (id, writer) = filled(database, 3).await;
    // Nothing that packing could make small.
    let body: Vec<u8> = (0..5_000_000_u32).map(|n| (n.wrapping_mul(0x9e37_79b9) >> 23) as u8).collect();
    let large = rankloop::store::NewRecord::new(7, None, body.clone());
    writer.append(&id, large).await.expect("appended");
    writer.append(&id, record(3, Some("e1"), "after")).await.expect("appended");
    let records = database.store.records_between(&id, 4, i64::MAX, i64::MAX).await.expect("read");
    assert_eq!(seqs(&records), [5, 6]);
    assert!(records[0].body == body);
}

async fn a_removed_loop_takes_its_records_along(database: &Database) {
    let (id, writer) = filled(database, 3).await;
    let copy = copied(database);
    writer.forget(&id).await.expect("forgotten");
    assert!(database.store.delete_loop(&id, &line()).await.expect("removed"));
    assert!(database.store.records_between(&id, 0, i64::MAX, i64::MAX).await.expect("read").is_empty());

    // Removed by another program, while its last records lay in the files.
    let url = format!("sqlite:{}", copy.path().join("rankloop.db").display());
    let other = Store::open(&url).await.expect("opened");
    assert!(other.delete_loop(&id, &line()).await.expect("removed"));
    other.close().await;
    assert!(after_a_crash(copy.path(), &id).await.is_empty());
}

async fn after_a_clean_end_the_database_alone_holds_everything(database: &Database) {
    let (id, writer) = filled(database, 30).await;
    writer.shut_down().await;
    database.store.close().await;
    let copy = copied(database);
    let names = std::fs::read_dir(copy.path()).expect("a folder").map(|file| file.expect("a file").file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["rankloop.db", "rankloop.db.lock"]);
    assert_eq!(after_a_crash(copy.path(), &id).await.len(), 31);
}

async fn only_the_trainer_of_today_writes_as_the_trainer(database: &Database) {
    let (id, writer) = filled(database, 3).await;
    let store = &database.store;
    let first = store.take_lease(&id, "first", Duration::ZERO).await.expect("asked").expect("free");
    let tick = || writer.append_as_trainer(&id, record(9, None, ""), first);
    assert!(matches!(tick().await, Ok(Appended::New { seq: 5, .. })));
    store.take_lease(&id, "second", Duration::from_secs(60)).await.expect("asked").expect("ran out");
    assert!(matches!(tick().await, Err(StoreError::NotTrainer)));
    assert_eq!(store.log_head(&id).await.expect("read").seq, 5);
}
