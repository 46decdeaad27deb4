//! Keys: replaced one at a time, so that callers move from one to the other without a gap.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{ApiError, auth::ManagedLoop, error::ErrorBody, extract::ApiPath, instant},
    loops::{KeyInfo, KeySlot, KeyUse, Loops},
};

/// The two keys of a loop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"keys": [
    {"slot": 1, "last4": "9f3c", "createdAt": "2025-11-21T11:42:07Z", "lastUsedAt": "2025-11-21T12:03:51Z", "lastUsedBy": "curl"},
    {"slot": 2, "last4": "04be", "createdAt": "2025-11-21T11:42:07Z"},
]}))]
pub struct KeyList {
    keys: Vec<KnownKey>,
}

/// What may be known of a key, and of its use.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownKey {
    /// 1 or 2.
    slot: usize,
    /// Its last four characters.
    last4: String,
    created_at: String,
    /// When a call last came with it; left out while none has. Where several processes serve, the uses that the others saw
    /// are known within an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<String>,
    /// The kind of client that called, such as `curl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_by: Option<String>,
}

/// Both keys, as far as they may be known, and when each was last used.
#[utoipa::path(
    get, path = "/loops/{id}/keys", tag = "Keys", operation_id = "listKeys", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = KeyList), (status = 404, body = ErrorBody))
)]
pub async fn list(managed: ManagedLoop) -> Result<Json<KeyList>, ApiError> {
    let live = managed.read();
    let uses = live.last_key_uses().await?;
    let known = |(slot, (key, seen)): (usize, (KeyInfo, Option<KeyUse>))| KnownKey {
        slot,
        last4: key.last4,
        created_at: instant::write(key.created_at_us),
        last_used_at: seen.as_ref().map(|seen| instant::write(seen.at_us)),
        last_used_by: seen.map(|seen| seen.by),
    };
    let keys = (1..).zip(live.keys().into_iter().zip(uses)).map(known).collect();
    Ok(Json(KeyList { keys }))
}

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
