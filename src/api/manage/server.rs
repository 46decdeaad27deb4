//! How the server is: what its process, its database and its loops know of themselves. What is not known is absent.

use std::{collections::BTreeMap, time::Duration};

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{ApiError, ApiState, auth::Caller, error::ErrorBody, instant},
    reports::ask::{self, AccountNumbers, LoopReading, ServerReading},
    terms::{AuditKind, Role},
};

/// The server as the process knows it that answers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerInfo {
    version: &'static str,
    /// What the process is called in the leases of loops; it has another name after each start.
    process: String,
    uptime_seconds: u64,
    /// Absent when it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<DatabaseInfo>,
    /// What the process holds in memory (its resident set), where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<u64>,
    /// The last thousand commits of this process at most; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<CommitInfo>,
    /// Answers of this process in the last hour, or since its start.
    answers: AnswerInfo,
    /// Browsers that are signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<u64>,
    /// When `rankloop backup` last wrote into the audit history.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_backup_at: Option<String>,
    loops: Vec<LoopStanding>,
}

/// The database.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseInfo {
    /// `SQLite` or `PostgreSQL`.
    kind: &'static str,
    size_bytes: u64,
    /// Of the device that SQLite's files are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    free_bytes: Option<u64>,
    /// Commits that are durable beside SQLite and not in the database yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsettled_commits: Option<u64>,
}

/// How long commits of the log take, with their sync.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitInfo {
    n: u64,
    p50_ms: f64,
    p99_ms: f64,
}

/// Answers by class.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerInfo {
    seconds: u64,
    /// `good`, `wrong`, `denied`, `notFound`, `tooMany`, `unavailable`, `full` and `broken`.
    counts: BTreeMap<&'static str, u64>,
}

/// A loop as the server sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoopStanding {
    id: String,
    name: String,
    /// Over the last minute.
    ranks_per_second: f64,
    /// Records that are stored but not learned from yet.
    lag_records: u64,
    lag_seconds: f64,
    /// The process that trains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trainer: Option<String>,
    /// Grows whenever another process takes over the training.
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_token: Option<i64>,
}

impl From<ServerReading> for ServerInfo {
    fn from(reading: ServerReading) -> Self {
        let milliseconds = |of: Duration| of.as_secs_f64() * 1_000.0;
        let free_bytes = reading.disk.map(|disk| disk.free_bytes);
        Self {
            version: reading.version,
            process: reading.process,
            uptime_seconds: reading.uptime.as_secs(),
            database: reading.database.map(|database| DatabaseInfo {
                kind: database.kind,
                size_bytes: database.n_bytes,
                free_bytes,
                unsettled_commits: database.unsettled.map(|unsettled| unsettled.n_commits as u64),
            }),
            memory_bytes: reading.resident_bytes,
            commits: reading.commits.map(|commits| CommitInfo {
                n: commits.n as u64,
                p50_ms: milliseconds(commits.p50),
                p99_ms: milliseconds(commits.p99),
            }),
            answers: AnswerInfo {
                seconds: reading.answers.span.as_secs(),
                counts: reading.answers.counts.iter().map(|(class, n)| (class.as_str(), *n)).collect(),
            },
            sessions: reading.n_sessions,
            last_backup_at: reading.last_backup_us.map(instant::write),
            loops: reading.loops.into_iter().map(LoopStanding::from).collect(),
        }
    }
}

impl From<LoopReading> for LoopStanding {
    fn from(reading: LoopReading) -> Self {
        Self {
            id: reading.id,
            name: reading.name,
            ranks_per_second: reading.ranks_per_second,
            lag_records: reading.lag_records,
            lag_seconds: reading.lag_us as f64 / 1e6,
            trainer: reading.trainer,
            lease_token: reading.lease_token,
        }
    }
}

/// How the server is, as the process knows it that answers.
#[utoipa::path(
    get, path = "/server", tag = "Server", operation_id = "getServer", security(("token" = [])),
    responses((status = 200, body = ServerInfo), (status = 401, body = ErrorBody))
)]
pub async fn get_one(caller: Caller, State(state): State<ApiState>) -> Result<Json<ServerInfo>, ApiError> {
    caller.require(Role::Analyst)?;
    let accounts = AccountNumbers {
        n_sessions: state.accounts.n_open_sessions().await.ok(),
        last_backup_us: state.accounts.last_done_us(AuditKind::BackupMade).await.ok().flatten(),
        now_us: state.accounts.now_us(),
    };
    Ok(Json(ask::server_reading(&state.vitals, &state.loops, accounts).await.into()))
}
