//! Every refusal in the documented shape: `{"error":{"code","message"}}` (contract section 2).

use std::{any::Any, error::Error};

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

use crate::{
    accounts::AccountError,
    bandit::FeatureError,
    loops::{ActionProblem, LoopError},
    terms::{ConfigurationError, IdError},
};

/// How long a client waits before it tries again, when we cannot know better.
const RETRY_AFTER_S: u64 = 1;

/// A refusal on its way out.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    target: Option<String>,
    /// Boxed, because errors are handed on by value and few have any.
    details: Option<Box<Details>>,
    retry_after_s: Option<u64>,
    /// How to ask for a way in (RFC 6750, 3), when that is what is missing.
    challenge: Option<String>,
}

#[derive(Debug)]
struct Details(Vec<ErrorDetail>);

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"error": {"code": "InvalidRankRequest", "message": "Action count should be between 1 and 50."}}))]
pub struct ErrorBody {
    error: ErrorObject,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorObject {
    /// What kind of refusal; programs decide by it.
    code: &'static str,
    /// What was wrong, for people.
    message: String,
    /// The field that was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    /// Of a list: what was wrong with each of its items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<ErrorDetail>,
}

/// What was wrong with one item of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Where it stands: `actions[3]`.
    pub target: String,
    /// What was wrong, for people.
    pub message: String,
}

impl ApiError {
    /// A refusal with its own status and code.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            target: None,
            details: None,
            retry_after_s: None,
            challenge: None,
        }
    }

    /// The request is wrong.
    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFound", message)
    }

    /// Names the field that is wrong.
    pub fn at(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Names what is wrong with each item of a list.
    pub fn with_details(mut self, details: Vec<ErrorDetail>) -> Self {
        self.details = (!details.is_empty()).then(|| Box::new(Details(details)));
        self
    }

    /// The same refusal under the code of another operation; what is not the caller's fault keeps its own.
    pub fn as_code(mut self, code: &'static str) -> Self {
        if self.status == StatusCode::BAD_REQUEST {
            self.code = code;
        }
        self
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What was wrong, for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Its code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// No key or token, or not a good one. One answer for all cases: it says nothing about which keys exist.
    pub fn unauthorized(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", message).challenged("Bearer".to_owned())
    }

    /// No key of a loop, or not a good one: in the words of the old service's gateway, which programs look for.
    pub(super) fn invalid_key() -> Self {
        const MESSAGE: &str = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to \
                               provide a valid key for an active subscription and use a correct regional API endpoint \
                               for your resource.";
        Self::new(StatusCode::UNAUTHORIZED, "401", MESSAGE).challenged("Bearer".to_owned())
    }

    /// A token that is not good. `why` is for the one who looks for the reason: plain ASCII without quotes.
    pub(super) fn invalid_token(message: String, why: &str) -> Self {
        let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{why}\"");
        Self::new(StatusCode::UNAUTHORIZED, "401", message).challenged(challenge)
    }

    /// A good token that may not do this. `why` completes the gateway's sentence.
    pub(super) fn permission_denied(why: &str) -> Self {
        let message = format!("Principal does not have access to API/Operation. {why}");
        let challenge = "Bearer error=\"insufficient_scope\"".to_owned();
        Self::new(StatusCode::FORBIDDEN, "PermissionDenied", message).challenged(challenge)
    }

    /// Whether a token is good cannot be found out at the moment.
    pub(super) fn issuer_unavailable() -> Self {
        let message = "The keys of the token's issuer cannot be fetched at the moment; try again soon.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "OperationNotAllowed", message).retry_after(RETRY_AFTER_S)
    }

    fn challenged(mut self, challenge: String) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// More calls than the loop may have.
    pub fn too_many_requests(retry_after_s: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Too many calls for this loop; try again later.")
            .retry_after(retry_after_s)
    }

    /// Something broke on our side. Logged here, once, with all its causes.
    fn broken(status: StatusCode, code: &'static str, message: String, cause: &dyn Error) -> Self {
        error!(error = %causes(cause), "A call could not be served");
        let answer = Self::new(status, code, message);
        if status == StatusCode::INTERNAL_SERVER_ERROR { answer } else { answer.retry_after(RETRY_AFTER_S) }
    }
}

