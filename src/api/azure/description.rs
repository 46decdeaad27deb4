//! The description of the versions: one implementation, told six times.

use utoipa::openapi::{
    Required,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::{ObjectBuilder, Type},
};
use utoipa_axum::router::OpenApiRouter;

use super::versions::Version;
use crate::api::{ApiState, openapi::operations_of};

/// Names the operations of one version, so that no two of the document share a name.
pub fn of_version(version: &Version, mut operations: OpenApiRouter<ApiState>) -> OpenApiRouter<ApiState> {
    for item in operations.get_openapi_mut().paths.paths.values_mut() {
        for operation in operations_of(item) {
            let name = operation.operation_id.take().unwrap_or_default();
            operation.operation_id = Some(format!("{name}_{}", version.name.replace(['.', '-'], "_")));
            operation.tags = Some(vec![format!("Azure {version}")]);
            if version.is_in_query {
                operation.parameters.get_or_insert_default().push(version_parameter(version).into());
            }
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
