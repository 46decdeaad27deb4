//! What a server that does not train takes from the one that does, because its own log does not lead there.

use rankloop::{
    log::{Fact, Relearned},
    terms::LoopId,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    database::Database,
    load::{Load, RoundRobin},
    process::{PATIENCE, alone, until},
    together::{all_are_one, end, make_loop, not_run, three},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newly_trained_model_takes_over_at_every_server() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let servers = RoundRobin::of(three(&database).await);
    let (id, key) = make_loop(&servers.processes, json!({})).await;
    let load = Load::start(&servers, &key);
    until("there is a past", async || (load.n_done() >= 100).then_some(())).await;

    // Wherever it is asked for, the trainer trains it, while the load goes on.
    let settings = format!("/loops/{id}/configuration");
    let configured = servers.processes[1].manage(Method::PUT, &settings, json!({"defaultReward": -0.5})).await;
    assert_eq!(configured.status, StatusCode::OK, "{:?}", String::from_utf8_lossy(&configured.body));
    let loop_id: LoopId = id.parse().expect("an id");
    let kind = Fact::Relearned(Relearned { asked_seq: 0 }).kind();
    until("the new model is announced", async || {
        let found = database.store.latest_of_kind(&loop_id, kind, i64::MAX, 10).await.expect("read");
        (!found.is_empty()).then_some(())
    })
    .await;
    let from = load.n_done();
    until("the load goes on", async || (load.n_done() >= from + 50).then_some(())).await;
    let events = load.end().await;
    all_are_one(&servers.processes, &id, &key, events.len()).await;
    let announced = database.store.latest_of_kind(&loop_id, kind, i64::MAX, 10).await.expect("read");
    assert_eq!(announced.len(), 1, "one server trains it");
    end(servers, database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_slept_while_events_were_learned_and_deleted_has_the_same_model_when_it_wakes() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let servers = RoundRobin::of(three(&database).await);
    let (id, key) = make_loop(&servers.processes, json!({})).await;
    let load = Load::start(&servers, &key);
    until("there is a past", async || (load.n_done() >= 30).then_some(())).await;
    let sleeper = until("somebody follows", async || {
        for process in &servers.processes {
            if process.trainer(&id).await["isHere"] == false {
                return Some(process);
            }
        }
        None
    })
    .await;
    sleeper.signal("-STOP");
    let from = load.n_done();
    until("the load goes on", async || (load.n_done() >= from + 100).then_some(())).await;
    let events = load.end().await;

    let awake = servers.processes.iter().find(|process| process.name != sleeper.name).expect("three");
    let deleted = awake.call(&key, Method::DELETE, "/logs", &Value::Null, PATIENCE).await;
    assert_eq!(deleted.expect("an answer").status, StatusCode::NO_CONTENT);
    let loop_id: LoopId = id.parse().expect("an id");
    until("the events are gone", async || {
        let span = database.store.logged_span_us(&loop_id).await.expect("read");
        span.is_none().then_some(())
    })
    .await;
    sleeper.signal("-CONT");
    let stats = all_are_one(&servers.processes, &id, &key, events.len()).await;
    // A Rank that slept along in the sleeper's hands, and was answered by another one meanwhile, is of an event that
    // nobody remembers.
    let closed = stats["ranked"].as_u64().zip(stats["pending"].as_u64()).map(|(ranked, pending)| ranked - pending);
    assert_eq!(closed, Some(events.len() as u64), "{stats}");
    end(servers, database).await;
}
