//! The way in for what runs in this process: the newsroom, its readers, simulated visitors.
//!
//! They call over HTTP like any customer, and cannot come over TLS: the certificate is for the names that others know
//! this server by. So beside TLS there is a second listener, on the loopback and in the clear. Other programs of this
//! machine find it locked: without the word, which never leaves this process, every answer is 404.

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode},
    response::IntoResponse,
};
use futures::future::{Either, ready};
use tower::service_fn;

use super::connections::Served;
use crate::demo::SIDE_DOOR_HEADER;

/// Stands before a service, and lets in who knows the word.
#[derive(Debug, Clone)]
pub struct SideDoor(HeaderValue);

impl SideDoor {
    /// A door that opens to `word`.
    pub fn new(word: &str) -> Self {
        Self(HeaderValue::from_str(word).expect("the server's own words are plain letters"))
    }

    /// `service`, for those who know the word.
    pub fn before<S: Served>(self, mut service: S) -> impl Served {
        service_fn(move |mut request: Request| {
            if request.headers_mut().remove(SIDE_DOOR_HEADER).as_ref() == Some(&self.0) {
                Either::Left(service.call(request))
            } else {
                Either::Right(ready(Ok(StatusCode::NOT_FOUND.into_response())))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn status(path: &str, word: Option<&str>) -> StatusCode {
        let router = SideDoor::new("sesame").before(Router::new().route("/", get(|| async { "in" })));
        let mut request = Request::builder().uri(path);
        if let Some(word) = word {
            request = request.header(SIDE_DOOR_HEADER, word);
        }
        let request = request.body(Body::empty()).expect("a request");
        router.oneshot(request).await.unwrap_or_else(|never| match never {}).status()
    }

    #[tokio::test]
    async fn only_who_knows_the_word_comes_in() {
        assert_eq!(status("/", Some("sesame")).await, StatusCode::OK);
        for word in [None, Some(""), Some("Sesame"), Some("sesame2")] {
            assert_eq!(status("/", word).await, StatusCode::NOT_FOUND, "{word:?}");
        }
        assert_eq!(status("/elsewhere", None).await, StatusCode::NOT_FOUND);
    }
}
