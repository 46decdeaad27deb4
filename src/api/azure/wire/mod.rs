//! What the contract's JSON looks like. Nothing here leaves the room.
//!
//! Wide in what is read (null for what is optional, unknown properties), exact in what is written: floats in their
//! shortest single-precision form, always with a decimal. Answers are never built through `serde_json::Value`, which
//! would widen 0.2 to 0.20000000298.

mod configuration;
mod explanation;
mod multi_slot;
mod rank;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use configuration::{PolicyContract, ServiceConfiguration};
pub use multi_slot::{MultiSlotRankRequest, MultiSlotRankResponse, MultiSlotRewardRequest};
pub use rank::{RankRequest, RankResponse};

/// What an event earned.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"value": 1.0}))]
pub struct RewardRequest {
    /// Between -1 and 1.
    #[schema(value_type = f32, minimum = -1, maximum = 1)]
    pub value: Option<f32>,
}

/// Which days have logged events.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"dateRange": {"from": "2026-01-01T00:00:00+00:00", "to": "2026-01-31T00:00:00+00:00"}}))]
pub struct LogsProperties {
    /// Left out when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_range: Option<DateRange>,
}

/// Whole days in UTC, both included.
#[derive(Debug, Serialize, ToSchema)]
pub struct DateRange {
    pub from: String,
    pub to: String,
}

/// How old the model is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"creationTime": "2026-01-01T00:00:00+00:00", "lastModifiedTime": "2026-01-31T12:30:00+00:00"}))]
pub struct ModelProperties {
    pub creation_time: String,
    pub last_modified_time: String,
}
