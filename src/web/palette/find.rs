//! What only the server can find: loops by name, and an event by its id wherever it happened.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::web::PageError;

/// Something that was found, and the page about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub words: String,
    pub is_event: bool,
    pub path: String,
}

/// Loops whose name has all words of `text` in it, and the event that has `text` as its id. Nothing is found by nothing but
/// loops.
#[server]
pub async fn find_places(text: String, loop_id: Option<String>) -> Result<Vec<Found>, PageError> {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use crate::{
        loops::Loops,
        terms::{EventId, Role},
        web::guard,
    };
    /// Longer lists are for the page of all loops.
    const MOST_LOOPS: usize = 8;
    /// An event is looked for in so many loops; the one whose page is open comes first.
    const MOST_SEARCHED: usize = 50;
    /// Shorter texts are names, not ids that somebody pasted.
    const SHORTEST_ID: usize = 6;

    // Taken before anything is awaited: see `guard::given`.
    let loops = guard::given::<Loops>()?.list();
    let person = guard::require(Role::Viewer).await?;
    let text = text.trim();
    let wanted = text.to_lowercase();
    let is_meant = |name: &str| {
        let name = name.to_lowercase();
        wanted.split_whitespace().all(|word| name.contains(word))
    };
    let mut found: Vec<Found> = loops
        .iter()
        .filter(|live| is_meant(&live.name()))
        .take(MOST_LOOPS)
        .map(|live| Found { words: live.name(), is_event: false, path: format!("/loops/{}", live.id()) })
        .collect();
    // Events hold what applications send about people: viewers do not read them.
    let event_id = Some(text)
        .filter(|text| text.len() >= SHORTEST_ID && person.role >= Role::Analyst)
        .and_then(|text| text.parse::<EventId>().ok());
    let Some(event_id) = event_id else { return Ok(found) };
    let is_open = |live: &&crate::loops::LiveLoop| loop_id.as_deref() == Some(live.id().as_str());
    let (open, others): (Vec<_>, Vec<_>) = loops.iter().partition(is_open);
    for live in open.into_iter().chain(others).take(MOST_SEARCHED) {
        if live.event(&event_id).await?.is_some() {
            let id = utf8_percent_encode(event_id.as_str(), NON_ALPHANUMERIC);
            found.insert(
                0,
                Found {
                    words: format!("Event {event_id} in {}", live.name()),
                    is_event: true,
                    path: format!("/loops/{}/events/{id}", live.id()),
                },
            );
            break;
        }
    }
    Ok(found)
}
