//! Charts as files: SVG as a document shows it, CSV for a spreadsheet.

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_sessions::Session;

use super::{dashboard::overview::LookWords, guard, zone::zone_of};
use crate::{
    accounts::Accounts,
    loops::{LiveLoop, Loops},
    reports::{
        Chart, Smoothing, TimeRange,
        ask::{self, Look},
        chart,
        zone::Zone,
    },
    terms::LoopId,
};

/// What the files are made of.
#[derive(Debug, Clone)]
struct Rooms {
    loops: Loops,
    accounts: Accounts,
}

/// `GET /loops/{id}/files/{chart}.svg` and `….csv`, for signed-in people. It goes inside the session layer.
pub fn download_routes(loops: Loops, accounts: Accounts) -> Router {
    Router::new().route("/loops/{id}/files/{file}", get(download)).with_state(Rooms { loops, accounts })
}

/// What an address asks for; words that say nothing are as if they were not there.
pub fn look_of(words: &LookWords, zone: Zone) -> Look {
    // An address that names no zone is in UTC, so that it shows the same to everybody.
    let written_in = words.zone.as_deref().and_then(Zone::named).unwrap_or_default();
    let moment = |text: &Option<String>| {
        let shown_us = text.as_deref().and_then(ask::read_moment);
        shown_us.map(|shown_us| written_in.instant_us(shown_us))
    };
    let between = moment(&words.from).zip(moment(&words.to)).and_then(|(from, to)| TimeRange::between(from, to));
    Look {
        range: between.or_else(|| words.range.as_deref().and_then(TimeRange::parse)),
        smoothing: words.smoothing.as_deref().map(Smoothing::parse).unwrap_or_default(),
        zone,
    }
}

async fn download(
    State(rooms): State<Rooms>,
    session: Session,
    headers: HeaderMap,
    Path((id, file)): Path<(String, String)>,
    Query(words): Query<LookWords>,
) -> Result<Response, StatusCode> {
    // Every role may look; a person is all that it takes.
    guard::person_of(&session, &rooms.accounts)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let id: LoopId = id.parse().map_err(|_| StatusCode::NOT_FOUND)?;
    let live = rooms.loops.get(&id).ok_or(StatusCode::NOT_FOUND)?;
    let (name, ending) = file.split_once('.').ok_or(StatusCode::NOT_FOUND)?;
    let chart = chart_of(&live, name, look_of(&words, zone_of(&headers))).await?;
    let (kind, body) = match ending {
        "csv" => ("text/csv; charset=utf-8", ask::as_csv(&chart)),
        "svg" => ("image/svg+xml", chart::as_file(&chart).ok_or(StatusCode::NOT_FOUND)?),
        _ => return Err(StatusCode::NOT_FOUND),
    };
    let disposition = format!("attachment; filename=\"{id}-{name}.{ending}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}

async fn chart_of(live: &LiveLoop, name: &str, look: Look) -> Result<Chart, StatusCode> {
    let overview = ask::overview(live, look).await.map_err(|error| {
        tracing::error!(loop.id = %live.id(), error = %error, "Could not make a chart's file");
        StatusCode::INTERNAL_SERVER_ERROR
    })?;
    [overview.reward, overview.actions].into_iter().find(|chart| chart.id == name).ok_or(StatusCode::NOT_FOUND)
}
