//! People: who there is, who may come, who may do what. For admins; owners are the business of owners.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::{Invitation, PersonRow},
    api::{
        ApiError, ApiState,
        auth::Caller,
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
        instant,
    },
    terms::Role,
};

const CODE: &str = "InvalidRole";

/// Somebody who can sign in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "9b2c…", "name": "Ada", "role": "admin", "createdAt": "2026-01-01T00:00:00Z",
    "lastSignInAt": "2026-02-01T08:00:00Z", "sessions": 1,
}))]
pub struct PersonInfo {
    id: String,
    name: String,
    /// `viewer`, `analyst`, `editor`, `admin` or `owner`; each may do what the ones before it may.
    role: &'static str,
    created_at: String,
    /// Absent for somebody who has not signed in since this is noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_in_at: Option<String>,
    /// Browsers that are signed in as this person.
    sessions: i64,
}

/// Everybody, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonList {
    people: Vec<PersonInfo>,
}

/// A role to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"role": "editor"}))]
pub struct RoleToGive {
    /// `viewer`, `analyst`, `editor`, `admin` or `owner`.
    role: String,
}

/// An invitation that nobody has used yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationInfo {
    id: String,
    role: &'static str,
    made_at: String,
    made_by: String,
    expires_at: String,
}

/// An invitation just made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "5c1f0e7a9d3b2c46", "role": "editor", "path": "/welcome/1f4e…", "expiresAt": "2026-01-02T00:00:00Z",
}))]
pub struct MadeInvitation {
    id: String,
    role: &'static str,
    /// What to send to whom you invite, behind the server's address. It works once and is shown this once.
    path: String,
    expires_at: String,
}

/// Open invitations.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationList {
    invitations: Vec<InvitationInfo>,
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedSessions {
    ended: u64,
}

/// The person or the invitation in the path.
#[derive(Debug, Deserialize)]
pub struct IdPath {
    id: String,
}

impl From<PersonRow> for PersonInfo {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            role: row.role.as_str(),
            created_at: instant::write(row.created_at_us),
            last_sign_in_at: row.last_sign_in_at_us.map(instant::write),
            sessions: row.n_sessions,
        }
    }
}

impl From<Invitation> for InvitationInfo {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id,
            role: invitation.role.as_str(),
            made_at: instant::write(invitation.made_at_us),
            made_by: invitation.made_by,
            expires_at: instant::write(invitation.expires_at_us),
        }
    }
}

impl RoleToGive {
    fn check(&self) -> Result<Role, ApiError> {
        Role::parse(&self.role).ok_or_else(|| {
            let known = Role::ALL.map(Role::as_str).join(", ");
            ApiError::bad(CODE, format!("`role` must be one of {known}.")).at("role")
        })
    }
}

/// Everybody who can sign in.
#[utoipa::path(
    get, path = "/people", tag = "People", operation_id = "listPeople", security(("token" = [])),
    responses((status = 200, body = PersonList), (status = 401, body = ErrorBody))
)]
pub async fn list(caller: Caller, State(state): State<ApiState>) -> Result<Json<PersonList>, ApiError> {
    caller.require(Role::Admin)?;
    let people = state.accounts.people().await?;
    Ok(Json(PersonList { people: people.into_iter().map(PersonInfo::from).collect() }))
}

/// Gives somebody another role; it holds from their next request on. The last owner stays one.
#[utoipa::path(
    patch, path = "/people/{id}", tag = "People", operation_id = "changeRole", params(("id" = String, Path)),
    request_body = RoleToGive, security(("token" = [])),
    responses(
        (status = 204), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, description = "The last owner stays one", body = ErrorBody),
    )
)]
pub async fn change_role(
    caller: Caller,
    State(state): State<ApiState>,
    ApiPath(path): ApiPath<IdPath>,
    ApiJson(wanted): ApiJson<RoleToGive>,
) -> Result<StatusCode, ApiError> {
    let by = caller.require(Role::Admin)?;
    state.accounts.change_role(&path.id, wanted.check()?, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes somebody and ends their sessions. The last owner stays.
#[utoipa::path(
    delete, path = "/people/{id}", tag = "People", operation_id = "removePerson", params(("id" = String, Path)),
    security(("token" = [])),
    responses(
        (status = 204), (status = 404, body = ErrorBody),
        (status = 409, description = "The last owner stays", body = ErrorBody),
    )
)]
pub async fn remove(
    caller: Caller,
    State(state): State<ApiState>,
    ApiPath(path): ApiPath<IdPath>,
) -> Result<StatusCode, ApiError> {
    let by = caller.require(Role::Admin)?;
    state.accounts.remove_person(&path.id, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs somebody out everywhere.
#[utoipa::path(
    delete, path = "/people/{id}/sessions", tag = "People", operation_id = "endSessions",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = EndedSessions), (status = 404, body = ErrorBody))
)]
pub async fn end_sessions(
    caller: Caller,
    State(state): State<ApiState>,
    ApiPath(path): ApiPath<IdPath>,
) -> Result<Json<EndedSessions>, ApiError> {
    let by = caller.require(Role::Admin)?;
    Ok(Json(EndedSessions { ended: state.accounts.end_sessions(&path.id, by).await? }))
}

/// Invitations that can still be used.
#[utoipa::path(
    get, path = "/invitations", tag = "People", operation_id = "listInvitations", security(("token" = [])),
    responses((status = 200, body = InvitationList), (status = 401, body = ErrorBody))
)]
pub async fn list_invitations(caller: Caller, State(state): State<ApiState>) -> Result<Json<InvitationList>, ApiError> {
    caller.require(Role::Admin)?;
    let invitations = state.accounts.invitations().await?;
    Ok(Json(InvitationList { invitations: invitations.into_iter().map(InvitationInfo::from).collect() }))
}

/// Makes a link whose holder becomes a person with this role, once, within 24 hours.
#[utoipa::path(
    post, path = "/invitations", tag = "People", operation_id = "invite", request_body = RoleToGive,
    security(("token" = [])), responses((status = 201, body = MadeInvitation), (status = 400, body = ErrorBody))
)]
pub async fn invite(
    caller: Caller,
    State(state): State<ApiState>,
    ApiJson(wanted): ApiJson<RoleToGive>,
) -> Result<(StatusCode, Json<MadeInvitation>), ApiError> {
    let by = caller.require(Role::Admin)?;
    let made = state.accounts.invite(wanted.check()?, by).await?;
    let invitation = made.invitation;
    let made = MadeInvitation {
        id: invitation.id,
        role: invitation.role.as_str(),
        path: format!("/welcome/{}", made.token),
        expires_at: instant::write(invitation.expires_at_us),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Makes an invitation useless.
#[utoipa::path(
    delete, path = "/invitations/{id}", tag = "People", operation_id = "withdrawInvitation",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn withdraw(
    caller: Caller,
    State(state): State<ApiState>,
    ApiPath(path): ApiPath<IdPath>,
) -> Result<StatusCode, ApiError> {
    let by = caller.require(Role::Admin)?;
    state.accounts.withdraw_invitation(&path.id, by).await?;
    Ok(StatusCode::NO_CONTENT)
}
