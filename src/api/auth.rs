//! Who is asking: a loop's key or an issuer's token becomes a `LiveLoop`, a management token becomes a `Caller`.
//!
//! A handler cannot be written without one of the two, so none can forget to ask.

use axum::{
    extract::{FromRef, FromRequestParts, RawPathParams},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
};

use super::{ApiError, ApiState, bearer::TokenError};
use crate::{
    accounts::SignedIn,
    loops::{ClientKind, KeySlot, LiveLoop, Loops},
    terms::{Author, Credential, LoopId, Role},
};

const KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// The loop that a call of the data plane is for, and what its caller proved itself by.
#[derive(Debug)]
pub struct Called {
    pub live: LiveLoop,
    pub with: Credential,
}

impl FromRequestParts<ApiState> for LiveLoop {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        Called::from_request_parts(parts, state).await.map(|called| called.live)
    }
}

impl FromRequestParts<ApiState> for Called {
    type Rejection = ApiError;

    /// By the key that the call carries or by its token. With both, the key decides, as it did at the old service.
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let in_path = loop_id_in_path(parts, state).await;
        let (live, with) = match (parts.headers.get(KEY), sent_token(parts)) {
            (Some(key), _) => {
                let (live, slot) = by_key(key, in_path.as_deref(), state)?;
                live.note_key_use(
                    slot,
                    ClientKind::of(parts.headers.get(header::USER_AGENT).map(HeaderValue::as_bytes)),
                );
                (live, slot.into())
            }
            (None, Some(token)) => (by_token(token, in_path.as_deref(), state).await?, Credential::Token),
            (None, None) => return Err(ApiError::invalid_key()),
        };
        state.limits.count_call(live.id())?;
        Ok(Self { live, with })
    }
}

/// The loop of a key. Behind a loop's own prefix, a key of another loop is refused.
fn by_key(key: &HeaderValue, in_path: Option<&str>, state: &ApiState) -> Result<(LiveLoop, KeySlot), ApiError> {
    let (live, slot) = key.to_str().ok().and_then(|key| state.loops.by_key(key)).ok_or_else(ApiError::invalid_key)?;
    let is_elsewhere = in_path.is_some_and(|id| id != live.id().as_str());
    if is_elsewhere { Err(ApiError::invalid_key()) } else { Ok((live, slot)) }
}

/// The loop that a token is used for.
async fn by_token(token: &str, in_path: Option<&str>, state: &ApiState) -> Result<LiveLoop, ApiError> {
    let Some(tokens) = &state.tokens else {
        return Err(ApiError::invalid_key());
    };
    let claims = tokens.verify(token).await.map_err(|error| tokens.refusal(&error))?;
    let allowed = tokens.loop_claim().map(|claim| claims.values(claim));
    let id = match (in_path, &allowed) {
        (Some(id), None) => id.to_owned(),
        (Some(id), Some(allowed)) if allowed.iter().any(|other| other == id) => id.to_owned(),
        (Some(_), Some(_)) => return Err(tokens.refusal(&TokenError::Loop)),
        (None, Some(allowed)) => match allowed.as_slice() {
            [] => return Err(tokens.refusal(&TokenError::Loop)),
            [id] => id.clone(),
            _ => return Err(which_loop()),
        },
        (None, None) => match state.loops.list().as_slice() {
            [only] => return Ok(only.clone()),
            _ => return Err(which_loop()),
        },
    };
    let live = id.parse::<LoopId>().ok().and_then(|id| state.loops.get(&id));
    live.ok_or_else(|| ApiError::not_found("There is no such loop."))
}

fn which_loop() -> ApiError {
    let message = "The token is good, but it does not say which loop is meant, and a key is not there to say it. Call the \
                   loop behind its own prefix: /loops/{id}/personalizer/…";
    ApiError::bad("BadRequest", message)
}

fn sent_token(parts: &Parts) -> Option<&str> {
    let sent = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = sent.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
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
        let Some(token) = sent_token(parts) else { return Err(ApiError::unauthorized(WRONG)) };
        state.accounts.by_token(token).await?.map(Self).ok_or_else(|| ApiError::unauthorized(WRONG))
    }
}

/// The loop that a management call is about, for a caller who may at least read it. What may be done with it is asked for
/// by the handler, in the words of the roles.
#[derive(Debug)]
pub struct ManagedLoop {
    caller: Caller,
    author: Author,
    live: LiveLoop,
}

impl ManagedLoop {
    /// To look at as a dashboard shows it: for everybody.
    pub fn read(&self) -> &LiveLoop {
        &self.live
    }

    /// To look into, event by event, and to evaluate: for analysts. With who it is, for the history.
    pub fn analyse(&self) -> Result<(&LiveLoop, &Author), ApiError> {
        self.for_at_least(Role::Analyst)
    }

    /// To change: for editors.
    pub fn change(&self) -> Result<(&LiveLoop, &Author), ApiError> {
        self.for_at_least(Role::Editor)
    }

    /// To delete, and for its keys: for admins.
    pub fn administer(&self) -> Result<(&LiveLoop, &Author), ApiError> {
        self.for_at_least(Role::Admin)
    }

    fn for_at_least(&self, least: Role) -> Result<(&LiveLoop, &Author), ApiError> {
        self.caller.require(least)?;
        Ok((&self.live, &self.author))
    }
}

impl FromRequestParts<ApiState> for ManagedLoop {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let author = caller.require(Role::Viewer)?.author();
        let id = loop_id_in_path(parts, state).await.and_then(|id| id.parse::<LoopId>().ok());
        let live = id.and_then(|id| Loops::from_ref(state).get(&id));
        let live = live.ok_or_else(|| ApiError::not_found("There is no such loop."))?;
        Ok(Self { caller, author, live })
    }
}
