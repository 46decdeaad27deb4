//! The jobs of a loop: made, read, listed and removed. Doing them is next door, in `runner`.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::{
    CustomPolicy, EvaluationError, EvaluationResult, EvaluationSummary, EvaluationToMake, ImportanceResult,
    ImportanceToMake, contract::Contract,
};
use crate::{
    loops::{LiveLoop, LoopError, keys},
    store::{Fence, JobKey, JobRow, WAITING},
    terms::{AuditKind, Author, JobId},
};

/// Jobs of one kind that a loop keeps.
const MAX_JOBS: usize = 500;

/// What a job asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobKind {
    Evaluation,
    Importance,
}

impl JobKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::Importance => "featureImportance",
        }
    }

    /// What the audit history calls it.
    fn told(self) -> &'static str {
        match self {
            Self::Evaluation => "what policies would have earned",
            Self::Importance => "which features mattered",
        }
    }

    fn exists(self, id: JobId) -> EvaluationError {
        match self {
            Self::Evaluation => EvaluationError::EvaluationExists(id),
            Self::Importance => EvaluationError::ImportanceExists(id),
        }
    }

    fn not_found(self) -> EvaluationError {
        match self {
            Self::Evaluation => EvaluationError::EvaluationNotFound,
            Self::Importance => EvaluationError::ImportanceNotFound,
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluationStatus {
    /// Waits for its turn, or is being done.
    Running,
    Succeeded,
    Failed,
    /// It ran by itself, and the loop took the better policy that it found.
    OptimalPolicyApplied,
    /// It ran by itself and found nothing better.
    OnlinePolicyRetained,
}

impl EvaluationStatus {
    /// The word that is stored.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Running => WAITING,
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::OptimalPolicyApplied => "optimalPolicyApplied",
            Self::OnlinePolicyRetained => "onlinePolicyRetained",
        }
    }

    fn parse(text: &str) -> Self {
        let all = [Self::Running, Self::Succeeded, Self::OptimalPolicyApplied, Self::OnlinePolicyRetained];
        all.into_iter().find(|status| status.as_str() == text).unwrap_or(Self::Failed)
    }
}

/// An evaluation without its large result.
#[derive(Debug, Clone)]
pub struct Evaluation {
    pub id: JobId,
    pub name: String,
    pub start_us: i64,
    pub end_us: i64,
    pub created_at_us: i64,
    pub is_auto: bool,
    pub status: EvaluationStatus,
    /// The feature by whose values the traffic is looked at in parts.
    pub segment_by: Option<String>,
    /// The caller's policies, as this loop writes them.
    pub policies: Vec<CustomPolicy>,
    /// The share that is done, while it is being done.
    pub share_done: Option<f32>,
    /// Once it ended.
    pub summary: Option<EvaluationSummary>,
}

/// A feature importance without its result.
#[derive(Debug, Clone)]
pub struct FeatureImportance {
    pub id: JobId,
    pub name: String,
    pub start_us: i64,
    pub end_us: i64,
    pub created_at_us: i64,
    pub status: EvaluationStatus,
    /// Why it failed, for people.
    pub problem: Option<String>,
}

/// The one place where all loops' jobs are done. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::loops) struct Jobs(Arc<JobsInner>);

#[derive(Debug, Default)]
struct JobsInner {
    wake: Notify,
    current: Mutex<Option<Current>>,
}

#[derive(Debug)]
struct Current {
    key: JobKey,
    is_stopped: bool,
    share_done: f32,
}

impl Jobs {
    fn current(&self) -> std::sync::MutexGuard<'_, Option<Current>> {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There may be something to do.
    pub(super) fn wake(&self) {
        self.0.wake.notify_one();
    }

    pub(super) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    pub(super) fn begin(&self, key: &JobKey) {
        *self.current() = Some(Current { key: key.clone(), is_stopped: false, share_done: 0.0 });
    }

    pub(super) fn end(&self) {
        *self.current() = None;
    }

    /// Notes how far the current job is. False when nobody wants it any more.
    pub(super) fn note(&self, share_done: f32) -> bool {
        self.current().as_mut().is_some_and(|current| {
            current.share_done = share_done;
            !current.is_stopped
        })
    }

    fn stop(&self, key: &JobKey) {
        if let Some(current) = self.current().as_mut().filter(|current| current.key == *key) {
            current.is_stopped = true;
        }
    }

    fn share_done(&self, key: &JobKey) -> Option<f32> {
        self.current().as_ref().filter(|current| current.key == *key).map(|current| current.share_done)
    }
}

impl LiveLoop {
    /// Asks what policies would have earned. It is stored when this returns, and done soon after.
    pub async fn make_evaluation(&self, evaluation: EvaluationToMake, by: &Author) -> Result<Evaluation, LoopError> {
        let (id, contract) = evaluation.check(&self.configuration())?;
        let row = self.make_job(JobKind::Evaluation, id, &contract, None, by).await?;
        self.evaluation_of(&row)
    }

    /// Asks which features mattered.
    pub async fn make_importance(&self, importance: ImportanceToMake, by: &Author) -> Result<(), LoopError> {
        let (id, contract) = importance.check()?;
        self.make_job(JobKind::Importance, id, &contract, None, by).await.map(drop)
    }

