//! Who comes in through a plain form or a link to a file: a person with a session, to a loop.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower_sessions::Session;

use super::guard;
use crate::{
    accounts::{Accounts, SignedIn},
    loops::{LiveLoop, Loops},
    terms::{LoopId, Role},
};

/// What such doors are answered with.
#[derive(Debug, Clone)]
pub struct FormDoors {
    pub loops: Loops,
    pub accounts: Accounts,
}

impl FormDoors {
    /// The person and the loop, or the answer that says why not.
    pub async fn enter(&self, session: &Session, id: &str, least: Role) -> Result<(SignedIn, LiveLoop), Response> {
        let person = guard::person_of(session, &self.accounts).await;
        let person = person.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
        let person = person.ok_or_else(|| Redirect::to("/sign-in").into_response())?;
        if person.role < least {
            return Err((StatusCode::FORBIDDEN, "Your role does not allow this.").into_response());
        }
        let live = id.parse::<LoopId>().ok().and_then(|id| self.loops.get(&id));
        live.map(|live| (person, live)).ok_or_else(|| StatusCode::NOT_FOUND.into_response())
    }
}

/// Back to a page of the loop, with words that it shows: under `problem` what went wrong, under `done` what was done.
pub fn back_to(path: &str, told: Option<(&str, &str)>) -> Response {
    let query = told.map(|(name, words)| format!("?{name}={}", utf8_percent_encode(words, NON_ALPHANUMERIC)));
    Redirect::to(&format!("{path}{}", query.unwrap_or_default())).into_response()
}
