//! The front page: the lead by Rank, the other stories in the order of their probabilities, then the sections.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    data::{FrontPageData, PAPER, SECTIONS, Story, Why},
    doors::{load_front_page, peek_front_page, show_front_page},
    drawer::{Journey, Notice, ReaderBar, forget_errors},
    frame::NewsFrame,
    reader_controls::ReaderControls,
    story::{LeadStory, Offer, StoryCard, StoryLine},
    why::{WhyLead, WhyStory},
};
use crate::web::components::Loaded;

/// How often an open front page looks whether it would look different by now.
const PEEK_EVERY: Duration = Duration::from_secs(10);
/// An abandoned tab stops looking after a quarter of an hour.
const MOST_PEEKS: u32 = 90;
/// Stories with a large picture below the lead.
const N_CARDS: usize = 3;

/// `/news`
#[component]
pub fn FrontPage() -> impl IntoView {
    let query = use_query_map();
    let reader = Memo::new(move |_| query.read().get("reader").unwrap_or_default());
    let after = Memo::new(move |_| query.read().get("after"));
    let page = Resource::new_blocking(move || reader.get(), load_front_page);
    let on_ask = Callback::new(move |()| page.refetch());
    let journey = move || after.get().map(|event_id| view! { <Journey event_id=event_id/> });
    view! {
        <Title text=PAPER/>
        <NewsFrame reader=reader>
            <h1 class="visually-hidden">{PAPER} ", front page"</h1>
            {journey}
            <Loaded resource=page view=move |data| view! { <OpenFrontPage data=data on_ask=on_ask/> }/>
        </NewsFrame>
    }
}

/// The page that was answered, and a pill when a newer one waits. What is being read never moves by itself.
#[component]
fn OpenFrontPage(data: FrontPageData, on_ask: Callback<()>) -> impl IntoView {
    let shown = RwSignal::new(data);
    let waiting = RwSignal::new(None::<FrontPageData>);
    peek_now_and_then(shown, waiting);
    let show = move |_| {
        let Some(newer) = waiting.get_untracked() else { return };
        if let Some(why) = &newer.why {
            spawn_local(forget_errors(show_front_page(why.event_id.clone())));
        }
        waiting.set(None);
        shown.set(newer);
    };
    let pill = move || {
        waiting.with(Option::is_some).then(|| {
            view! { <button type="button" class="news-pill" on:click=show>"Front page updated. Show it"</button> }
        })
    };
    view! {
        <div class="news-pill-place" aria-live="polite">{pill}</div>
        {move || page(shown.get(), on_ask)}
    }
    .into_any()
}

/// Asks now and then, with a deferred Rank that nobody sees, whether another story would lead by now.
fn peek_now_and_then(shown: RwSignal<FrontPageData>, waiting: RwSignal<Option<FrontPageData>>) {
    let n_peeks = StoredValue::new(0_u32);
    let peek = move || {
        let is_needless =
            waiting.with_untracked(Option::is_some) || shown.with_untracked(|page| page.readers.is_none());
        if is_needless || document().hidden() || n_peeks.get_value() >= MOST_PEEKS {
            return;
        }
        n_peeks.update_value(|n_peeks| *n_peeks += 1);
        let reader = shown.with_untracked(|page| page.reader.slug.clone());
        spawn_local(async move {
            if let Ok(newer) = peek_front_page(reader).await
                && shown.try_with_untracked(|page| is_news(page, &newer)) == Some(true)
            {
                waiting.set(Some(newer));
            }
        });
    };
    Effect::new(move |_| {
        let interval = set_interval_with_handle(peek, PEEK_EVERY);
        on_cleanup(move || {
            if let Ok(handle) = interval {
                handle.clear();
            }
        });
    });
}

/// Whether another story is the likeliest to lead. A lead that was merely explored is no news.
fn is_news(shown: &FrontPageData, newer: &FrontPageData) -> bool {
    let likeliest = |page: &FrontPageData| page.why.as_ref().and_then(Why::likeliest).map(|rank| rank.slug.clone());
    newer.why.is_some() && likeliest(shown) != likeliest(newer)
}

fn page(data: FrontPageData, on_ask: Callback<()>) -> impl IntoView {
    let offer = Offer { reader: data.reader.slug.clone(), event_id: data.why.as_ref().map(|why| why.event_id.clone()) };
    // Without a ranking the editors' first twelve stand where the ranking would.
    let n_ranked = data.why.as_ref().map_or(data.stories.len() / 2, |why| why.stories.len());
    let mut ranked = data.stories;
    let others = ranked.split_off(n_ranked.min(ranked.len()));
    let mut ranked = ranked.into_iter();
    let lead = ranked.next().map(|story| lead(story, data.why.clone(), offer.clone()));
    let cards: Vec<Story> = ranked.by_ref().take(N_CARDS).collect();
    let card = |story: Story| {
        let why = why_of(&data.why, &story);
        view! { <StoryCard story=story offer=offer.clone()>{why}</StoryCard> }
    };
    let line = |story: Story| {
        let why = why_of(&data.why, &story);
        view! { <StoryLine story=story offer=offer.clone()>{why}</StoryLine> }
    };
    view! {
        <ReaderBar reader=data.reader.clone() personas=data.personas.clone() on_ask=on_ask/>
        {data.notice.clone().map(|text| view! { <Notice text=text/> })}
        {lead}
        <div class="news-cards">{cards.into_iter().map(card).collect_view()}</div>
        <h2 class="news-rule">"Also competing for the lead"</h2>
        <div class="news-lines">{ranked.map(line).collect_view()}</div>
        <Rails stories=others offer=offer.clone()/>
        <section class="news-behind" id="behind">
            <h2>"Behind this page"</h2>
            <p>
                "Simulated readers open and read these stories all day and teach the loop what people in their situation "
                "enjoy. Nothing on this page is drawn from a formula: every number comes from the loop's own events."
            </p>
            {data.loop_path.clone().map(|path| view! { <p><a href=path>"Watch this loop learn in the dashboard"</a></p> })}
            <ReaderControls may_steer=data.may_steer/>
        </section>
    }
    .into_any()
}

fn lead(story: Story, why: Option<Why>, offer: Offer) -> impl IntoView {
    let why = why.map(|why| view! { <WhyLead why=why/> });
    view! { <LeadStory story=story offer=offer>{why}</LeadStory> }
}

fn why_of(why: &Option<Why>, story: &Story) -> Option<AnyView> {
    let rank = why.as_ref()?.of(&story.slug)?.clone();
    Some(view! { <WhyStory rank=rank/> }.into_any())
}

/// A column for each section, with the stories that do not compete for the lead.
#[component]
fn Rails(stories: Vec<Story>, offer: Offer) -> impl IntoView {
    let rail = |(slug, name): (&'static str, &'static str)| {
        let of_section = stories.iter().filter(|story| story.section == slug).cloned();
        let lines = of_section.map(|story| view! { <StoryLine story=story offer=offer.clone()/> }).collect_view();
        let href = format!("/news/section/{slug}?reader={}", offer.reader);
        view! {
            <section class="news-rail">
                <h2><a href=href>{name}</a></h2>
                {lines}
            </section>
        }
    };
    view! { <div class="news-rails">{SECTIONS.into_iter().map(rail).collect_view()}</div> }.into_any()
}
