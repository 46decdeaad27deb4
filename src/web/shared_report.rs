//! Reports for whoever has a link to them: one page that leads nowhere else.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use leptos::prelude::*;

use super::{components::Logo, dashboard::evaluations::Report, plain::document};
use crate::{
    loops::{LoopError, Loops},
    reports::{EvaluationReport, ask},
    terms::LoopId,
};

/// `GET /shared/{loop}/{secret}`. Who asks is not asked: the secret is the permission.
pub fn shared_routes(loops: Loops) -> Router {
    Router::new().route("/shared/{id}/{secret}", get(shared)).with_state(loops)
}

async fn shared(State(loops): State<Loops>, Path((id, secret)): Path<(String, String)>) -> Response {
    let live = id.parse::<LoopId>().ok().and_then(|id| loops.get(&id));
    let found = match live {
        Some(live) => ask::shared_evaluation(&live, &secret).await.map(|report| (live.name(), report)),
        None => Err(LoopError::NotFound("shared report")),
    };
    let (status, html) = match found {
        Ok((name, report)) => (StatusCode::OK, document(&report.name.clone(), None, || page(&name, report))),
        Err(LoopError::NotFound(_)) => (StatusCode::NOT_FOUND, document("No report", None, gone)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "A shared report could not be read");
            (StatusCode::SERVICE_UNAVAILABLE, document("No report", None, away))
        }
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    // The address is a secret: it goes to nobody else, and into no index.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn page(name: &str, report: EvaluationReport) -> AnyView {
    let about = format!("An offline evaluation of the loop “{name}”, shared with you to read.");
    view! {
        <main id="main" class="page shared-report">
            <p class="shared-report__about"><Logo/>{about}</p>
            <Report report=report drafts=Vec::new()/>
        </main>
    }
    .into_any()
}

fn gone() -> AnyView {
    note("No report here", "The link has expired, was taken back, or was never one. Ask whoever sent it for another.")
}

fn away() -> AnyView {
    note("The report cannot be read now", "Try again in a moment.")
}

fn note(title: &'static str, words: &'static str) -> AnyView {
    view! { <main id="main" class="page shared-report"><h1>{title}</h1><p>{words}</p></main> }.into_any()
}
