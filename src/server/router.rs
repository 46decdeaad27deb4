//! Every route of the house in one router.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::{FutureExt, future::BoxFuture};
use tower::{Layer, Service};

use super::{metrics::Call, site::Site};
use crate::{
    api::{self, ApiState, Crowd},
    vitals::Vitals,
};

/// The two APIs and the pages.
pub fn router(state: ApiState, crowd: Crowd, vitals: Vitals, site: Site) -> Router {
    api::routes(state).merge(site.router()).layer(Accompany { crowd, vitals })
}

/// What every call has in common, in one layer, and by hand: each layer that `axum::middleware` makes costs a call
/// several allocations.
#[derive(Debug, Clone)]
struct Accompany {
    crowd: Crowd,
    vitals: Vitals,
}

impl<S> Layer<S> for Accompany {
    type Service = Accompanied<S>;

    fn layer(&self, inner: S) -> Accompanied<S> {
        Accompanied { inner, with: self.clone() }
    }
}

/// A route whose calls are counted, kept to a number at once, and answered also when it panics.
#[derive(Debug, Clone)]
struct Accompanied<S> {
    inner: S,
    with: Accompany,
}

impl<S> Service<Request> for Accompanied<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Accompany { crowd, vitals } = self.with.clone();
        let call = Call::begin(&request);
        let is_of_data_plane = call.is_of_data_plane();
        // It has not begun: nothing is done before its first poll.
        let answering = self.inner.call(request);
        let answering = async move {
            let place = if is_of_data_plane { Some(crowd.enter().await) } else { None };
            match place.transpose() {
                Ok(_place) => answering.await,
                Err(full) => Ok(full.into_response()),
            }
        };
        Box::pin(async move {
            let answer = AssertUnwindSafe(answering).catch_unwind().await;
            let mut response = answer.unwrap_or_else(|panic| Ok(api::refuse_panic(&*panic)))?;
            response.headers_mut().entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
            vitals.note_answer(response.status().as_u16());
            call.end(response.status());
            Ok(response)
        })
    }
}
