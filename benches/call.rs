//! One whole call, from the router to the durable answer, without a socket: what it allocates, in all threads together,
//! and how long it takes when nobody else calls.
//!
//! Each call waits for a real sync of the device that holds the temporary folder (`TMPDIR`).

use std::alloc::System;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use criterion::{Criterion, criterion_group, criterion_main};
use rankloop::{
    accounts::Accounts,
    api::{self, ApiParts, Limits},
    bandit::LearningSettings,
    clock::Clock,
    loops::{Loops, LoopsOptions, NewLoop, TrustedSigners},
    store::{Durability, Held, Presence, Store},
    terms::{Author, Configuration, Environment},
    vitals::Vitals,
};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Counts what is allocated.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const N_ACTIONS: usize = 10;
/// Events before anything is counted, and those that are.
const N_BEFORE: usize = 2_000;
const N_COUNTED: usize = 1_000;

/// A server with one loop, and how many events it has had.
struct Served {
    router: Router,
    key: String,
    n_events: usize,
    loops: Loops,
    _held: Held,
    _folder: TempDir,
}

impl Served {
    async fn start(arguments: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("rankloop.db").display());
        let store = Store::open(&url).await.expect("a database");
        store.migrate().await.expect("the schema");
        let held = store.hold(Presence::Serving).await.expect("asked").expect("nobody else is there");
        let options = LoopsOptions {
            durability: Durability::Commit,
            n_queued: 1_000,
            n_actions_most: 50,
            trusted_signers: TrustedSigners::default(),
            learners: Default::default(),
        };
        let loops = Loops::open(store.clone(), Clock::System, options).await.expect("loops");
        let new = NewLoop {
            name: "bench".to_owned(),
            environment: Environment::Production,
            configuration: Configuration::default(),
            arguments: arguments.map(str::to_owned),
        };
        let [key, _] = loops.create(new, &Author::server("bench")).await.expect("a loop").keys;
        let parts = ApiParts {
            loops: loops.clone(),
            accounts: Accounts::new(store, Clock::System, Vec::new()),
            limits: Limits::new(1024 * 1024, None),
            tokens: None,
            vitals: Vitals::new(),
            stopping: None,
        };
        Self { router: api::routes(parts.into()), key, n_events: 0, loops, _held: held, _folder: folder }
    }

    async fn call(&self, path: &str, body: String, wanted: StatusCode) {
        let request = Request::builder().method(Method::POST).uri(format!("/personalizer/v1.0{path}"));
        let request = request.header("Ocp-Apim-Subscription-Key", &self.key).header("Content-Type", "application/json");
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        assert_eq!(response.status(), wanted);
    }

    async fn rank(&mut self) {
        self.n_events += 1;
        self.call("/rank", rank_body(self.n_events), StatusCode::CREATED).await;
    }

    /// Of an event whose Rank is long answered, each once.
    async fn reward(&self, event: usize) {
        let body = json!({ "value": if event.is_multiple_of(3) { 1.0 } else { 0.0 } });
        self.call(&format!("/events/event-{event}/reward"), body.to_string(), StatusCode::NO_CONTENT).await;
    }
}

fn features(n: usize, seed: usize) -> Value {
    (0..n).map(|at| (format!("feature{at}"), Value::from(format!("value{}", (seed * 31 + at * 17) % 13)))).collect()
}

/// Ten actions of ten features and ten of the context: 2.6 kB.
fn rank_body(event: usize) -> String {
    let action = |at: usize| json!({ "id": format!("action{at}"), "features": [features(10, 1_000 + at)] });
    json!({
        "eventId": format!("event-{event}"),
        "contextFeatures": [features(10, event)],
        "actions": (0..N_ACTIONS).map(action).collect::<Vec<_>>(),
    })
    .to_string()
}

/// What one call allocates, but for making its body.
fn say_allocations(runtime: &Runtime, name: &str, served: &mut Served) {
    let first = served.n_events + 1;
    let bodies = Region::new(ALLOCATOR);
    (first..first + N_COUNTED).for_each(|event| drop(rank_body(event)));
    let bodies = bodies.change();
    let say = |what: &str, before: (usize, usize), region: Region<'_, System>| {
        let change = region.change();
        let each = |n: usize, before: usize| (n - before) as f64 / N_COUNTED as f64;
        let (n, n_bytes) = (change.allocations + change.reallocations, change.bytes_allocated);
        println!("{name}: {what} makes {:.0} allocations, {:.0} bytes", each(n, before.0), each(n_bytes, before.1));
    };
    let ranks = Region::new(ALLOCATOR);
    (0..N_COUNTED).for_each(|_| runtime.block_on(served.rank()));
    say("a Rank", (bodies.allocations + bodies.reallocations, bodies.bytes_allocated), ranks);
    let rewards = Region::new(ALLOCATOR);
    (first..first + N_COUNTED).for_each(|event| runtime.block_on(served.reward(event)));
    say("a Reward", (0, 0), rewards);
}

fn calls(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    for (name, arguments) in [("auto", None), ("compatible", Some(LearningSettings::COMPATIBLE_DEFAULT))] {
        let mut served = runtime.block_on(Served::start(arguments));
        for _ in 0..N_BEFORE {
            runtime.block_on(served.rank());
            runtime.block_on(served.reward(served.n_events));
        }
        say_allocations(&runtime, name, &mut served);
        criterion.bench_function(&format!("rank alone, {name}"), |bencher| {
            bencher.iter(|| runtime.block_on(served.rank()));
        });
        runtime.block_on(served.loops.shut_down());
    }
}

criterion_group!(benches, calls);
criterion_main!(benches);
