//! Reward and activate: what became of an event.
//!
//! Unknown events are no error: the old service answered 204 to them too (contract section 6).

use axum::http::StatusCode;
use serde::Deserialize;

use super::wire;
use crate::{
    api::{
        ApiError,
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
    },
    loops::{self, LiveLoop, LoopError},
    terms::EventId,
};

/// The event in the path, percent-decoded. Behind a loop's prefix the path has more than this one parameter.
#[derive(Debug, Deserialize)]
pub struct EventPath {
    #[serde(rename = "eventId")]
    event_id: String,
}

/// The code of a reward that cannot be taken.
pub(super) const BAD_REWARD: &str = "InvalidRewardRequest";

impl EventPath {
    /// The event's id; `code` is that of the operation.
    pub(super) fn check(self, code: &'static str) -> Result<EventId, ApiError> {
        self.event_id.parse().map_err(|error| ApiError::from(LoopError::Id(error)).as_code(code))
    }
}

/// Says what an event earned.
#[utoipa::path(
    post, path = "/events/{eventId}/reward", operation_id = "Events_Reward",
    request_body = wire::RewardRequest,
    params(("eventId" = String, Path, description = "The event, percent-encoded", max_length = 256)),
    security(("key" = [])),
    responses(
        (status = 204, description = "Stored; with `earliest` it is learned too"),
        (status = 400, description = "Invalid reward request.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 503, description = "It could not be stored; send it again", body = ErrorBody),
    )
)]
pub async fn reward(
    live: LiveLoop,
    ApiPath(path): ApiPath<EventPath>,
    ApiJson(request): ApiJson<wire::RewardRequest>,
) -> Result<StatusCode, ApiError> {
    let event_id = path.check(BAD_REWARD)?;
    let value = request.value.ok_or_else(|| ApiError::bad(BAD_REWARD, "The reward needs a `value`.").at("value"))?;
    loops::reward(&live, event_id, value).await.map_err(|error| ApiError::from(error).as_code(BAD_REWARD))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a deferred event was shown after all.
#[utoipa::path(
    post, path = "/events/{eventId}/activate", operation_id = "Events_Activate",
    params(("eventId" = String, Path, description = "The event, percent-encoded", max_length = 256)),
    security(("key" = [])),
    responses(
        (status = 204, description = "Stored"),
        (status = 400, description = "Invalid activate event request.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 503, description = "It could not be stored; send it again", body = ErrorBody),
    )
)]
pub async fn activate(live: LiveLoop, ApiPath(path): ApiPath<EventPath>) -> Result<StatusCode, ApiError> {
    loops::activate(&live, path.check("InvalidEventIdToActivate")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
