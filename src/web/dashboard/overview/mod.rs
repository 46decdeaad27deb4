//! Does this loop earn more than the caller's own order? The answer first, then what it rests on.

mod chart_card;
mod readers;

use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use self::{chart_card::ChartCard, readers::ReadersCard};
use super::{
    current_loop_id,
    live_updates::{LiveControl, LiveUpdates, follow_loop},
    snippets::{CallTarget, Snippets},
};
use crate::{
    reports::{CounterRow, Headline, Overview, TimeRange, Unit, Verdict},
    web::{
        PageError,
        components::{Card, EmptyState, HealthText, LiveState, Loaded},
    },
};
pub use readers::ReadersView;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverviewView {
    pub overview: Overview,
    /// Where the loop's calls go.
    pub endpoint: String,
    /// On the demo's own loop only.
    pub readers: Option<ReadersView>,
}

/// The overview of a loop, over the range of that word.
#[server]
pub async fn load_overview(id: String, range: Option<String>) -> Result<OverviewView, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{PublicUrl, guard, newsroom},
    };
    // Taken before anything is awaited: see `guard::given`.
    let (url, demo) = (guard::given::<PublicUrl>()?.0, newsroom::running());
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    let range = range.as_deref().and_then(TimeRange::parse);
    Ok(OverviewView {
        overview: ask::overview(&live, range).await?,
        endpoint: format!("{url}/loops/{id}"),
        readers: guard::readers_of(demo.as_ref(), live.id(), person.role >= Role::Editor),
    })
}

/// `/loops/:id`; `?range=1h` looks back an hour.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let id = current_loop_id();
    let query = use_query_map();
    let range = Memo::new(move |_| query.read().get("range"));
    let view = Resource::new(move || (id.get(), range.get()), |(id, range)| load_overview(id, range));
    view! {
        <Title text="Overview"/>
        <Loaded resource=view lines=12 view=move |view| view! { <Body view=view id=id range=range/> }/>
    }
}

/// What is loaded later changes what is on screen piece by piece: a table that somebody opened stays open.
#[component]
fn Body(view: OverviewView, id: Memo<String>, range: Memo<Option<String>>) -> impl IntoView {
    let shown = RwSignal::new(view);
    let updates = LiveUpdates::unconnected();
    let refresh = Callback::new(move |()| {
        let (id, range) = (id.get_untracked(), range.get_untracked());
        spawn_local(async move {
            // A look that fails changes nothing; the pill and the time tell how old the page is.
            if let Some(view) = updates.looked(load_overview(id, range).await) {
                shown.try_set(view);
            }
        });
    });
    follow_loop(updates, id, move |_| refresh.run(()));
    let has_events = Memo::new(move |_| shown.with(|view| view.overview.has_events));
    let has_readers = Memo::new(move |_| shown.with(|view| view.readers.is_some()));
    view! {
        <Show when=move || has_readers.get()>
            <ReadersCard id=id readers=Signal::derive(move || shown.with(|view| view.readers.clone())) refresh=refresh/>
        </Show>
        {move || if has_events.get() {
            Either::Left(view! { <Answers shown=shown updates=updates id=id/> })
        } else {
            let target = shown.with_untracked(|view| {
                CallTarget::without_key(view.endpoint.clone(), view.overview.unit == Unit::Slot)
            });
            Either::Right(view! { <NoEvents target=target updates=updates/> })
        }}
    }
    .into_any()
}

