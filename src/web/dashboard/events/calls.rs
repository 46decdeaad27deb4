//! What the list of events asks of the server.

use leptos::prelude::*;

use crate::{
    reports::{EventFilterWords, EventRow, EventRows},
    web::PageError,
};

/// The events that these words admit, with a place in the log below `before`; the newest of all without it. `pins` are
/// shown besides.
#[server]
pub async fn load_events(
    id: String,
    // An address that says nothing leaves nothing of it on the way.
    #[server(default)] words: EventFilterWords,
    before: Option<i64>,
    #[server(default)] pins: Vec<String>,
) -> Result<EventRows, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{guard, zone::zone},
    };
    /// Rows of a page.
    const N_ROWS: usize = 50;
    // Taken before anything is awaited: see `guard::given`.
    let zone = zone();
    let (_, live) = guard::require_loop(Role::Analyst, &id).await?;
    let rows = ask::events(&live, &words, before, N_ROWS).await?;
    Ok(EventRows { pinned: ask::pinned_events(&live, &pins).await?, ..rows }.in_zone(&zone))
}

/// The events at these places of the log, as they stand now.
#[server]
pub async fn load_event_rows(id: String, #[server(default)] seqs: Vec<i64>) -> Result<Vec<EventRow>, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{guard, zone::zone},
    };
    let zone = zone();
    let (_, live) = guard::require_loop(Role::Analyst, &id).await?;
    Ok(ask::events_at(&live, &seqs).await?.into_iter().map(|row| row.in_zone(&zone)).collect())
}

/// The events of these ids, as rows.
#[server]
pub async fn load_pinned_events(id: String, #[server(default)] pins: Vec<String>) -> Result<Vec<EventRow>, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{guard, zone::zone},
    };
    let zone = zone();
    let (_, live) = guard::require_loop(Role::Analyst, &id).await?;
    Ok(ask::pinned_events(&live, &pins).await?.into_iter().map(|row| row.in_zone(&zone)).collect())
}
