//! One event beside the list that it stands in: what was decided, what became of it, why, and its calls.

use leptos::{ev, prelude::*};

use super::{EventsPlace, table::PinLink};
use crate::{
    reports::WhyPart,
    web::{
        PageError,
        components::{Drawer, Icon, IconName, Kbd, Loaded, StateChip, copy_to_clipboard, show_toast},
        dashboard::{
            event::{
                EventView,
                parts::{CallBlocks, Calls, PolicyCard, Rewards, Slots, Timeline},
            },
            playground::{Reasons, escaped},
        },
    },
};

/// What the drawer shows; asked for by the page, which stays while rows come and go.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    /// `None` while nothing is open.
    pub event: Resource<Result<Option<EventView>, PageError>>,
    /// Once it was asked why.
    pub why: Resource<Result<Option<WhyPart>, PageError>>,
    pub is_why_wanted: RwSignal<bool>,
}

/// The event that the address has open.
#[component]
pub fn EventDrawer(place: EventsPlace, opened: Opened) -> impl IntoView {
    let open = Memo::new(move |_| place.look.with(|look| look.open.clone()));
    let is_open = RwSignal::new(open.get_untracked().is_some());
    let curl = RwSignal::new(String::new());
    Effect::new(move |_| is_open.set(open.get().is_some()));
    Effect::new(move |_| {
        // Closed by its button, by Escape, or by a press beside it.
        if !is_open.get() && open.get_untracked().is_some() {
            place.go(place.now().opening(None));
        }
    });
    refresh_with_row(place, open, opened);
    let title = move || open.get().map_or_else(|| "Event".to_owned(), |id| format!("Event {}", shortened(&id)));
    let body = move |view: Option<EventView>| {
        view.map(|view| {
            curl.set(view.curl.clone());
            view! { <Body view=view place=place opened=opened/> }
        })
    };
    let foot = move || view! { <Foot place=place open=open curl=curl/> }.into_any();
    view! {
        <Drawer title=Signal::derive(title) is_open=is_open foot=foot>
            <Loaded resource=opened.event lines=10 view=body/>
        </Drawer>
    }
    .into_any()
}

/// When something happens to the row of the event, the event is asked for again.
fn refresh_with_row(place: EventsPlace, open: Memo<Option<String>>, opened: Opened) {
    let standing = Memo::new(move |_| {
        let id = open.get()?;
        let of = |rows: RwSignal<Vec<crate::reports::EventRow>>| {
            rows.with(|rows| rows.iter().find(|row| row.event_id.as_str() == id).map(|row| row.standing.clone()))
        };
        of(place.rows.shown).or_else(|| of(place.rows.pinned)).map(|standing| (id, standing))
    });
    Effect::new(move |before: Option<Option<(String, _)>>| {
        let now = standing.get();
        let is_same_event = |a: &Option<(String, _)>, b: &Option<(String, _)>| {
            a.as_ref().map(|(id, _)| id) == b.as_ref().map(|(id, _)| id)
        };
        if before.is_some_and(|before| is_same_event(&before, &now) && before != now) {
            opened.event.refetch();
        }
        now
    });
}

/// The end of a long id.
fn shortened(id: &str) -> String {
    const N_LETTERS: usize = 20;
    let letters: Vec<char> = id.chars().collect();
    match letters.len().checked_sub(N_LETTERS) {
        None | Some(0) => id.to_owned(),
        Some(n) => format!("…{}", letters[n..].iter().collect::<String>()),
    }
}

#[component]
fn Body(view: EventView, place: EventsPlace, opened: Opened) -> impl IntoView {
    let mut event = view.event;
    let is_multi_slot = event.is_multi_slot();
    let plain_policy =
        event.slots.first_mut().filter(|part| part.slot_id.is_none()).and_then(|part| part.policy.take());
    let calls =
        Calls { request: event.request, response: event.response, loop_actions: event.loop_actions, curl: view.curl };
    let playground = playground(place, event.event_id.as_str());
    let reasons = move |why: Option<WhyPart>| why.map(|why| view! { <Reasons why=why playground=playground.clone()/> });
    let why_wanted = move |_| opened.is_why_wanted.set(true);
    view! {
        <div class="row">
            <StateChip state=event.state/>
            <time class="muted" datetime=event.ranked_at.iso title=event.ranked_at.exact>{event.ranked_at.local}</time>
        </div>
        <p>{event.sentence}</p>
        <section class="stack stack--tight"><h3>"Its life"</h3><Timeline steps=event.timeline/></section>
        <section class="stack stack--tight">
            <h3>"Rewards"</h3>
            <Rewards rewards=event.rewards learned=event.learned_reward is_multi_slot=is_multi_slot/>
        </section>
        <Slots slots=event.slots/>
        {plain_policy.map(|bars| view! { <PolicyCard bars=bars/> })}
        <details class="more" open=opened.is_why_wanted.get_untracked() on:toggle=why_wanted>
            <summary>"Why this action"</summary>
            <Loaded resource=opened.why lines=5 view=reasons/>
        </details>
        <details class="more">
            <summary>"Request and response"</summary>
            <div class="stack stack--tight"><CallBlocks calls=calls/></div>
        </details>
        <p class="muted">{format!("Event id {}. Model version {}, policy version {}, mode {}. {}",
            event.event_id, event.model_version, event.policy_version, event.mode.as_str(), event.came_with)}</p>
    }
    .into_any()
}

fn playground(place: EventsPlace, event_id: &str) -> String {
    format!("/loops/{}/playground?event={}", place.loop_id.get_untracked(), escaped(event_id))
}

/// What can be done with it, and its neighbours.
#[component]
fn Foot(place: EventsPlace, open: Memo<Option<String>>, curl: RwSignal<String>) -> impl IntoView {
    let id = move || open.get().unwrap_or_default();
    let copy = move |_: ev::MouseEvent| show_toast(copy_to_clipboard(&curl.get_untracked()));
    let step = |words: &'static str, icon: IconName, keys: &'static str, by: i64| {
        view! {
            <button type="button" class="button button--small" aria-keyshortcuts=keys disabled=move || place.neighbour(by).is_none()
                on:click=move |_| place.step(by)>
                <Icon name=icon/>{words}<Kbd keys=keys/>
            </button>
        }
    };
    view! {
        <span class="row events__steps">{step("Newer", IconName::Left, "k", -1)}{step("Older", IconName::Right, "j", 1)}</span>
        {move || open.get().map(|id| view! { <PinLink id=id place=place/> })}
        <button type="button" class="button button--small" on:click=copy>"Copy as curl"</button>
        <a class="button button--small" href=move || playground(place, &id())>"Open in playground"</a>
        <a class="button button--small" href=move || format!("{}/{}", place.base(), escaped(&id()))>"Whole page"</a>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn of_a_long_id_the_end_is_shown() {
        assert_eq!(shortened("first-event"), "first-event");
        assert_eq!(shortened("0123456789abcdefghijklmnop"), "…6789abcdefghijklmnop");
    }
}
