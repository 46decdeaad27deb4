//! Exploration on its way, for the settings page: what it says of it, and the forms that end it.

use axum::{
    Form, Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    dashboard::settings::RampView,
    form_doors::{FormDoors, back_to},
    words,
};
use crate::{
    accounts::Accounts,
    loops::{LiveLoop, Loops},
    terms::Role,
};

/// The door behind the two buttons. It goes inside the session layer.
pub fn ramp_routes(loops: Loops, accounts: Accounts) -> Router {
    Router::new().route("/loops/{id}/settings/ramp", post(end)).with_state(FormDoors { loops, accounts })
}

/// Where exploration stands on its way; `None` when it stays where it is.
pub fn ramp_view(live: &LiveLoop) -> Option<RampView> {
    let (configuration, now_us) = (live.configuration(), live.now_us());
    let ramp = configuration.ramp_at(now_us)?;
    let to = configuration.exploration_percentage.to_string();
    Some(RampView {
        way: format!("Exploration is on its way from {} to {to}", ramp.from),
        now: configuration.exploration_at(now_us).to_string(),
        to,
        end: words::moment(ramp.ends_us, now_us),
        percent_done: ramp.done_at(now_us) * 100.0,
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ending {
    Stop,
    Finish,
}

#[derive(Debug, Deserialize)]
struct HowToEnd {
    how: Ending,
}

async fn end(
    State(doors): State<FormDoors>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<HowToEnd>,
) -> Result<Response, Response> {
    let (person, live) = doors.enter(&session, &id, Role::Editor).await?;
    let by = person.author();
    let ended = match form.how {
        Ending::Stop => live.stop_ramp(&by).await,
        Ending::Finish => live.finish_ramp(&by).await,
    };
    let told = match ended {
        Ok(_) => ("done", format!("Exploration is {} and stays there.", live.exploration_now())),
        Err(error) => ("problem", error.to_string()),
    };
    Ok(back_to(&format!("/loops/{id}/settings"), Some((told.0, &told.1))))
}
