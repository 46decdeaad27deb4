//! The description of both APIs, made from the handlers themselves, and served at `/api/openapi.json`.

use axum::{Json, Router, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

use super::{ApiState, azure, error, manage};

#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "rankloop",
        description = "Rank, reward and activate as Azure AI Personalizer offered them, and the management of loops. \
                       Every path under `/personalizer` also works behind a loop's own prefix, `/loops/{id}`, where a \
                       key of another loop is refused."
    ),
    modifiers(&Doors)
)]
struct Description;

/// How callers say who they are.
struct Doors;

impl Modify for Doors {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let key = ApiKeyValue::with_description("Ocp-Apim-Subscription-Key", "One of the loop's two keys.");
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A management token."));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::ApiKey(ApiKey::Header(key)));
        components.add_security_scheme("token", SecurityScheme::Http(token.build()));
    }
}

/// The routes of both APIs together with their description.
pub fn described_routes() -> (Router<ApiState>, utoipa::openapi::OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(azure::routes())
        .merge(manage::routes())
        .split_for_parts();
    (router.method_not_allowed_fallback(error::method_not_allowed), document)
}

/// The description alone.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described_routes().1
}

/// The route that answers with the description.
pub fn served(document: utoipa::openapi::OpenApi) -> Router<ApiState> {
    Router::new().route("/api/openapi.json", get(|| async move { Json(document) }))
}
