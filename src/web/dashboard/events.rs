//! The latest events of a loop. New ones never move what somebody is reading: a button says how many there are.

use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    current_loop_id,
    live_updates::{LiveControl, LiveUpdates, follow_loop},
};
use crate::{
    reports::{EventRow, EventRows},
    web::{
        PageError,
        components::{EmptyState, Loaded, PageHeader, StateChip, exact_words},
    },
};

/// Rows of a page.
const N_ROWS: u32 = 30;

/// The events with a place in the log below `before`; the newest of all without it.
#[server]
pub async fn load_events(id: String, before: Option<i64>, n_rows: u32) -> Result<EventRows, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{guard, zone::zone},
    };
    let zone = zone();
    let (_, live) = guard::require_loop(Role::Analyst, &id).await?;
    Ok(ask::events(&live, before, n_rows as usize).await?.in_zone(&zone))
}

/// `/loops/:id/events`; `?before=<seq>` is an older page.
#[component]
pub fn EventsPage() -> impl IntoView {
    let id = current_loop_id();
    let query = use_query_map();
    let before = Memo::new(move |_| query.read().get("before").and_then(|seq| seq.parse::<i64>().ok()));
    let rows = Resource::new(move || (id.get(), before.get()), |(id, before)| load_events(id, before, N_ROWS));
    let show_new = Callback::new(move |()| rows.refetch());
    view! {
        <Title text="Events"/>
        <PageHeader title="Events" sentence="Every decision with what became of it, newest first."/>
        <Loaded resource=rows lines=12 view=move |rows| view! { <Rows rows=rows id=id before=before show_new=show_new/> }/>
    }
}

#[component]
fn Rows(rows: EventRows, id: Memo<String>, before: Memo<Option<i64>>, show_new: Callback<()>) -> impl IntoView {
    let is_newest = before.get_untracked().is_none();
    let (n_known, older) = (rows.n_ranked, rows.older);
    // The page as it stands: its rows change their states, and no row comes or goes.
    let place = rows.rows.first().map(|row| (row.seq + 1, rows.rows.len() as u32));
    let shown = RwSignal::new(rows.rows);
    let n_new = RwSignal::new(0_u64);
    let updates = LiveUpdates::unconnected();
    follow_loop(updates, id, move |progress| {
        n_new.set(progress.ranked.saturating_sub(n_known));
        let (Some((after_newest, n_rows)), id) = (place, id.get_untracked()) else { return };
        spawn_local(async move {
            if let Some(rows) = updates.looked(load_events(id, Some(after_newest), n_rows).await) {
                shown.try_set(rows.rows);
            }
        });
    });
    let has_rows = place.is_some();
    let pill = move || match n_new.get() {
        n if n > 0 && is_newest => format!("{n} new"),
        _ => String::new(),
    };
    let base = move || format!("/loops/{}/events", id.get());
    view! {
        <div class="row row--between">
            <span class="row" aria-live="polite">
                <Show when=move || !pill().is_empty()>
                    <button type="button" class="button button--small new-pill" on:click=move |_| show_new.run(())>
                        {pill} <span class="visually-hidden">" events: show them"</span>
                    </button>
                </Show>
            </span>
            <LiveControl updates=updates/>
        </div>
        {if has_rows { Either::Left(view! { <EventTable rows=shown id=id/> }) } else { Either::Right(view! { <NoEvents is_newest=is_newest/> }) }}
        <nav class="row" aria-label="Pages of events">
            {(!is_newest).then(|| view! { <a class="button" href=base>"Newest"</a> })}
            {older.map(|seq| view! { <a class="button" href=move || format!("{}?before={seq}", base())>"Older"</a> })}
        </nav>
    }
    .into_any()
}

#[component]
fn NoEvents(is_newest: bool) -> impl IntoView {
    let words = if is_newest {
        "Each Rank that this loop answers is stored here, with its probabilities and what it earned. The page Keys has calls to copy."
    } else {
        "The log begins after this place: older events were removed when their retention ended."
    };
    view! { <EmptyState title="No events here"><p class="muted">{words}</p></EmptyState> }.into_any()
}

#[component]
fn EventTable(rows: RwSignal<Vec<EventRow>>, id: Memo<String>) -> impl IntoView {
    let cells = move |first: EventRow| {
        let seq = first.seq;
        let row = Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|row| row.seq == seq).cloned()).unwrap_or_else(|| first.clone())
        });
        view! { <EventCells row=row id=id/> }
    };
    view! {
        <section class="card card--flush">
            <table class="table table--cards events">
                <caption class="visually-hidden">"Events, newest first"</caption>
                <thead><tr>
                    <th scope="col">"Event"</th><th scope="col">"Ranked"</th><th scope="col">"State"</th>
                    <th scope="col">"Action"</th><th scope="col" class="numeric">"Probability"</th>
                    <th scope="col">"Choice"</th><th scope="col" class="numeric">"Reward"</th>
                    <th scope="col" class="numeric">"Model"</th>
                </tr></thead>
                <tbody><For each=move || rows.get() key=|row| row.seq children=cells/></tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn EventCells(row: Memo<EventRow>, id: Memo<String>) -> impl IntoView {
    // Only the state, the reward and the age of an event change.
    let first = row.get_untracked();
    let href = move || format!("/loops/{}/events/{}", id.get(), first.id_in_path);
    let choice = match (first.mode.policy_decides(), first.is_exploring) {
        (false, _) if first.n_slots > 1 => "baseline",
        (false, _) => "first of the request",
        (true, true) => "exploring",
        (true, false) => "most probable",
    };
    let others = (first.n_slots > 1).then(|| {
        let (n_slots, n_more) = (first.n_slots, first.n_slots - 1);
        view! { " + "{n_more}" more "<span class="muted">"("{n_slots}" slots)"</span> }
    });
    let exact = exact_words(&first.ranked_at);
    view! {
        <tr>
            <th scope="row"><a class="event-id" href=href>{first.event_id.to_string()}</a></th>
            <td data-label="Ranked"><time datetime=first.ranked_at.iso title=exact>{move || row.get().ranked_at.relative}</time></td>
            <td data-label="State">{move || view! { <StateChip state=row.get().state/> }}</td>
            <td data-label="Action" class="events__action"><span>{first.action.to_string()}{others}</span></td>
            <td data-label="Probability" class="numeric">{first.probability}</td>
            <td data-label="Choice" class="muted">{choice}</td>
            <td data-label="Reward" class="numeric">{move || row.get().reward.unwrap_or_else(|| "–".to_owned())}</td>
            <td data-label="Model" class="numeric muted">{first.model_version}</td>
        </tr>
    }
    .into_any()
}
