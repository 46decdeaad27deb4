//! What would be decided, and why, for a context that is not logged.

use axum::Json;
use serde::{Deserialize, de::IgnoredAny};

use super::explain::Reasons;
use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        azure::RankRequest,
        error::ErrorBody,
        extract::{ApiText, parse},
        read_multi_slot_body, read_rank_body,
    },
    loops::LoopError,
};

/// Says what would be decided for a request, and why. Nothing is logged, learned or counted.
///
/// The body is that of a Rank or, with `slots`, of a multi-slot Rank; without `actions` the loop's own are taken. An
/// `eventId` means nothing here. Of several slots, each is taken to show its most probable action.
#[utoipa::path(
    post, path = "/loops/{id}/what-if", tag = "Events", operation_id = "askWhatIf",
    params(("id" = String, Path)), request_body = RankRequest, security(("token" = [])),
    responses((status = 200, body = Reasons), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn what_if(managed: ManagedLoop, ApiText(body): ApiText) -> Result<Json<Reasons>, ApiError> {
    #[derive(Deserialize)]
    struct Kind {
        slots: Option<IgnoredAny>,
    }
    let (live, _) = managed.analyse()?;
    let why = match parse::<Kind>(&body)?.slots {
        None => live.what_if(read_rank_body(&body)?).await?,
        // Before the body is read: what is wrong with it does not matter then.
        Some(_) if !live.configuration().is_multi_slot => return Err(LoopError::NotMultiSlot.into()),
        Some(_) => live.what_if_slots(read_multi_slot_body(&body)?).await?,
    };
    Ok(Json(why.into()))
}
