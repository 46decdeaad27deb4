//! What the demo answers, turned into what the newspaper's pages show. For their server functions.

use leptos::prelude::use_context;

use super::{
    PageError,
    demo::{
        ArticleData, Choice, FrontPageData, PersonaCard, Progress, ReaderStatus, ReasonLine, SectionData, Story,
        StoryRank, Why,
    },
    guard,
};
use crate::{
    demo::{self, Article, Demo, DemoStatus, Lead, LeadError, Persona, Reason, Section},
    terms::{EventId, Role},
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
        personas: demo::personas().iter().map(persona_card).collect(),
        stories: ordered(None),
        why: None,
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

/// The front page as this Rank makes it, or as the editors do when there was no answer.
pub async fn front_page(
    demo: &Demo,
    persona: &Persona,
    lead: Result<Lead, LeadError>,
) -> Result<FrontPageData, PageError> {
    let person = guard::signed_in().await?;
    // The dashboard's addresses are for people who can open them.
    let loop_path = person.as_ref().and(demo.loop_id()).map(|id| format!("/loops/{id}"));
    let notice = lead.as_ref().err().map(notice);
    if let Err(LeadError::Client(error)) = &lead {
        // No failure of the page, which is a good one in the editors' order.
        tracing::warn!(error = error as &dyn std::error::Error, "Could not ask the demo's loop for a visitor");
    }
    let lead = lead.ok();
    let event_path = |lead: &Lead| loop_path.as_ref().map(|path| format!("{path}/events/{}", lead.event_id));
    Ok(FrontPageData {
        reader: persona_card(persona),
        personas: demo::personas().iter().map(persona_card).collect(),
        stories: ordered(lead.as_ref()),
        why: lead.as_ref().map(|lead| why(lead, event_path(lead))),
        notice,
        readers: Some(reader_status(demo.status())),
        may_steer: person.is_some_and(|person| person.role >= Role::Editor),
        loop_path,
    })
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

/// What became of a visitor's event, as far as this server remembers it.
pub async fn progress(event_id: &str) -> Result<Option<Progress>, PageError> {
    let id: EventId = event_id.parse().map_err(PageError::rejected)?;
    let Some(demo) = running() else { return Ok(None) };
    let Some(chosen) = demo.chosen_in(&id) else { return Ok(None) };
    let found = demo.progress(&id).await.map_err(|error| refused(&error))?;
    Ok(Some(Progress {
        event_id: event_id.to_owned(),
        headline: headline(&chosen),
        state: found.state,
        model_version: found.model_version,
        reward: found.learned_reward.map(|reward| format!("{reward:.2}")),
    }))
}

/// The lead first, then what the ranking holds, then everything else in the editors' order.
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

/// Why the front page is as it is; `event_path` is for those who may see it.
pub fn why(lead: &Lead, event_path: Option<String>) -> Why {
    let all = lead.stories.iter().flat_map(|story| &story.reasons);
    let strongest = all.map(|reason| reason.score.abs()).fold(0.0, f64::max);
    Why {
        event_id: lead.event_id.to_string(),
        chosen: lead.chosen.clone(),
        choice: match lead.choice {
            demo::Choice::NothingLearned => Choice::NothingLearned,
            demo::Choice::Learned => Choice::Learned,
            demo::Choice::Explored => Choice::Explored,
        },
        model_version: lead.model_version,
        stories: lead.stories.iter().map(|story| story_rank(story, strongest)).collect(),
        event_path,
    }
}

fn story_rank(story: &demo::RankedStory, strongest: f64) -> StoryRank {
    StoryRank {
        slug: story.id.clone(),
        headline: headline(&story.id),
        percent: story.probability * 100.0,
        percent_text: format!("{:.1} %", story.probability * 100.0),
        reasons: story.reasons.iter().map(|reason| reason_line(reason, strongest)).collect(),
    }
}

fn reason_line(reason: &Reason, strongest: f64) -> ReasonLine {
    ReasonLine {
        words: in_words(&reason.feature),
        score: format!("{:+.2}", reason.score).replace('-', "−"),
        is_for: reason.score >= 0.0,
        bar_percent: if strongest > 0.0 { reason.score.abs() / strongest * 100.0 } else { 0.0 },
    }
}

/// The headline of a story, or the id of what is none.
pub fn headline(slug: &str) -> String {
    demo::article(slug).map_or_else(|| slug.to_owned(), |article| article.headline.clone())
}

/// `reader.daypart=morning × story.section=business` as "in the morning, a business story".
fn in_words(feature: &str) -> String {
    if feature == demo::REST {
        return "many smaller reasons together".to_owned();
    }
    let parts: Vec<String> = feature.split(" × ").map(part_in_words).collect();
    parts.join(" · ")
}

fn part_in_words(part: &str) -> String {
    let bare = part.rsplit_once('.').map_or(part, |(_, bare)| bare);
    if part.starts_with("interests.") {
        return format!("interested in {bare}");
    }
    match bare.split_once('=') {
        Some(("device", device)) => format!("on a {device}"),
        Some(("daypart", daypart @ ("night" | "midday"))) => format!("at {daypart}"),
        Some(("daypart", daypart)) => format!("in the {daypart}"),
        Some(("week", "weekend")) => "at the weekend".to_owned(),
        Some(("week", _)) => "on a weekday".to_owned(),
        Some(("section", section)) => format!("{section} pages"),
        Some(("tone", tone)) => format!("{tone} tone"),
        Some(("length", length)) => format!("{length} read"),
        Some(("format", "interview")) => "an interview".to_owned(),
        Some(("format", format)) => format!("a {format}"),
        Some(("action", _)) => "this very story".to_owned(),
        Some((name, value)) => format!("{name} is {value}"),
        None if bare == "always" || bare == "constant" => "for everybody".to_owned(),
        None => bare.to_owned(),
    }
}

pub fn reader_status(status: DemoStatus) -> ReaderStatus {
    ReaderStatus {
        is_ready: status.is_ready,
        is_paused: status.is_paused,
        rate_per_second: status.rate_per_second,
        taste: status.taste.as_str().to_owned(),
        n_ranked: status.n_ranked,
        n_rewarded: status.n_rewarded,
        n_unanswered: status.n_unanswered,
        trouble: status.trouble,
    }
}

/// What a reader of the paper is told when the loop could not be asked.
fn notice(error: &LeadError) -> String {
    match error {
        LeadError::NotReady => "The newsroom is still opening: its loop is not ready yet. Ask again in a moment.",
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
    fn features_become_words_that_a_reader_understands() {
        assert_eq!(in_words("reader.daypart=morning × story.section=business"), "in the morning · business pages");
        assert_eq!(in_words("interests.sport × action=the-longest-relay"), "interested in sport · this very story");
        assert_eq!(in_words("always"), "for everybody");
        assert_eq!(in_words("everything else"), "many smaller reasons together");
    }

    #[test]
    fn without_a_ranking_the_editors_order_stands_and_every_story_appears_once() {
        let stories = ordered(None);
        assert_eq!(stories.len(), demo::articles().len());
        assert_eq!(stories[0].slug, demo::articles()[0].slug);
    }
}
