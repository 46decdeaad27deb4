//! What the demo answers, turned into what the newspaper's pages show. For their server functions.

mod coffee;
mod crowd;
mod curve;
mod why;

use axum::http::{header, request::Parts};
use leptos::prelude::use_context;

pub use coffee::coffee;
pub use crowd::reader_status;
pub use why::{headline, share};

use super::{
    PageError,
    demo::{
        ArticleData, BannerView, CallView, FrontPageData, PersonaCard, Progress, SectionData, SectionOrderView, Story,
    },
    guard,
};
use crate::{
    accounts::SignedIn,
    demo::{self, Article, Demo, Lead, LeadError, OfferedBanner, Persona, Section, SectionOrder},
    terms::{EventId, LoopId, Role},
};

/// The demo, if this server runs one.
pub fn running() -> Option<Demo> {
    use_context::<Option<Demo>>().flatten()
}

/// The demo, for what makes no sense without it.
pub fn required() -> Result<Demo, PageError> {
    running().ok_or_else(|| PageError::rejected("This server runs without the demo."))
}

pub fn persona_card(persona: &Persona) -> PersonaCard {
    PersonaCard {
        slug: persona.slug.to_owned(),
        name: persona.name.to_owned(),
        description: persona.description.to_owned(),
    }
}

pub fn story(article: &Article) -> Story {
    Story {
        slug: article.slug.clone(),
        section: article.section.as_str().to_owned(),
        headline: article.headline.clone(),
        standfirst: article.standfirst.clone(),
        byline: article.byline.clone(),
        minutes: article.reading_minutes(),
        picture_text: Some(article.picture_text.clone()),
    }
}

/// The place that an operator's own action gets.
fn unwritten(id: &str) -> Story {
    Story {
        slug: id.to_owned(),
        section: String::new(),
        headline: id.to_owned(),
        standfirst: "This story was defined in the dashboard. The newsroom has not written it.".to_owned(),
        byline: "The dashboard".to_owned(),
        minutes: 0,
        picture_text: None,
    }
}

/// The front page of a server that runs no demo.
pub fn closed_front_page(persona: &Persona) -> FrontPageData {
    FrontPageData {
        reader: persona_card(persona),
        personas: cards(),
        stories: ordered(None),
        why: None,
        strip: None,
        call: None,
        sections: None,
        banner: None,
        notice: Some(
            "This server runs without the demo, so the editors' order is shown. Start it without --no-demo to see \
             the front page learn."
                .to_owned(),
        ),
        readers: None,
        loop_path: None,
        may_steer: false,
    }
}

/// Everybody that a visitor can be, themselves last.
fn cards() -> Vec<PersonaCard> {
    demo::personas().iter().chain([demo::yourself()]).map(persona_card).collect()
}

/// The persona with this slug. Visitors as themselves hold the device that their browser names.
pub fn reader(slug: &str) -> Persona {
    let persona = demo::persona(slug);
    if persona.is_yourself() { persona.on(device()) } else { persona.clone() }
}

fn device() -> &'static str {
    let agent = use_context::<Parts>()
        .and_then(|parts| parts.headers.get(header::USER_AGENT)?.to_str().ok().map(str::to_owned))
        .unwrap_or_default();
    match agent {
        agent if agent.contains("iPad") || agent.contains("Tablet") => "tablet",
        agent if agent.contains("Mobi") => "phone",
        _ => "computer",
    }
}

/// What a front page was answered: its lead, and the two offers below.
#[derive(Debug)]
pub struct Answers {
    pub lead: Result<Lead, LeadError>,
    pub sections: Option<SectionOrder>,
    pub banner: Option<OfferedBanner>,
}

impl Answers {
    /// Asks all three at the same time. `after` is the visitor's last event.
    pub async fn ask(demo: &Demo, persona: &Persona, after: Option<&EventId>) -> Self {
        let (lead, (sections, banner)) = tokio::join!(demo.rank_lead(persona, after), demo.rank_offers(persona));
        Self { lead, sections, banner }
    }

    /// The lead alone.
    pub fn of(lead: Result<Lead, LeadError>) -> Self {
        Self { lead, sections: None, banner: None }
    }
}

