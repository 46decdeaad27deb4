//! When a loop evaluates other learning settings by itself, and over which of its past.

use time::OffsetDateTime;

use super::{
    contract::Contract,
    jobs::{JobKind, read},
};
use crate::{
    bandit::evaluation::DAY_US,
    loops::{LiveLoop, LoopError},
    store::JobKey,
    terms::{Author, AutoOptimization},
};

/// What such an evaluation is called.
const BY_ITSELF: &str = "Automatic optimisation";
/// The automatic evaluations that are kept, as many as the old service kept.
const N_KEPT: usize = 24;
/// The least past that is looked at, in days.
const N_DAYS_LEAST: i64 = 14;
/// Records that are enough to judge by; with fewer, more of the past is looked at.
const N_RECORDS_ENOUGH: i64 = 20_000;
/// How far back is far enough, in days.
const N_DAYS_MOST: i64 = 3_650;

impl LiveLoop {
    /// When the next evaluation by itself is due; `None` while that is switched off.
    pub(super) async fn next_automatic_us(&self) -> Result<Option<i64>, LoopError> {
        let settings = self.configuration().auto_optimization.clone();
        if !settings.is_enabled {
            return Ok(None);
        }
        let every_us = settings.frequency.as_micros();
        let first_us = match settings.start_us {
            Some(start_us) => start_us,
            None => self.switched_on_us(&settings).await?.saturating_add(every_us),
        };
        let last_us = self.automatic_jobs().await?.first().map(|(_, created_at_us)| *created_at_us);
        let last_us = last_us.filter(|last_us| *last_us >= first_us);
        Ok(Some(last_us.map_or(first_us, |last_us| last_us.saturating_add(every_us))))
    }

    /// Asks for the evaluation that is due, and lets go of the oldest.
    pub(super) async fn make_automatic(&self) -> Result<(), LoopError> {
        let (start_us, end_us) = self.automatic_span_us().await?;
        let today = OffsetDateTime::from_unix_timestamp(end_us.div_euclid(1_000_000));
        let name = today.map_or_else(|_| BY_ITSELF.to_owned(), |today| format!("{BY_ITSELF} {}", today.date()));
        let contract = Contract {
            name,
            start_us,
            end_us,
            policies: Vec::new(),
            is_optimizing: true,
            is_auto: true,
            segment_by: None,
        };
        let Some(fence) = self.fence() else { return Ok(()) };
        self.make_job(JobKind::Evaluation, None, &contract, Some(fence), &Author::server(BY_ITSELF)).await?;
        for (key, _) in self.automatic_jobs().await?.into_iter().skip(N_KEPT) {
            self.tools().store.delete_job(&key, None).await?;
        }
        Ok(())
    }

    /// The automatic evaluations, newest first.
    async fn automatic_jobs(&self) -> Result<Vec<(JobKey, i64)>, LoopError> {
        let rows = self.tools().store.jobs(self.id(), JobKind::Evaluation.as_str()).await?;
        let mut found = Vec::new();
        for row in rows {
            if read::<Contract>(&row.contract)?.is_auto {
                found.push((row.key, row.created_at_us));
            }
        }
        Ok(found)
    }

    /// Since when the present settings hold.
    async fn switched_on_us(&self, settings: &AutoOptimization) -> Result<i64, LoopError> {
        let history = self.history().await?;
        let same = history.iter().take_while(|past| past.configuration.auto_optimization == *settings);
        Ok(same.last().map_or_else(|| self.created_at_us(), |past| past.at_us))
    }

    /// The last two weeks, and twice as much again and again while that holds too few records.
    async fn automatic_span_us(&self) -> Result<(i64, i64), LoopError> {
        let (store, now_us) = (&self.tools().store, self.now_us());
        let head = store.log_head(self.id()).await?;
        let mut n_days = N_DAYS_LEAST;
        loop {
            let start_us = now_us - n_days * DAY_US;
            let before = store.last_seq_before(self.id(), start_us).await?;
            if before == 0 || head.seq - before >= N_RECORDS_ENOUGH || n_days >= N_DAYS_MOST {
                return Ok((start_us, now_us));
            }
            n_days *= 2;
        }
    }
}
