//! Backups of a server at work, restored elsewhere: whatever was acknowledged before is there.

use std::{
    path::Path,
    process::Output,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    database_away::make_database,
    server::{Server, program},
};

/// Where a server keeps its data: in a folder, or in PostgreSQL.
struct Place {
    folder: tempfile::TempDir,
    database_url: Option<String>,
}

impl Place {
    fn folder() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), database_url: None }
    }

    fn postgres(name: &str) -> Option<Self> {
        Some(Self { database_url: Some(make_database(name)?), ..Self::folder() })
    }

    fn start(&self) -> Server {
        Server::start(self.folder.path(), |command| {
            if let Some(url) = &self.database_url {
                command.env("DATABASE_URL", url);
            }
        })
    }

    fn run(&self, arguments: &[&str], file: &Path) -> Output {
        let mut command = program();
        command.args(arguments).arg(file).arg("--data-dir").arg(self.folder.path()).env_remove("DATABASE_URL");
        if let Some(url) = &self.database_url {
            command.args(["--database-url", url]);
        }
        command.output().expect("it ran")
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn a_backup_goes_from(from: &Place, to: &[Place]) {
    let server = from.start();
    let (loop_id, key) = server.make_loop();
    let (journal, is_done) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let file = from.folder.path().join("backup.rankloop.gz");
    let n_before = thread::scope(|scope| {
        for worker in 0..4 {
            let (server, journal, is_done, key) = (&server, &journal, &is_done, &key);
            scope.spawn(move || {
                for n in 0.. {
                    if is_done.load(Ordering::SeqCst) {
                        break;
                    }
                    let event_id = format!("event-{worker}-{n}");
                    assert_eq!(server.rank(key, &event_id).status, 201);
                    assert_eq!(server.reward(key, &event_id).status, 204);
                    journal.lock().expect("sound").push(event_id);
                }
            });
        }
        thread::sleep(Duration::from_millis(700));
        let n_before = journal.lock().expect("sound").len();
        let backup = from.run(&["backup", "--to"], &file);
        is_done.store(true, Ordering::SeqCst);
        assert!(backup.status.success(), "{}", said(&backup));
        n_before
    });
    let journal = journal.into_inner().expect("sound");
    assert!(n_before > 10, "{n_before} events before the backup");
    let again = from.run(&["backup", "--to"], &file);
    assert!(!again.status.success() && said(&again).contains("is there already"), "{}", said(&again));

    for place in to {
        let restored = place.run(&["restore", "--from"], &file);
        assert!(restored.status.success(), "{}", said(&restored));
        let twice = place.run(&["restore", "--from"], &file);
        assert!(!twice.status.success() && said(&twice).contains("there are data already"), "{}", said(&twice));
        let other = place.start();
        for event_id in &journal[..n_before] {
            assert_eq!(other.n_rewards(&loop_id, event_id), Some(1), "{event_id}");
        }
        let stats = other.manage("GET", &format!("/api/v1/loops/{loop_id}/stats"), None).json();
        assert!(stats["ranked"].as_u64() >= Some(n_before as u64), "{stats}");
        assert!(stats["learned"].as_u64() >= Some(n_before as u64), "{stats}");
        assert_eq!(other.rank(&key, "after").status, 201, "with the keys of before");
        assert_eq!(other.reward(&key, "after").status, 204);
    }
}

#[test]
fn a_backup_of_sqlite_under_load_goes_into_either_database() {
    let places: Vec<_> = [Some(Place::folder()), Place::postgres("restored_1")].into_iter().flatten().collect();
    a_backup_goes_from(&Place::folder(), &places);
}

#[test]
fn a_backup_of_postgres_under_load_goes_into_either_database() {
    let Some(from) = Place::postgres("backed_up") else { return };
    let places: Vec<_> = [Some(Place::folder()), Place::postgres("restored_2")].into_iter().flatten().collect();
    a_backup_goes_from(&from, &places);
}

#[test]
fn a_damaged_backup_leaves_no_data_behind() {
    let from = Place::folder();
    let server = from.start();
    server.make_loop();
    let file = from.folder.path().join("backup.rankloop.gz");
    assert!(from.run(&["backup", "--to"], &file).status.success());
    let mut bytes = std::fs::read(&file).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&file, bytes).expect("damaged");

    let to = Place::folder();
    let refused = to.run(&["restore", "--from"], &file);
    assert!(!refused.status.success() && said(&refused).contains("damaged or cut off"), "{}", said(&refused));
    assert_eq!(std::fs::read_dir(to.folder.path()).expect("listed").count(), 0);
}

#[test]
fn a_folder_without_data_is_not_backed_up_as_if_it_had_some() {
    let place = Place::folder();
    let file = place.folder.path().join("backup.rankloop.gz");
    let refused = place.run(&["backup", "--to"], &file);
    assert!(!refused.status.success() && said(&refused).contains("there are no data"), "{}", said(&refused));
    assert!(!file.exists());
}
