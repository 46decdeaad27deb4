//! The logged events of a loop as a whole: how far they reach, and forgetting them.

use super::{LiveLoop, LoopError, new_loop::record_of};
use crate::{
    log::{Fact, LogsDeleted},
    terms::{AuditKind, Author},
};

impl LiveLoop {
    /// When the first and the last retained event were ranked; `None` without any.
    pub async fn logged_span_us(&self) -> Result<Option<(i64, i64)>, LoopError> {
        Ok(self.tools().store.logged_span_us(self.id()).await?)
    }

    /// Forgets all events, also those whose reward is still awaited. The model and the counters stay.
    pub async fn delete_logs(&self, by: &Author) -> Result<(), LoopError> {
        let _changing = self.changing().await;
        self.append_and_fold(record_of(&Fact::LogsDeleted(LogsDeleted { by: by.name.clone() }))).await?;
        self.note(self.line(AuditKind::LogsDeleted, by)).await
    }
}
