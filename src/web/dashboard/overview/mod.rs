//! Does this loop earn more than the caller's own order? The answer first, then what it rests on.

mod cards;
mod readers;

use std::time::Duration;

use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use self::{
    cards::{ExplorationCard, FunnelCard, HealthCard, MovedCard, QualityCard},
    readers::ReadersBar,
};
use super::{
    current_loop_id,
    live_updates::{LiveControl, LiveUpdates, follow_loop},
    onboarding::{FirstSteps, GettingStarted},
    snippets::{CallSample, CallTarget, Snippets},
};
use crate::{
    reports::{Headline, Overview, TimeRange, Unit, Verdict},
    web::{
        PageError,
        chart::{ChangeList, ChartCard, RangeControl, SmoothingControl, provide_cursor, range_query},
        components::{EmptyState, Loaded},
    },
};
pub use readers::ReadersView;

/// How soon what is being worked out is asked for again.
const AGAIN: Duration = Duration::from_secs(3);

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverviewView {
    pub overview: Overview,
    /// Where the loop's calls go.
    pub endpoint: String,
    /// What its first calls look like, while it has had none.
    pub sample: Option<CallSample>,
    /// On the demo's own loop only.
    pub readers: Option<ReadersView>,
}

/// What the address says about the charts, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookWords {
    pub range: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    /// The zone of both; UTC where none is named.
    pub zone: Option<String>,
    #[serde(rename = "as")]
    pub smoothing: Option<String>,
}

/// The overview of a loop, over the range that these words name.
#[server]
pub async fn load_overview(
    id: String,
    // An address that says nothing leaves nothing of it on the way.
    #[server(default)] look: LookWords,
) -> Result<OverviewView, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{PublicUrl, beginnings, call_sample::call_sample, downloads::look_of, guard, newsroom, zone::zone},
    };
    // Taken before anything is awaited: see `guard::given`.
    let (url, demo, zone) = (guard::given::<PublicUrl>()?.0, newsroom::running(), zone());
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    Ok(OverviewView {
        overview: ask::overview(&live, look_of(&look, zone)).await?,
        sample: (live.counters().ranked == 0).then(|| call_sample(&live, beginnings::usual_context(&live))),
        endpoint: format!("{url}/loops/{id}"),
        readers: guard::readers_of(demo.as_ref(), live.id(), person.role >= Role::Editor),
    })
}

/// `/loops/:id`; `?range=hour` looks back an hour, `?from=…&to=…` at what lies between.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let id = current_loop_id();
    let query = use_query_map();
    let look = Memo::new(move |_| {
        let query = query.read();
        let word = |name: &str| query.get(name);
        LookWords {
            range: word("range"),
            from: word("from"),
            to: word("to"),
            zone: word("zone"),
            smoothing: word("as"),
        }
    });
    let search = Memo::new(move |_| range_query(&query.read()));
    let view = Resource::new(move || (id.get(), look.get()), |(id, look)| load_overview(id, look));
    let steps = FirstSteps::ask(Some(id.into()));
    view! {
        <Title text="Overview"/>
        <Loaded resource=view lines=12 view=move |view| view! { <Body view=view place=(id, look, search) steps=steps/> }/>
    }
}

/// What is loaded later changes what is on screen piece by piece: a table that somebody opened stays open.
#[component]
fn Body(
    view: OverviewView,
    /// The loop, and what the address says about its charts: as words, and as it stands there.
    place: (Memo<String>, Memo<LookWords>, Memo<String>),
    steps: FirstSteps,
) -> impl IntoView {
    let (id, look, search) = place;
    let shown = RwSignal::new(view);
    let updates = LiveUpdates::unconnected();
    provide_cursor();
    let refresh = Callback::new(move |()| {
        let (id, look) = (id.get_untracked(), look.get_untracked());
        spawn_local(async move {
            // A look that fails changes nothing; the pill and the time tell how old the page is.
            if let Some(view) = updates.looked(load_overview(id, look).await) {
                shown.try_set(view);
            }
        });
    });
    follow_loop(updates, id, move |_| refresh.run(()));
    // What is being worked out is asked for again, also when nothing happens in the loop.
    Effect::new(move |_| {
        if shown.with(|view| view.overview.moved.is_pending) {
            let again = set_timeout_with_handle(move || refresh.run(()), AGAIN);
            on_cleanup(move || again.into_iter().for_each(|timer| timer.clear()));
        }
    });
    let has_events = Memo::new(move |_| shown.with(|view| view.overview.has_events));
    let has_readers = Memo::new(move |_| shown.with(|view| view.readers.is_some()));
    // What stands above the answers is the same before the first Rank and after it: then it stays where it is.
    view! {
        <HeadlineSection headline=Memo::new(move |_| shown.with(|view| view.overview.headline.clone()))/>
        <GettingStarted steps=steps/>
        <Show when=move || has_readers.get()>
            <ReadersBar id=id readers=Signal::derive(move || shown.with(|view| view.readers.clone())) refresh=refresh/>
        </Show>
        {move || if has_events.get() {
            Either::Left(view! { <Answers shown=shown updates=updates id=id search=search/> })
        } else {
            let target = shown.with_untracked(|view| {
                CallTarget::without_key(view.endpoint.clone(), view.overview.unit == Unit::Slot)
            });
            let sample = shown.with_untracked(|view| view.sample.clone().unwrap_or_default());
            Either::Right(view! { <NoEvents target=target sample=sample updates=updates/> })
        }}
    }
    .into_any()
}

