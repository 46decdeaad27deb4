//! Models as files, out and in, as plain links and forms.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower_sessions::Session;

use super::guard;
use crate::{
    accounts::{Accounts, SignedIn},
    loops::{ExportedModel, LiveLoop, LoopError, Loops},
    terms::{LoopId, Role},
};

/// The largest file that is taken: as large as a model may be, and its signature.
const MAX_BYTES: usize = 129 * 1024 * 1024;

/// What the forms are answered with.
#[derive(Debug, Clone)]
struct Rooms {
    loops: Loops,
    accounts: Accounts,
}

/// The doors behind the links and forms of the models page. They go inside the session layer.
pub fn model_routes(loops: Loops, accounts: Accounts) -> Router {
    Router::new()
        .route("/loops/{id}/models/present.zip", get(export_present))
        .route("/loops/{id}/models/kept/{checkpoint}", get(export_kept))
        .route("/loops/{id}/models/import", post(import))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(Rooms { loops, accounts })
}

impl Rooms {
    async fn enter(&self, session: &Session, id: &str, least: Role) -> Result<(SignedIn, LiveLoop), Response> {
        let person = guard::person_of(session, &self.accounts).await;
        let person = person.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
        let person = person.ok_or_else(|| Redirect::to("/sign-in").into_response())?;
        if person.role < least {
            return Err((StatusCode::FORBIDDEN, "Your role does not allow this.").into_response());
        }
        let live = id.parse::<LoopId>().ok().and_then(|id| self.loops.get(&id));
        live.map(|live| (person, live)).ok_or_else(|| StatusCode::NOT_FOUND.into_response())
    }
}

/// Back to the page, and what went wrong or was done.
fn back(id: &str, name: &str, words: &str) -> Response {
    let words = utf8_percent_encode(words, NON_ALPHANUMERIC);
    Redirect::to(&format!("/loops/{id}/models?{name}={words}")).into_response()
}

async fn export_present(
    State(rooms): State<Rooms>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let (_, live) = rooms.enter(&session, &id, Role::Viewer).await?;
    file(&id, live.export_signed_model().await)
}

async fn export_kept(
    State(rooms): State<Rooms>,
    session: Session,
    Path((id, checkpoint)): Path<(String, String)>,
) -> Result<Response, Response> {
    let (_, live) = rooms.enter(&session, &id, Role::Viewer).await?;
    let checkpoint = checkpoint.strip_suffix(".zip").unwrap_or(&checkpoint);
    file(&id, live.export_checkpoint(checkpoint).await)
}

fn file(id: &str, model: Result<ExportedModel, LoopError>) -> Result<Response, Response> {
    let model = model.map_err(|error| match error {
        LoopError::NotFound(_) => StatusCode::NOT_FOUND.into_response(),
        error => {
            tracing::error!(loop.id = %id, error = &error as &dyn std::error::Error, "A model could not be exported");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    })?;
    let mut response = model.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{id}-model.zip\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn import(
    State(rooms): State<Rooms>,
    session: Session,
    Path(id): Path<String>,
    mut form: Multipart,
) -> Result<Response, Response> {
    let (person, live) = rooms.enter(&session, &id, Role::Editor).await?;
    let mut archive = Vec::new();
    while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
        if field.name() == Some("file") {
            archive = field.bytes().await.map_err(IntoResponse::into_response)?.to_vec();
        }
    }
    if archive.is_empty() {
        return Ok(back(&id, "problem", "Choose a file first."));
    }
    Ok(match live.import_signed_model(&archive, &person.name).await {
        Ok(()) => back(&id, "done", "The imported model ranks now. The one before was kept."),
        Err(error) => back(&id, "problem", &error.to_string()),
    })
}
