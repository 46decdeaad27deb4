//! What the audit history is told of a loop.
//!
//! Changes of rows (loops, keys, actions, evaluations) take their line along in their transaction. What is a record of the
//! log (settings, models, notes, deleted events) has its author there; its line is written right after, and whoever asked
//! is told of success only once it stands. Between the two lies a moment in which a crash leaves the change without a line
//! of the audit history, but with its author in the loop's own.

use super::{Change, LiveLoop, LoopError};
use crate::{
    store::AuditLine,
    terms::{AuditKind, Author},
};

impl LiveLoop {
    /// A line about this loop, now.
    pub(super) fn line(&self, kind: AuditKind, by: &Author) -> AuditLine {
        AuditLine::new(self.now_us(), kind, by).about(self.id(), &self.name())
    }

    /// Writes a line right after what it tells of.
    pub(super) async fn note(&self, line: AuditLine) -> Result<(), LoopError> {
        Ok(self.tools().store.add_audit_line(&line).await?)
    }

    /// Writes down that a model left the server.
    pub async fn note_export(&self, by: &Author) -> Result<(), LoopError> {
        self.note(self.line(AuditKind::ModelExported, by)).await
    }
}

/// "explorationPercentage 20 % → 10 %, learningMode Online → Apprentice".
pub(super) fn told(changes: &[Change]) -> String {
    let one = |change: &Change| format!("{} {} → {}", change.field, change.before, change.after);
    changes.iter().map(one).collect::<Vec<_>>().join(", ")
}
