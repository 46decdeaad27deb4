//! HTTP in and out: the retired service's contract under `/personalizer`, and our own management API under `/api/v1`.
//!
//! A handler translates and gets out of the way. No SQL and no learning here, and no wire struct leaves the room.

mod auth;
mod azure;
pub mod bearer;
mod crowd;
mod error;
mod exploration;
mod extract;
mod instant;
mod job_error;
mod limits;
mod manage;
mod openapi;
mod settings;

use std::{ops::Deref, sync::Arc};

use axum::{Router, extract::FromRef};
use tokio::sync::watch;

use crate::{accounts::Accounts, loops::Loops, vitals::Vitals};

pub use azure::{read_multi_slot_body, read_rank_body};
pub use crowd::Crowd;
pub use error::{ApiError, no_such_route, refuse_panic, too_early};
pub use limits::{Limits, RateLimit};
pub use openapi::openapi;

/// Becomes true when the server is asked to stop, for calls that would stay open.
#[derive(Debug, Clone)]
pub struct Stopping(pub watch::Receiver<bool>);

impl Stopping {
    /// Returns once it is so.
    pub(crate) async fn requested(&mut self) {
        // A sender that was dropped has ended as well.
        let _ = self.0.wait_for(|is_stopping| *is_stopping).await;
    }
}

/// What the handlers work with. Cheap to clone, because every call does.
#[derive(Debug, Clone)]
pub struct ApiState(Arc<ApiParts>);

/// The parts of it.
#[derive(Debug)]
pub struct ApiParts {
    pub loops: Loops,
    pub accounts: Accounts,
    pub limits: Limits,
    /// Whose tokens open the data plane besides its keys, if anybody's.
    pub tokens: Option<bearer::Tokens>,
    pub vitals: Vitals,
    /// There if the server can be asked to stop.
    pub stopping: Option<Stopping>,
}

impl From<ApiParts> for ApiState {
    fn from(parts: ApiParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for ApiState {
    type Target = ApiParts;

    fn deref(&self) -> &ApiParts {
        &self.0
    }
}

impl FromRef<ApiState> for Loops {
    fn from_ref(state: &ApiState) -> Self {
        state.loops.clone()
    }
}

/// Every route of the two APIs, with their description at `/api/openapi.json`.
pub fn routes(state: ApiState) -> Router {
    let (router, document) = openapi::described_routes();
    let document = openapi::served(document);
    let behind_prefix = azure::routes_behind_prefix();
    router.merge(behind_prefix).merge(document).with_state(state)
}
