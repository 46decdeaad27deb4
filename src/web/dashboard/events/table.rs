//! Events as rows. A whole row opens its event; what changes in it is its standing alone.

use leptos::prelude::*;

use super::EventsPlace;
use crate::{
    reports::{EventRow, EventStanding},
    terms::EventState,
    web::components::{Icon, IconName},
};

/// A table of events; pinned ones have a table of their own above the others.
#[component]
pub fn EventTable(rows: RwSignal<Vec<EventRow>>, place: EventsPlace, #[prop(into)] caption: String) -> impl IntoView {
    let cells = move |first: EventRow| {
        let seq = first.seq;
        let kept = first.standing.clone();
        let standing = Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|row| row.seq == seq).map(|row| row.standing.clone()))
                .unwrap_or_else(|| kept.clone())
        });
        view! { <EventCells row=first standing=standing place=place/> }
    };
    view! {
        <div class="table-frame table-frame--long">
            <table class="table table--cards table--links events">
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr>
                    <th scope="col">"Time"</th><th scope="col">"Action"</th>
                    <th scope="col" class="numeric">"Probability"</th><th scope="col">"Choice"</th>
                    <th scope="col">"State"</th><th scope="col">"Reward"</th>
                    <th scope="col" class="events__key">"Key"</th><th scope="col">"Event"</th>
                    <th scope="col"><span class="visually-hidden">"Pin"</span></th>
                </tr></thead>
                <tbody><For each=move || rows.get() key=|row| row.seq children=cells/></tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn EventCells(row: EventRow, standing: Memo<EventStanding>, place: EventsPlace) -> impl IntoView {
    let id = row.event_id.to_string();
    let href = format!("{}/{}", place.base(), row.id_in_path);
    let opened = id.clone();
    // Without script, and with a key held down, the link leads to the event's own page.
    let open = move |event: leptos::ev::MouseEvent| {
        if event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
            event.prevent_default();
            place.go(place.now().opening(Some(opened.clone())));
        }
    };
    let current = id.clone();
    let is_open = move || place.look.with(|look| look.open.as_deref() == Some(current.as_str()));
    let others = (row.n_slots > 1).then(|| format!(" + {} more ({} slots)", row.n_slots - 1, row.n_slots));
    let choice = if row.is_exploring { "chip chip--accent" } else { "muted" };
    let (short, spoken) = (row.id_short.clone(), row.id_short);
    view! {
        <tr class:events__row--open=is_open>
            <th scope="row">
                <a class="events__link" href=href on:click=open data-event=id.clone()>
                    <time datetime=row.ranked_at.iso title=row.ranked_at.exact>{row.time}</time>
                    <span class="visually-hidden">", event "{spoken}</span>
                </a>
            </th>
            <td data-label="Action" class="events__action"><span>{row.action.to_string()}<span class="muted">{others}</span></span></td>
            <td data-label="Probability" class="numeric">{row.probability}</td>
            <td data-label="Choice"><span class=choice>{row.choice}</span></td>
            <td data-label="State">{move || view! { <Way standing=standing.get()/> }}</td>
            <td data-label="Reward">{move || view! { <RewardBar standing=standing.get()/> }}</td>
            <td data-label="Key" class="events__key muted">{row.key}</td>
            <td data-label="Event"><code class="events__id">{short}</code></td>
            <td class="actions"><PinLink id=id place=place/></td>
        </tr>
    }
    .into_any()
}

/// A link, so that pinning works without script: the address has what is pinned.
#[component]
pub fn PinLink(id: String, place: EventsPlace) -> impl IntoView {
    let (shown, turned, pressed) = (id.clone(), id.clone(), id);
    let is_pinned = Memo::new(move |_| place.look.with(|look| look.is_pinned(&shown)));
    let href = move || place.look.get().with_pin_turned(&turned).address(&place.base());
    let turn = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        place.turn_pin(&pressed);
    };
    let label = move || if is_pinned.get() { "Unpin this event" } else { "Pin this event" };
    view! {
        <a class="button button--ghost button--icon button--small events__pin" class:events__pin--on=is_pinned href=href
            on:click=turn aria-label=label title=label>
            <Icon name=IconName::Pin/>
        </a>
    }
    .into_any()
}

/// The stations of an event as marks, and where it stands in a word.
#[component]
pub fn Way(standing: EventStanding) -> impl IntoView {
    let mark = |letter: char| {
        let class = match letter {
            'd' => "way__mark way__mark--done",
            'm' => "way__mark way__mark--missed",
            _ => "way__mark",
        };
        view! { <span class=class></span> }
    };
    let class = match standing.state {
        EventState::Learned => "way way--learned",
        EventState::Expired | EventState::Dropped => "way way--missed",
        _ => "way",
    };
    view! {
        <span class=class>
            <span class="way__marks" aria-hidden="true">{standing.way.chars().map(mark).collect_view()}</span>
            {standing.state.as_str()}
        </span>
    }
    .into_any()
}

/// Length and number say the same. The middle is 0, the ends are −1 and 1.
#[component]
fn RewardBar(standing: EventStanding) -> impl IntoView {
    let Some(words) = standing.reward else { return view! { <span class="muted">"–"</span> }.into_any() };
    let half = standing.reward_value.clamp(-1.0, 1.0) * 50.0;
    let (start, width) = if half < 0.0 { (50.0 + half, -half) } else { (50.0, half) };
    let class = if half < 0.0 { "reward-bar reward-bar--loss" } else { "reward-bar" };
    view! {
        <span class=class>
            <svg class="reward-bar__track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect class="reward-bar__zero" x="49.5" width="1" height="1"></rect>
                <rect x=format!("{start:.1}") width=format!("{width:.1}") height="1"></rect>
            </svg>
            <span class="reward-bar__words">{words}</span>
        </span>
    }
    .into_any()
}
