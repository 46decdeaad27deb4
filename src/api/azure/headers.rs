//! Headers that the old service sent with every answer (contract section 12).

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
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

/// Clients that ask for it get their own id of the request back, as from every service of that family.
pub async fn return_client_request_id(request: Request, next: Next) -> Response {
    const ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
    const WANTED: HeaderName = HeaderName::from_static("x-ms-return-client-request-id");
    let headers = request.headers();
    let is_wanted = headers.get(WANTED).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let id = headers.get(ID).filter(|_| is_wanted).cloned();
    let mut response = next.run(request).await;
    if let Some(id) = id {
        response.headers_mut().insert(ID, id);
    }
    response
}

/// Pages of other origins may measure the call. The service sent it with all but reward and activate.
pub async fn allow_timing(mut response: Response) -> Response {
    response.headers_mut().insert(TIMING, HeaderValue::from_static("*"));
    response
}
