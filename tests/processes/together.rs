//! Several servers in peace: whichever is called, they are one.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    database::Database,
    load::{Load, RoundRobin},
    process::{PATIENCE, Place, Process, alone, rank_body, until},
};

/// What followers promise, and what is granted to a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(1);

pub async fn three(database: &Database) -> Vec<Process> {
    ['a', 'b', 'c'].map(|name| Process::start(name, database)).into()
}

/// Makes a loop on the first server and waits until all know it: its id and first key.
pub async fn make_loop(processes: &[Process], settings: Value) -> (String, String) {
    let made = processes[0].manage(Method::POST, "/loops", json!({"name": "coffee", "settings": settings})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", String::from_utf8_lossy(&made.body));
    let made = made.json();
    let (id, key) = (text(&made["id"]), text(&made["keys"][0]));
    for process in processes {
        let path = format!("/loops/{id}");
        until("the loop is known everywhere", async || {
            (process.manage(Method::GET, &path, Value::Null).await.status == StatusCode::OK).then_some(())
        })
        .await;
    }
    (id, key)
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The stats without what is each process's own.
pub fn common(mut stats: Value) -> Value {
    for own in ["lagRecords", "lagSeconds"] {
        stats.as_object_mut().expect("an object").remove(own);
    }
    stats
}

/// Waits until all servers count the same and `n_learned` are learned, and holds their models against each other.
pub async fn all_are_one(processes: &[Process], id: &str, key: &str, n_learned: usize) -> Value {
    let mut stats = Value::Null;
    for process in processes {
        stats = until("everything is learned everywhere", async || {
            let stats = process.stats(id).await;
            (stats["learned"] == n_learned && stats["lagRecords"] == 0).then_some(stats)
        })
        .await;
    }
    // Events that close by themselves may close meanwhile, so what is compared may move on.
    until("all servers count the same, and have the same model", async || {
        let mut seen = Vec::new();
        for process in processes {
            seen.push((common(process.stats(id).await), process.model(key).await));
        }
        seen.windows(2).all(|pair| pair[0] == pair[1]).then_some(())
    })
    .await;
    common(stats)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_server_is_called_they_are_one_service_with_one_model() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let servers = RoundRobin::of(three(&database).await);
    let (id, key) = make_loop(&servers.processes, json!({})).await;

    let load = Load::start(&servers, &key);
    until("the load goes on", async || (load.n_done() >= 150).then_some(())).await;
    let events = load.end().await;
    let stats = all_are_one(&servers.processes, &id, &key, events.len()).await;
    assert_eq!(stats["ranked"], events.len());
    assert_eq!(stats["orphanRewards"], 0);

    let mut n_trainers = 0;
    for process in &servers.processes {
        let trainer = until("it knows who trains", async || {
            let trainer = process.trainer(&id).await;
            trainer["token"].is_i64().then_some(trainer)
        })
        .await;
        assert_eq!(trainer["token"], 1, "nothing happened to the first one");
        n_trainers += usize::from(trainer["isHere"] == true);
    }
    assert_eq!(n_trainers, 1);
    end(servers, database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rank_is_repeated_and_a_reward_is_used_elsewhere_within_a_second() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let processes = three(&database).await;
    let (id, key) = make_loop(&processes, json!({"rewardAggregation": "earliest"})).await;
    let mut slowest = Duration::ZERO;
    for n in 0..30 {
        let event_id = format!("event-{n}");
        let [at, elsewhere, third] = [0, 1, 2].map(|other| &processes[(n + other) % 3]);
        let first = at.rank(&key, &event_id, PATIENCE).await.expect("an answer");
        let again = elsewhere.rank(&key, &event_id, PATIENCE).await.expect("an answer");
        assert_eq!((first.status, first.json()), (again.status, again.json()), "the same answer");

        let rewarded = third.reward(&key, &event_id, 1.0, PATIENCE).await.expect("an answer");
        assert_eq!(rewarded.status, StatusCode::NO_CONTENT);
        let answered = Instant::now();
        assert_eq!(third.stats(&id).await["learned"], n + 1, "learned where it was sent before it was answered");
        for process in [at, elsewhere] {
            until("it is learned", async || (process.stats(&id).await["learned"] == n + 1).then_some(())).await;
        }
        slowest = slowest.max(answered.elapsed());
    }
    println!("a reward was used by all servers at most {slowest:?} after it was answered by one");
    assert!(slowest < SOON, "{slowest:?}");
    all_are_one(&processes, &id, &key, 30).await;
    drop(processes);
    database.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_at_one_server_holds_at_all_of_them() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let processes = three(&database).await;
    let [a, b, c] = &processes[..] else { panic!("three") };
    let (id, key) = make_loop(&processes, json!({})).await;
    let path = format!("/loops/{id}");

    b.manage(Method::PATCH, &path, json!({"name": "tea"})).await;
    for process in [a, c] {
        until("the new name is known", async || {
            (process.manage(Method::GET, &path, Value::Null).await.json()["name"] == "tea").then_some(())
        })
        .await;
    }

    let rotated = c.manage(Method::POST, &format!("{path}/keys/1/rotate"), Value::Null).await;
    let new_key = text(&rotated.json()["key"]);
    for process in [a, b] {
        until("the new key is good", async || {
            let answer = process.rank(&new_key, "with-the-new-key", PATIENCE).await.expect("an answer");
            (answer.status == StatusCode::CREATED).then_some(())
        })
        .await;
        until("the old key is not", async || {
            let answer = process.rank(&key, "with-the-old-key", PATIENCE).await.expect("an answer");
            (answer.status == StatusCode::UNAUTHORIZED).then_some(())
        })
        .await;
    }

    let action = json!({"features": [{"kind": "tea"}]});
    a.manage(Method::PUT, &format!("{path}/actions/tea"), action).await;
    let mut without_actions = rank_body("with-the-loops-own-action");
    without_actions.as_object_mut().expect("an object").remove("actions");
    for process in [b, c] {
        until("the action is offered", async || {
            let answer = process.call(&new_key, Method::POST, "/rank", &without_actions, PATIENCE).await;
            (answer.expect("an answer").status == StatusCode::CREATED).then_some(())
        })
        .await;
    }

    let settings = format!("{path}/configuration");
    let configured = b.manage(Method::PUT, &settings, json!({"explorationPercentage": 0.07})).await;
    assert_eq!(configured.status, StatusCode::OK);
    for process in [a, c] {
        until("the setting holds", async || {
            let configuration = process.manage(Method::GET, &settings, Value::Null).await.json();
            configuration.to_string().contains("0.07").then_some(())
        })
        .await;
    }

    assert_eq!(c.manage(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    for process in [a, b] {
        until("the loop is gone", async || {
            let answer = process.rank(&new_key, "after-the-end", PATIENCE).await.expect("an answer");
            (answer.status == StatusCode::UNAUTHORIZED).then_some(())
        })
        .await;
    }
    drop(processes);
    database.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_has_one_server_and_the_next_one_goes_on_where_it_was_killed() {
    let _alone = alone().await;
    let database = Database::sqlite().await;
    let first = vec![Process::start('a', &database)];
    let (id, key) = make_loop(&first, json!({})).await;
    for n in 0..10 {
        let event_id = format!("event-{n}");
        let ranked = first[0].rank(&key, &event_id, PATIENCE).await.expect("an answer");
        assert_eq!((ranked.status, ranked.is_logged), (StatusCode::CREATED, true));
        let rewarded = first[0].reward(&key, &event_id, 1.0, PATIENCE).await.expect("an answer");
        assert_eq!(rewarded.status, StatusCode::NO_CONTENT);
    }
    // The next one waits for it, and gets the data the moment that it is gone.
    let place = Place { namespace: None, address: "127.0.0.1:0".to_owned(), database_url: database.url.clone() };
    let starting = tokio::task::spawn_blocking(move || Process::start_at('b', place));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!starting.is_finished());
    first[0].signal("-KILL");
    let second = vec![starting.await.expect("started")];
    all_are_one(&second, &id, &key, 10).await;
    until("it trains", async || {
        let trainer = second[0].trainer(&id).await;
        (trainer["isHere"] == true && trainer["token"] == 2).then_some(())
    })
    .await;

    let url = database.url.clone();
    let third = tokio::task::spawn_blocking(move || Process::refused(&url)).await.expect("it ended");
    assert!(third.contains("another server or an import works on these data"), "{third}");
    assert_eq!(second[0].rank(&key, "still there", PATIENCE).await.expect("an answer").status, StatusCode::CREATED);
    drop((first, second));
    database.end().await;
}

pub async fn end(servers: std::sync::Arc<RoundRobin>, database: Database) {
    drop(servers);
    database.end().await;
}

pub fn not_run() {
    eprintln!("not run: RANKLOOP_TEST_POSTGRES_URL is not set");
}
