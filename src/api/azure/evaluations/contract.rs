//! What callers ask, in every version.

use serde::Deserialize;
use utoipa::ToSchema;

use super::read_date;
use crate::{
    api::{ApiError, azure::versions::EvaluationDialect},
    loops::{CustomPolicy, EvaluationToMake},
};

const CODE: &str = "InvalidEvaluationContract";
/// The longest argument text of the contract.
const MAX_ARGUMENTS: usize = 1_024;

/// A counterfactual evaluation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "enableOfflineExperimentation": true, "name": "myFirstEvaluation",
    "startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-31T00:00:00Z",
    "policies": [{"name": "mine", "arguments": "--cb_explore_adf --epsilon 0.2 --cb_type ips -l 0.5 --power_t 0.5"}],
}))]
pub struct EvaluationContract {
    /// Whether to look for better learning settings too; `enablePolicyOptimization` in 2022-09-01-preview.
    enable_offline_experimentation: Option<bool>,
    enable_policy_optimization: Option<bool>,
    #[schema(value_type = String, max_length = 256)]
    name: Option<String>,
    /// A date or date-time; its whole day is evaluated.
    #[schema(value_type = String)]
    start_time: Option<String>,
    /// A date or date-time; its whole day is evaluated.
    #[schema(value_type = String)]
    end_time: Option<String>,
    /// At most 10.
    #[schema(value_type = Vec<EvaluationPolicy>)]
    policies: Option<Vec<Option<EvaluationPolicy>>>,
}

/// Learning settings to be evaluated.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EvaluationPolicy {
    #[schema(value_type = String, max_length = 256)]
    name: Option<String>,
    #[schema(value_type = String, max_length = 1024)]
    arguments: Option<String>,
}

impl EvaluationContract {
    /// The question as the loop takes it. `id` is the caller's, if there is one.
    pub fn check(self, id: Option<String>, dialect: EvaluationDialect) -> Result<EvaluationToMake, ApiError> {
        let is_optimizing = match dialect {
            EvaluationDialect::Newest => self.enable_policy_optimization,
            EvaluationDialect::Stable | EvaluationDialect::Preview => self.enable_offline_experimentation,
        };
        let policies = self.policies.unwrap_or_default().into_iter();
        Ok(EvaluationToMake {
            id,
            name: self.name.ok_or_else(|| ApiError::bad(CODE, "The evaluation needs a `name`.").at("name"))?,
            start_us: read_date(self.start_time.as_deref(), "startTime", CODE)?,
            end_us: read_date(self.end_time.as_deref(), "endTime", CODE)?,
            policies: policies.map(check_policy).collect::<Result<_, _>>()?,
            is_optimizing: is_optimizing.unwrap_or(false),
            segment_by: None,
        })
    }
}

fn check_policy(policy: Option<EvaluationPolicy>) -> Result<CustomPolicy, ApiError> {
    let bad = |message: &str| ApiError::bad("InvalidPolicyContract", message).at("policies");
    let policy = policy.ok_or_else(|| bad("A custom policy is null."))?;
    let name = policy.name.ok_or_else(|| bad("A custom policy needs a `name`."))?;
    let arguments = policy.arguments.ok_or_else(|| bad("A custom policy needs `arguments`."))?;
    if arguments.chars().count() > MAX_ARGUMENTS {
        return Err(bad("The arguments of a custom policy can have at most 1024 characters."));
    }
    Ok(CustomPolicy { name, arguments })
}

/// A policy of an evaluation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"evaluationId": "b58c6d92-b727-48c1-9487-4be2782c9e0a", "policyName": "online"}))]
pub struct PolicyReferenceContract {
    #[schema(value_type = String, max_length = 256)]
    evaluation_id: Option<String>,
    #[schema(value_type = String, max_length = 256)]
    policy_name: Option<String>,
}

impl PolicyReferenceContract {
    /// The evaluation's id and the policy's name.
    pub fn check(self) -> Result<(String, String), ApiError> {
        let need = |value: Option<String>, field: &'static str| {
            value.ok_or_else(|| ApiError::bad("BadRequest", format!("The reference needs `{field}`.")).at(field))
        };
        Ok((need(self.evaluation_id, "evaluationId")?, need(self.policy_name, "policyName")?))
    }
}