/// The front page as these answers make it, or as the editors do where there was none.
pub async fn front_page(demo: &Demo, persona: &Persona, answers: Answers) -> Result<FrontPageData, PageError> {
    let person = guard::signed_in().await?;
    let sight = Sight::of(person.as_ref());
    let Answers { lead, sections, banner } = answers;
    let notice = lead.as_ref().err().map(notice);
    if let Err(LeadError::Client(error)) = &lead {
        // No failure of the page, which is a good one in the editors' order.
        tracing::warn!(error = error as &dyn std::error::Error, "Could not ask the demo's loop for a visitor");
    }
    let lead = lead.ok();
    let event_path = |lead: &Lead| sight.event(&lead.loop_id, lead.event_id.as_str());
    let past_path = |lead: &Lead| sight.event(&lead.loop_id, &lead.past.as_ref()?.seen.event_id);
    Ok(FrontPageData {
        reader: persona_card(persona),
        personas: cards(),
        stories: ordered(lead.as_ref()),
        why: lead.as_ref().map(|lead| why::why(lead, event_path(lead))),
        strip: lead.as_ref().map(|lead| why::strip(lead, persona, past_path(lead))),
        call: lead.as_ref().map(call),
        sections: sections.map(|order| section_order(&order, sight)),
        banner: banner.map(|offer| banner_view(&offer, sight)),
        notice,
        readers: Some(reader_status(demo, sight.may_read_events)),
        loop_path: demo.loop_id().filter(|_| sight.is_signed_in).map(|id| format!("/loops/{id}")),
        may_steer: may_steer(person.as_ref()),
    })
}

fn may_steer(person: Option<&SignedIn>) -> bool {
    person.is_some_and(|person| person.role >= Role::Editor)
}

/// The dashboard's addresses are for people who can open them.
#[derive(Debug, Clone, Copy)]
struct Sight {
    is_signed_in: bool,
    /// Viewers do not read single events.
    may_read_events: bool,
}

impl Sight {
    fn of(person: Option<&SignedIn>) -> Self {
        let may_read_events = person.is_some_and(|person| person.role >= Role::Analyst);
        Self { is_signed_in: person.is_some(), may_read_events }
    }

    fn event(self, loop_id: &LoopId, event_id: &str) -> Option<String> {
        self.may_read_events.then(|| format!("/loops/{loop_id}/events/{event_id}"))
    }
}

/// The lead's call as curl, with a place for the key.
fn call(lead: &Lead) -> CallView {
    const KEY: &str = "-H \"Ocp-Apim-Subscription-Key: $KEY\" -H 'Content-Type: application/json'";
    let demo::Call { url, body, answer } = &lead.call;
    // No text of the demo's own has a quote that would end the argument.
    let curl = format!("curl {url} \\\n  {KEY} \\\n  -d '{body}'");
    let base = url.trim_end_matches("/rank");
    let reward = format!("curl {base}/events/{}/reward \\\n  {KEY} \\\n  -d '{{\"value\": 0.8}}'", lead.event_id);
    CallView { curl, answer: answer.clone(), reward_curl: reward }
}

fn section_order(order: &SectionOrder, sight: Sight) -> SectionOrderView {
    SectionOrderView {
        first: order.ranked.iter().map(|section| section.as_str().to_owned()).collect(),
        event_id: order.event_id.to_string(),
        event_path: sight.event(&order.loop_id, order.event_id.as_str()),
    }
}

fn banner_view(offer: &OfferedBanner, sight: Sight) -> BannerView {
    BannerView {
        title: offer.banner.title.to_owned(),
        text: offer.banner.text.to_owned(),
        event_id: offer.event_id.to_string(),
        percent_text: share(offer.probability),
        event_path: sight.event(&offer.loop_id, offer.event_id.as_str()),
    }
}