/// An error with all that it came from, in one line.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let details = self.details.map_or_else(Vec::new, |details| details.0);
        let error = ErrorObject { code: self.code, message: self.message, target: self.target, details };
        let mut response = (self.status, Json(ErrorBody { error })).into_response();
        let headers = response.headers_mut();
        // The newest version of the contract declares it; the others allow it.
        headers.insert(HeaderName::from_static("x-ms-error-code"), HeaderValue::from_static(self.code));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<LoopError> for ApiError {
    fn from(error: LoopError) -> Self {
        let message = error.to_string();
        match &error {
            LoopError::ActionCount { .. }
            | LoopError::DuplicateAction(_)
            | LoopError::ActionWithoutFeatures
            | LoopError::UnknownExcludedAction
            | LoopError::AllExcluded
            | LoopError::NoSlots
            | LoopError::SlotCount
            | LoopError::SlotIds
            | LoopError::SlotBaseline
            | LoopError::BaselineExcluded
            | LoopError::NoLoopActions
            | LoopError::Features(_) => Self::bad("InvalidRankRequest", message),
            LoopError::ModelTooLarge { .. } => Self::bad("PayloadSizeExceeded", message),
            LoopError::Model(_) => Self::bad("InvalidModelImportFormat", message),
            LoopError::NotMultiSlot => Self::bad("InvalidMultiSlotApiAccess", message),
            LoopError::RewardValue => Self::bad("InvalidRewardRequest", message),
            LoopError::Configuration(cause) => cause.clone().into(),
            LoopError::ModeAndRewardTogether => Self::bad("InvalidLearningModeServiceConfiguration", message),
            LoopError::LearningSettings(_) => Self::bad("InvalidPolicyConfiguration", message),
            LoopError::Id(_)
            | LoopError::Name
            | LoopError::TooManyLoopActions { .. }
            | LoopError::ActionDates
            | LoopError::Note { .. } => Self::bad("BadRequest", message),
            LoopError::ActionList(problems) => {
                let detail = |problem: &ActionProblem| ErrorDetail {
                    target: format!("actions[{}]", problem.place),
                    message: format!("{}: {}", problem.id, problem.error),
                };
                Self::bad("BadRequest", message).at("actions").with_details(problems.iter().map(detail).collect())
            }
            LoopError::NoWayBack
            | LoopError::NoRamp
            | LoopError::TooManyCheckpoints { .. }
            | LoopError::TooManyShares { .. } => Self::new(StatusCode::CONFLICT, "Conflict", message),
            LoopError::NotFound(_) => Self::not_found(message),
            LoopError::Store(_) if error.is_disk_full() => Self::broken(
                StatusCode::INSUFFICIENT_STORAGE,
                "InsufficientStorage",
                "The server has no space left to store this.".to_owned(),
                &error,
            ),
            LoopError::Store(_) => {
                Self::broken(StatusCode::SERVICE_UNAVAILABLE, "OperationNotAllowed", message, &error)
            }
            LoopError::ModelArchive(cause) if cause.is_about_signature() => {
                Self::bad("InvalidModelImportSignature", message)
            }
            LoopError::ModelArchive(_) => Self::bad("InvalidModelImportFormat", message),
            LoopError::Evaluation(cause) => cause.into(),
            LoopError::SigningKey(_)
            | LoopError::Trial(_)
            | LoopError::DamagedJob(_)
            | LoopError::Trainer(_)
            | LoopError::Damaged(_) => {
                Self::broken(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message, &error)
            }
        }
    }
}

impl From<ConfigurationError> for ApiError {
    fn from(error: ConfigurationError) -> Self {
        if error == ConfigurationError::AutoOptimizationOfSlots {
            let code = "ProblemTypeIncompatibleWithAutoOptimization";
            return Self::new(StatusCode::FORBIDDEN, code, error.to_string()).at("isAutoOptimizationEnabled");
        }
        let (code, field) = match &error {
            ConfigurationError::RewardWaitTime => ("InvalidRewardWaitTime", "rewardWaitTime"),
            ConfigurationError::LogRetentionDays => ("InvalidLogRetentionDays", "logRetentionDays"),
            ConfigurationError::ModelRetrainDays => ("InvalidModelRetrainDays", "modelRetrainDays"),
            ConfigurationError::AutoOptimizationFrequency | ConfigurationError::AutoOptimizationOfSlots => {
                ("InvalidServiceConfiguration", "autoOptimizationFrequency")
            }
            ConfigurationError::DefaultReward => ("InvalidServiceConfiguration", "defaultReward"),
            ConfigurationError::Exploration => ("InvalidServiceConfiguration", "explorationPercentage"),
            ConfigurationError::RampTime => ("InvalidServiceConfiguration", "rampExplorationOver"),
            ConfigurationError::ModelExportFrequency => ("InvalidServiceConfiguration", "modelExportFrequency"),
            ConfigurationError::RewardAggregation => ("InvalidServiceConfiguration", "rewardAggregation"),
            ConfigurationError::LearningMode => ("InvalidServiceConfiguration", "learningMode"),
        };
        Self::bad(code, error.to_string()).at(field)
    }
}

impl From<FeatureError> for ApiError {
    fn from(error: FeatureError) -> Self {
        LoopError::from(error).into()
    }
}

impl From<IdError> for ApiError {
    fn from(error: IdError) -> Self {
        LoopError::from(error).into()
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let said = || format!("{}.", sentence(&error.to_string()));
        match &error {
            AccountError::UnknownPerson | AccountError::UnknownInvitation => return Self::not_found(said()),
            AccountError::LastOwner => return Self::new(StatusCode::CONFLICT, "LastOwner", said()),
            AccountError::NotYours { .. } => return Self::new(StatusCode::FORBIDDEN, "Forbidden", said()),
            _ => {}
        }
        let message = "Accounts cannot be read at the moment.".to_owned();
        Self::broken(StatusCode::SERVICE_UNAVAILABLE, "OperationNotAllowed", message, &error)
    }
}

/// With a capital letter at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The answer to a path that does not exist.
pub async fn no_such_route() -> ApiError {
    ApiError::not_found("Requested resource does not exist on the server.")
}

/// The answer to a known path with another method.
pub(super) async fn method_not_allowed() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "This path does not know this method.")
}

/// The answer while the server is still reading its loops.
pub async fn too_early() -> ApiError {
    let message = "The server is starting and cannot rank yet; try again in a moment.";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "OperationNotAllowed", message).retry_after(RETRY_AFTER_S)
}

/// The answer when a handler panicked: the server stays up, and its log says where.
pub fn refuse_panic(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    error!(panic = text, "A handler panicked");
    let message = "A generic error has occurred on the server.";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message).into_response()
}
