//! The way in for what runs in this process: the newsroom, its readers, simulated visitors.
//!
//! They call over HTTP like any customer, and cannot come over TLS: the certificate is for the names that others know
//! this server by. So beside TLS there is a second listener, on the loopback and in the clear. Other programs of this
//! machine find it locked: without the word, which never leaves this process, every answer is 404.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use futures::future::{Either, Ready, ready};
use tower::{Layer, Service};

use crate::demo::SIDE_DOOR_HEADER;

/// Stands before a service, and lets in who knows the word.
#[derive(Debug, Clone)]
pub struct SideDoor(HeaderValue);

impl SideDoor {
    /// A door that opens to `word`.
    pub fn new(word: &str) -> Self {
        Self(HeaderValue::from_str(word).expect("the server's own words are plain letters"))
    }
}

impl<S> Layer<S> for SideDoor {
    type Service = Behind<S>;

    fn layer(&self, inner: S) -> Behind<S> {
        Behind { inner, door: self.clone() }
    }
}

/// What is behind the door.
#[derive(Debug, Clone)]
pub struct Behind<S> {
    inner: S,
    door: SideDoor,
}

impl<S: Service<Request, Response = Response, Error = Infallible>> Service<Request> for Behind<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response, Infallible>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if request.headers_mut().remove(SIDE_DOOR_HEADER).as_ref() == Some(&self.door.0) {
            Either::Left(self.inner.call(request))
        } else {
            Either::Right(ready(Ok(StatusCode::NOT_FOUND.into_response())))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn status(path: &str, word: Option<&str>) -> StatusCode {
        let router = SideDoor::new("sesame").layer(Router::new().route("/", get(|| async { "in" })));
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
