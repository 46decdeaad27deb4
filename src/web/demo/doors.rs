//! The news site's server functions. Visitors are not signed in: what they send is checked, bounded, and worth
//! something only for an event that they were given.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::data::{ArticleData, FrontPageData, Progress, ReaderStatus, SectionData};
use crate::web::PageError;

/// The front page for a persona: one Rank, shown. For anyone.
#[server]
pub async fn load_front_page(reader: String) -> Result<FrontPageData, PageError> {
    use crate::web::newsroom;
    let persona = crate::demo::persona(&reader);
    let Some(demo) = newsroom::running() else { return Ok(newsroom::closed_front_page(persona)) };
    let lead = demo.rank_lead(persona, None).await;
    newsroom::front_page(&demo, persona, lead).await
}

/// The front page as it would be now, without showing it: its event counts only once [`show_front_page`] says so.
/// For anyone.
#[server]
pub async fn peek_front_page(reader: String) -> Result<FrontPageData, PageError> {
    use crate::web::newsroom;
    let (demo, persona) = (newsroom::required()?, crate::demo::persona(&reader));
    let lead = demo.peek_lead(persona).await;
    newsroom::front_page(&demo, persona, lead).await
}

/// What [`peek_front_page`] found is on screen now. For whoever was given the event.
#[server]
pub async fn show_front_page(event_id: String) -> Result<(), PageError> {
    use crate::{terms::EventId, web::newsroom};
    let event_id: EventId = event_id.parse().map_err(PageError::rejected)?;
    newsroom::required()?.show_lead(&event_id).await.map_err(|error| newsroom::refused(&error))
}

/// A section's stories. For anyone.
#[server]
pub async fn load_section(section: String) -> Result<SectionData, PageError> {
    use crate::web::{guard, newsroom};
    newsroom::section(&section).ok_or_else(|| guard::not_found("section"))
}

/// An article. For anyone.
#[server]
pub async fn load_article(slug: String) -> Result<ArticleData, PageError> {
    use crate::web::{guard, newsroom};
    newsroom::article(&slug).ok_or_else(|| guard::not_found("story"))
}

/// A visitor read this share of a story, which the front page of this event offered: the reward for its lead, 0 when
/// they chose another story. Answers the reward that was sent; nothing when the event had its answer, or is not known.
/// For whoever was given the event, once.
#[server]
pub async fn save_reading(event_id: String, slug: String, share_read: f64) -> Result<Option<f64>, PageError> {
    crate::web::newsroom::reward(&event_id, &slug, share_read).await
}

/// The same for a browser without script, which fetches it like a picture: the story was opened, and nobody can know
/// how far it was read.
#[server(input = GetUrl)]
pub async fn save_opening(event_id: String, slug: String) -> Result<Option<f64>, PageError> {
    crate::web::newsroom::reward(&event_id, &slug, 0.0).await
}

/// What became of an event; nothing when it was given to nobody, or too long ago. For whoever was given it.
#[server]
pub async fn load_progress(event_id: String) -> Result<Option<Progress>, PageError> {
    crate::web::newsroom::progress(&event_id).await
}

/// How the simulated readers are doing; `None` on a server without the demo. For anyone: it says nothing of people.
#[server]
pub async fn load_readers() -> Result<Option<ReaderStatus>, PageError> {
    use crate::web::newsroom;
    Ok(newsroom::running().map(|demo| newsroom::reader_status(demo.status())))
}

/// Stops the simulated readers or lets them in again. For editors.
#[server]
pub async fn pause_readers(is_paused: bool) -> Result<ReaderStatus, PageError> {
    use crate::{
        terms::Role,
        web::{guard, newsroom},
    };
    guard::require(Role::Editor).await?;
    let demo = newsroom::required()?;
    demo.set_paused(is_paused);
    Ok(newsroom::reader_status(demo.status()))
}

/// How many simulated readers arrive per second. For editors.
#[server]
pub async fn set_reader_rate(rate_per_second: f64) -> Result<ReaderStatus, PageError> {
    use crate::{
        terms::Role,
        web::{guard, newsroom},
    };
    guard::require(Role::Editor).await?;
    let demo = newsroom::required()?;
    demo.set_rate(rate_per_second);
    Ok(newsroom::reader_status(demo.status()))
}

/// Swaps the readers' hidden preferences. For editors.
#[server]
pub async fn change_reader_taste() -> Result<ReaderStatus, PageError> {
    use crate::{
        terms::Role,
        web::{guard, newsroom},
    };
    guard::require(Role::Editor).await?;
    let demo = newsroom::required()?;
    demo.change_taste();
    Ok(newsroom::reader_status(demo.status()))
}
