//! Live updates of open pages: server-sent events.
//!
//! Most pages are told *that* something happened, and ask for what they show. The list of events is sent its rows.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::sse::{Event, Sse},
    routing::get,
};
use futures::{Stream, stream};
use serde::Deserialize;
use tokio::{sync::watch, time};
use tower_sessions::Session;

use super::{guard, zone::zone_of};
use crate::{
    accounts::Accounts,
    loops::{EventFollower, LiveLoop, Loops},
    reports::{EventFilterWords, ask, zone::Zone},
    terms::{LoopId, Role},
};

/// At most one word of change in this time, however busy the loop is.
const PACE: Duration = Duration::from_secs(1);
/// A page that hears nothing for some of these knows that the connection is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Then the browser connects anew, and whether it still may is looked at again.
const LIFE: Duration = Duration::from_secs(600);
/// Rows that a list of events has on screen, about.
const N_ON_SCREEN: usize = 60;
/// How soon the browser connects anew.
const RETRY: Duration = Duration::from_millis(1_500);

/// What the stream needs.
#[derive(Debug, Clone)]
struct LiveState {
    loops: Loops,
    accounts: Accounts,
    is_ending: watch::Receiver<bool>,
}

/// `GET /live/loops/{id}` for signed-in people. It goes inside the session layer; open streams end when `is_ending`
/// becomes true, so that the server can.
pub fn live_routes(loops: Loops, accounts: Accounts, is_ending: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/live/loops/{id}", get(follow_loop))
        .route("/live/loops/{id}/events", get(follow_events))
        .with_state(LiveState { loops, accounts, is_ending })
}

impl LiveState {
    /// The loop that a signed-in person of at least this role looks at.
    async fn loop_of(&self, session: &Session, id: &str, least: Role) -> Result<LiveLoop, StatusCode> {
        let person = guard::person_of(session, &self.accounts)
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
            .ok_or(StatusCode::UNAUTHORIZED)?;
        if person.role < least {
            return Err(StatusCode::FORBIDDEN);
        }
        let id: LoopId = id.parse().map_err(|_| StatusCode::NOT_FOUND)?;
        self.loops.get(&id).ok_or(StatusCode::NOT_FOUND)
    }
}

/// Where the list stands.
#[derive(Debug, Deserialize)]
struct Start {
    /// Events up to this place are on screen.
    after: Option<i64>,
}

/// Rows as they come in, and what becomes of those that were sent.
async fn follow_events(
    State(state): State<LiveState>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(start): Query<Start>,
    Query(words): Query<EventFilterWords>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    let live = state.loop_of(&session, &id, Role::Analyst).await?;
    let filter = ask::event_filter(&words).map_err(|_| StatusCode::BAD_REQUEST)?;
    // A browser that connects anew says what it heard last.
    let last_heard = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let after = last_heard.or(start.after).unwrap_or_default();
    let follower = EventFollower::new(live, filter, after, N_ON_SCREEN);
    let zone = zone_of(&headers);
    Ok(Sse::new(news((follower, state.is_ending, time::Instant::now() + LIFE), zone)))
}

type Follower = (EventFollower, watch::Receiver<bool>, time::Instant);

fn news(follower: Follower, zone: Zone) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((follower, zone), |((mut follower, mut is_ending, ends_at), zone)| async move {
        let news = tokio::select! {
            // A sender that was dropped has ended as well.
            _ = is_ending.wait_for(|is_ending| *is_ending) => return None,
            () = time::sleep_until(ends_at) => return None,
            news = follower.news() => news?,
        };
        let (name, seq) = (if news.is_empty() { "beat" } else { "news" }, news.seq);
        let part = ask::event_news(follower.live(), news).in_zone(&zone);
        let event = Event::default().event(name).id(seq.to_string()).retry(RETRY);
        let event = event.json_data(part).expect("rows always become JSON");
        Some((Ok(event), ((follower, is_ending, ends_at), zone)))
    })
}

async fn follow_loop(
    State(state): State<LiveState>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    let live = state.loop_of(&session, &id, Role::Viewer).await?;
    Ok(Sse::new(changes(live, state.is_ending)))
}

/// One connection.
struct Connection {
    live: LiveLoop,
    progress: watch::Receiver<i64>,
    is_ending: watch::Receiver<bool>,
    ends_at: time::Instant,
    is_new: bool,
}

/// `changed` at once, since something may have happened between the page and this; then whenever something did; and
/// `beat` when nothing does.
fn changes(live: LiveLoop, is_ending: watch::Receiver<bool>) -> impl Stream<Item = Result<Event, Infallible>> {
    let progress = live.progress();
    let connection = Connection { live, progress, is_ending, ends_at: time::Instant::now() + LIFE, is_new: true };
    stream::unfold(connection, |mut connection| async move {
        let event = connection.next().await?;
        Some((Ok(event), connection))
    })
}

impl Connection {
    /// `None` ends the stream: the server stops, the loop is gone, or it is time to connect anew.
    async fn next(&mut self) -> Option<Event> {
        let is_new = std::mem::take(&mut self.is_new);
        if is_new {
            self.progress.mark_unchanged();
            return Some(self.changed().retry(RETRY));
        }
        let Self { progress, is_ending, ends_at, .. } = self;
        let change = async {
            time::sleep(PACE).await;
            time::timeout(HEARTBEAT, progress.changed()).await
        };
        let heard = tokio::select! {
            // A sender that was dropped has ended as well.
            _ = is_ending.wait_for(|is_ending| *is_ending) => return None,
            () = time::sleep_until(*ends_at) => return None,
            heard = change => heard,
        };
        match heard {
            Ok(Ok(())) => Some(self.changed()),
            Ok(Err(_)) => None,
            Err(_) => Some(Event::default().event("beat").data("{}")),
        }
    }

    fn changed(&mut self) -> Event {
        let seq = *self.progress.borrow_and_update();
        let counters = self.live.counters();
        let data = serde_json::json!({ "ranked": counters.ranked, "rewarded": counters.rewarded, "seq": seq });
        Event::default().event("changed").data(data.to_string())
    }
}
