//! Skeleton.
use crate::{bandit::JsonObject, terms::ActionId};

/// An action that the operator defined, so that a Rank need not send it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopAction {
    pub id: ActionId,
    pub features: Vec<JsonObject>,
    pub is_active: bool,
    pub valid_from_us: Option<i64>,
    pub valid_to_us: Option<i64>,
    pub notes: String,
    pub position: i64,
    pub updated_at_us: i64,
    pub updated_by: String,
}

/// What a person typed.
#[derive(Debug, Clone)]
pub struct ActionDraft {
    pub id: ActionId,
    pub features: Vec<JsonObject>,
    pub is_active: bool,
    pub valid_from_us: Option<i64>,
    pub valid_to_us: Option<i64>,
    pub notes: String,
    /// `None`: where it was, or at the end.
    pub position: Option<i64>,
}