/// Before the first Rank there is one thing to do.
#[component]
fn NoEvents(target: CallTarget, updates: LiveUpdates) -> impl IntoView {
    view! {
        <EmptyState title="No Rank received yet">
            <p class="muted">
                "Send the first one; this page notices by itself. The loop's keys are on the page Keys, shown once when they are made."
            </p>
            <LiveControl updates=updates/>
            <Snippets target=target/>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn Answers(shown: RwSignal<OverviewView>, updates: LiveUpdates, id: Memo<String>) -> impl IntoView {
    let part = move |of: fn(&Overview) -> String| Signal::derive(move || shown.with(|view| of(&view.overview)));
    let reward = Memo::new(move |_| shown.with(|view| view.overview.reward.clone()));
    let actions = Memo::new(move |_| shown.with(|view| view.overview.actions.clone()));
    let as_of = part(|overview| overview.as_of.clone());
    view! {
        <HeadlineSection headline=Memo::new(move |_| shown.with(|view| view.overview.headline.clone()))/>
        <div class="row row--between">
            <RangeTabs range=Memo::new(move |_| shown.with(|view| view.overview.range)) id=id/>
            <span class="row muted">
                <span class="as-of">"As of "{as_of}</span>
                <LiveControl updates=updates/>
            </span>
        </div>
        <ChartCard title="Reward over time"
            drawings=Signal::derive(move || reward.with(|curve| curve.drawings.clone()))
            table=Signal::derive(move || reward.with(|curve| curve.table.clone()))
            summary=Signal::derive(move || reward.with(|curve| curve.summary.clone()))
            notes=Signal::derive(move || reward.with(|curve| curve.notes.clone()))/>
        <ChartCard title="Which actions the policy prefers"
            drawings=Signal::derive(move || actions.with(|shares| shares.drawings.clone()))
            table=Signal::derive(move || actions.with(|shares| shares.table.clone()))
            summary=Signal::derive(move || actions.with(|shares| shares.summary.clone()))
            notes=Signal::derive(move || vec![share_note(shown.with(|view| view.overview.unit))])/>
        <div class="overview-cards">
            <HealthCard shown=shown updates=updates/>
            <CountersCard counters=Memo::new(move |_| shown.with(|view| view.overview.counters.clone()))/>
        </div>
    }
    .into_any()
}

fn share_note(unit: Unit) -> String {
    format!("Mean probability that the policy gave each action, over the {} of each span.", unit.many())
}

#[component]
fn HeadlineSection(headline: Memo<Headline>) -> impl IntoView {
    let class = move || match headline.get().verdict {
        Verdict::Better => "headline headline--better",
        Verdict::Worse => "headline headline--worse",
        Verdict::Undecided | Verdict::NotCompared => "headline",
        Verdict::TooEarly => "headline headline--early",
    };
    let has_detail = move || !headline.get().detail.is_empty();
    view! {
        <section class=class>
            <h1>
                {move || headline.get().figure.map(|figure| view! { <span class="headline__figure">{figure}</span>" " })}
                <span class="headline__sentence">{move || headline.get().sentence}</span>
            </h1>
            <Show when=has_detail>
                <details class="headline__detail">
                    <summary>"What this rests on"</summary>
                    <p>{move || headline.get().detail}</p>
                </details>
            </Show>
        </section>
    }
    .into_any()
}

/// Links, so that a range can be kept and sent, and works without script.
#[component]
fn RangeTabs(range: Memo<TimeRange>, id: Memo<String>) -> impl IntoView {
    let tab = move |one: TimeRange| {
        view! {
            <a class="segmented__item" href=move || format!("/loops/{}?range={}", id.get(), one.as_str())
                aria-current=move || (range.get() == one).then_some("true")>{one.words()}</a>
        }
    };
    view! {
        <nav class="segmented" aria-label="Time range">
            <span class="segmented__label">"Last"</span>
            {TimeRange::ALL.map(tab)}
        </nav>
    }
    .into_any()
}

#[component]
fn HealthCard(shown: RwSignal<OverviewView>, updates: LiveUpdates) -> impl IntoView {
    let health = Memo::new(move |_| shown.with(|view| view.overview.health.clone()));
    let apprentice = Memo::new(move |_| shown.with(|view| view.overview.apprentice.clone()));
    let is_lost = move || updates.truth() == Some(LiveState::Reconnecting);
    view! {
        <Card title="Learning health">
            <ul class="health-list">
                {move || health.get().into_iter().map(|health| view! { <li><HealthText health=health/></li> }).collect_view()}
            </ul>
            {move || apprentice.get().map(|numbers| view! { <p class="muted">{numbers.sentence}</p> })}
            <Show when=is_lost>
                <p class="muted">"The connection to the server is lost; these numbers are from before."</p>
            </Show>
        </Card>
    }
    .into_any()
}

#[component]
fn CountersCard(counters: Memo<Vec<CounterRow>>) -> impl IntoView {
    let row = |counter: CounterRow| {
        let class = if counter.is_trouble { "counter counter--trouble" } else { "counter" };
        view! {
            <div class=class data-counter=counter.key>
                <dt>{counter.label}</dt>
                <dd class="counter__n">{counter.words}</dd>
                <dd class="counter__meaning">{counter.meaning}</dd>
            </div>
        }
    };
    view! {
        <Card title="Since the loop was made">
            <dl class="counters">{move || counters.get().into_iter().map(row).collect_view()}</dl>
        </Card>
    }
    .into_any()
}
