//! A story on a page: as the lead, as a card with its picture, as a line.

use leptos::prelude::*;

use super::data::{Story, section_name};

/// What a story links to: the persona, and the front page that offers it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    pub reader: String,
    pub event_id: Option<String>,
    /// The story that leads in that event.
    pub lead: Option<String>,
    /// The event that put this story's section where it stands.
    pub sections: Option<String>,
}

impl Offer {
    fn path(&self, story: &Story) -> Option<String> {
        story.picture_text.as_ref()?;
        let mut path = format!("/news/article/{}?reader={}", story.slug, self.reader);
        let mut add = |name: &str, value: &str| {
            path.push('&');
            path.push_str(name);
            path.push('=');
            path.push_str(value);
        };
        if let Some(event) = &self.event_id {
            add("event", event);
            // So that the article can say what its reading is worth before it is sent.
            add("led", if self.lead.as_ref() == Some(&story.slug) { "1" } else { "0" });
        }
        if let Some(sections) = &self.sections {
            add("sections", sections);
        }
        Some(path)
    }
}

/// The story that leads.
#[component]
pub fn LeadStory(story: Story, offer: Offer, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let headline = linked(&story, &offer);
    view! {
        <article class="news-lead">
            <Picture story=story.clone() is_first=true/>
            <div class="news-lead__text">
                <Kicker section=story.section.clone()/>
                <h2 class="news-lead__headline">{headline}</h2>
                <p class="news-lead__standfirst">{story.standfirst.clone()}</p>
                <Byline story=story/>
                {children.map(|children| children())}
            </div>
        </article>
    }
    .into_any()
}

/// A story with its picture above it.
#[component]
pub fn StoryCard(story: Story, offer: Offer, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let headline = linked(&story, &offer);
    view! {
        <article class="news-card">
            <Picture story=story.clone() is_first=false/>
            <Kicker section=story.section.clone()/>
            <h3 class="news-card__headline">{headline}</h3>
            <p class="news-card__standfirst">{story.standfirst.clone()}</p>
            {children.map(|children| children())}
        </article>
    }
    .into_any()
}

/// A story as a headline beside a small picture.
#[component]
pub fn StoryLine(story: Story, offer: Offer, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let headline = linked(&story, &offer);
    view! {
        <article class="news-line">
            <Picture story=story.clone() is_first=false/>
            <div>
                <Kicker section=story.section.clone()/>
                <h3 class="news-line__headline">{headline}</h3>
                {children.map(|children| children())}
            </div>
        </article>
    }
    .into_any()
}

/// "By Nadia Veress · 2 min read"
#[component]
pub fn Byline(story: Story) -> impl IntoView {
    let minutes = (story.minutes > 0).then(|| format!(" · {} min read", story.minutes));
    view! { <p class="news-byline">"By " {story.byline}{minutes}</p> }
}

/// The picture of a story; nothing for what has none.
#[component]
pub fn Picture(
    story: Story,
    /** Whether it is the first thing on the page, so that it must not wait. */
    is_first: bool,
) -> impl IntoView {
    let (loading, priority) = if is_first { ("eager", "high") } else { ("lazy", "auto") };
    let source = format!("/news/{}.svg", story.slug);
    story.picture_text.map(|text| {
        view! {
            <figure class="news-picture">
                <img src=source alt=text width="960" height="600" loading=loading fetchpriority=priority decoding="async"/>
            </figure>
        }
    })
}

#[component]
fn Kicker(section: String) -> impl IntoView {
    section_name(&section).map(|name| view! { <p class=format!("news-kicker news-kicker--{section}")>{name}</p> })
}

/// The headline, as a link where there is an article behind it.
fn linked(story: &Story, offer: &Offer) -> AnyView {
    let headline = story.headline.clone();
    match offer.path(story) {
        Some(path) => view! { <a href=path>{headline}</a> }.into_any(),
        None => headline.into_any(),
    }
}
