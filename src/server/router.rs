//! Every route of the house in one router.

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware::from_fn,
};
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};

use super::{metrics, site::Site};
use crate::api::{self, ApiState};

/// The two APIs and the pages.
pub fn router(state: ApiState, site: Site) -> Router {
    let nosniff =
        SetResponseHeaderLayer::if_not_present(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    api::routes(state)
        .merge(site.router())
        .layer(CatchPanicLayer::custom(api::refuse_panic))
        .layer(nosniff)
        .layer(from_fn(metrics::measure))
}
