//! The parts of one event: what was decided, what became of it, and the calls. Its page and the drawer show them.

use leptos::prelude::*;

use crate::{
    reports::{Instant, ProbabilityBar, RewardRow, SlotPart, TimelineStep},
    web::components::{Card, CodeBlock},
};

/// What was decided: of a plain event its probabilities, of a multi-slot event slot after slot.
#[component]
pub fn Slots(slots: Vec<SlotPart>) -> impl IntoView {
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

/// What would have been shown if the policy had decided.
#[component]
pub fn PolicyCard(bars: Vec<ProbabilityBar>) -> impl IntoView {
    view! {
        <Card title="What the policy would have done">
            <p class="muted">"Your first action was answered. These are the policy's own probabilities."</p>
            <Bars bars=bars baseline=FIRST/>
        </Card>
    }
    .into_any()
}

/// The bodies of an event's calls, and the Rank as a command.
#[derive(Debug, Clone)]
pub struct Calls {
    pub request: String,
    pub response: String,
    pub loop_actions: Option<String>,
    pub curl: String,
}

/// Both bodies, and what sends the first one again.
#[component]
pub fn CallBlocks(calls: Calls) -> impl IntoView {
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
    view! { <time datetime=at.iso title=format!("{}, {}", at.relative, at.exact)>{at.local}</time> }
}

/// Its stations with their times.
#[component]
pub fn Timeline(steps: Vec<TimelineStep>) -> impl IntoView {
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

/// Every reward that arrived, and what stands for the event.
#[component]
pub fn Rewards(rewards: Vec<RewardRow>, learned: Option<String>, is_multi_slot: bool) -> impl IntoView {
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
