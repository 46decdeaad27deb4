//! One event: what was asked, what was answered with which probabilities, and what became of it.

pub mod parts;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};
use serde::{Deserialize, Serialize};

use self::parts::{CallBlocks, Calls, PolicyCard, Rewards, Slots, Timeline};
use super::{
    current_loop_id,
    live_updates::{LiveUpdates, follow_loop},
    playground::{Reasons, escaped},
};
use crate::{
    reports::{EventPageData, WhyPart},
    terms::EventState,
    web::{
        PageError,
        components::{Card, Loaded, StateChip},
    },
};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    pub event: EventPageData,
    /// The same request as a command.
    pub curl: String,
}

/// One event of a loop.
#[server]
pub async fn load_event(id: String, event_id: String) -> Result<EventView, PageError> {
    use crate::{
        reports::ask,
        terms::{EventId, Role},
        web::{PublicUrl, guard, zone::zone},
    };
    // Taken before anything is awaited: see `guard::given`.
    let (url, zone) = (guard::given::<PublicUrl>()?.0, zone());
    let (_, live) = guard::require_loop(Role::Analyst, &id).await?;
    let event_id: EventId = event_id.parse().map_err(|_| guard::not_found("event"))?;
    let event = ask::event(&live, &event_id).await?.ok_or_else(|| guard::not_found("event"))?.in_zone(&zone);
    let path = if event.is_multi_slot() { "v1.1-preview.3/multislot/rank" } else { "v1.0/rank" };
    let curl = format!(
        "curl {url}/loops/{id}/personalizer/{path} \\\n  -H 'Ocp-Apim-Subscription-Key: YOUR_KEY' \\\n  \
         -H 'Content-Type: application/json' \\\n  -d '{}'",
        event.body_for_shell,
    );
    Ok(EventView { event, curl })
}

/// Why an event was decided as it was, by the present model. Nothing is logged.
#[server]
pub async fn load_reasons(id: String, event_id: String) -> Result<WhyPart, PageError> {
    use crate::{
        reports::ask,
        terms::{EventId, Role},
        web::guard,
    };
    let (_, live) = guard::require_loop(Role::Analyst, &id).await?;
    let event_id: EventId = event_id.parse().map_err(|_| guard::not_found("event"))?;
    ask::event_why(&live, &event_id).await?.ok_or_else(|| guard::not_found("event"))
}

/// `/loops/:id/events/:event_id`
#[component]
pub fn EventPage() -> impl IntoView {
    let id = current_loop_id();
    let (params, path) = (use_params_map(), use_location().pathname);
    // On the way to another page its loop is named already while this event is still shown: a loop is only asked for an
    // event that the address has beneath it.
    let place = Memo::new(move |shown: Option<&(String, String)>| {
        let now = (id.get(), params.read().get("event_id").unwrap_or_default());
        let is_here = path.with(|path| path.starts_with(&format!("/loops/{}/events/", now.0)));
        shown.filter(|_| !is_here).cloned().unwrap_or(now)
    });
    let event = Resource::new(move || place.get(), |(id, event_id)| load_event(id, event_id));
    // By itself and once: it takes longer than the rest, and what happens to the event does not change it.
    let why = Resource::new(move || place.get(), |(id, event_id)| load_reasons(id, event_id));
    // Nothing happens to an event that has its final state.
    let is_open = RwSignal::new(false);
    follow_loop(LiveUpdates::unconnected(), id, move |_| {
        if is_open.try_get_untracked() == Some(true) {
            event.refetch();
        }
    });
    view! {
        <Title text="Event"/>
        <Loaded resource=event lines=12 view=move |view| view! { <Body view=view id=id is_open=is_open why=why/> }/>
    }
}

#[component]
fn Body(
    view: EventView,
    id: Memo<String>,
    is_open: RwSignal<bool>,
    why: Resource<Result<WhyPart, PageError>>,
) -> impl IntoView {
    let mut event = view.event;
    let is_multi_slot = event.is_multi_slot();
    let plain_policy =
        event.slots.first_mut().filter(|part| part.slot_id.is_none()).and_then(|part| part.policy.take());
    is_open.set(matches!(event.state, EventState::Pending | EventState::Inactive | EventState::Rewarded));
    let head = EventHeadView {
        id: event.event_id.to_string(),
        state: event.state,
        sentence: event.sentence,
        origin: format!(
            "Model version {}, policy version {}, ranked in mode {}. {}",
            event.model_version,
            event.policy_version,
            event.mode.as_str(),
            event.came_with
        ),
    };
    let playground = format!("/loops/{}/playground?event={}", id.get_untracked(), escaped(&head.id));
    let calls =
        Calls { request: event.request, response: event.response, loop_actions: event.loop_actions, curl: view.curl };
    view! {
        <div class="stack event-page">
            <p><a href=move || format!("/loops/{}/events", id.get())>"All events"</a></p>
            <EventHead head=head playground=playground.clone()/>
            <div class="event-columns">
                <Slots slots=event.slots/>
                <div class="stack">
                    <Card title="Its life"><Timeline steps=event.timeline/></Card>
                    <Card title="Rewards">
                        <Rewards rewards=event.rewards learned=event.learned_reward is_multi_slot=is_multi_slot/>
                    </Card>
                </div>
            </div>
            {plain_policy.map(|bars| view! { <PolicyCard bars=bars/> })}
            <Card title="Why this action">
                <Loaded resource=why lines=5 view=move |why| view! { <Reasons why=why playground=playground.clone()/> }/>
            </Card>
            <CallBlocks calls=calls/>
        </div>
    }
    .into_any()
}

struct EventHeadView {
    id: String,
    state: EventState,
    sentence: String,
    origin: String,
}

#[component]
fn EventHead(head: EventHeadView, playground: String) -> impl IntoView {
    view! {
        <header class="event-head">
            <h1 class="event-head__id">{head.id}</h1>
            <StateChip state=head.state/>
            <p class="page-header__sentence">{head.sentence}</p>
            <p class="muted">{head.origin}</p>
            <p><a class="button button--small" href=playground>"Open in playground"</a></p>
        </header>
    }
    .into_any()
}
