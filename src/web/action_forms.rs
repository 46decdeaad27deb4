//! What is done to many actions at once, as plain forms: they work without script, and cost the browser's half nothing.

use std::collections::HashSet;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_sessions::Session;

use super::{
    action_file,
    form_doors::{FormDoors, back_to},
};
use crate::{
    accounts::Accounts,
    loops::{ActionDraft, ActionsChange, LiveLoop, LoopError, Loops},
    terms::Role,
    web::{words, zone::zone_of},
};

/// The largest list that is taken.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The doors behind the forms of the actions page. They go inside the session layer.
pub fn action_routes(loops: Loops, accounts: Accounts) -> Router {
    Router::new()
        .route("/loops/{id}/actions/many", post(change_many))
        .route("/loops/{id}/actions/import", post(import))
        .route("/loops/{id}/actions/apply", post(apply))
        .route("/loops/{id}/actions/export/{file}", get(export))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(FormDoors { loops, accounts })
}

/// A list that was uploaded, as it waits for a yes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Uploaded {
    pub text: String,
    /// Whether actions that it does not name are to go.
    pub removes_others: bool,
}

impl Uploaded {
    /// What it would change, when all of it can be read.
    pub fn change(&self) -> Result<(Vec<action_file::Line>, ActionsChange), String> {
        let lines = action_file::read(&self.text)?;
        let saved = lines.iter().filter_map(|line| line.draft.as_ref().ok().cloned()).collect();
        Ok((lines, ActionsChange { saved, removed: Vec::new(), removes_others: self.removes_others }))
    }
}

/// Back to the page; with what went wrong, if something did.
fn back(id: &str, problem: Option<String>) -> Response {
    back_to(&format!("/loops/{id}/actions"), problem.as_deref().map(|words| ("problem", words)))
}

/// What the form over the list sends: fields by name, of which `id` comes once for each action that is chosen.
#[derive(Debug)]
struct Many(Vec<(String, String)>);

impl Many {
    fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    fn ids(&self) -> HashSet<&str> {
        self.0.iter().filter(|(name, _)| name == "id").map(|(_, id)| id.as_str()).collect()
    }
}

