//! The front page: the lead by Rank, the other stories in the order of their probabilities, then the sections.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    behind::{Behind, keep_looking},
    data::{BannerView, FrontPageData, PAPER, ReaderStatus, SECTIONS, SectionOrderView, Story, Why},
    doors::{TakeNewsletter, load_front_page, peek_front_page, show_front_page},
    drawer::{EditionBar, Journey, Notice, forget_errors},
    frame::NewsFrame,
    how_it_works::HowItWorks,
    story::{LeadStory, Offer, StoryCard, StoryLine},
    why::{LeadStrip, WhyLead},
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
    let visit = move || (reader.get(), after.get());
    let page = Resource::new_blocking(visit, |(reader, after)| load_front_page(reader, after));
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
    let readers = RwSignal::new(data.readers.clone());
    if data.readers.is_some() {
        keep_looking(readers);
    }
    let shown = RwSignal::new(data);
    let waiting = RwSignal::new(None::<FrontPageData>);
    peek_now_and_then(shown, waiting);
    let show = move |_| {
        let Some(newer) = waiting.get_untracked() else { return };
        if let Some(why) = &newer.why {
            spawn_local(forget_errors(show_front_page(why.event_id.clone())));
        }
        waiting.set(None);
        // A peek asks for the lead alone; the rest of the page stays as it is.
        shown.update(|page| {
            let (sections, banner) = (page.sections.take(), page.banner.take());
            *page = FrontPageData { sections, banner, ..newer };
        });
    };
    let pill = move || {
        waiting.with(Option::is_some).then(|| {
            view! { <button type="button" class="news-pill" on:click=show>"Front page updated. Show it"</button> }
        })
    };
    view! {
        <div class="news-pill-place" aria-live="polite">{pill}</div>
        {move || page(shown.get(), readers, on_ask)}
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

fn page(data: FrontPageData, readers: RwSignal<Option<ReaderStatus>>, on_ask: Callback<()>) -> AnyView {
    let event_id = data.why.as_ref().map(|why| why.event_id.clone());
    let lead = data.why.as_ref().map(|why| why.chosen.clone());
    let offer = Offer { reader: data.reader.slug.clone(), event_id, lead, sections: None };
    // Without a ranking the editors' first twelve stand where the ranking would.
    let n_ranked = data.why.as_ref().map_or(data.stories.len() / 2, |why| why.stories.len());
    let mut ranked = data.stories.clone();
    let others = ranked.split_off(n_ranked.min(ranked.len()));
    let mut ranked = ranked.into_iter();
    let lead = ranked.next().map(|story| lead_story(story, &data, offer.clone()));
    let card = |story: Story| view! { <StoryCard story=story offer=offer.clone()/> };
    let cards = ranked.by_ref().take(N_CARDS).map(card).collect_view();
    let lines = ranked.map(|story| view! { <StoryLine story=story offer=offer.clone()/> }).collect_view();
    let how = data.call.clone().zip(data.why.clone()).map(|(call, why)| view! { <HowItWorks call=call why=why/> });
    view! {
        <EditionBar reader=data.reader.clone() personas=data.personas.clone() readers=readers on_ask=on_ask/>
        {data.notice.clone().map(|text| view! { <Notice text=text/> })}
        {lead}
        <div class="news-cards">{cards}</div>
        {data.banner.map(|banner| view! { <Newsletter banner=banner/> })}
        <h2 class="news-rule">"Also in the running for the lead"</h2>
        <div class="news-lines">{lines}</div>
        <Rails stories=others offer=offer order=data.sections/>
        {how}
        {data.readers.is_some().then(|| view! {
            <Behind readers=readers loop_path=data.loop_path may_steer=data.may_steer/>
        })}
    }
    .into_any()
}

fn lead_story(story: Story, data: &FrontPageData, offer: Offer) -> AnyView {
    let strip = data.strip.clone().map(|strip| view! { <LeadStrip strip=strip/> });
    let why = data.why.clone().map(|why| view! { <WhyLead why=why/> });
    view! { <LeadStory story=story offer=offer>{strip}{why}</LeadStory> }.into_any()
}

/// A column for each section, with the stories that do not compete for the lead. The loop chose the first three.
#[component]
fn Rails(stories: Vec<Story>, offer: Offer, order: Option<SectionOrderView>) -> impl IntoView {
    let first = order.as_ref().map(|order| order.first.clone()).unwrap_or_default();
    let offer = Offer { sections: order.as_ref().map(|order| order.event_id.clone()), ..offer };
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
    let chosen = first.iter().filter_map(|slug| SECTIONS.into_iter().find(|(known, _)| known == slug));
    let usual = SECTIONS.into_iter().filter(|(slug, _)| !first.iter().any(|chosen| chosen == slug));
    let rails = chosen.chain(usual).map(rail).collect_view();
    let note = order.map(|order| {
        let event = order.event_path.map(|path| view! { " " <a href=path>"Their event"</a> });
        view! { <p class="news-note">"The first three sections are chosen for this reader by a loop with three slots." {event}</p> }
    });
    view! { <div class="news-rails">{rails}</div>{note} }.into_any()
}

/// The newsletter that its own loop chose. Taking it is the reward; nothing is subscribed to.
#[component]
fn Newsletter(banner: BannerView) -> impl IntoView {
    let take = ServerAction::<TakeNewsletter>::new();
    let event = banner.event_path.clone().map(|path| view! { " " <a href=path>"Its event"</a> });
    let taken = move || {
        take.value().get().map(|result| match result {
            Ok(()) => {
                "Thank you. The loop was sent a reward of 1, and nobody asked for your address: there is no newsletter."
                    .to_owned()
            }
            Err(error) => error.to_string(),
        })
    };
    view! {
        <aside class="news-banner" aria-label="Newsletter">
            <div>
                <p class="news-kicker">"Newsletter"</p>
                <h2>{banner.title}</h2>
                <p>{banner.text}</p>
            </div>
            <ActionForm action=take>
                <input type="hidden" name="event_id" value=banner.event_id/>
                <button type="submit" class="news-button news-button--strong">"I would read this"</button>
            </ActionForm>
            <p class="news-note" aria-live="polite">
                {move || taken().unwrap_or_else(|| "One of four, chosen by a loop of its own.".to_owned())}
                {format!(" This one had {}.", banner.percent_text)} {event}
            </p>
        </aside>
    }
    .into_any()
}
