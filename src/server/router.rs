//! Every route of the house in one router.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower_http::catch_panic::CatchPanicLayer;

use super::{metrics::Call, site::Site};
use crate::{
    api::{self, ApiState, Crowd},
    vitals::Vitals,
};

/// The two APIs and the pages.
pub fn router(state: ApiState, crowd: Crowd, vitals: Vitals, site: Site) -> Router {
    api::routes(state)
        .merge(site.router())
        .layer(CatchPanicLayer::custom(api::refuse_panic))
        .layer(from_fn_with_state((crowd, vitals), accompany))
}

/// What every call has in common, in one layer.
async fn accompany(State((crowd, vitals)): State<(Crowd, Vitals)>, request: Request, next: Next) -> Response {
    let call = Call::begin(&request);
    let mut response = if call.is_of_data_plane() {
        match crowd.enter().await {
            Ok(_place) => next.run(request).await,
            Err(full) => full.into_response(),
        }
    } else {
        next.run(request).await
    };
    response.headers_mut().entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    vitals.note_answer(response.status().as_u16());
    call.end(response.status());
    response
}
