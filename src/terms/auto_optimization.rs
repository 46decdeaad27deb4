//! When the service evaluates other learning settings by itself, and takes better ones (contract section 8).

use serde::{Deserialize, Serialize};

use super::IsoDuration;

/// Regular evaluations that may change the learning settings.
///
/// Off until asked for: nobody should find another learner than the one that was left. The old service began with it on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoOptimization {
    pub is_enabled: bool,
    pub frequency: IsoDuration,
    /// The first evaluation; `None`: one `frequency` after it was switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_us: Option<i64>,
}

impl Default for AutoOptimization {
    fn default() -> Self {
        Self { is_enabled: false, frequency: IsoDuration::from_secs(28 * 86_400), start_us: None }
    }
}
