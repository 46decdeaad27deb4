//! Who is asking: a loop's key becomes a `LiveLoop`, a management token becomes a `Caller`.
//!
//! A handler cannot be written without one of the two, so none can forget to ask.

use axum::{
    extract::{FromRef, FromRequestParts, RawPathParams},
    http::{HeaderName, StatusCode, header, request::Parts},
};

use super::{ApiError, ApiState};
use crate::{
    accounts::SignedIn,
    loops::{LiveLoop, Loops},
    terms::{LoopId, Role},
};

const KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

impl FromRequestParts<ApiState> for LiveLoop {
    type Rejection = ApiError;

    /// The loop whose key the request carries. Behind a loop's own prefix, a key of another loop is refused.
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        const WRONG: &str = "Access denied due to invalid subscription key. Send a key of the loop in the header \
                             Ocp-Apim-Subscription-Key.";
        let key = parts.headers.get(KEY).and_then(|key| key.to_str().ok());
        let live = key.and_then(|key| state.loops.by_key(key)).ok_or_else(|| ApiError::unauthorized(WRONG))?;
        let is_elsewhere = loop_id_in_path(parts, state).await.is_some_and(|id| id != live.id().as_str());
        if is_elsewhere {
            return Err(ApiError::unauthorized(WRONG));
        }
        state.limits.count_call(live.id())?;
        Ok(live)
    }
}

async fn loop_id_in_path(parts: &mut Parts, state: &ApiState) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, state).await.ok()?;
    params.iter().find(|(name, _)| *name == "id").map(|(_, value)| value.to_owned())
}

/// A program with a management token.
#[derive(Debug, Clone)]
pub struct Caller(SignedIn);

impl Caller {
    /// Refuses callers whose role is below `least`.
    pub fn require(&self, least: Role) -> Result<&SignedIn, ApiError> {
        if self.0.role >= least {
            return Ok(&self.0);
        }
        let message =
            format!("This needs the role {}; the token has the role {}.", least.as_str(), self.0.role.as_str());
        Err(ApiError::new(StatusCode::FORBIDDEN, "Forbidden", message))
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        const WRONG: &str = "Send a management token in the header `Authorization: Bearer …`.";
        let sent = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = sent.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        let Some(token) = token else { return Err(ApiError::unauthorized(WRONG)) };
        state.accounts.by_token(token).await?.map(Self).ok_or_else(|| ApiError::unauthorized(WRONG))
    }
}

/// The loop that a management call is about, for a caller who may at least read it.
#[derive(Debug)]
pub struct ManagedLoop {
    caller: Caller,
    live: LiveLoop,
}

impl ManagedLoop {
    /// To look at.
    pub fn read(&self) -> &LiveLoop {
        &self.live
    }

    /// To change, with the name that goes into its history.
    pub fn change(&self) -> Result<(&LiveLoop, &str), ApiError> {
        let who = self.caller.require(Role::Editor)?;
        Ok((&self.live, &who.name))
    }
}

impl FromRequestParts<ApiState> for ManagedLoop {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require(Role::Viewer)?;
        let id = loop_id_in_path(parts, state).await.and_then(|id| id.parse::<LoopId>().ok());
        let live = id.and_then(|id| Loops::from_ref(state).get(&id));
        let live = live.ok_or_else(|| ApiError::not_found("There is no such loop."))?;
        Ok(Self { caller, live })
    }
}
