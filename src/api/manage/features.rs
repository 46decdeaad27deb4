//! What is odd about the features that a loop is sent, and which of them came to weigh more or less.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        auth::ManagedLoop,
        error::{ApiError, ErrorBody},
        instant,
    },
    bandit::evaluation::FeatureMove,
    checks::Finding,
    loops::OlderModel,
};

/// What was found in the features of recent events. Nothing is ever changed about them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureChecks {
    /// How many events were looked at: the first thousand, then some fifty a second at most.
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

/// Which features weigh more or less in what the loop chooses than in a model that was kept: the one nearest to a week ago.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "asOf": "2026-01-08T00:00:00Z", "version": 5_020,
    "since": {"version": 4_211, "keptAt": "2026-01-01T00:00:00Z"}, "decisions": 100,
    "features": [
        {"namespace": "FromUrl", "feature": "device", "before": 0.021, "now": 0.064, "change": 0.043, "low": 0.037, "high": 0.049},
    ],
}))]
pub struct FeatureMoves {
    /// Answers are good for ten minutes.
    as_of: String,
    /// Of the model that ranked then.
    version: i64,
    /// What it is held against; left out while no model was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<OlderModelInfo>,
    /// How many of the newest decisions both models were asked about, 100 at most.
    decisions: u32,
    /// Every feature in them, the one that moved most first.
    features: Vec<MovedFeature>,
}

/// A model that was kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OlderModelInfo {
    version: i64,
    kept_at: String,
}

/// One feature, whatever its values.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedFeature {
    /// `FromUrl` for the context's own, `i` for the action's id, `j` for its plain features, else the object around it.
    namespace: String,
    feature: String,
    /// How far it told the actions of a decision apart in the older model, on average, in reward units:
    before: f64,
    /// and how far it does now.
    now: f64,
    change: f64,
    /// The 95 % interval of the change, over decisions; left out for a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
}

impl From<OlderModel> for OlderModelInfo {
    fn from(older: OlderModel) -> Self {
        Self { version: older.version, kept_at: instant::write(older.kept_at_us) }
    }
}

impl From<&FeatureMove> for MovedFeature {
    fn from(of: &FeatureMove) -> Self {
        let change = of.change();
        let end = |end: f64| end.is_finite().then_some(end);
        Self {
            namespace: of.namespace.clone(),
            feature: of.feature.clone(),
            before: of.before,
            now: of.now,
            change,
            low: end(change - of.half_width),
            high: end(change + of.half_width),
        }
    }
}

/// Which features weigh more or less than about a week ago. The first answer may take some seconds.
#[utoipa::path(
    get, path = "/loops/{id}/feature-moves", tag = "Loops", operation_id = "getFeatureMoves",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = FeatureMoves), (status = 404, body = ErrorBody))
)]
pub async fn feature_moves(managed: ManagedLoop) -> Result<Json<FeatureMoves>, ApiError> {
    let found = managed.read().moved_features().await?;
    Ok(Json(FeatureMoves {
        as_of: instant::write(found.as_of_us),
        version: found.version,
        since: found.since.map(Into::into),
        decisions: found.n_decisions,
        features: found.moves.iter().map(Into::into).collect(),
    }))
}
