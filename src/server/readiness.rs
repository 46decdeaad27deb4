//! The door that is open from the first moment: health at once, everything else when the loops are loaded.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::future::BoxFuture;
use metrics_exporter_prometheus::PrometheusHandle;
use tower::Service;
use tracing::Instrument;

use super::{metrics, telemetry};
use crate::{api, loops::Loops};

const HEALTH: &str = "/healthz";
const READINESS: &str = "/readyz";
const METRICS: &str = "/metrics";

/// What is served once the server can rank.
#[derive(Debug)]
struct House {
    router: Router,
    loops: Loops,
}

/// The way in. Cheap to clone, which every call does; clones open together.
#[derive(Debug, Clone)]
pub struct Door {
    porch: Porch,
    /// What is served from the first moment on, and the refusal of everything else.
    outside: Router,
}

/// What is known in front of the door.
#[derive(Clone)]
struct Porch {
    house: Arc<OnceLock<House>>,
    metrics: PrometheusHandle,
}

// The recorder's handle has no `Debug`.
impl std::fmt::Debug for Porch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Porch").field("is_open", &self.house.get().is_some()).finish_non_exhaustive()
    }
}

impl Door {
    /// A door that is still closed.
    pub fn new(metrics: PrometheusHandle) -> Self {
        let porch = Porch { house: Arc::default(), metrics };
        let outside = Router::new()
            .route(HEALTH, get(|| async { "ok\n" }))
            .route(READINESS, get(readyz))
            .route(METRICS, get(render_metrics))
            .fallback(api::too_early)
            .with_state(porch.clone());
        Self { porch, outside }
    }

    /// Lets callers in. Only the first call counts.
    pub fn open(&self, router: Router, loops: Loops) {
        let _ = self.porch.house.set(House { router, loops });
    }

    /// Who answers a call to this path.
    fn router(&self, path: &str) -> Router {
        match self.porch.house.get() {
            Some(house) if ![HEALTH, READINESS, METRICS].contains(&path) => house.router.clone(),
            _ => self.outside.clone(),
        }
    }
}

/// By hand and not as routers within each other, which cost each call several allocations.
impl Service<Request> for Door {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let id = telemetry::identify(&mut request);
        let span = telemetry::span_of(&request, &id);
        let answering = self.router(request.uri().path()).call(request);
        let answering = async move {
            let mut response = answering.await?;
            telemetry::return_id(&mut response, id);
            Ok(response)
        };
        Box::pin(answering.instrument(span))
    }
}

async fn readyz(State(porch): State<Porch>) -> Response {
    match porch.house.get() {
        Some(_) => "ready\n".into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], "loading\n").into_response(),
    }
}

async fn render_metrics(State(porch): State<Porch>) -> Response {
    metrics::render(&porch.metrics, porch.house.get().map(|house| &house.loops))
}
