//! Reports for people without an account: a link that can be read by whoever has it, until it expires or is taken back.

use super::{Evaluation, EvaluationError};
use crate::{
    loops::{LiveLoop, LoopError, keys},
    store::ShareRow,
    terms::{AuditKind, Author},
};

const DAY_US: i64 = 24 * 3_600 * 1_000_000;
/// For how long a link holds, at most.
const MAX_DAYS: u16 = 365;
/// Links of a loop that hold at a time.
const MAX_SHARES: usize = 100;

/// A link that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationShare {
    pub id: String,
    pub by: String,
    pub made_at_us: i64,
    pub expires_at_us: i64,
}

impl LiveLoop {
    /// Makes a link to a report. Its secret is answered this once; only a hash of it is kept.
    pub async fn share_evaluation(&self, id: &str, n_days: u16, by: &Author) -> Result<String, LoopError> {
        let evaluation = self.evaluation(id).await?;
        let now_us = self.now_us();
        if self.tools().store.shares(self.id(), now_us).await?.len() >= MAX_SHARES {
            return Err(LoopError::TooManyShares { most: MAX_SHARES });
        }
        let secret = keys::make();
        let share = ShareRow {
            job_id: evaluation.id.to_string(),
            hash: keys::hash(&secret).to_vec(),
            id: hex::encode(keys::random_bytes::<8>()),
            made_by: by.name.clone(),
            made_at_us: now_us,
            expires_at_us: now_us + i64::from(n_days.clamp(1, MAX_DAYS)) * DAY_US,
        };
        self.tools().store.insert_share(self.id(), &share).await?;
        self.note(self.line(AuditKind::ReportShared, by).on(evaluation.name)).await?;
        Ok(secret)
    }

    /// The links to a report that hold now, newest first.
    pub async fn evaluation_shares(&self, id: &str) -> Result<Vec<EvaluationShare>, LoopError> {
        let all = self.tools().store.shares(self.id(), self.now_us()).await?;
        let of_this = all.into_iter().filter(|share| share.job_id == id);
        Ok(of_this
            .map(|share| EvaluationShare {
                id: share.id,
                by: share.made_by,
                made_at_us: share.made_at_us,
                expires_at_us: share.expires_at_us,
            })
            .collect())
    }

    /// Takes a link back.
    pub async fn stop_sharing(&self, share_id: &str, by: &Author) -> Result<(), LoopError> {
        let was_there = self.tools().store.delete_share(self.id(), share_id).await?;
        if !was_there {
            return Err(LoopError::NotFound("link"));
        }
        self.note(self.line(AuditKind::SharingStopped, by)).await
    }

    /// The evaluation that a link leads to, if it holds.
    pub async fn shared_evaluation(&self, secret: &str) -> Result<Evaluation, LoopError> {
        const MISSING: LoopError = LoopError::NotFound("shared report");
        let hash = keys::hash(secret);
        let all = self.tools().store.shares(self.id(), self.now_us()).await?;
        let share = all.into_iter().find(|share| share.hash == hash).ok_or(MISSING)?;
        self.evaluation(&share.job_id).await.map_err(|error| match error {
            LoopError::Evaluation(EvaluationError::EvaluationNotFound) => MISSING,
            other => other,
        })
    }
}
