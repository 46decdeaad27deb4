//! Headers that the old service sent with every answer (contract section 12).

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

const TIMING: HeaderName = HeaderName::from_static("timing-allow-origin");

/// No answer may be stored on the way.
pub async fn forbid_storing(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, must-revalidate, no-cache"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::EXPIRES, HeaderValue::from_static("0"));
    // axum names the type alone; the service named the character set too.
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
    response
}

/// Pages of other origins may measure the call. The service sent it with all but reward and activate.
pub async fn allow_timing(mut response: Response) -> Response {
    response.headers_mut().insert(TIMING, HeaderValue::from_static("*"));
    response
}
