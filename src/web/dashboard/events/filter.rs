//! The filter above the events: a plain form, so that what was asked for stands in the address and needs no script.

use leptos::prelude::*;
use leptos_router::components::Form;

use super::address::Look;
use crate::{
    reports::{EventFilterWords, FilterProblem},
    terms::ActionId,
};

const STATES: [(&str, &str); 7] = [
    ("", "Any state"),
    ("pending", "Pending"),
    ("inactive", "Inactive"),
    ("rewarded", "Rewarded"),
    ("learned", "Learned"),
    ("expired", "Expired"),
    ("dropped", "Dropped"),
];
const CHOICES: [(&str, &str); 3] = [("", "Any choice"), ("true", "Explored"), ("false", "Not explored")];

const KEYS: [(&str, &str); 4] = [("", "Any"), ("1", "Key 1"), ("2", "Key 2"), ("token", "A token")];

/// Search, action, state and choice; the rest on demand.
#[component]
pub fn EventFilterForm(
    look: Look,
    base: String,
    actions: Vec<ActionId>,
    problem: Option<FilterProblem>,
) -> impl IntoView {
    let words = look.words.clone();
    let has_more = [&words.reward_min, &words.reward_max, &words.event, &words.key, &words.from, &words.to]
        .iter()
        .any(|word| !word.is_empty());
    let pin = |id: String| view! { <input type="hidden" name="pin" value=id/> };
    let action = |id: ActionId| view! { <option value=id.to_string()></option> };
    // Without a filter, what is pinned stays.
    let cleared = Look { pins: look.pins.clone(), ..Look::default() }.address(&base);
    view! {
        <search class="events-filter">
            <Form method="GET" action="">
                {look.pins.into_iter().map(pin).collect_view()}
                <div class="events-filter__row">
                    <input class="input filter__search" type="search" name="feature" value=words.feature.clone() maxlength="200"
                        aria-label="Words in the context" placeholder="Words in the context: device=phone"
                        autocomplete="off" spellcheck="false"/>
                    <input class="input events-filter__action" name="action" value=words.action.clone() list="event-actions" maxlength="200"
                        aria-label="Action" placeholder="Any action" autocomplete="off" spellcheck="false"/>
                    <datalist id="event-actions">{actions.into_iter().map(action).collect_view()}</datalist>
                    {select("state", "State", &STATES, &words.state)}
                    {select("explored", "Explored or not", &CHOICES, &words.explored)}
                    <button type="submit" class="button">"Filter"</button>
                    {(!words.is_empty()).then(|| view! { <a class="button button--ghost" href=cleared>"Clear"</a> })}
                </div>
                <details class="more" open=has_more>
                    <summary>"Reward, time, key and id"</summary>
                    <MoreFields words=words/>
                </details>
            </Form>
            {problem.map(|problem| view! { <p class="field__error" role="alert" id="event-filter-problem">{problem.message}</p> })}
        </search>
    }
    .into_any()
}

fn select(name: &'static str, label: &'static str, options: &[(&'static str, &'static str)], chosen: &str) -> AnyView {
    // An address may name several states; the form then keeps them as one choice.
    let is_other = options.iter().all(|(value, _)| *value != chosen);
    let other = is_other.then(|| view! { <option value=chosen.to_owned() selected>{chosen.to_owned()}</option> });
    let option = |(value, words): &(&'static str, &'static str)| {
        view! { <option value=*value selected={*value == chosen}>{*words}</option> }
    };
    let options = options.iter().map(option).collect_view();
    view! { <select class="input select" name=name aria-label=label>{other}{options}</select> }.into_any()
}

#[component]
fn MoreFields(words: EventFilterWords) -> impl IntoView {
    let field = |name: &'static str, label: &'static str, kind: &'static str, value: String| {
        let id = format!("event-{name}");
        let step = match kind {
            "datetime-local" => "1",
            "number" => "any",
            _ => "",
        };
        view! {
            <div class="field">
                <label class="field__label" for=id.clone()>{label}</label>
                <input class="input" id=id name=name type=kind step=step value=value maxlength="200" autocomplete="off"/>
            </div>
        }
    };
    view! {
        <div class="events-filter__more">
            {field("rewardMin", "Reward from", "number", words.reward_min)}
            {field("rewardMax", "Reward to", "number", words.reward_max)}
            {field("from", "Ranked from (UTC)", "datetime-local", words.from)}
            {field("to", "Ranked before (UTC)", "datetime-local", words.to)}
            {field("event", "Event id begins with", "text", words.event)}
            <label class="field">
                <span class="field__label">"Came with"</span>
                {select("key", "Came with", &KEYS, &words.key)}
            </label>
        </div>
    }
    .into_any()
}
