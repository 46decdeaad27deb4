//! The description of both APIs, made from the handlers themselves, and served at `/api/openapi.json`.

use axum::{Json, Router, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, Ref, ResponseBuilder,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
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
    let (router, mut document) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(azure::routes())
        .merge(manage::routes())
        .split_for_parts();
    document.paths.paths.values_mut().flat_map(operations_of).for_each(describe_refusals);
    (router.method_not_allowed_fallback(error::method_not_allowed), document)
}

/// What any call can be refused with; an operation that says more about a status keeps its own words.
const REFUSALS: [(&str, &str); 8] = [
    ("400", "The request is wrong; the error's code says what"),
    ("401", "No key or token, or not a good one"),
    ("403", "The token may not do this, or the loop's kind does not allow it"),
    ("404", "No such loop or thing"),
    ("413", "The body is larger than the server takes"),
    ("429", "More calls than the loop may have"),
    ("503", "The log cannot be written or read at the moment"),
    ("507", "The server has no space left"),
];

fn describe_refusals(operation: &mut Operation) {
    for (status, description) in REFUSALS {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
        let response = ResponseBuilder::new().description(description).content("application/json", content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
    }
}

/// The operations of one path.
pub(super) fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// The description alone.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described_routes().1
}

/// The route that answers with the description.
pub fn served(document: utoipa::openapi::OpenApi) -> Router<ApiState> {
    Router::new().route("/api/openapi.json", get(|| async move { Json(document) }))
}
