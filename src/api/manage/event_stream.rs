//! The events of a loop as they come in, for programs: server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::sse::{Event, Sse},
};
use futures::{Stream, stream};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};
use utoipa::ToSchema;

use super::{
    event_filter::{EventFilterParams, read_filter},
    events::EventRow,
};
use crate::{
    api::{ApiError, ApiState, Stopping, auth::ManagedLoop, error::ErrorBody, extract::ApiQuery},
    loops::{EventChange, EventFollower, EventNews},
    reports::EventFilterWords,
};

/// Streams that may be open at one time.
static STREAMS: Semaphore = Semaphore::const_new(200);
/// Then the caller connects anew, and whether it still may is looked at again.
const LIFE: Duration = Duration::from_secs(600);

/// The data of one message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamedEvents {
    /// New events, newest first.
    events: Vec<EventRow>,
    /// What became of events that were told before.
    changes: Vec<StreamedChange>,
    /// Events that the filter admits and that were left out, because more than 20 came in a second.
    left_out: u64,
}

/// Where an event stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamedChange {
    seq: i64,
    state: &'static str,
    reward: Option<f32>,
}

impl From<EventNews> for StreamedEvents {
    fn from(news: EventNews) -> Self {
        let change = |change: EventChange| StreamedChange {
            seq: change.seq,
            state: change.state.as_str(),
            reward: change.reward,
        };
        Self {
            events: news.rows.into_iter().map(EventRow::from).collect(),
            changes: news.changes.into_iter().map(change).collect(),
            left_out: news.n_left_out,
        }
    }
}

/// Where to begin.
#[derive(Debug, Deserialize)]
pub struct Start {
    after: Option<i64>,
}

/// Events as they come in: messages `events`, and `beat` when there is nothing to tell. Above 20 events a second they are
/// sampled evenly, and `leftOut` says how many were not sent. The number of a message is the `seq` of the newest event
/// that was looked at; whoever connects anew with it in `Last-Event-ID` misses nothing that is still in memory.
#[utoipa::path(
    get, path = "/loops/{id}/event-stream", tag = "Events", operation_id = "followEvents",
    params(
        ("id" = String, Path),
        ("after" = Option<i64>, Query, description = "Only events with a larger `seq`; otherwise those that come from now on"),
        EventFilterParams,
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "Server-sent events", body = StreamedEvents, content_type = "text/event-stream"),
        (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 429, description = "Too many streams are open", body = ErrorBody),
    )
)]
pub async fn follow(
    managed: ManagedLoop,
    headers: HeaderMap,
    ApiQuery(start): ApiQuery<Start>,
    ApiQuery(words): ApiQuery<EventFilterWords>,
    State(state): State<ApiState>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let filter = read_filter(&words)?;
    let full = |_| ApiError::new(StatusCode::TOO_MANY_REQUESTS, "TooManyStreams", "Too many streams are open.");
    let place = STREAMS.try_acquire().map_err(full)?;
    let live = managed.analyse()?.0.clone();
    let last_seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let after = last_seen.or(start.after).unwrap_or_else(|| *live.progress().borrow());
    let stream = Following {
        follower: EventFollower::new(live, filter, after, 0),
        stopping: state.stopping.clone(),
        ends_at: Instant::now() + LIFE,
        _place: place,
    };
    Ok(Sse::new(messages(stream)))
}

struct Following {
    follower: EventFollower,
    stopping: Option<Stopping>,
    ends_at: Instant,
    _place: SemaphorePermit<'static>,
}

fn messages(following: Following) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(following, |mut following| async move {
        let Following { follower, stopping, ends_at, .. } = &mut following;
        let stopped = async {
            match stopping {
                Some(stopping) => stopping.requested().await,
                None => std::future::pending().await,
            }
        };
        let news = tokio::select! {
            () = stopped => return None,
            () = tokio::time::sleep_until(*ends_at) => return None,
            news = follower.news() => news?,
        };
        let name = if news.is_empty() { "beat" } else { "events" };
        let event = Event::default().event(name).id(news.seq.to_string());
        let event = event.json_data(StreamedEvents::from(news)).expect("rows always become JSON");
        Some((Ok(event), following))
    })
}
