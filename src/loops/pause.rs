//! Pausing a loop: visitors get what the application would show anyway, and nothing is learned, until it is resumed.
//!
//! It is a change of the learning mode like any other, so it stands in the history and on the charts. What it was before is
//! read from there.

use super::{ConfigurationChange, LiveLoop, LoopError, PastConfiguration};
use crate::terms::{Author, Configuration, LearningMode};

/// The caller's first action is answered and logged, and nothing is learned.
const PAUSED: LearningMode = LearningMode::LoggingOnly;

impl LiveLoop {
    /// Whether the loop only logs.
    pub fn is_paused(&self) -> bool {
        self.configuration().learning_mode == PAUSED
    }

    /// From the next Rank on the caller's first action is answered. False if that was so before. `by` goes into the
    /// history.
    pub async fn pause(&self, by: &Author) -> Result<bool, LoopError> {
        self.switch(PAUSED, by).await
    }

    /// Goes back to the learning mode from before the pause; `Online` if the loop never had another. The mode in force then.
    pub async fn resume(&self, by: &Author) -> Result<LearningMode, LoopError> {
        if self.is_paused() {
            let before = before_the_pause(&self.history().await?);
            self.switch(before, by).await?;
        }
        Ok(self.configuration().learning_mode)
    }

    async fn switch(&self, learning_mode: LearningMode, by: &Author) -> Result<bool, LoopError> {
        let before = self.configuration();
        if before.learning_mode == learning_mode {
            return Ok(false);
        }
        let configuration = Some(Configuration { learning_mode, ..(*before).clone() });
        self.configure(ConfigurationChange { configuration, ..ConfigurationChange::default() }, by).await?;
        Ok(true)
    }
}

/// Of configurations, newest first.
fn before_the_pause(history: &[PastConfiguration]) -> LearningMode {
    let mut modes = history.iter().map(|past| past.configuration.learning_mode);
    modes.find(|mode| *mode != PAUSED).unwrap_or(LearningMode::Online)
}
