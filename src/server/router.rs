//! Every route of the house in one router.

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::catch_panic::CatchPanicLayer;

use super::{metrics::Call, site::Site};
use crate::api::{self, ApiState};

/// The two APIs and the pages.
pub fn router(state: ApiState, site: Site) -> Router {
    api::routes(state).merge(site.router()).layer(CatchPanicLayer::custom(api::refuse_panic)).layer(from_fn(accompany))
}

/// What every call has in common, in one layer.
async fn accompany(request: Request, next: Next) -> Response {
    let call = Call::begin(&request);
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    call.end(response.status());
    response
}
