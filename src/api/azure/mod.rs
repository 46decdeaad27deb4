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
    Router,
    extract::{Request, State},
    http::Uri,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::any,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ApiError, ApiState, no_such_route};
use crate::terms::Author;
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
    let manner = |is_timed| from_fn_with_state(Manner { version, is_timed }, as_the_service);
    timed.layer(manner(true)).merge(events.layer(manner(false)))
}

/// How the operations of a version are called and answered.
#[derive(Debug, Clone, Copy)]
struct Manner {
    version: &'static Version,
    is_timed: bool,
}

/// What every operation has in common, in one layer: each layer costs a call some allocations.
async fn as_the_service(State(manner): State<Manner>, mut request: Request, next: Next) -> Response {
    let Manner { version, is_timed } = manner;
    let wanted_id = headers::wanted_request_id(request.headers());
    request.extensions_mut().insert(version);
    let mut response = match check_version(version, request.uri()) {
        Err(error) => error.into_response(),
        Ok(()) => {
            let mut response = next.run(request).await;
            if is_timed {
                headers::allow_timing(response.headers_mut());
            }
            response
        }
    };
    headers::forbid_storing(response.headers_mut());
    headers::return_request_id(wanted_id, response.headers_mut());
    response
}

/// Every call of a version that stands in the query has to name it.
fn check_version(version: &Version, uri: &Uri) -> Result<(), ApiError> {
    if !version.is_in_query {
        return Ok(());
    }
    let named = uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("api-version="));
    let served: Vec<&str> = VERSIONS.iter().filter(|version| version.is_in_query).map(|version| version.name).collect();
    if named.is_some_and(|named| served.contains(&named)) {
        return Ok(());
    }
    let message = match named {
        None => format!("The query parameter api-version is required: {}.", served.join(", ")),
        Some(other) => format!("The api-version '{other}' is not served; {} is.", served.join(", ")),
    };
    Err(ApiError::bad("BadRequest", message).at("api-version"))
}
