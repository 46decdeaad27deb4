//! How every operation of a version is called and answered.

use std::convert::Infallible;

use axum::{
    extract::Request,
    http::Uri,
    response::{IntoResponse, Response},
    routing::Route,
};
use tower::Service;

use super::{
    headers,
    versions::{VERSIONS, Version},
};
use crate::api::ApiError;

/// What the operations of a version have in common.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub version: &'static Version,
    /// Whether pages of other origins may measure the call.
    pub is_timed: bool,
}

impl Manner {
    /// Has an operation answer as the service did it.
    pub fn answer(
        self,
        mut request: Request,
        operation: &mut Route,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        let Self { version, is_timed } = self;
        let wanted_id = headers::wanted_request_id(request.headers());
        let is_asked_well = check_version(version, request.uri());
        request.extensions_mut().insert(version);
        let answering = is_asked_well.map(|()| operation.call(request));
        async move {
            let mut response = match answering {
                Err(error) => error.into_response(),
                Ok(answering) => {
                    let mut response = answering.await?;
                    if is_timed {
                        headers::allow_timing(response.headers_mut());
                    }
                    response
                }
            };
            headers::forbid_storing(response.headers_mut());
            headers::return_request_id(wanted_id, response.headers_mut());
            Ok(response)
        }
    }
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
