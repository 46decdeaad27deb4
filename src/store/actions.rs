//! Skeleton.
use super::{Store, StoreError};
use crate::terms::{ActionId, LoopId};

/// An action that the operator defined for a loop.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRow {
    pub id: ActionId,
    /// A JSON list of feature objects, checked before it gets here.
    pub features: String,
    pub is_active: bool,
    /// Instants; `None` is open.
    pub valid_from_us: Option<i64>,
    pub valid_to_us: Option<i64>,
    pub notes: String,
    /// Where it stands among the loop's actions; the first one is the baseline.
    pub position: i64,
    pub updated_at_us: i64,
    pub updated_by: String,
}

impl Store {
    /// By position, then id.
    pub async fn actions(&self, _id: &LoopId) -> Result<Vec<ActionRow>, StoreError> {
        todo!("store")
    }
    /// Makes or replaces.
    pub async fn save_action(&self, _id: &LoopId, _row: &ActionRow) -> Result<(), StoreError> {
        todo!("store")
    }
    pub async fn delete_action(&self, _id: &LoopId, _action_id: &ActionId) -> Result<bool, StoreError> {
        todo!("store")
    }
}
