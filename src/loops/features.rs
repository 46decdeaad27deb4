//! What is odd about the features that a loop is sent.

use super::{LiveLoop, LoopError};
use crate::{checks::Finding, log::Fact};

/// Events of the log that are looked at again when too few went by since the start.
const N_REMEMBERED: i64 = 1_000;

/// The findings, and what they rest on.
#[derive(Debug, Clone)]
pub struct FeatureFindings {
    /// The most urgent first.
    pub findings: Vec<Finding>,
    /// How many events were looked at.
    pub n_events: u64,
    /// When the first of them was ranked.
    pub since_us: Option<i64>,
}

impl LiveLoop {
    /// What is odd about the features of recent events.
    pub async fn feature_findings(&self) -> Result<FeatureFindings, LoopError> {
        self.remember_features().await?;
        let checks = self.cell().checks();
        let (n_events, since_us) = checks.basis();
        Ok(FeatureFindings { findings: checks.findings(), n_events, since_us })
    }

    /// The counts live in memory, so soon after a start the newest events from before are read again, once.
    async fn remember_features(&self) -> Result<(), LoopError> {
        // Read first: whatever is folded after it is counted by the fold, and whatever was folded before it since the
        // start has left its number.
        let next = self.progress().borrow().saturating_add(1);
        let before = {
            let checks = self.cell().checks();
            if !checks.is_young() || checks.has_remembered() {
                return Ok(());
            }
            checks.first_seq().unwrap_or(next)
        };
        let stored = self.tools().store.latest_of_kind(self.id(), Fact::RANKED, before, N_REMEMBERED).await?;
        let mut past = Vec::with_capacity(stored.len());
        for record in stored {
            if let Fact::Ranked(ranked) = Fact::from_body(record.seq, record.kind, &record.body)? {
                past.push((record.at_us, ranked));
            }
        }
        self.cell().checks().remember(past.iter().map(|(at_us, ranked)| (*at_us, &**ranked)));
        Ok(())
    }
}
