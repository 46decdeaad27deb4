//! One section's stories, in the editors' order: only the front page's lead is personalized.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    data::{PAPER, SectionData, section_name},
    doors::load_section,
    frame::NewsFrame,
    story::{LeadStory, Offer, StoryCard},
};
use crate::web::components::Loaded;

/// `/news/section/:section`
#[component]
pub fn SectionPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let section = Memo::new(move |_| params.read().get("section").unwrap_or_default());
    let reader = Memo::new(move |_| query.read().get("reader").unwrap_or_default());
    let page = Resource::new_blocking(move || section.get(), load_section);
    let name = move || section_name(&section.get()).unwrap_or("Sections");
    view! {
        <NewsFrame reader=reader section=section>
            <h1 class="news-section-title">{name}</h1>
            <Loaded resource=page view=move |data| stories(data, reader.try_get_untracked().unwrap_or_default())/>
        </NewsFrame>
    }
}

/// The title is a text and no closure: the server writes it into the head when the page's signals may be gone already.
fn stories(data: SectionData, reader: String) -> AnyView {
    let title = format!("{} · {PAPER}", section_name(&data.section).unwrap_or("Sections"));
    // Nobody ranked these, so opening one answers no event.
    let offer = Offer { reader, ..Offer::default() };
    let mut stories = data.stories.into_iter();
    let first = stories.next().map(|story| view! { <LeadStory story=story offer=offer.clone()/> });
    let cards = stories.map(|story| view! { <StoryCard story=story offer=offer.clone()/> }).collect_view();
    view! { <Title text=title/>{first}<div class="news-cards">{cards}</div> }.into_any()
}
