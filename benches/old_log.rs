//! Makes the data of a loop with a long past, to measure restarts, retention and memory with:
//!
//! ```text
//! cargo bench --features ssr --bench old_log -- sqlite:/tmp/old/rankloop.db 500000 600
//! ```
//!
//! writes 500,000 Ranks with ten actions, half of them rewarded, evenly over the last 600 seconds, and prints the loop's
//! id and key. The address may also be PostgreSQL's. The first start folds the past; after that, snapshots stand for it.

use std::{fmt::Write as _, sync::Arc, time::Instant};

use rankloop::{
    clock::Clock,
    log::{Configured, Fact, LearningSettingsChange, Ranked, RankedAnswer, RankedSlot, Rewarded},
    store::{AuditLine, KeyRow, LogHead, LoopRow, NewRecord, PastFacts, Store},
    terms::{ActionId, Author, Configuration, Environment, EventId, LearningMode, LoopId},
};
use sha2::{Digest, Sha256};

const KEY: &str = "the key of an old log";
const N_ACTIONS: usize = 10;
const N_AT_ONCE: usize = 2_000;
const WAIT_US: i64 = 600 * 1_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [url, n_events, n_seconds] = arguments.as_slice() else {
        println!("Without arguments (URL, EVENTS, SECONDS) there is nothing to make.");
        return;
    };
    let n_events: usize = n_events.parse().expect("a number of events");
    let n_seconds: i64 = n_seconds.parse().expect("a number of seconds");
    tokio::runtime::Runtime::new().expect("a runtime").block_on(make(url, n_events, n_seconds));
}

async fn make(url: &str, n_events: usize, n_seconds: i64) {
    let now_us = Clock::System.now_us();
    let begin_us = now_us - n_seconds * 1_000_000;
    let store = Store::open(url).await.expect("a database");
    store.migrate().await.expect("the schema");
    store.make_weeks_since(begin_us).await.expect("weeks");
    let key = KeyRow { hash: Sha256::digest(KEY).into(), last4: "log".to_owned(), created_at_us: begin_us };
    let other = KeyRow { hash: [0; 32], ..key.clone() };
    let id: LoopId = "oldlog".parse().expect("a good id");
    let row = LoopRow {
        id: id.clone(),
        name: "old".to_owned(),
        environment: Environment::Production,
        created_at_us: begin_us,
        salt: 1,
        keys: [key, other],
        revision: 0,
    };
    store
        .insert_loop(&row, &record(&settings()), &AuditLine::of_new_loop(&row, &Author::server("test")))
        .await
        .expect("a new loop");
    let mut head = LogHead { seq: 1, at_us: begin_us };
    let began = Instant::now();
    for first in (0..n_events).step_by(N_AT_ONCE) {
        let events = first..(first + N_AT_ONCE).min(n_events);
        let facts: Vec<PastFacts> =
            events.map(|n| event(n, begin_us + n as i64 * n_seconds * 1_000_000 / n_events as i64)).collect();
        head = store.append_past(&id, head, &facts, "").await.expect("written");
    }
    store.close().await;
    println!("{} records in {:.1} s", head.seq, began.elapsed().as_secs_f64());
    println!("loop {id}, key {KEY}");
}

fn record(fact: &Fact) -> NewRecord {
    NewRecord::new(fact.kind(), fact.event_id().cloned(), fact.to_body())
}

fn settings() -> Fact {
    Fact::Configured(Box::new(Configured {
        configuration: Configuration::default(),
        learning_settings: Some(LearningSettingsChange { arguments: None }),
        needs_relearn: false,
        by: "bench".to_owned(),
        restores_seq: None,
    }))
}

/// A Rank, and the reward of every second one.
fn event(n: usize, at_us: i64) -> PastFacts {
    // Mixed, so that ids are in no order, as those of callers are.
    let event_id: EventId = hex::encode(&Sha256::digest(n.to_le_bytes())[..16]).parse().expect("a good id");
    let chosen_idx = n * 7 % N_ACTIONS;
    let ids: Vec<ActionId> = (0..N_ACTIONS).map(|action| format!("action-{action}").parse().expect("an id")).collect();
    let mut ranking: Vec<_> = ids.iter().map(|id| (id.clone(), 0.1)).collect();
    ranking.swap(0, chosen_idx);
    let ranked = Ranked {
        event_id: event_id.clone(),
        came_with: None,
        request: request(n).into(),
        loop_actions: None,
        slots: vec![RankedSlot {
            slot_id: None,
            answer: RankedAnswer { ranking, chosen_idx, reward_action_id: ids[chosen_idx].clone() },
            baseline_idx: 0,
            policy_choice_idx: chosen_idx,
            policy_pmf: vec![0.1; N_ACTIONS],
            excluded_idx: Vec::new(),
        }],
        mode: LearningMode::Online,
        is_deferred: false,
        reward_wait_us: WAIT_US,
        model_version: 0,
        policy_version: 1,
        seed: n as u64,
    };
    let mut records = vec![record(&Fact::Ranked(Arc::new(ranked)))];
    if n.is_multiple_of(2) {
        let value = if chosen_idx == n % 3 { 1.0 } else { 0.0 };
        records.push(record(&Fact::Rewarded(Rewarded { event_id, value, missed_deadline_us: None })));
    }
    PastFacts { at_us, records }
}

fn request(n: usize) -> String {
    let mut body = format!(
        r#"{{"contextFeatures":[{{"device":"{}","hour":{},"segment":"s{}"}}],"actions":["#,
        ["mobile", "desktop", "tablet"][n % 3],
        n % 24,
        n % 17
    );
    for action in 0..N_ACTIONS {
        let comma = if action == 0 { "" } else { "," };
        let _ = write!(
            body,
            r#"{comma}{{"id":"action-{action}","features":[{{"topic":"t{}","length":{},"age":{},"tag":"g{}","source":"x{}"}}]}}"#,
            action % 4,
            action * 3 % 7,
            n % 11,
            (n + action) % 13,
            action % 5
        );
    }
    body.push_str("]}");
    body
}
