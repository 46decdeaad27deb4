//! The retired service's contract, so that its client libraries work unchanged.
//!
//! A version is a row of [`versions::VERSIONS`]: what differs between versions stands there and is asked for by the
//! handlers, which are the same for all. The same paths work at the root, where the key alone says which loop is
//! meant, and behind a loop's own prefix.

mod configurations;
mod description;
mod evaluations;
mod events;
mod feature_importances;
mod headers;
mod logs;
mod model;
mod multi_slot;
mod paging;
mod rank;
mod versions;
mod wire;

use axum::{
    Extension, Router,
    extract::Request,
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::any,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ApiError, ApiState, no_such_route};
pub use multi_slot::read_multi_slot_body;
pub use rank::read_rank_body;
use versions::{VERSIONS, Version};

/// The routes at the root, with their description.
pub fn routes() -> OpenApiRouter<ApiState> {
    let root = OpenApiRouter::new().route("/personalizer/{*rest}", any(no_such_route));
    VERSIONS.iter().fold(root, |router, version| {
        let operations = description::of_version(version, operations(version));
        router.nest(version.base_path, operations)
    })
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
    let has = version.operations;
    let mut timed = OpenApiRouter::new().routes(routes!(rank::rank));
    let mut events = OpenApiRouter::new().routes(routes!(events::reward)).routes(routes!(events::activate));
    if has.has_management {
        timed = timed
            .routes(routes!(configurations::get_service, configurations::update_service))
            .routes(routes!(configurations::get_policy, configurations::update_policy, configurations::reset_policy))
            .routes(routes!(logs::properties))
            .routes(routes!(logs::delete))
            .routes(routes!(model::properties))
            .routes(routes!(model::export, model::reset))
            .merge(evaluations::evaluation_operations(version));
    }
    if has.has_signed_models {
        timed = timed.routes(routes!(model::import));
    }
    if has.has_multi_slot {
        timed = timed.routes(routes!(multi_slot::rank));
        events = events.routes(routes!(multi_slot::reward)).routes(routes!(multi_slot::activate));
    }
    if has.has_binary_logs {
        timed = timed.routes(routes!(logs::interactions)).routes(routes!(logs::observations));
    }
    if has.has_feature_importances {
        timed = timed.merge(feature_importances::feature_importance_operations());
    }
    let operations = timed.layer(map_response(headers::allow_timing)).merge(events);
    let operations = operations.layer(Extension(version));
    let operations = if version.is_in_query { operations.layer(from_fn(check_version)) } else { operations };
    operations.layer(map_response(headers::forbid_storing)).layer(from_fn(headers::return_client_request_id))
}

/// Every call of a version that stands in the query has to name it.
async fn check_version(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let named = query.split('&').find_map(|pair| pair.strip_prefix("api-version="));
    let served: Vec<&str> = VERSIONS.iter().filter(|version| version.is_in_query).map(|version| version.name).collect();
    if named.is_some_and(|named| served.contains(&named)) {
        return next.run(request).await;
    }
    let message = match named {
        None => format!("The query parameter api-version is required: {}.", served.join(", ")),
        Some(other) => format!("The api-version '{other}' is not served; {} is.", served.join(", ")),
    };
    ApiError::bad("BadRequest", message).at("api-version").into_response()
}
