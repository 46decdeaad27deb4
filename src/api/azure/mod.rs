//! The retired service's contract, so that its client libraries work unchanged.
//!
//! A version is a row of [`versions::VERSIONS`]: what differs between versions stands there and is asked for by the
//! handlers, which are the same for all. The same paths work at the root, where the key alone says which loop is
//! meant, and behind a loop's own prefix.

mod configurations;
mod events;
mod headers;
mod model;
mod rank;
mod versions;
mod wire;

use axum::{Extension, Router, middleware::map_response, routing::any};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ApiState, no_such_route};
use versions::{VERSIONS, Version};

/// The routes at the root, with their description.
pub fn routes() -> OpenApiRouter<ApiState> {
    let root = OpenApiRouter::new().route("/personalizer/{*rest}", any(no_such_route));
    VERSIONS.iter().fold(root, |router, version| router.nest(version.base_path, operations(version)))
}

/// The same behind `/loops/{id}`.
pub fn routes_behind_prefix() -> Router<ApiState> {
    let root = Router::new().route("/loops/{id}/personalizer/{*rest}", any(no_such_route));
    VERSIONS.iter().fold(root, |router, version| {
        let (operations, _) = operations(version).split_for_parts();
        router.nest(&format!("/loops/{{id}}{}", version.base_path), operations)
    })
}

fn operations(version: &'static Version) -> OpenApiRouter<ApiState> {
    let events = OpenApiRouter::new().routes(routes!(events::reward)).routes(routes!(events::activate));
    OpenApiRouter::new()
        .routes(routes!(rank::rank))
        .routes(routes!(configurations::get_service, configurations::update_service))
        .routes(routes!(model::reset))
        .layer(map_response(headers::allow_timing))
        .merge(events)
        .layer(map_response(headers::forbid_storing))
        .layer(Extension(version))
}
