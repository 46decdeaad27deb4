//! `/metrics` for Prometheus: calls by route, and what each loop counted.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics::{Counter, Histogram, counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::overhearing::Overhearing;
use crate::{loops::Loops, vitals::Vitals};

const CALLS: &str = "rankloop_http_requests_total";
const SECONDS: &str = "rankloop_http_request_duration_seconds";
/// From a Rank in memory to a page that a slow disk keeps waiting.
const BUCKETS: &[f64] = &[0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Of the log's writer. Buckets, because the quantiles of several processes cannot be added up.
pub(super) const COMMIT_SECONDS: &str = "rankloop_log_commit_seconds";
const COMMIT_RECORDS: &str = "rankloop_log_batch_records";
const GROUPS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];

/// Starts counting. How long commits take is told to `vitals`, too.
pub fn start(vitals: &Vitals) -> anyhow::Result<PrometheusHandle> {
    let mut builder = PrometheusBuilder::new();
    for (name, buckets) in [(SECONDS, BUCKETS), (COMMIT_SECONDS, BUCKETS), (COMMIT_RECORDS, GROUPS)] {
        let name = Matcher::Full(name.to_owned());
        builder = builder.set_buckets_for_metric(name, buckets).context("the buckets are wrong")?;
    }
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    let overhearing = Overhearing::new(recorder, vitals.clone());
    metrics::set_global_recorder(overhearing).ok().context("metrics cannot be counted")?;
    describe();
    gauge!("rankloop_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    // So that there is something to compare with when the first one comes.
    counter!("rankloop_ranks_not_logged_total").absolute(0);
    Ok(handle)
}

fn describe() {
    metrics::describe_counter!(CALLS, "Answered calls by method, route and status");
    metrics::describe_histogram!(SECONDS, "Seconds until a call was answered, by route");
    metrics::describe_histogram!(COMMIT_SECONDS, "Seconds that one commit of the log took, with its sync");
    metrics::describe_histogram!(COMMIT_RECORDS, "Records written with one commit");
    metrics::describe_counter!("rankloop_ranks_not_logged_total", "Ranks answered with the baseline and not stored");
    metrics::describe_gauge!("rankloop_ready", "Whether the loops are loaded: what /readyz says");
    metrics::describe_gauge!("rankloop_build_info", "1, with the version that runs");
    metrics::describe_gauge!("rankloop_loop_lag_records", "Records that are stored but not learned from yet");
    metrics::describe_gauge!("rankloop_loop_lag_seconds", "Seconds since the oldest of these was stored");
    metrics::describe_gauge!("rankloop_loop_is_trainer", "1 when this process trains the loop");
    metrics::describe_gauge!("rankloop_loop_trainer_token", "Grows whenever another process takes over the training");
    metrics::describe_gauge!(
        "rankloop_loop_shed",
        "Extra work that the learner leaves out because rewards come fast: 0 none, 1 replays, 2 growing trees too"
    );
}

/// Folds what was measured, so that it does not grow; the recorder does not do it by itself.
pub async fn keep_up(handle: PrometheusHandle) {
    let mut every = tokio::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        handle.run_upkeep();
    }
}

/// A call that is being answered.
#[derive(Debug)]
pub struct Call {
    /// The route's pattern and never the path: ids would make a series each.
    route: Option<MatchedPath>,
    method: &'static str,
    began: Instant,
}

impl Call {
    /// Begins to measure.
    pub fn begin(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self { route, method: known_method(request.method()), began: Instant::now() }
    }

    /// Whether an application waits for it, and not a person.
    pub fn is_of_data_plane(&self) -> bool {
        self.route.as_ref().is_some_and(|route| route.as_str().contains("/personalizer/"))
    }

    /// Measured.
    pub fn end(self, status: StatusCode) {
        let (elapsed, status) = (self.began.elapsed(), status.as_u16());
        let route = self.route.as_ref().map_or("other", MatchedPath::as_str);
        tracing::debug!(route, status, duration_ms = elapsed.as_secs_f64() * 1_000.0, "Answered");
        let (calls, seconds) = series(route, self.method, status);
        seconds.record(elapsed.as_secs_f64());
        calls.increment(1);
    }
}

/// The series of one kind of answers. To make out their labels costs as much as some of the calls, so they are kept.
type Series = (&'static str, u16, Counter, Histogram);

fn series(route: &str, method: &'static str, status: u16) -> (Counter, Histogram) {
    static KNOWN: LazyLock<RwLock<HashMap<String, Vec<Series>>>> = LazyLock::new(RwLock::default);
    let find = |known: &HashMap<String, Vec<Series>>| {
        let found = known.get(route)?.iter().find(|series| series.0 == method && series.1 == status)?;
        Some((found.2.clone(), found.3.clone()))
    };
    if let Some(found) = find(&KNOWN.read().unwrap_or_else(PoisonError::into_inner)) {
        return found;
    }
    let (named, spelled) = (route.to_owned(), status.to_string());
    let seconds = histogram!(SECONDS, "route" => named.clone());
    let calls = counter!(CALLS, "method" => method, "route" => named.clone(), "status" => spelled);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.entry(named).or_default().push((method, status, calls.clone(), seconds.clone()));
    (calls, seconds)
}

/// A caller may send any word as a method; each would make a series.
fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// What Prometheus reads. `loops` is `None` until they are loaded.
pub fn render(handle: &PrometheusHandle, loops: Option<&Loops>) -> Response {
    gauge!("rankloop_ready").set(if loops.is_some() { 1.0 } else { 0.0 });
    for live in loops.map(Loops::list).unwrap_or_default() {
        let (counters, lag, id) = (live.counters(), live.lag(), live.id().to_string());
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; 2^53 events are far away")]
        let set = |name: &'static str, value: u64| gauge!(name, "loop" => id.clone()).set(value as f64);
        set("rankloop_loop_ranked", counters.ranked);
        set("rankloop_loop_activated", counters.activated);
        set("rankloop_loop_rewarded", counters.rewarded);
        set("rankloop_loop_learned", counters.learned);
        set("rankloop_loop_expired", counters.expired);
        set("rankloop_loop_dropped", counters.dropped);
        set("rankloop_loop_explored", counters.explored);
        set("rankloop_loop_pending", counters.pending);
        set("rankloop_loop_orphan_rewards", counters.orphan_rewards);
        set("rankloop_loop_duplicate_rewards", counters.duplicate_rewards);
        set("rankloop_loop_late_rewards", counters.late_rewards);
        set("rankloop_loop_conflicting_ranks", counters.conflicting_ranks);
        set("rankloop_loop_model_version", counters.model_version.unsigned_abs());
        set("rankloop_loop_lag_records", lag.n_records);
        gauge!("rankloop_loop_lag_seconds", "loop" => id.clone()).set(lag.age_us as f64 / 1e6);
        set("rankloop_loop_shed", live.shed() as u64);
        if let Some(standing) = live.standing() {
            set("rankloop_loop_is_trainer", u64::from(standing.is_here));
            set("rankloop_loop_trainer_token", standing.token.unsigned_abs());
        }
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
