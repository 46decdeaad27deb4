//! Keys: replaced one at a time, so that callers move from one to the other without a gap.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{ApiError, auth::ManagedLoop, error::ErrorBody, extract::ApiPath},
    loops::{KeySlot, Loops},
};

/// Which key.
#[derive(Debug, Deserialize)]
pub struct SlotPath {
    slot: String,
}

/// A new key, shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"slot": 1, "key": "4f0c…"}))]
pub struct NewKey {
    slot: u8,
    key: String,
}

/// Replaces one of the two keys; the other goes on working.
#[utoipa::path(
    post, path = "/loops/{id}/keys/{slot}/rotate", tag = "Keys", operation_id = "rotateKey",
    params(("id" = String, Path), ("slot" = u8, Path, description = "1 or 2")), security(("token" = [])),
    responses((status = 200, body = NewKey), (status = 404, body = ErrorBody))
)]
pub async fn rotate(
    managed: ManagedLoop,
    ApiPath(path): ApiPath<SlotPath>,
    State(loops): State<Loops>,
) -> Result<Json<NewKey>, ApiError> {
    let (live, by) = managed.administer()?;
    let (number, slot) = match path.slot.as_str() {
        "1" => (1, KeySlot::First),
        "2" => (2, KeySlot::Second),
        _ => return Err(ApiError::not_found("A loop has the keys 1 and 2.")),
    };
    let key = loops.rotate_key(live.id(), slot, by).await?;
    Ok(Json(NewKey { slot: number, key }))
}
