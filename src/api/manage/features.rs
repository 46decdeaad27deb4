//! What is odd about the features that a loop is sent.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        auth::ManagedLoop,
        error::{ApiError, ErrorBody},
        instant,
    },
    checks::Finding,
};

/// What was found in the features of recent events. Nothing is ever changed about them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureChecks {
    /// How many events were looked at: the first thousand, then one in twenty.
    events_looked_at: u64,
    /// When the first of them was ranked.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// The most urgent first.
    findings: Vec<FeatureFinding>,
}

/// Something odd about one feature.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureFinding {
    /// `printedList`, `misspeltKey`, `identifier`, `timestamp`, `alwaysNull`, `mixedTypes`, `numberAsText`,
    /// `largeNumbers`, `constant`, `manyValues`, `longArray`, `sparseArray`, `tooManyFeatures` or `tooManyKeys`.
    kind: &'static str,
    /// `context`, `action` or `slot`.
    place: &'static str,
    /// The objects around the feature, joined by dots; absent for a plain one.
    #[serde(skip_serializing_if = "String::is_empty")]
    namespace: String,
    /// Absent when the finding is about the place as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    /// For a misspelt key: the name that it nearly is.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_key: Option<String>,
    /// In how many contexts, actions or slots it was seen,
    seen: u64,
    /// of how many looked at.
    of: u64,
    /// Up to three values, as JSON, cut when they are long.
    examples: Vec<String>,
    /// What to do about it.
    advice: &'static str,
}

impl From<Finding> for FeatureFinding {
    fn from(finding: Finding) -> Self {
        Self {
            kind: finding.kind.as_str(),
            place: finding.place.as_str(),
            namespace: finding.namespace,
            key: finding.key,
            other_key: finding.other_key,
            seen: finding.n_seen,
            of: finding.n_of,
            examples: finding.examples,
            advice: finding.kind.advice(),
        }
    }
}

/// What is odd about the features of recent events.
#[utoipa::path(
    get, path = "/loops/{id}/feature-checks", tag = "Loops", operation_id = "getFeatureChecks",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = FeatureChecks), (status = 404, body = ErrorBody))
)]
pub async fn feature_checks(managed: ManagedLoop) -> Result<Json<FeatureChecks>, ApiError> {
    let found = managed.read().feature_findings().await?;
    Ok(Json(FeatureChecks {
        events_looked_at: found.n_events,
        since: found.since_us.map(instant::write),
        findings: found.findings.into_iter().map(Into::into).collect(),
    }))
}
