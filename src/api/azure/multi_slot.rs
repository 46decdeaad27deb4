//! Multi-slot Rank, Reward and Activate.

use axum::http::StatusCode;

use super::{
    events::{self, EventPath},
    wire,
};
use crate::{
    api::{
        ApiError,
        auth::Called,
        error::ErrorBody,
        extract::{ApiJson, ApiPath, ApiText, parse},
    },
    loops::{self, LiveLoop},
};

/// Fills slots from one set of actions; no action is shown twice.
#[utoipa::path(
    post, path = "/multislot/rank", operation_id = "MultiSlot_Rank", request_body = wire::MultiSlotRankRequest,
    security(("key" = [])),
    responses(
        (status = 201, description = "What each slot is to show", body = wire::MultiSlotRankResponse),
        (status = 400, description = "Invalid request, or the loop is not multi-slot.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn rank(
    Called { live, with }: Called,
    ApiText(body): ApiText,
) -> Result<wire::MultiSlotRankResponse, ApiError> {
    let request = loops::MultiSlotRankRequest { came_with: Some(with), ..read_multi_slot_body(&body)? };
    Ok(loops::rank_slots(&live, request).await?.into())
}

/// The body of a multi-slot Rank as the loop takes it; for the same purpose as `read_rank_body`.
pub fn read_multi_slot_body(body: &str) -> Result<loops::MultiSlotRankRequest<'_>, ApiError> {
    parse::<wire::MultiSlotRankRequest<'_>>(body)?.check(body)
}

/// Says what slots of an event earned, one or several at once.
#[utoipa::path(
    post, path = "/multislot/events/{eventId}/reward", operation_id = "MultiSlotEvents_Reward",
    request_body = wire::MultiSlotRewardRequest,
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
    ApiJson(request): ApiJson<wire::MultiSlotRewardRequest>,
) -> Result<StatusCode, ApiError> {
    check_kind(&live)?;
    let event_id = path.check(events::BAD_REWARD)?;
    let rewards = request.check()?;
    let rewarded = loops::reward_slots(&live, event_id, rewards).await;
    rewarded.map_err(|error| ApiError::from(error).as_code(events::BAD_REWARD))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a deferred event was shown after all.
#[utoipa::path(
    post, path = "/multislot/events/{eventId}/activate", operation_id = "MultiSlotEvents_Activate",
    params(("eventId" = String, Path, description = "The event, percent-encoded", max_length = 256)),
    security(("key" = [])),
    responses(
        (status = 204, description = "Stored"),
        (status = 400, description = "Invalid activate event request.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 503, description = "It could not be stored; send it again", body = ErrorBody),
    )
)]
pub async fn activate(live: LiveLoop, path: ApiPath<EventPath>) -> Result<StatusCode, ApiError> {
    check_kind(&live)?;
    events::activate(live, path).await
}

fn check_kind(live: &LiveLoop) -> Result<(), ApiError> {
    if live.configuration().is_multi_slot { Ok(()) } else { Err(loops::LoopError::NotMultiSlot.into()) }
}