/// Before the first Rank there is one thing to do.
#[component]
fn NoEvents(target: CallTarget, sample: CallSample, updates: LiveUpdates) -> impl IntoView {
    view! {
        <EmptyState title="Send the first Rank">
            <p class="muted">
                "It takes one of the loop’s two keys. They were shown when the loop was made, and the page Keys replaces those that were lost."
            </p>
            <LiveControl updates=updates/>
            <Snippets target=target sample=sample/>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn Answers(
    shown: RwSignal<OverviewView>,
    updates: LiveUpdates,
    id: Memo<String>,
    search: Memo<String>,
) -> impl IntoView {
    let reward = Memo::new(move |_| shown.with(|view| view.overview.reward.clone()));
    let actions = Memo::new(move |_| shown.with(|view| view.overview.actions.clone()));
    let marks = Signal::derive(move || reward.with(|chart| chart.data.annotations.clone()));
    let files = Signal::derive(move || (format!("/loops/{}/files", id.get()), search.get()));
    let smoothing = Signal::derive(move || shown.with(|view| view.overview.smoothing));
    view! {
        <RangeBar shown=shown updates=updates/>
        <ChartCard chart=reward files=files>
            <SmoothingControl smoothing=smoothing search=Signal::derive(move || without_smoothing(&search.get()))/>
        </ChartCard>
        <ChartCard chart=actions files=files/>
        <ChangeList marks=marks/>
        <FunnelCard shown=shown/>
        <div class="overview-cards">
            <HealthCard shown=shown updates=updates/>
            <ExplorationCard shown=shown id=id/>
            <QualityCard shown=shown id=id/>
        </div>
        // The last, because it may come later than the rest and then moves nothing.
        <MovedCard shown=shown/>
    }
    .into_any()
}

/// The range alone, to be followed by another smoothing: "range=day&" or nothing.
fn without_smoothing(search: &str) -> String {
    let parts = search.trim_start_matches('?').split('&').filter(|part| !part.is_empty() && !part.starts_with("as="));
    parts.map(|part| format!("{part}&")).collect()
}

#[component]
fn RangeBar(shown: RwSignal<OverviewView>, updates: LiveUpdates) -> impl IntoView {
    let part = move |of: fn(&Overview) -> String| Signal::derive(move || shown.with(|view| of(&view.overview)));
    let as_of = part(|overview| overview.as_of.clone());
    let note = part(|overview| overview.range_note.clone().unwrap_or_default());
    let range = Signal::derive(move || shown.with(|view| view.overview.range));
    let is_past = move || matches!(range.get(), TimeRange::Custom(..)).then_some("A chosen span does not move on.");
    view! {
        <div class="row row--between">
            <div class="row">
                <RangeControl range=range
                    zone=Signal::derive(move || shown.with(|view| view.overview.zone.clone()))
                    smoothing=Signal::derive(move || shown.with(|view| view.overview.smoothing))
                    ends=Signal::derive(move || shown.with(|view| (view.overview.from.clone(), view.overview.to.clone())))/>
                <span class="muted as-of">"As of "{as_of}</span>
                <span class="muted range__note">{note}{is_past}</span>
            </div>
            <LiveControl updates=updates/>
        </div>
    }
    .into_any()
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
    let is_in_words = move || headline.with(|headline| headline.figure.is_none());
    view! {
        <section class=class>
            <h1>
                <span class="headline__figure" class:headline__figure--words=is_in_words>
                    {move || headline.with(|headline| headline.large().to_owned())}
                </span>" "
                <span class="headline__sentence">
                    {move || headline.with(|headline| headline.rest.clone())}
                </span>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_smoothing_keeps_the_range() {
        assert_eq!(without_smoothing("?range=day&as=rolling"), "range=day&");
        assert_eq!(without_smoothing("?from=a&to=b"), "from=a&to=b&");
        assert_eq!(without_smoothing(""), "");
    }
}
