//! PostgreSQL killed, standing still, and back: quick and clear refusals meanwhile, and nothing lost.

use std::time::{Duration, Instant};

use sqlx::Connection as _;

use crate::{
    proxy::{Behaviour, Proxy},
    server::{Answer, Server},
};

/// A database of the test's own; `None` when the run has no PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "only the test run knows where its PostgreSQL is")]
pub fn make_database(name: &str) -> Option<String> {
    let Ok(base_url) = std::env::var("RANKLOOP_TEST_POSTGRES_URL") else {
        eprintln!("not run: RANKLOOP_TEST_POSTGRES_URL is not set");
        return None;
    };
    let name = format!("rankloop_{}_{name}", std::process::id());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = sqlx::PgConnection::connect(&base_url).await.expect("the PostgreSQL of the test run");
        let statement = sqlx::AssertSqlSafe(format!("create database {name}"));
        sqlx::raw_sql(statement).execute(&mut connection).await.expect("made");
    });
    let (server, _) = base_url.rsplit_once('/').expect("postgres://user@host:port/name");
    Some(format!("{server}/{name}"))
}

/// The same behind a proxy.
fn behind_proxy(name: &str) -> Option<(Proxy, String)> {
    let url = make_database(name)?;
    let (user, rest) = url.rsplit_once('@').expect("postgres://user@host:port/name");
    let (host, name) = rest.split_once('/').expect("a host");
    let proxy = Proxy::start(host.to_owned());
    let url = format!("{user}@{}/{name}", proxy.addr);
    Some((proxy, url))
}

fn the_server_copes_with(behaviour: Behaviour, patience: Duration, name: &str) {
    let Some((proxy, url)) = behind_proxy(name) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(folder.path(), |command| {
        command.env("DATABASE_URL", &url);
    });
    let (loop_id, key) = server.make_loop();
    assert_eq!(server.rank(&key, "before").status, 201);
    assert_eq!(server.reward(&key, "before").status, 204);

    proxy.behave(behaviour);
    // The first calls may find out; from then on nobody waits.
    let first = server.rank(&key, "first");
    assert!(first.has_header("x-rankloop-logged: false"), "{first:?}");
    assert!(first.took < patience, "{first:?}");
    std::thread::sleep(Duration::from_secs(2));
    for n in 0..20 {
        let ranked = server.rank(&key, &format!("away-{n}"));
        assert_eq!(ranked.status, 201);
        assert!(ranked.has_header("x-rankloop-logged: false"), "{ranked:?}");
        let refused = server.reward(&key, "before");
        assert_eq!(refused.status, 503, "{refused:?}");
        assert!(refused.headers.to_lowercase().contains("retry-after: "), "{refused:?}");
        assert!(ranked.took.max(refused.took) < Duration::from_millis(500), "{ranked:?} {refused:?}");
    }

    proxy.behave(Behaviour::Works);
    let back = Instant::now();
    while server.reward(&key, "later").status != 204 {
        assert!(back.elapsed() < Duration::from_secs(10), "it does not find its database again");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.rank(&key, "after").status, 201);
    assert_eq!(server.n_rewards(&loop_id, "before"), Some(1), "what was refused is not stored");
    assert_eq!(server.n_rewards(&loop_id, "after"), Some(0));
    let stats = server.manage("GET", &format!("/api/v1/loops/{loop_id}/stats"), None).json();
    assert_eq!((stats["ranked"].as_u64(), stats["learned"].as_u64()), (Some(2), Some(1)), "{stats}");
}

#[test]
fn while_a_killed_database_is_away_calls_are_refused_at_once() {
    the_server_copes_with(Behaviour::Gone, Duration::from_secs(3), "gone");
}

#[test]
fn a_database_that_stands_still_holds_nobody_up_for_long() {
    the_server_copes_with(Behaviour::StandsStill, Duration::from_secs(6), "still");
}

#[test]
fn whose_answer_from_the_database_is_lost_is_told_what_became_of_it() {
    let Some((proxy, url)) = behind_proxy("mute") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(folder.path(), |command| {
        command.env("DATABASE_URL", &url);
    });
    let (loop_id, key) = server.make_loop();
    assert_eq!(server.rank(&key, "before").status, 201);
    let call = |way: &[Behaviour], call: fn(&Server, &str) -> Answer| {
        std::thread::scope(|scope| {
            proxy.behave(way[0]);
            let answer = scope.spawn(|| call(&server, &key));
            for behaviour in &way[1..] {
                std::thread::sleep(Duration::from_millis(300));
                proxy.behave(*behaviour);
            }
            answer.join().expect("an answer")
        })
    };

    // Once it was done, once it never arrived: it is there in the end, and once.
    let done = [Behaviour::Mute, Behaviour::Gone, Behaviour::Works];
    let lost = [Behaviour::StandsStill, Behaviour::Gone, Behaviour::Works];
    let ranked = call(&done, |server, key| server.rank(key, "done"));
    assert!(ranked.status == 201 && !ranked.has_header("x-rankloop-logged: false"), "{ranked:?}");
    let ranked = call(&lost, |server, key| server.rank(key, "lost"));
    assert!(ranked.status == 201 && !ranked.has_header("x-rankloop-logged: false"), "{ranked:?}");
    assert_eq!(call(&done, |server, key| server.reward(key, "done")).status, 204);
    assert_eq!(call(&lost, |server, key| server.reward(key, "lost")).status, 204);
    assert_eq!(server.n_rewards(&loop_id, "done"), Some(1));
    assert_eq!(server.n_rewards(&loop_id, "lost"), Some(1));
    let stats = server.manage("GET", &format!("/api/v1/loops/{loop_id}/stats"), None).json();
    let counts = ["ranked", "rewarded", "learned"].map(|count| stats[count].as_u64());
    assert_eq!(counts, [Some(3), Some(2), Some(2)], "{stats}");
}

#[test]
fn a_server_that_starts_before_its_database_waits_for_it() {
    let Some((proxy, url)) = behind_proxy("late") else { return };
    proxy.behave(Behaviour::Gone);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let began = Instant::now();
    let server = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(2));
            proxy.behave(Behaviour::Works);
        });
        Server::start(folder.path(), |command| {
            command.env("DATABASE_URL", &url);
        })
    });
    assert!(began.elapsed() > Duration::from_secs(2), "it cannot have been ready");
    let (_, key) = server.make_loop();
    assert_eq!(server.rank(&key, "first").status, 201);
}
