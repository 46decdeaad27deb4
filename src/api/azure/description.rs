//! The description of the versions: one implementation, told six times.

use utoipa::openapi::{
    ContentBuilder, Ref, Required, Response, ResponseBuilder,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
    schema::{ObjectBuilder, Type},
};
use utoipa_axum::router::OpenApiRouter;

use super::versions::Version;
use crate::api::ApiState;

/// Names the operations of one version, so that no two of the document share a name.
pub fn of_version(version: &Version, mut operations: OpenApiRouter<ApiState>) -> OpenApiRouter<ApiState> {
    for item in operations.get_openapi_mut().paths.paths.values_mut() {
        for operation in operations_of(item) {
            let name = operation.operation_id.take().unwrap_or_default();
            operation.operation_id = Some(format!("{name}_{}", version.name.replace(['.', '-'], "_")));
            operation.tags = Some(vec![format!("Azure {version}")]);
            if version.is_in_query {
                operation.parameters.get_or_insert_default().push(version_parameter(version).into());
                let refusal = || refused("The api-version is missing, or the request is wrong").into();
                operation.responses.responses.entry("400".to_owned()).or_insert_with(refusal);
            }
            let too_many = || refused("More calls than the loop may have").into();
            operation.responses.responses.entry("429".to_owned()).or_insert_with(too_many);
            let unavailable = || refused("The log cannot be written or read at the moment").into();
            operation.responses.responses.entry("503".to_owned()).or_insert_with(unavailable);
        }
    }
    operations
}

fn version_parameter(version: &Version) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([version.name])).build();
    ParameterBuilder::new()
        .name("api-version")
        .parameter_in(ParameterIn::Query)
        .required(Required::True)
        .schema(Some(schema))
        .build()
}

fn refused(description: &str) -> Response {
    let body = Ref::from_schema_name("ErrorBody");
    let content = ContentBuilder::new().schema(Some(body)).build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten()
}
