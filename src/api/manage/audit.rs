//! The audit history: who did what, when, from where, on which loop. For admins; nobody changes it.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::{AuditQuery, StoredLine},
    api::{ApiError, ApiState, auth::Caller, error::ErrorBody, extract::ApiQuery, instant},
    terms::{AuditKind, Role},
};

const CODE: &str = "InvalidAuditQuery";
const DEFAULT_PAGE: u32 = 100;
const MAX_PAGE: u32 = 1_000;

/// Which lines are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase")]
pub struct AuditFilter {
    /// The id of a person: what they did, and what was done to them.
    person: Option<String>,
    /// Such as `roleChanged`.
    kind: Option<String>,
    /// The id of a loop, also of one that was deleted.
    #[serde(rename = "loop")]
    #[param(rename = "loop")]
    loop_id: Option<String>,
    /// RFC 3339; left out: from the beginning.
    from: Option<String>,
    /// RFC 3339, not included; left out: until now.
    to: Option<String>,
    /// At most this many lines, 1 to 1,000; otherwise 100.
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0f3d…", "at": "2026-01-01T00:00:00.000000Z", "kind": "roleChanged", "by": "Ada", "byId": "9b2c…",
    "door": "dashboard", "subject": "Grace", "details": "viewer → editor",
}))]
pub struct AuditInfo {
    id: String,
    at: String,
    kind: &'static str,
    /// Who did it, by the name of that time.
    by: String,
    by_id: String,
    /// `dashboard`, `api`, `key`, `commandLine` or `server`.
    door: &'static str,
    /// Where a sign-in came from, as the server saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    loop_id: Option<String>,
    /// The loop's name at that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    loop_name: Option<String>,
    /// Whom or what it was done to.
    #[serde(skip_serializing_if = "String::is_empty")]
    subject: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    details: String,
}

/// Lines of the history, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    lines: Vec<AuditInfo>,
    /// For `after`, when there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<StoredLine> for AuditInfo {
    fn from(stored: StoredLine) -> Self {
        let line = stored.line;
        let (loop_id, loop_name) = line.about_loop.map(|(id, name)| (id.to_string(), name)).unzip();
        Self {
            id: stored.id,
            at: instant::write(line.at_us),
            kind: line.kind.as_str(),
            by: line.by.name,
            by_id: line.by.id,
            door: line.by.door.as_str(),
            address: line.address,
            loop_id,
            loop_name,
            subject: line.subject,
            details: line.details,
        }
    }
}

impl AuditFilter {
    fn check(self) -> Result<(AuditQuery, u32), ApiError> {
        let refuse = |field: &str, what: &str| ApiError::bad(CODE, format!("`{field}` must be {what}.")).at(field);
        let time = |text: Option<String>, field: &str| {
            let read =
                |text: String| instant::read(&text).ok_or_else(|| refuse(field, "a time such as 2026-01-31T12:00:00Z"));
            text.map(read).transpose()
        };
        let kind = |text: String| AuditKind::parse(&text).ok_or_else(|| refuse("kind", "a kind such as roleChanged"));
        let place = |text: String| read_place(&text).ok_or_else(|| refuse("after", "what `next` of a page says"));
        let query = AuditQuery {
            person_id: self.person,
            kind: self.kind.map(kind).transpose()?,
            loop_id: self.loop_id,
            from_us: time(self.from, "from")?,
            to_us: time(self.to, "to")?,
            after: self.after.map(place).transpose()?,
        };
        let n_most = self.limit.unwrap_or(DEFAULT_PAGE);
        if !(1..=MAX_PAGE).contains(&n_most) {
            return Err(refuse("limit", "from 1 to 1000"));
        }
        Ok((query, n_most))
    }
}

/// Where a page ended, as `next` says it: `time.id`.
fn read_place(text: &str) -> Option<(i64, String)> {
    let (at_us, id) = text.split_once('.')?;
    Some((at_us.parse().ok()?, id.to_owned()))
}

/// Who did what, the newest first.
#[utoipa::path(
    get, path = "/audit", tag = "People", operation_id = "listAudit", params(AuditFilter), security(("token" = [])),
    responses((status = 200, body = AuditPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody))
)]
pub async fn list(
    caller: Caller,
    State(state): State<ApiState>,
    ApiQuery(filter): ApiQuery<AuditFilter>,
) -> Result<Json<AuditPage>, ApiError> {
    caller.require(Role::Admin)?;
    let (query, n_most) = filter.check()?;
    // One more than asked for says whether there is a next page.
    let mut found = state.accounts.history(&query, n_most + 1).await?;
    let has_more = found.len() > n_most as usize;
    found.truncate(n_most as usize);
    let next = found.last().filter(|_| has_more).map(|last| format!("{}.{}", last.line.at_us, last.id));
    Ok(Json(AuditPage { lines: found.into_iter().map(AuditInfo::from).collect(), next }))
}
