//! Every route of the house in one router.

use std::{convert::Infallible, panic::AssertUnwindSafe};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::Route,
};
use futures::FutureExt;
use tower::{Service, layer::layer_fn, service_fn};

use super::{metrics::Call, site::Site};
use crate::{
    api::{self, ApiState, Crowd},
    vitals::Vitals,
};

/// The two APIs and the pages.
pub fn router(state: ApiState, crowd: Crowd, vitals: Vitals, site: Site) -> Router {
    let company = Company { crowd, vitals };
    // Not of `axum::middleware`, whose layers cost each call several allocations more.
    let accompanied = move |mut route: Route| {
        let company = company.clone();
        service_fn(move |request| company.clone().answer(request, &mut route))
    };
    api::routes(state).merge(site.router()).layer(layer_fn(accompanied))
}

/// What goes along with every call.
#[derive(Debug, Clone)]
struct Company {
    crowd: Crowd,
    vitals: Vitals,
}

impl Company {
    /// Has a route answer, counts that, keeps to a number of calls at once, and answers itself when the route panics.
    fn answer(
        self,
        request: Request,
        route: &mut Route,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        let Self { crowd, vitals } = self;
        let call = Call::begin(&request);
        let is_of_data_plane = call.is_of_data_plane();
        // It has not begun: nothing is done before its first poll.
        let answering = route.call(request);
        let answering = async move {
            let place = if is_of_data_plane { Some(crowd.enter().await) } else { None };
            match place.transpose() {
                Ok(_place) => answering.await,
                Err(full) => Ok(full.into_response()),
            }
        };
        async move {
            let answer = AssertUnwindSafe(answering).catch_unwind().await;
            let mut response = answer.unwrap_or_else(|panic| Ok(api::refuse_panic(&*panic)))?;
            response.headers_mut().entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
            vitals.note_answer(response.status().as_u16());
            call.end(response.status());
            Ok(response)
        }
    }
}
