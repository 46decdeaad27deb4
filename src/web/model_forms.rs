//! Models as files, out and in, as plain links and forms.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tower_sessions::Session;

use super::form_doors::{FormDoors, back_to};
use crate::{
    accounts::Accounts,
    loops::{ExportedModel, LoopError, Loops},
    terms::Role,
};

/// The largest file that is taken: as large as a model may be, and its signature.
const MAX_BYTES: usize = 129 * 1024 * 1024;

/// The doors behind the links and forms of the models page. They go inside the session layer.
pub fn model_routes(loops: Loops, accounts: Accounts) -> Router {
    Router::new()
        .route("/loops/{id}/models/present.zip", get(export_present))
        .route("/loops/{id}/models/kept/{checkpoint}", get(export_kept))
        .route("/loops/{id}/models/import", post(import))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(FormDoors { loops, accounts })
}

/// Back to the page, and what went wrong or was done.
fn back(id: &str, name: &str, words: &str) -> Response {
    back_to(&format!("/loops/{id}/models"), Some((name, words)))
}

async fn export_present(
    State(doors): State<FormDoors>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let (person, live) = doors.enter(&session, &id, Role::Analyst).await?;
    live.note_export(&person.author()).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())?;
    Ok(file(&id, live.export_signed_model().await))
}

async fn export_kept(
    State(doors): State<FormDoors>,
    session: Session,
    Path((id, checkpoint)): Path<(String, String)>,
) -> Result<Response, Response> {
    let (person, live) = doors.enter(&session, &id, Role::Analyst).await?;
    live.note_export(&person.author()).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())?;
    let checkpoint = checkpoint.strip_suffix(".zip").unwrap_or(&checkpoint);
    Ok(file(&id, live.export_checkpoint(checkpoint).await))
}

fn file(id: &str, model: Result<ExportedModel, LoopError>) -> Response {
    let model = match model {
        Ok(model) => model,
        Err(LoopError::NotFound(_)) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(loop.id = %id, error = &error as &dyn std::error::Error, "A model could not be exported");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = model.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{id}-model.zip\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

async fn import(
    State(doors): State<FormDoors>,
    session: Session,
    Path(id): Path<String>,
    mut form: Multipart,
) -> Result<Response, Response> {
    let (person, live) = doors.enter(&session, &id, Role::Editor).await?;
    let mut archive = Vec::new();
    while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
        if field.name() == Some("file") {
            archive = field.bytes().await.map_err(IntoResponse::into_response)?.to_vec();
        }
    }
    if archive.is_empty() {
        return Ok(back(&id, "problem", "Choose a file first."));
    }
    Ok(match live.import_signed_model(&archive, &person.author()).await {
        Ok(()) => back(&id, "done", "The imported model ranks now. The one before was kept."),
        Err(error) => back(&id, "problem", &error.to_string()),
    })
}
