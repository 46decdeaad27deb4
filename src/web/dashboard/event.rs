//! One event: what was asked, what was answered with which probabilities, and what became of it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use super::{
    current_loop_id,
    live_updates::{LiveUpdates, follow_loop},
    playground::{Reasons, escaped},
};
use crate::{
    reports::{EventPageData, Instant, ProbabilityBar, RewardRow, SlotPart, TimelineStep, WhyPart},
    terms::EventState,
    web::{
        PageError,
        components::{Card, CodeBlock, Loaded, StateChip},
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
    let params = use_params_map();
    let event_id = Memo::new(move |_| params.read().get("event_id").unwrap_or_default());
    let event = Resource::new(move || (id.get(), event_id.get()), |(id, event_id)| load_event(id, event_id));
    // By itself and once: it takes longer than the rest, and what happens to the event does not change it.
    let why = Resource::new(move || (id.get(), event_id.get()), |(id, event_id)| load_reasons(id, event_id));
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
            "Model version {}, policy version {}, ranked in mode {}.",
            event.model_version,
            event.policy_version,
            event.mode.as_str()
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

/// What was decided: of a plain event its probabilities, of a multi-slot event slot after slot.
#[component]
fn Slots(slots: Vec<SlotPart>) -> impl IntoView {
    let card = |part: SlotPart| match part.slot_id.clone() {
        Some(slot_id) => view! { <SlotCard name=slot_id.to_string() part=part/> }.into_any(),
        None => {
            view! { <Card title="Probabilities as answered"><Bars bars=part.answer baseline=FIRST/></Card> }.into_any()
        }
    };
    view! { <div class="stack">{slots.into_iter().map(card).collect_view()}</div> }.into_any()
}

#[component]
fn SlotCard(name: String, part: SlotPart) -> impl IntoView {
    let policy = part.policy.map(|bars| {
        view! {
            <h3>"What the policy would have shown"</h3>
            <Bars bars=bars baseline=BASELINE/>
        }
    });
    let learned = part.learned_reward.map(|reward| {
        view! { <p>"Stands for this slot: "<strong>{reward}</strong></p> }
    });
    view! {
        <section class="card slot">
            <h2><span class="slot__label">"Slot "</span>{name}</h2>
            <p>{part.sentence}</p>
            <Bars bars=part.answer baseline=BASELINE/>
            {policy}
            {learned}
        </section>
    }
    .into_any()
}

#[component]
fn PolicyCard(bars: Vec<ProbabilityBar>) -> impl IntoView {
    view! {
        <Card title="What the policy would have done">
            <p class="muted">"Your first action was answered. These are the policy's own probabilities."</p>
            <Bars bars=bars baseline=FIRST/>
        </Card>
    }
    .into_any()
}

struct Calls {
    request: String,
    response: String,
    loop_actions: Option<String>,
    curl: String,
}

#[component]
fn CallBlocks(calls: Calls) -> impl IntoView {
    let loop_actions = calls.loop_actions.map(|json| {
        view! { <CodeBlock title="The loop's own actions, used because the request brought none" code=json/> }
    });
    view! {
        <div class="event-columns">
            <CodeBlock title="Request" code=calls.request/>
            <CodeBlock title="Response" code=calls.response/>
        </div>
        {loop_actions}
        <CodeBlock title="The same Rank again, as a new event" code=calls.curl/>
    }
    .into_any()
}

#[component]
fn When(at: Instant) -> impl IntoView {
    view! { <time datetime=at.iso title=format!("{}, {}", at.relative, at.utc)>{at.local}</time> }
}

#[component]
fn Timeline(steps: Vec<TimelineStep>) -> impl IntoView {
    let step = |step: TimelineStep| {
        let class = if step.at.is_some() { "timeline__step timeline__step--done" } else { "timeline__step" };
        view! {
            <li class=class>
                <span class="timeline__label">{step.label}</span>
                <span class="timeline__note">{step.note}</span>
                {step.at.map(|at| view! { <span class="timeline__at"><When at=at/></span> })}
            </li>
        }
    };
    view! { <ol class="timeline">{steps.into_iter().map(step).collect_view()}</ol> }.into_any()
}

/// What the caller would have shown is called so in a plain event, and so in a slot.
const FIRST: &str = "first of the request";
const BASELINE: &str = "baseline";

/// Length and number say the same; words say which was chosen and why.
#[component]
fn Bars(
    bars: Vec<ProbabilityBar>,
    /// What the caller's own action is called.
    baseline: &'static str,
) -> impl IntoView {
    let bar = move |bar: ProbabilityBar| {
        let marks = [(bar.is_chosen, "chosen"), (bar.is_best, "most probable"), (bar.is_baseline, baseline)];
        let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, words)| words).collect();
        let class = match () {
            () if bar.is_chosen => "bar bar--chosen",
            () if bar.is_excluded => "bar bar--excluded",
            () => "bar",
        };
        view! {
            <li class=class>
                <span class="bar__name">{bar.action.to_string()}</span>
                <span class="bar__marks">{marks.join(", ")}</span>
                <span class="bar__words">{bar.words}</span>
                <svg class="bar__track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=format!("{:.2}", bar.probability * 100.0) height="1"></rect>
                </svg>
            </li>
        }
    };
    view! { <ul class="bars">{bars.into_iter().map(bar).collect_view()}</ul> }.into_any()
}

#[component]
fn Rewards(rewards: Vec<RewardRow>, learned: Option<String>, is_multi_slot: bool) -> impl IntoView {
    let is_empty = rewards.is_empty();
    let stands = if is_multi_slot { "Mean of the slots that are decided: " } else { "Stands for the event: " };
    let row = |reward: RewardRow| {
        let class = if reward.is_counted { "reward" } else { "reward reward--lost" };
        view! {
            <li class=class>
                <span class="reward__value">{reward.value}</span>
                {reward.slot.map(|slot| view! { <span class="reward__slot">{slot}</span> })}
                <span>{reward.fate}</span>
                <span class="muted"><When at=reward.at/></span>
            </li>
        }
    };
    view! {
        {is_empty.then(|| view! { <p class="muted">"None has arrived."</p> })}
        <ul class="rewards">{rewards.into_iter().map(row).collect_view()}</ul>
        {learned.map(|reward| view! { <p>{stands}<strong>{reward}</strong></p> })}
    }
    .into_any()
}
