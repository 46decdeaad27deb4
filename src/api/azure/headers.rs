//! Headers that the old service sent with every answer (contract section 12).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The caller's own id of a request.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
const TIMING: HeaderName = HeaderName::from_static("timing-allow-origin");

/// No answer may be stored on the way.
pub fn forbid_storing(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, must-revalidate, no-cache"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::EXPIRES, HeaderValue::from_static("0"));
    // axum names the type alone; the service named the character set too.
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
}

/// The id that a client wants back, as from every service of that family.
pub fn wanted_request_id(headers: &HeaderMap) -> Option<HeaderValue> {
    const WANTED: HeaderName = HeaderName::from_static("x-ms-return-client-request-id");
    let is_wanted = headers.get(WANTED).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    headers.get(CLIENT_REQUEST_ID).filter(|_| is_wanted).cloned()
}

/// Gives it back.
pub fn return_request_id(id: Option<HeaderValue>, headers: &mut HeaderMap) {
    if let Some(id) = id {
        headers.insert(CLIENT_REQUEST_ID, id);
    }
}

/// Pages of other origins may measure the call. The service sent it with all but reward and activate.
pub fn allow_timing(headers: &mut HeaderMap) {
    headers.insert(TIMING, HeaderValue::from_static("*"));
}
