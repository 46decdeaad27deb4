//! A disk whose sync fails: nothing is acknowledged, and what was acknowledged before does not hang on it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::server::Server;

/// Builds what is loaded before the C library, and returns it with the flag that breaks the disk.
fn broken_disk(folder: &Path) -> (PathBuf, PathBuf) {
    let library = folder.join("broken_sync.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/durability/broken_sync.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    assert!(built.expect("a C compiler, as the build needs").success());
    (library, folder.join("broken"))
}

#[test]
fn a_failing_sync_never_leads_to_an_acknowledgement_and_is_got_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (library, flag) = broken_disk(folder.path());
    let data = folder.path().join("data");
    let server = Server::start(&data, |command| {
        command.env("LD_PRELOAD", &library).env("BROKEN_WHILE", &flag);
    });
    let (loop_id, key) = server.make_loop();
    assert_eq!(server.rank(&key, "before").status, 201);
    assert_eq!(server.reward(&key, "before").status, 204);
    // Whoever looks at an event sees it in the database, and so its records have left the commit log.
    assert_eq!(server.n_rewards(&loop_id, "before"), Some(1));

    std::fs::write(&flag, "").expect("the disk breaks");
    for n in 0..3 {
        let ranked = server.rank(&key, &format!("broken-{n}"));
        assert_eq!(ranked.status, 201, "{ranked:?}");
        assert!(ranked.has_header("x-rankloop-logged: false"), "{ranked:?}");
        assert_eq!(ranked.json()["rewardActionId"], "a", "the caller's first action");
        let refused = [
            server.reward(&key, "before"),
            server.call(
                "POST",
                "/personalizer/v1.0/events/before/activate",
                &format!("Ocp-Apim-Subscription-Key: {key}"),
                None,
            ),
        ];
        for answer in refused {
            assert_eq!(answer.status, 503, "{answer:?}");
            assert!(answer.headers.to_lowercase().contains("retry-after: "), "{answer:?}");
        }
    }

    std::fs::remove_file(&flag).expect("the disk works again");
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut n_tries = 0;
    let after = loop {
        let event_id = format!("after-{n_tries}");
        let ranked = server.rank(&key, &event_id);
        if ranked.status == 201 && !ranked.has_header("x-rankloop-logged: false") {
            break event_id;
        }
        assert!(Instant::now() < deadline, "{ranked:?}");
        n_tries += 1;
    };
    // Whatever SQLite's own log held before was written again into the database: it would be there without that log.
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).expect("a folder");
    std::fs::copy(data.join("rankloop.db"), copy.join("rankloop.db")).expect("copied");
    let from_database_alone = Server::start(&copy, |_| {});
    assert_eq!(from_database_alone.n_rewards(&loop_id, "before"), Some(1));
    from_database_alone.kill();

    server.kill();
    let server = Server::start(&data, |_| {});
    assert_eq!(server.n_rewards(&loop_id, "before"), Some(1), "what was refused was not stored twice");
    assert_eq!(server.n_rewards(&loop_id, &after), Some(0));
}

#[test]
fn a_server_whose_disk_does_not_sync_at_the_start_says_so_and_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (library, flag) = broken_disk(folder.path());
    std::fs::write(&flag, "").expect("the disk is broken");
    let mut command = crate::server::program();
    command.args(["serve", "--no-demo", "--addr", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data"));
    command.env("LD_PRELOAD", &library).env("BROKEN_WHILE", &flag).env_remove("DATABASE_URL");
    let ended = command.output().expect("it ran");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success(), "{said}");
    assert!(said.contains("disk I/O error"), "{said}");
}
