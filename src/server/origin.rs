//! State-changing requests of browsers must come from our own pages.
//!
//! Cookies are `SameSite=Lax`, which stops most of it; this stops the rest. The APIs with keys and tokens carry no
//! cookies, so nothing of theirs can be forged, and they may be called from anywhere.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::web::PublicUrl;

/// Refuses what another site's page sends.
pub async fn check(State(public_url): State<PublicUrl>, request: Request, next: Next) -> Response {
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_reading || is_ours(request.headers(), &public_url) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This request came from another site's page.").into_response()
}

fn is_ours(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    // Browsers send an Origin with every such request; a program that sends none holds no stolen cookie either.
    let Some(origin) = text(header::ORIGIN.as_str()) else { return true };
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == public_url.0 || (host.is_some() && host == text(header::HOST.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_accepted(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), header::HeaderValue::from_static(value)));
        is_ours(&headers.collect(), &PublicUrl("https://rank.example.com".to_owned()))
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        assert!(is_accepted(&[("origin", "https://rank.example.com")]));
        assert!(is_accepted(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!is_accepted(&[("origin", "https://evil.example.com"), ("host", "127.0.0.1:8080")]));
        assert!(!is_accepted(&[("origin", "null"), ("host", "127.0.0.1:8080")]));
        assert!(!is_accepted(&[("sec-fetch-site", "cross-site")]));
        assert!(is_accepted(&[]));
    }
}
