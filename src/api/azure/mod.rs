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
mod manner;
mod model;
mod multi_slot;
mod paging;
mod rank;
mod versions;
mod wire;

use axum::{
    Router,
    routing::{Route, any},
};
use tower::{layer::layer_fn, service_fn};
use utoipa::openapi::Paths;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter},
    routes,
};

use super::{ApiState, no_such_route};
use crate::terms::Author;
use manner::Manner;
pub use multi_slot::read_multi_slot_body;
pub use rank::read_rank_body;
use versions::{VERSIONS, Version};
pub(super) use wire::RankRequest;

/// Whoever calls with a key of the loop: the histories know no more of them.
fn by_key() -> Author {
    Author::key("key")
}

/// The routes at the root, with their description.
pub fn routes() -> OpenApiRouter<ApiState> {
    let root = OpenApiRouter::new().route("/personalizer/{*rest}", any(no_such_route));
    VERSIONS.iter().fold(root, |router, version| {
        router.merge(description::of_version(version, operations(version, version.base_path)))
    })
}

/// The same behind `/loops/{id}`.
pub fn routes_behind_prefix() -> Router<ApiState> {
    let root = Router::new().route("/loops/{id}/personalizer/{*rest}", any(no_such_route));
    VERSIONS.iter().fold(root, |router, version| {
        let (operations, _) = operations(version, &format!("/loops/{{id}}{}", version.base_path)).split_for_parts();
        router.merge(operations)
    })
}

/// The operations of a version, each under its whole path: a nested router costs each call several allocations.
fn operations(version: &'static Version, base_path: &str) -> OpenApiRouter<ApiState> {
    let has = version.operations;
    let at = |operation| behind(base_path, operation);
    let mut timed = OpenApiRouter::new().routes(at(routes!(rank::rank)));
    let mut events = OpenApiRouter::new().routes(at(routes!(events::reward))).routes(at(routes!(events::activate)));
    if has.has_management {
        timed = timed
            .routes(at(routes!(configurations::get_service, configurations::update_service)))
            .routes(at(routes!(
                configurations::get_policy,
                configurations::update_policy,
                configurations::reset_policy
            )))
            .routes(at(routes!(logs::properties)))
            .routes(at(routes!(logs::delete)))
            .routes(at(routes!(model::properties)))
            .routes(at(routes!(model::export, model::reset)));
        timed = evaluations::evaluation_operations(version).into_iter().map(at).fold(timed, OpenApiRouter::routes);
    }
    if has.has_signed_models {
        timed = timed.routes(at(routes!(model::import)));
    }
    if has.has_multi_slot {
        timed = timed.routes(at(routes!(multi_slot::rank)));
        events = events.routes(at(routes!(multi_slot::reward))).routes(at(routes!(multi_slot::activate)));
    }
    if has.has_binary_logs {
        timed = timed.routes(at(routes!(logs::interactions))).routes(at(routes!(logs::observations)));
    }
    if has.has_feature_importances {
        let operations = feature_importances::feature_importance_operations();
        timed = operations.into_iter().map(at).fold(timed, OpenApiRouter::routes);
    }
    // Not of `axum::middleware`, whose layers cost each call several allocations more.
    let manner = |is_timed| {
        let manner = Manner { version, is_timed };
        layer_fn(move |mut operation: Route| service_fn(move |request| manner.answer(request, &mut operation)))
    };
    timed.layer(manner(true)).merge(events.layer(manner(false)))
}

/// An operation, with `base_path` in front of its path.
fn behind(base_path: &str, (schemas, paths, methods): Operation) -> Operation {
    let mut whole = Paths::new();
    whole.paths = paths.paths.into_iter().map(|(path, item)| (format!("{base_path}{path}"), item)).collect();
    (schemas, whole, methods)
}

/// One path of the contract with what may be done there.
type Operation = UtoipaMethodRouter<ApiState>;
