//! What is asked, checked once when it is asked and stored as it was checked.

use serde::{Deserialize, Serialize};

use super::{BASELINE, EvaluationError, ONLINE, RANDOM};
use crate::{
    bandit::{LearningSettings, LearningSettingsError, evaluation::DAY_US},
    loops::policy,
    terms::{Configuration, ExplorationShare, JobId},
};

const MAX_POLICIES: usize = 10;
const MAX_NAME_CHARS: usize = 256;

/// An evaluation to be made.
#[derive(Debug, Clone)]
pub struct EvaluationToMake {
    /// `None`: the server makes one.
    pub id: Option<String>,
    pub name: String,
    /// The days of both instants are evaluated whole.
    pub start_us: i64,
    pub end_us: i64,
    pub policies: Vec<CustomPolicy>,
    /// Whether to look for better learning settings too.
    pub is_optimizing: bool,
    /// A feature of the context, by whose values the traffic is looked at in parts.
    pub segment_by: Option<String>,
}

/// A feature importance to be made.
#[derive(Debug, Clone)]
pub struct ImportanceToMake {
    pub id: Option<String>,
    pub name: String,
    pub start_us: i64,
    pub end_us: i64,
}

/// Learning settings of the caller's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomPolicy {
    pub name: String,
    pub arguments: String,
}

/// A checked question, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contract {
    pub name: String,
    pub start_us: i64,
    pub end_us: i64,
    #[serde(default)]
    pub policies: Vec<CustomPolicy>,
    #[serde(default)]
    pub is_optimizing: bool,
    /// Whether the service asked by itself, and takes a better policy.
    #[serde(default)]
    pub is_auto: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_by: Option<String>,
}

impl Contract {
    /// Whole days in UTC, both included.
    pub fn span_us(&self) -> std::ops::Range<i64> {
        whole_days(self.start_us, self.end_us)
    }
}

/// From the beginning of the first instant's day to the end of the second one's, in UTC.
pub(super) fn whole_days(start_us: i64, end_us: i64) -> std::ops::Range<i64> {
    let begin = |at_us: i64| at_us.div_euclid(DAY_US) * DAY_US;
    begin(start_us)..begin(end_us).saturating_add(DAY_US)
}

impl EvaluationToMake {
    /// A multi-slot loop writes custom policies in its own way, as the old service did.
    pub(super) fn check(self, configuration: &Configuration) -> Result<(Option<JobId>, Contract), EvaluationError> {
        if self.policies.len() > MAX_POLICIES {
            return Err(EvaluationError::TooManyPolicies);
        }
        let policies: Vec<CustomPolicy> =
            self.policies.into_iter().map(|policy| policy.check(configuration)).collect::<Result<_, _>>()?;
        let mut names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(EvaluationError::DuplicatePolicies);
        }
        let contract = Contract {
            name: check_name(self.name)?,
            start_us: self.start_us,
            end_us: check_end(self.start_us, self.end_us)?,
            policies,
            is_optimizing: self.is_optimizing,
            is_auto: false,
            segment_by: self.segment_by.filter(|feature| !feature.trim().is_empty()),
        };
        Ok((check_id(self.id)?, contract))
    }
}

impl ImportanceToMake {
    pub(super) fn check(self) -> Result<(Option<JobId>, Contract), EvaluationError> {
        let contract = Contract {
            name: check_name(self.name)?,
            start_us: self.start_us,
            end_us: check_end(self.start_us, self.end_us)?,
            policies: Vec::new(),
            is_optimizing: false,
            is_auto: false,
            segment_by: None,
        };
        Ok((check_id(self.id)?, contract))
    }
}

impl CustomPolicy {
    fn check(self, configuration: &Configuration) -> Result<Self, EvaluationError> {
        if !(1..=MAX_NAME_CHARS).contains(&self.name.chars().count()) {
            return Err(EvaluationError::PolicyName);
        }
        if [ONLINE, BASELINE, RANDOM].contains(&self.name.as_str()) {
            return Err(EvaluationError::TakenPolicyName(self.name));
        }
        let arguments = policy::of_kind(&self.arguments, configuration.is_multi_slot);
        match learner(&arguments, configuration.exploration_percentage) {
            Ok(_) => Ok(Self { name: self.name, arguments }),
            Err(reason) => Err(EvaluationError::Policy { name: self.name, reason }),
        }
    }
}

/// The learner that a policy's text stands for, as applying the policy would make it. Its share of exploration is the
/// one that it names, else the loop's.
pub(super) fn learner(
    arguments: &str,
    share: ExplorationShare,
) -> Result<(LearningSettings, ExplorationShare), LearningSettingsError> {
    let named = LearningSettings::parse(Some(arguments))?.epsilon();
    let settings = LearningSettings::parse(policy::stored(arguments).as_deref())?;
    let share = named.and_then(|epsilon| ExplorationShare::try_from(epsilon).ok()).unwrap_or(share);
    Ok((settings, share))
}

fn check_name(name: String) -> Result<String, EvaluationError> {
    let is_good = (1..=MAX_NAME_CHARS).contains(&name.chars().count());
    if is_good { Ok(name) } else { Err(EvaluationError::Name) }
}

fn check_end(start_us: i64, end_us: i64) -> Result<i64, EvaluationError> {
    if start_us <= end_us { Ok(end_us) } else { Err(EvaluationError::Span) }
}

fn check_id(id: Option<String>) -> Result<Option<JobId>, EvaluationError> {
    id.map(JobId::try_from).transpose().map_err(EvaluationError::Id)
}
