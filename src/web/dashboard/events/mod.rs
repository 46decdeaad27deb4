//! The events of a loop: the newest as they come in, or those that a filter admits. What somebody reads never moves.

mod address;
mod calls;
mod drawer;
mod filter;
mod keys;
mod rows;
mod table;

use std::time::Duration;

use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use self::{
    address::Look,
    calls::{load_event_rows, load_events, load_pinned_events},
    drawer::{EventDrawer, Opened},
    filter::EventFilterForm,
    rows::Rows,
    table::EventTable,
};
use super::{
    current_loop_id,
    event::{load_event, load_reasons},
    live_updates::{LiveUpdates, follow_news},
};
use crate::{
    reports::{EventRow, EventRows},
    web::components::{EmptyState, LivePill, LiveState, Loaded, PageHeader},
};

/// How often rows are asked for that the server no longer tells of by itself.
const REFRESH: Duration = Duration::from_secs(10);

/// `/loops/:id/events`; the address says what is shown, and which event is open.
#[component]
pub fn EventsPage() -> impl IntoView {
    let id = current_loop_id();
    let query = use_query_map();
    let look = Memo::new(move |_| Look::read(&query.read()));
    let asked = Memo::new(move |_| look.with(|look| (id.get(), look.words.clone(), look.before)));
    let rows = Resource::new(
        move || asked.get(),
        move |(id, words, before)| load_events(id, words, before, look.get_untracked().pins),
    );
    let open = Memo::new(move |_| (id.get(), look.with(|look| look.open.clone())));
    let event = Resource::new(
        move || open.get(),
        |(id, open)| async move {
            match open {
                Some(event_id) => load_event(id, event_id).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let is_why_wanted = RwSignal::new(false);
    let why = Resource::new(
        move || (open.get(), is_why_wanted.get()),
        |((id, open), is_wanted)| async move {
            match open.filter(|_| is_wanted) {
                Some(event_id) => load_reasons(id, event_id).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let opened = Opened { event, why, is_why_wanted };
    view! {
        <Title text="Events"/>
        <Loaded resource=rows lines=12 title="Events"
            view=move |rows| view! { <Body rows=rows id=id look=look opened=opened/> }/>
    }
}

/// Where the list is, for everything in it that leads somewhere.
#[derive(Debug, Clone, Copy)]
pub struct EventsPlace {
    pub loop_id: Memo<String>,
    pub look: Memo<Look>,
    pub rows: Rows,
    follow: Callback<String>,
}

impl EventsPlace {
    /// The list's own path.
    pub fn base(self) -> String {
        format!("/loops/{}/events", self.loop_id.get_untracked())
    }

    pub fn now(self) -> Look {
        self.look.get_untracked()
    }

    /// Shows the same page as this says, without scrolling, and without a new entry in the browser's history.
    pub fn go(self, look: Look) {
        self.follow.run(look.address(&self.base()));
    }

    /// The id of the event that stands next to the open one.
    pub fn neighbour(self, by: i64) -> Option<String> {
        let open = self.look.with(|look| look.open.clone())?;
        self.rows.shown.with(|rows| {
            let at = rows.iter().position(|row| row.event_id.as_str() == open);
            let next = at.map_or(0, |at| i64::try_from(at).unwrap_or(i64::MAX).saturating_add(by));
            let row = usize::try_from(next).ok().and_then(|next| rows.get(next));
            row.map(|row| row.event_id.to_string())
        })
    }

    /// Opens it.
    pub fn step(self, by: i64) {
        if let Some(id) = untrack(|| self.neighbour(by)) {
            self.go(self.now().opening(Some(id)));
        }
    }

    /// Pins an event, or no longer; its row comes from wherever it is.
    pub fn turn_pin(self, id: &str) {
        let look = self.now().with_pin_turned(id);
        let is_pinned = look.is_pinned(id);
        self.go(look);
        if !is_pinned {
            self.rows.pinned.update(|rows| rows.retain(|row| row.event_id.as_str() != id));
            return;
        }
        let known = self.rows.shown.with_untracked(|rows| rows.iter().find(|row| row.event_id.as_str() == id).cloned());
        if let Some(row) = known {
            return self.rows.pinned.update(|rows| rows.push(row));
        }
        let (loop_id, pins, pinned) = (self.loop_id.get_untracked(), vec![id.to_owned()], self.rows.pinned);
        spawn_local(async move {
            if let Ok(found) = load_pinned_events(loop_id, pins).await {
                pinned.try_update(|rows| rows.extend(found));
            }
        });
    }
}

#[component]
fn Body(rows: EventRows, id: Memo<String>, look: Memo<Look>, opened: Opened) -> impl IntoView {
    let navigate = use_navigate();
    let follow = Callback::new(move |address: String| {
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let lists = Rows::new(rows.rows, rows.pinned);
    let place = EventsPlace { loop_id: id, look, rows: lists, follow };
    let now = look.get_untracked();
    let has_rows = lists.shown.with_untracked(|rows| !rows.is_empty());
    let (is_newest, is_filtered) = (now.before.is_none(), !now.words.is_empty());
    let problem = rows.problem.is_some();
    let (bounds, older, newest_seq) = (rows.bounds, rows.older, rows.newest_seq);
    keys::listen(place);
    shorten_address(place);
    let is_empty = Memo::new(move |_| lists.shown.with(Vec::is_empty));
    let none = move || view! { <NoEvents is_newest=is_newest is_filtered=is_filtered/> };
    view! {
        <PageHeader title="Events" sentence=rows.sentence/>
        <EventFilterForm look=now.clone() base=place.base() actions=rows.actions problem=rows.problem/>
        {(is_newest && !problem).then(|| view! { <LiveBar place=place newest_seq=newest_seq/> })}
        <NoscriptOpen place=place/>
        <Pinned place=place/>
        {(!bounds.is_empty()).then(|| view! { <p class="muted events__bounds" role="status">{bounds}</p> })}
        <Show when=move || !is_empty.get() || problem fallback=none>
            <Show when=move || !is_empty.get()>
                <EventTable rows=lists.shown place=place caption="Events, newest first"/>
            </Show>
        </Show>
        <Pages look=now older=older.filter(|_| has_rows || is_filtered) base=place.base()/>
        <EventDrawer place=place opened=opened/>
    }
    .into_any()
}

/// A form names its empty fields too; an address that is sent to others says what was chosen and no more.
fn shorten_address(place: EventsPlace) {
    let query = use_query_map();
    Effect::new(move |_| {
        let names_nothing = query.with(|query| query.clone().into_iter().any(|(_, value)| value.is_empty()));
        if names_nothing {
            place.go(place.now());
        }
    });
}

/// How the page is connected, what waits, and that not all rows come.
#[component]
fn LiveBar(place: EventsPlace, newest_seq: i64) -> impl IntoView {
    let updates = LiveUpdates::unconnected();
    let rows = place.rows;
    let reading = Reading::watch(place, updates.is_paused);
    let address = move || {
        let id = place.loop_id.get_untracked();
        let after = rows.newest_seq().unwrap_or_default().max(newest_seq);
        let mut parts = place.now().filter_parts();
        parts.push(format!("after={after}"));
        if id.is_empty() { id } else { format!("/live/loops/{id}/events?{}", parts.join("&")) }
    };
    follow_news(updates, address, move |text| {
        if let Ok(news) = serde_json::from_str(&text) {
            rows.take_in(news, reading.is_on());
        }
    });
    refresh_old_rows(place, updates);
    let show = move |_| {
        rows.show_waiting();
        reading.begin_anew();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    let pill = move || match rows.n_new.get() {
        0 => None,
        n => Some(format!("{n} new")),
    };
    let state = Signal::derive(move || match updates.truth() {
        Some(LiveState::Live) if updates.is_paused.get() => LiveState::Paused,
        state => state.unwrap_or(LiveState::Paused),
    });
    let words = move || if updates.is_paused.get() { "Resume" } else { "Pause" };
    let turn = move |_| {
        updates.is_paused.update(|is| *is = !*is);
        if !updates.is_paused.get_untracked() {
            rows.show_waiting();
        }
    };
    view! {
        <div class="row row--between events__live">
            <span class="row">
                <span class="muted events__sampling">{move || zone_words(rows)}</span>
                <span aria-live="polite">
                    <Show when=move || pill().is_some()>
                        <button type="button" class="button button--small new-pill" on:click=show>
                            {pill} <span class="visually-hidden">" events: show them"</span>
                        </button>
                    </Show>
                </span>
                <span class="muted events__sampling">{move || rows.sampling.get()}</span>
            </span>
            <Show when=move || updates.truth().is_some()>
                <span class="row">
                    <LivePill state=state/>
                    <button type="button" class="button button--small" on:click=turn>{words}</button>
                </span>
            </Show>
        </div>
    }
    .into_any()
}

/// The zone of the rows' times, which stand there without one.
fn zone_words(rows: Rows) -> Option<String> {
    let zone = |row: &EventRow| Some(format!("Times in {}", row.ranked_at.local.rsplit_once(' ')?.1));
    rows.shown.with(|rows| rows.first().and_then(zone))
}

/// Whether somebody reads the rows, so that nothing may move.
#[derive(Debug, Clone, Copy)]
struct Reading {
    place: EventsPlace,
    is_paused: RwSignal<bool>,
    /// The mouse is on the rows, or the focus, or they were touched.
    is_on_rows: RwSignal<bool>,
}

impl Reading {
    /// Further down than this, the top is out of sight.
    const TOP: f64 = 120.0;

    fn watch(place: EventsPlace, is_paused: RwSignal<bool>) -> Self {
        let is_on_rows = RwSignal::new(false);
        Effect::new(move |_| {
            let is_inside = |target: Option<web_sys::EventTarget>| {
                use wasm_bindgen::JsCast;
                let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                element.is_some_and(|element| element.closest(".events").is_ok_and(|table| table.is_some()))
            };
            // A touch leaves nothing behind that would tell when the reading ends; the button does.
            let listeners = ["pointerover", "pointerdown", "focusin"].map(|name| {
                window_event_listener_untyped(name, move |event| is_on_rows.set(is_inside(event.target())))
            });
            on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
        });
        Self { place, is_paused, is_on_rows }
    }

    fn is_on(self) -> bool {
        let is = |signal: RwSignal<bool>| signal.try_get_untracked().unwrap_or_default();
        let is_open = self.place.look.try_with_untracked(|look| look.open.is_some()).unwrap_or_default();
        is(self.is_paused) || is(self.is_on_rows) || is_open || window().scroll_y().is_ok_and(|y| y > Self::TOP)
    }

    fn begin_anew(self) {
        self.is_on_rows.set(false);
    }
}

/// The server tells what becomes of the newest events; what becomes of others on screen is asked for now and then.
fn refresh_old_rows(place: EventsPlace, updates: LiveUpdates) {
    let refresh = move || {
        let seqs = place.rows.open_seqs();
        if seqs.is_empty() || document().hidden() || updates.is_paused.get_untracked() {
            return;
        }
        let id = place.loop_id.get_untracked();
        spawn_local(async move {
            if let Some(fresh) = updates.looked(load_event_rows(id, seqs).await) {
                place.rows.refresh(fresh);
            }
        });
    };
    Effect::new(move |_| {
        let timer = set_interval_with_handle(refresh, REFRESH);
        on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
    });
}

/// An address with an open event means its page where no script can open a drawer.
#[component]
fn NoscriptOpen(place: EventsPlace) -> impl IntoView {
    let open = place.now().open?;
    let href = format!("{}/{}", place.base(), super::playground::escaped(&open));
    Some(view! { <noscript><p class="notice">"This address has an event open: "<a href=href>{open}</a></p></noscript> })
}

#[component]
fn Pinned(place: EventsPlace) -> impl IntoView {
    let has_any = Memo::new(move |_| place.rows.pinned.with(|rows| !rows.is_empty()));
    view! {
        <Show when=move || has_any.get()>
            <section class="stack stack--tight events__pinned">
                <h2>"Pinned"</h2>
                <EventTable rows=place.rows.pinned place=place caption="Pinned events"/>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn NoEvents(is_newest: bool, is_filtered: bool) -> impl IntoView {
    let (title, words) = match (is_filtered, is_newest) {
        (true, _) => ("No event matches", "Widen the filter, or search further back below."),
        (false, true) => (
            "No events yet",
            "Each Rank that this loop answers is stored here, with its probabilities and what it earned. The first event shows up here by itself.",
        ),
        (false, false) => {
            ("No events here", "The log begins after this place: older events were removed when their retention ended.")
        }
    };
    // Relative to the address of the list, which knows the loop.
    let calls = (is_newest && !is_filtered).then(|| view! { <a class="button" href="keys">"Calls to copy"</a> });
    view! { <EmptyState title=title><p class="muted">{words}</p>{calls}</EmptyState> }.into_any()
}

#[component]
fn Pages(look: Look, older: Option<i64>, base: String) -> impl IntoView {
    let is_filtered = !look.words.is_empty();
    let newest = look.before.map(|_| Look { before: None, open: None, ..look.clone() }.address(&base));
    let older = older.map(|seq| Look { before: Some(seq), open: None, ..look }.address(&base));
    let words = if is_filtered { "Search further back" } else { "Older" };
    if newest.is_none() && older.is_none() {
        return Either::Left(());
    }
    Either::Right(view! {
        <nav class="row" aria-label="Pages of events">
            {newest.map(|href| view! { <a class="button" href=href>"Newest"</a> })}
            {older.map(|href| view! { <a class="button" href=href>{words}</a> })}
        </nav>
    })
}
