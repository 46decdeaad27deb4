//! Logs, and the id that each request carries through them.

use std::io::IsTerminal;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    response::Response,
};
use tracing::{Span, info_span};
use tracing_subscriber::EnvFilter;

/// What is logged when RUST_LOG does not say.
const USUAL: &str = "info,sqlx=warn";
/// The longest id that is taken over from a caller.
const MAX_ID_BYTES: usize = 128;

/// Starts the logs: for people on a terminal, as JSON lines otherwise. On the error stream; the standard output belongs
/// to what the operator asked for.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first; there is nothing to report.
    let _ = if std::io::stderr().is_terminal() { logs.try_init() } else { logs.json().try_init() };
}

const ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives a request an id, its caller's own when there is a usable one, and returns it.
pub fn identify(request: &mut Request) -> HeaderValue {
    let brought = request.headers().get(ID).filter(|id| is_usable(id)).cloned();
    let id = brought.unwrap_or_else(make_id);
    request.headers_mut().insert(ID, id.clone());
    id
}

/// What the log lines about a request have in common.
pub fn span_of(request: &Request, id: &HeaderValue) -> Span {
    info_span!("request", request.id = id.to_str().unwrap_or_default(), method = %request.method())
}

/// Gives the id back with the answer. The old service called it `apim-request-id`.
pub fn return_id(response: &mut Response, id: HeaderValue) {
    response.headers_mut().insert(ID, id.clone());
    response.headers_mut().insert(HeaderName::from_static("apim-request-id"), id);
}

fn is_usable(id: &HeaderValue) -> bool {
    (1..=MAX_ID_BYTES).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
}

#[expect(clippy::disallowed_methods, reason = "request ids are made here; nothing depends on them")]
fn make_id() -> HeaderValue {
    let id = uuid::Uuid::new_v4().to_string();
    HeaderValue::from_str(&id).expect("hex digits and dashes are a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_a_line_break_or_without_end_is_not_taken_over() {
        assert!(is_usable(&HeaderValue::from_static("abc-123")));
        assert!(!is_usable(&HeaderValue::from_static("a b")));
        assert!(!is_usable(&HeaderValue::from_str(&"a".repeat(129)).expect("a header value")));
        assert!(is_usable(&make_id()));
    }
}
