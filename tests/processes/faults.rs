//! The trainer is killed, or stops for longer than its lease: another one takes over, and nothing is lost or learned twice.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    database::Database,
    load::{Load, RoundRobin},
    process::{PATIENCE, Process, alone, until},
    together::{all_are_one, end, make_loop, not_run, three},
};

/// What is promised.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(5);
/// A server that is stopped does not answer; the others are asked meanwhile.
const SHORT: Duration = Duration::from_millis(500);

/// Who trains the loop by the word of the process itself, and under which token.
async fn trainer(processes: &[Process], id: &str) -> Option<(usize, i64)> {
    let path = format!("/loops/{id}/trainer");
    for (idx, process) in processes.iter().enumerate() {
        let Ok(answer) = process.try_manage(Method::GET, &path, &Value::Null, SHORT).await else { continue };
        let trainer = answer.json();
        if trainer["isHere"] == true {
            return Some((idx, trainer["token"].as_i64().expect("a number")));
        }
    }
    None
}

/// What happened, from the beginning on.
pub struct Timeline(pub Instant);

impl Timeline {
    pub fn note(&self, what: &str) {
        println!("{:6.2} s  {what}", self.0.elapsed().as_secs_f64());
    }
}

/// Three servers, and a loop of theirs that is called without a pause.
struct AtWork {
    servers: Arc<RoundRobin>,
    id: String,
    key: String,
    timeline: Timeline,
    load: Load,
}

async fn at_work(database: &Database) -> AtWork {
    let servers = RoundRobin::of(three(database).await);
    let (id, key) = make_loop(&servers.processes, json!({})).await;
    let timeline = Timeline(Instant::now());
    let load = Load::start(&servers, &key);
    AtWork { servers, id, key, timeline, load }
}

async fn load_until(load: &Load, n_more: usize) {
    let from = load.n_done();
    until("the load goes on", async || (load.n_done() >= from + n_more).then_some(())).await;
}

/// Sends the trainer a signal under load, and waits until another process trains. Which one was it, and for how long did
/// nobody train?
async fn strike(
    servers: &Arc<RoundRobin>,
    id: &str,
    load: &Load,
    signal: &str,
    timeline: &Timeline,
) -> (usize, Duration) {
    let processes = &servers.processes;
    let (old, token) = until("somebody trains", async || trainer(processes, id).await).await;
    timeline.note(&format!("{} trains, token {token}", processes[old].name));
    load_until(load, 60).await;
    timeline.note(&format!("{} events are rewarded; {} gets {signal}", load.n_done(), processes[old].name));
    processes[old].signal(signal);
    let struck = Instant::now();
    let others: Vec<&Process> = processes.iter().filter(|process| process.name != processes[old].name).collect();
    let (name, new_token) = until("another one trains", async || {
        for process in &others {
            let path = format!("/loops/{id}/trainer");
            let answer = process.try_manage(Method::GET, &path, &Value::Null, PATIENCE).await.ok()?;
            let trainer = answer.json();
            if trainer["isHere"] == true {
                return Some((process.name, trainer["token"].as_i64()?));
            }
        }
        None
    })
    .await;
    let without = struck.elapsed();
    timeline.note(&format!("{name} trains, token {new_token}, {without:?} later"));
    assert!(new_token > token);
    (old, without)
}

/// Every event that was acknowledged is there and was learned once, at every server.
async fn nothing_is_lost_or_learned_twice(servers: &RoundRobin, id: &str, key: &str, events: &[String]) {
    let stats = all_are_one(&servers.processes, id, key, events.len()).await;
    assert_eq!(stats["ranked"], events.len());
    assert_eq!(stats["orphanRewards"], 0);
    assert_eq!(stats["expired"], 0);
    // Each Rank is in the log once, whatever its caller had to repeat.
    for event_id in events {
        let path = format!("/loops/{id}/events/{event_id}");
        let event = servers.processes[0].manage(Method::GET, &path, Value::Null).await.json();
        assert_eq!(event["state"], "learned", "{event}");
    }
    println!("          {stats}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trainer_that_is_killed_is_replaced_and_nothing_is_lost_or_learned_twice() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let AtWork { servers, id, key, timeline, load } = at_work(&database).await;

    let (killed, without) = strike(&servers, &id, &load, "-KILL", &timeline).await;
    assert!(without < TAKEN_OVER_WITHIN, "{without:?}");
    load_until(&load, 60).await;
    let events = load.end().await;
    timeline.note(&format!("the load ends with {} events", events.len()));

    let mut servers = Arc::into_inner(servers).expect("nobody calls any more");
    let name = servers.processes[killed].name;
    // It comes back, as a follower.
    servers.processes[killed] = Process::start(name, &database);
    timeline.note(&format!("{name} is back"));
    nothing_is_lost_or_learned_twice(&servers, &id, &key, &events).await;
    end(Arc::new(servers), database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trainer_that_stops_past_its_lease_is_replaced_and_has_no_effect_when_it_wakes() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let AtWork { servers, id, key, timeline, load } = at_work(&database).await;

    for _ in 0..2 {
        let (stopped, without) = strike(&servers, &id, &load, "-STOP", &timeline).await;
        assert!(without < TAKEN_OVER_WITHIN, "{without:?}");
        load_until(&load, 60).await;
        let (_, token) = trainer(&servers.processes, &id).await.expect("somebody trains");
        servers.processes[stopped].signal("-CONT");
        timeline.note(&format!("{} goes on", servers.processes[stopped].name));
        until("it knows that it does not train any more", async || {
            let trainer = servers.processes[stopped].trainer(&id).await;
            (trainer["isHere"] == false && trainer["token"].as_i64()? >= token).then_some(())
        })
        .await;
        load_until(&load, 60).await;
    }
    let events = load.end().await;
    timeline.note(&format!("the load ends with {} events", events.len()));
    nothing_is_lost_or_learned_twice(&servers, &id, &key, &events).await;
    end(servers, database).await;
}
