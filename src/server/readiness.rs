//! The door that is open from the first moment: health at once, everything else when the loops are loaded.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tower::ServiceExt;

use super::{metrics, telemetry};
use crate::{api, loops::Loops};

/// What is served once the server can rank.
#[derive(Debug)]
struct House {
    router: Router,
    loops: Loops,
}

/// The way in. Cheap to clone; clones open together.
#[derive(Clone)]
pub struct Door {
    house: Arc<OnceLock<House>>,
    metrics: PrometheusHandle,
}

// The recorder's handle has no `Debug`.
impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("is_open", &self.house.get().is_some()).finish_non_exhaustive()
    }
}

impl Door {
    /// A door that is still closed.
    pub fn new(metrics: PrometheusHandle) -> Self {
        Self { house: Arc::default(), metrics }
    }

    /// Lets callers in. Only the first call counts.
    pub fn open(&self, router: Router, loops: Loops) {
        let _ = self.house.set(House { router, loops });
    }

    /// What to serve from the first moment on.
    pub fn router(self) -> Router {
        Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(readyz))
            .route("/metrics", get(render_metrics))
            .fallback(enter)
            .with_state(self)
            .layer(from_fn(telemetry::identify))
    }
}

async fn readyz(State(door): State<Door>) -> Response {
    match door.house.get() {
        Some(_) => "ready\n".into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], "loading\n").into_response(),
    }
}

async fn render_metrics(State(door): State<Door>) -> Response {
    metrics::render(&door.metrics, door.house.get().map(|house| &house.loops))
}

async fn enter(State(door): State<Door>, request: Request) -> Response {
    match door.house.get() {
        Some(house) => house.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {}),
        None => api::too_early().await.into_response(),
    }
}