/// Sends what a visitor's reading is worth to the story that led when they came.
///
/// Nothing when the event had its reward or is not known: whoever opens an old address again has done nothing wrong.
pub async fn reward(event_id: &str, slug: &str, share_read: f64) -> Result<Option<f64>, PageError> {
    let event_id: EventId = event_id.parse().map_err(PageError::rejected)?;
    let demo = required()?;
    let Some(chosen) = demo.chosen_in(&event_id) else { return Ok(None) };
    let is_number = share_read.is_finite();
    let value = if chosen == slug && is_number { demo::reward_for(share_read) } else { 0.0 };
    match demo.reward(&event_id, value).await {
        Ok(()) => Ok(Some(value)),
        Err(LeadError::AlreadyRewarded | LeadError::UnknownEvent) => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

/// A visitor opened a story that stood below the fold, where this event had put its section.
pub async fn reward_section(event_id: &str, slug: &str) -> Result<(), PageError> {
    let event_id: EventId = event_id.parse().map_err(PageError::rejected)?;
    let (demo, Some(article)) = (required()?, demo::article(slug)) else { return Ok(()) };
    match demo.reward_sections(&event_id, article.section).await {
        Ok(()) | Err(LeadError::AlreadyRewarded | LeadError::UnknownEvent) => Ok(()),
        Err(error) => Err(refused(&error)),
    }
}

/// A visitor took the newsletter of this event. Nobody's address is asked for: there is no newsletter.
pub async fn reward_banner(event_id: &str) -> Result<(), PageError> {
    let event_id: EventId = event_id.parse().map_err(PageError::rejected)?;
    match required()?.reward(&event_id, 1.0).await {
        Ok(()) | Err(LeadError::AlreadyRewarded | LeadError::UnknownEvent) => Ok(()),
        Err(error) => Err(refused(&error)),
    }
}

/// What became of a visitor's event, as far as this server remembers it.
pub async fn progress(event_id: &str) -> Result<Option<Progress>, PageError> {
    let id: EventId = event_id.parse().map_err(PageError::rejected)?;
    let Some(demo) = running() else { return Ok(None) };
    let sight = Sight::of(guard::signed_in().await?.as_ref());
    let Some((chosen, loop_id)) = demo.chosen_in(&id).zip(demo.loop_of_event(&id)) else { return Ok(None) };
    let found = demo.progress(&id).await.map_err(|error| refused(&error))?;
    Ok(Some(Progress {
        event_id: event_id.to_owned(),
        headline: headline(&chosen),
        state: found.state,
        model_version: found.model_version,
        reward: found.learned_reward.map(|reward| format!("{reward:.2}")),
        moved: found.moved.map(moved),
        event_path: sight.event(&loop_id, event_id),
    }))
}

fn moved((before, since): (f64, f64)) -> String {
    format!("In the same situation it would now lead with {}; it was {} when you came.", share(since), share(before))
}

/// The lead first, then what the ranking holds, then everything else in the editors' order.
///
/// The breaking story is there only while it competes.
pub fn ordered(lead: Option<&Lead>) -> Vec<Story> {
    let mut slugs: Vec<&str> = Vec::new();
    if let Some(lead) = lead {
        slugs.push(&lead.chosen);
        let mut ranked: Vec<_> = lead.stories.iter().filter(|story| story.id != lead.chosen).collect();
        // Stable, so that the ranking's own order decides between equals.
        ranked.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        slugs.extend(ranked.into_iter().map(|story| story.id.as_str()));
    }
    let rest = demo::articles().iter().map(|article| article.slug.as_str());
    let rest: Vec<&str> = rest.filter(|slug| !slugs.contains(slug)).collect();
    let all = slugs.into_iter().chain(rest);
    all.map(|slug| demo::article(slug).map_or_else(|| unwritten(slug), story)).collect()
}

/// The stories of one section.
pub fn section(slug: &str) -> Option<SectionData> {
    let section = Section::parse(slug)?;
    let stories = demo::articles().iter().filter(|article| article.section == section).map(story);
    Some(SectionData { section: slug.to_owned(), stories: stories.collect() })
}

/// One article with others of its section.
pub fn article(slug: &str) -> Option<ArticleData> {
    let found = demo::article(slug)?;
    let others = demo::articles().iter().filter(|other| other.section == found.section && other.slug != found.slug);
    Some(ArticleData {
        story: story(found),
        paragraphs: found.paragraphs.clone(),
        tags: found.tags.clone(),
        more: others.map(story).collect(),
    })
}

/// What a reader of the paper is told when the loop could not be asked.
fn notice(error: &LeadError) -> String {
    match error {
        LeadError::NotReady => "The newsroom is still opening: its loop is not ready yet. Ask again in a moment.",
        LeadError::Slow => "The loop took too long to answer, so the editors' order is shown.",
        LeadError::Busy => "Many people are reading at this moment. Ask again in a moment.",
        _ => "The loop could not be asked, so the editors' order is shown. The server's log says why.",
    }
    .to_owned()
}

/// A visitor's call that was not answered.
pub fn refused(error: &LeadError) -> PageError {
    match error {
        LeadError::Client(error) => guard::failed("ask the demo's loop", error),
        other => PageError::rejected(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_ranking_the_editors_order_stands_and_every_story_appears_once() {
        let stories = ordered(None);
        assert_eq!(stories.len(), demo::articles().len());
        assert_eq!(stories[0].slug, demo::articles()[0].slug);
    }
}
