//! Rank: which of these actions should be shown?

use axum::http::HeaderMap;

use super::wire;
use crate::{
    api::{ApiError, error::ErrorBody, extract::RawJson},
    loops::{self, LiveLoop},
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
    live: LiveLoop,
    headers: HeaderMap,
    body: RawJson<wire::RankRequest>,
) -> Result<wire::RankResponse, ApiError> {
    let is_explained = headers.get(EXPLAIN).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let is_explained = is_explained || live.configuration().explains_inference;
    let request = check(body, is_explained)?;
    let ranking = loops::rank(&live, request).await?;
    Ok(ranking.into())
}

/// The body of a Rank as the loop takes it. Without a server: this is what strangers can send, and what is fuzzed.
pub fn read_rank_body(bytes: Vec<u8>) -> Result<loops::RankRequest, ApiError> {
    check(RawJson::read(bytes)?, false)
}

fn check(body: RawJson<wire::RankRequest>, is_explained: bool) -> Result<loops::RankRequest, ApiError> {
    body.value.check(body.raw, is_explained)
}
