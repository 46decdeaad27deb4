//! Rank: which of these actions should be shown?

use axum::http::HeaderMap;

use super::wire;
use crate::{
    api::{
        ApiError,
        auth::Called,
        error::ErrorBody,
        extract::{ApiText, parse},
    },
    loops,
};

/// Asks for the reason of each score. Ours; the old service had a loop setting for it.
const EXPLAIN: &str = "x-rankloop-explain";

/// Chooses an action.
///
/// Without `actions`, the loop's own active ones are ranked (an extension of the contract). With the request header
/// `x-rankloop-explain: true` the answer says what each feature adds to each score, how sure the model is, which learners
/// it trusts and how much it explores; that takes some milliseconds. The response header `x-rankloop-logged: false` says
/// that the decision could not be stored: a reward for it will be an orphan.
#[utoipa::path(
    post, path = "/rank", operation_id = "Rank", request_body = wire::RankRequest,
    params(("x-rankloop-explain" = Option<bool>, Header, description = "Whether to explain the scores")),
    security(("key" = [])),
    responses(
        (status = 201, description = "The ranking", body = wire::RankResponse),
        (status = 400, description = "Invalid rank request.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn rank(
    Called { live, with }: Called,
    headers: HeaderMap,
    ApiText(body): ApiText,
) -> Result<wire::RankResponse, ApiError> {
    let is_explained = headers.get(EXPLAIN).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let is_explained = is_explained || live.configuration().explains_inference;
    let request = loops::RankRequest { came_with: Some(with), ..read(&body, is_explained)? };
    Ok(loops::rank(&live, request).await?.into())
}

/// The body of a Rank as the loop takes it. Without a server: this is what strangers can send, and what is fuzzed.
pub fn read_rank_body(body: &str) -> Result<loops::RankRequest<'_>, ApiError> {
    read(body, false)
}

fn read(body: &str, is_explained: bool) -> Result<loops::RankRequest<'_>, ApiError> {
    parse::<wire::RankRequest<'_>>(body)?.check(body, is_explained)
}
