//! The news site's server functions. Visitors are not signed in: what they send is checked, bounded, and worth
//! something only for an event that they were given.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::data::{ArticleData, CoffeeData, FrontPageData, Progress, ReaderStatus, SectionData};
use crate::web::PageError;

/// The front page for a persona: one Rank for each decision, shown. `after` is the event of the visitor's last front
/// page. For anyone.
#[server]
pub async fn load_front_page(reader: String, after: Option<String>) -> Result<FrontPageData, PageError> {
    use crate::web::newsroom;
    let persona = newsroom::reader(&reader);
    let Some(demo) = newsroom::running() else { return Ok(newsroom::closed_front_page(&persona)) };
    // An address that somebody has tampered with is no reason not to show the paper.
    let after = after.and_then(|after| after.parse().ok());
    let answers = newsroom::Answers::ask(&demo, &persona, after.as_ref()).await;
    newsroom::front_page(&demo, &persona, answers).await
}

/// The front page as it would be now, without showing it: its event counts only once [`show_front_page`] says so.
/// For anyone.
#[server]
pub async fn peek_front_page(reader: String) -> Result<FrontPageData, PageError> {
    use crate::web::newsroom;
    let (demo, persona) = (newsroom::required()?, newsroom::reader(&reader));
    let lead = demo.peek_lead(&persona).await;
    newsroom::front_page(&demo, &persona, newsroom::Answers::of(lead)).await
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

/// A visitor opened a story below the fold, whose section stood where this event had put it. For whoever was given the
/// event, once.
#[server]
pub async fn save_section_opening(event_id: String, slug: String) -> Result<(), PageError> {
    crate::web::newsroom::reward_section(&event_id, &slug).await
}

/// A visitor took the newsletter that this event offered. For whoever was given the event, once.
#[server]
pub async fn take_newsletter(event_id: String) -> Result<(), PageError> {
    crate::web::newsroom::reward_banner(&event_id).await
}

/// What became of an event; nothing when it was given to nobody, or too long ago. For whoever was given it.
#[server]
pub async fn load_progress(event_id: String) -> Result<Option<Progress>, PageError> {
    crate::web::newsroom::progress(&event_id).await
}

/// How the simulated readers are doing; `None` on a server without the demo. For anyone: it says nothing of people.
#[server]
pub async fn load_readers() -> Result<Option<ReaderStatus>, PageError> {
    use crate::{
        terms::Role,
        web::{guard, newsroom},
    };
    let Some(demo) = newsroom::running() else { return Ok(None) };
    let may_read_events = guard::signed_in().await?.is_some_and(|person| person.role >= Role::Analyst);
    Ok(Some(newsroom::reader_status(&demo, may_read_events)))
}

/// What an editor does to the simulated readers: `pause`, `resume`, `taste`, `breaking`, `quiet`, or a rate per second.
/// For editors.
#[server]
pub async fn steer_readers(order: String) -> Result<(), PageError> {
    use crate::{
        terms::Role,
        web::{guard, newsroom},
    };
    let demo = newsroom::required()?;
    guard::require(Role::Editor).await?;
    match order.as_str() {
        "pause" => demo.set_paused(true),
        "resume" => demo.set_paused(false),
        "taste" => drop(demo.change_taste()),
        "breaking" | "quiet" => {
            demo.set_breaking(order == "breaking").await.map_err(|error| newsroom::refused(&error))?;
        }
        rate => {
            let rate = rate.parse().map_err(|_| PageError::rejected("This is no order for the readers."))?;
            demo.set_rate(rate);
        }
    }
    Ok(())
}

/// The old service's tutorial beside this server's run of it. For anyone.
#[server]
pub async fn load_coffee() -> Result<CoffeeData, PageError> {
    use crate::web::{guard, newsroom};
    let demo = newsroom::running();
    let person = guard::signed_in().await?;
    Ok(newsroom::coffee(demo.as_ref(), person.as_ref()))
}

/// Runs the tutorial: ten thousand Ranks and Rewards. For editors, because it keeps the server busy for a while.
#[server]
pub async fn start_coffee() -> Result<(), PageError> {
    use crate::{
        terms::Role,
        web::{guard, newsroom},
    };
    let demo = newsroom::required()?;
    guard::require(Role::Editor).await?;
    demo.start_coffee().await.map_err(|error| newsroom::refused(&error))
}
