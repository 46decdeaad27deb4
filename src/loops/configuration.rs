//! Skeleton.
use super::{LiveLoop, LoopError};
use crate::terms::{Configuration, Impact};

/// What somebody wants to change; `None` keeps.
#[derive(Debug, Clone, Default)]
pub struct ConfigurationChange {
    pub configuration: Option<Configuration>,
    /// `Some(None)`: back to rankloop's own learner.
    pub arguments: Option<Option<String>>,
    /// The history record that this goes back to.
    pub restores_seq: Option<i64>,
}

/// One changed value, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The wire name, such as `rewardWaitTime`.
    pub field: &'static str,
    pub before: String,
    pub after: String,
    pub impact: Impact,
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub changes: Vec<Change>,
    /// The heaviest of them.
    pub impact: Impact,
}

/// A configuration that was in force, from the log.
#[derive(Debug, Clone, PartialEq)]
pub struct PastConfiguration {
    pub seq: i64,
    pub at_us: i64,
    pub by: String,
    pub restores_seq: Option<i64>,
    pub configuration: Configuration,
    pub arguments: Option<String>,
    /// Against the one before.
    pub changes: Vec<Change>,
}

impl LiveLoop {
    /// Checks a change and says what it would cost, without applying it.
    pub fn preview(&self, _change: &ConfigurationChange) -> Result<Preview, LoopError> {
        todo!("loops")
    }
    /// Applies a change; the next Rank sees it. Nothing is stored when nothing changes.
    pub async fn configure(&self, _change: ConfigurationChange, _by: &str) -> Result<Preview, LoopError> {
        todo!("loops")
    }
    /// All configurations so far, newest first.
    pub async fn history(&self) -> Result<Vec<PastConfiguration>, LoopError> {
        todo!("loops")
    }
}