async fn change_many(
    State(doors): State<FormDoors>,
    session: Session,
    Path(id): Path<String>,
    headers: axum::http::HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Response> {
    let (person, live) = doors.enter(&session, &id, Role::Editor).await?;
    let many = Many(fields);
    let problem = match many_change(&live, &many, &zone_of(&headers)) {
        Ok(change) => live.change_actions(change, &person.author()).await.err().map(|error| told(&error)),
        Err(problem) => Some(problem),
    };
    Ok(back(&id, problem))
}

fn many_change(live: &LiveLoop, many: &Many, zone: &crate::reports::zone::Zone) -> Result<ActionsChange, String> {
    let ids = many.ids();
    let actions = live.actions();
    let chosen: Vec<ActionDraft> = actions
        .iter()
        .filter(|action| ids.contains(action.id.as_str()))
        .map(crate::loops::LoopAction::to_draft)
        .collect();
    if chosen.is_empty() {
        return Err("Choose at least one action first.".to_owned());
    }
    let each = |edit: &dyn Fn(&mut ActionDraft)| {
        let mut saved = chosen.clone();
        saved.iter_mut().for_each(edit);
        ActionsChange { saved, ..ActionsChange::default() }
    };
    let name = many.field("feature_name");
    let named = || if name.is_empty() { Err("A feature needs a name.".to_owned()) } else { Ok(name.to_owned()) };
    Ok(match many.field("what") {
        "activate" => each(&|draft| draft.is_active = true),
        "deactivate" => each(&|draft| draft.is_active = false),
        "dates" => {
            let from_us = words::instant_of_input_in(zone, many.field("valid_from"))?;
            let to_us = words::instant_of_input_in(zone, many.field("valid_to"))?;
            each(&|draft| (draft.valid_from_us, draft.valid_to_us) = (from_us, to_us))
        }
        "add_feature" => {
            let (name, text) = (named()?, many.field("feature_value"));
            let value = serde_json::from_str::<Value>(text).unwrap_or_else(|_| Value::from(text));
            each(&|draft| match draft.features.first_mut() {
                Some(first) => drop(first.insert(name.clone(), value.clone())),
                None => draft.features.push([(name.clone(), value.clone())].into_iter().collect()),
            })
        }
        "remove_feature" => {
            let name = named()?;
            each(&|draft| {
                draft.features.iter_mut().for_each(|features| drop(features.shift_remove(&name)));
                draft.features.retain(|features| !features.is_empty());
            })
        }
        "delete" => {
            let removed = chosen.into_iter().map(|draft| draft.id).collect();
            ActionsChange { removed, ..ActionsChange::default() }
        }
        _ => return Err("Choose what to do with them.".to_owned()),
    })
}

/// A refusal with the first things that are wrong.
fn told(error: &LoopError) -> String {
    let LoopError::ActionList(problems) = error else { return error.to_string() };
    let first: Vec<String> = problems.iter().take(3).map(|one| format!("{}: {}", one.id, one.error)).collect();
    format!("{error} {}", first.join(" "))
}

async fn import(
    State(doors): State<FormDoors>,
    session: Session,
    Path(id): Path<String>,
    mut form: Multipart,
) -> Result<Response, Response> {
    let (person, live) = doors.enter(&session, &id, Role::Editor).await?;
    let mut uploaded = Uploaded { text: String::new(), removes_others: false };
    while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
        match field.name().unwrap_or_default() {
            "removes_others" => uploaded.removes_others = true,
            "file" | "text" => {
                let bytes = field.bytes().await.map_err(IntoResponse::into_response)?;
                let text = String::from_utf8_lossy(&bytes);
                // Of a file and a text the one that was given.
                if !text.trim().is_empty() {
                    uploaded.text = text.into_owned();
                }
            }
            _ => {}
        }
    }
    if uploaded.text.trim().is_empty() {
        return Ok(back(&id, Some("Choose a file, or paste the list.".to_owned())));
    }
    let body = serde_json::to_string(&uploaded).expect("plain data becomes JSON");
    let draft_id = live.keep_actions_draft(&body, &person.author()).await;
    let draft_id = draft_id.map_err(|error| back(&id, Some(told(&error))))?;
    Ok(Redirect::to(&format!("/loops/{id}/actions?import={draft_id}")).into_response())
}

/// Which list is to be applied.
#[derive(Debug, Deserialize)]
struct ToApply {
    import: String,
}

async fn apply(
    State(doors): State<FormDoors>,
    session: Session,
    Path(id): Path<String>,
    Form(wanted): Form<ToApply>,
) -> Result<Response, Response> {
    let (person, live) = doors.enter(&session, &id, Role::Editor).await?;
    Ok(back(&id, apply_uploaded(&live, &wanted.import, &person.author()).await.err()))
}

/// All of the list, or nothing.
async fn apply_uploaded(live: &LiveLoop, draft_id: &str, by: &crate::terms::Author) -> Result<(), String> {
    let body = live.actions_draft(draft_id).await.map_err(|error| error.to_string())?;
    let uploaded: Uploaded = serde_json::from_str(&body).map_err(|_| "The list cannot be read any more.".to_owned())?;
    let (lines, change) = uploaded.change()?;
    let n_bad = lines.iter().filter(|line| line.draft.is_err()).count();
    if n_bad > 0 {
        return Err(format!("{n_bad} lines of the list cannot be taken; nothing was changed."));
    }
    live.change_actions(change, by).await.map(drop).map_err(|error| told(&error))
}

async fn export(
    State(doors): State<FormDoors>,
    session: Session,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Response> {
    let (_, live) = doors.enter(&session, &id, Role::Viewer).await?;
    let (kind, body) = match file.as_str() {
        "actions.json" => ("application/json", action_file::as_json(&live.actions())),
        "actions.csv" => ("text/csv; charset=utf-8", action_file::as_csv(&live.actions())),
        _ => return Err(StatusCode::NOT_FOUND.into_response()),
    };
    let disposition = format!("attachment; filename=\"{id}-{file}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}