    pub(super) async fn make_job(
        &self,
        kind: JobKind,
        id: Option<JobId>,
        contract: &Contract,
        fence: Option<Fence>,
        by: &Author,
    ) -> Result<JobRow, LoopError> {
        let store = &self.tools().store;
        let key = self.job_key(kind, id.unwrap_or_else(keys::make_job_id));
        if store.job(&key).await?.is_none() && store.jobs(self.id(), kind.as_str()).await?.len() >= MAX_JOBS {
            return Err(EvaluationError::TooMany { most: MAX_JOBS }.into());
        }
        let body = serde_json::to_vec(contract).expect("plain data with text keys always becomes JSON");
        let created_at_us = self.now_us();
        let line = self.line(AuditKind::EvaluationStarted, by).on(&contract.name).telling(kind.told());
        if !store.insert_job(&key, created_at_us, &body, fence, &line).await? {
            return Err(kind.exists(key.id).into());
        }
        self.tools().jobs.wake();
        Ok(JobRow { key, created_at_us, status: WAITING.to_owned(), contract: body, summary: None })
    }

    /// One evaluation.
    pub async fn evaluation(&self, id: &str) -> Result<Evaluation, LoopError> {
        let row = self.job(JobKind::Evaluation, id).await?;
        self.evaluation_of(&row)
    }

    /// What an evaluation found; nothing before its end.
    pub async fn evaluation_result(&self, id: &JobId) -> Result<EvaluationResult, LoopError> {
        let key = self.job_key(JobKind::Evaluation, id.clone());
        let found = self.tools().store.job_result(&key).await?;
        Ok(found.map(|body| read(&body)).transpose()?.unwrap_or_default())
    }

    /// All evaluations, newest first.
    pub async fn evaluations(&self) -> Result<Vec<Evaluation>, LoopError> {
        let rows = self.tools().store.jobs(self.id(), JobKind::Evaluation.as_str()).await?;
        rows.iter().map(|row| self.evaluation_of(row)).collect()
    }

    /// Removes an evaluation, also one that is being done.
    pub async fn delete_evaluation(&self, id: &str, by: &Author) -> Result<(), LoopError> {
        // Its id may be used again, and links to it must not lead to another.
        for share in self.evaluation_shares(id).await? {
            self.tools().store.delete_share(self.id(), &share.id).await?;
        }
        self.delete_job(JobKind::Evaluation, id, by).await
    }

    /// One feature importance.
    pub async fn importance(&self, id: &str) -> Result<FeatureImportance, LoopError> {
        importance_of(&self.job(JobKind::Importance, id).await?)
    }

    /// What a feature importance found; nothing before its end.
    pub async fn importance_result(&self, id: &JobId) -> Result<ImportanceResult, LoopError> {
        let key = self.job_key(JobKind::Importance, id.clone());
        let found = self.tools().store.job_result(&key).await?;
        Ok(found.map(|body| read(&body)).transpose()?.unwrap_or_default())
    }

    /// All feature importances, newest first.
    pub async fn importances(&self) -> Result<Vec<FeatureImportance>, LoopError> {
        let rows = self.tools().store.jobs(self.id(), JobKind::Importance.as_str()).await?;
        rows.iter().map(importance_of).collect()
    }

    /// Removes a feature importance, also one that is being done.
    pub async fn delete_importance(&self, id: &str, by: &Author) -> Result<(), LoopError> {
        self.delete_job(JobKind::Importance, id, by).await
    }

    fn job_key(&self, kind: JobKind, id: JobId) -> JobKey {
        JobKey { loop_id: self.id().clone(), kind: kind.as_str().to_owned(), id }
    }

    async fn job(&self, kind: JobKind, id: &str) -> Result<JobRow, LoopError> {
        // What can be no id is the id of nothing.
        let id = id.parse().map_err(|_| kind.not_found())?;
        let found = self.tools().store.job(&self.job_key(kind, id)).await?;
        found.ok_or_else(|| kind.not_found().into())
    }

    async fn delete_job(&self, kind: JobKind, id: &str, by: &Author) -> Result<(), LoopError> {
        let key = self.job_key(kind, id.parse().map_err(|_| kind.not_found())?);
        let line = self.line(AuditKind::EvaluationDeleted, by).on(id).telling(kind.told());
        let was_there = self.tools().store.delete_job(&key, Some(&line)).await?;
        self.tools().jobs.stop(&key);
        if was_there { Ok(()) } else { Err(kind.not_found().into()) }
    }

    fn evaluation_of(&self, row: &JobRow) -> Result<Evaluation, LoopError> {
        let contract: Contract = read(&row.contract)?;
        Ok(Evaluation {
            id: row.key.id.clone(),
            name: contract.name,
            start_us: contract.start_us,
            end_us: contract.end_us,
            created_at_us: row.created_at_us,
            is_auto: contract.is_auto,
            status: EvaluationStatus::parse(&row.status),
            segment_by: contract.segment_by,
            policies: contract.policies,
            share_done: self.tools().jobs.share_done(&row.key),
            summary: row.summary.as_deref().map(read).transpose()?,
        })
    }
}

fn importance_of(row: &JobRow) -> Result<FeatureImportance, LoopError> {
    let contract: Contract = read(&row.contract)?;
    let summary: Option<EvaluationSummary> = row.summary.as_deref().map(read).transpose()?;
    Ok(FeatureImportance {
        id: row.key.id.clone(),
        name: contract.name,
        start_us: contract.start_us,
        end_us: contract.end_us,
        created_at_us: row.created_at_us,
        status: EvaluationStatus::parse(&row.status),
        problem: summary.and_then(|summary| summary.problem),
    })
}

/// Reads what this program stored of a job.
pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, LoopError> {
    serde_json::from_slice(body).map_err(LoopError::DamagedJob)
}
