//! Numbers that never stand alone, and how far along something is.

use leptos::prelude::*;

use super::{Icon, IconName, Tone};

/// A figure with what it counts, how sure it is, and in what unit.
#[component]
pub fn Stat(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    /// Without one the number is a count: there is nothing unsure about it.
    #[prop(optional, into)]
    interval: Option<String>,
    #[prop(optional, into)] unit: Option<String>,
    #[prop(optional, into)] note: Option<String>,
    /// Only when the number itself is good or bad news.
    #[prop(optional)]
    tone: Tone,
) -> impl IntoView {
    let class = match tone {
        Tone::Good => "stat stat--good",
        Tone::Bad => "stat stat--bad",
        Tone::Neutral | Tone::Accent | Tone::Warning => "stat",
    };
    view! {
        <div class=class>
            <span class="stat__label">{label}</span>
            <span class="stat__value">
                {value}
                {interval.map(|interval| view! { <span class="stat__interval">" "{interval}</span> })}
                {unit.map(|unit| view! { <span class="stat__unit">" "{unit}</span> })}
            </span>
            {note.map(|note| view! { <span class="stat__note">{note}</span> })}
        </div>
    }
    .into_any()
}

/// How much of something is done.
#[component]
pub fn ProgressBar(
    #[prop(into)] label: String,
    value: f64,
    #[prop(default = 100.0)] max: f64,
    /// The same in words: "62 of 100 events".
    #[prop(into)]
    words: String,
) -> impl IntoView {
    view! {
        <label class="progress">
            <span>{label}</span>
            <span class="progress__value">{words}</span>
            <progress value=value.to_string() max=max.to_string()></progress>
        </label>
    }
    .into_any()
}

/// One step of a way.
#[derive(Debug)]
pub struct Step {
    pub title: String,
    pub is_done: bool,
    /// What to do, or what came of it.
    pub detail: Option<AnyView>,
}

/// Steps in their order; the first that is not done is the one to do now.
#[component]
pub fn Checklist(steps: Vec<Step>) -> impl IntoView {
    let now = steps.iter().position(|step| !step.is_done);
    let row = move |(n, step): (usize, Step)| {
        let is_now = now == Some(n);
        let class = match (step.is_done, is_now) {
            (true, _) => "checklist__step checklist__step--done",
            (false, true) => "checklist__step checklist__step--now",
            (false, false) => "checklist__step",
        };
        view! {
            <li class=class aria-current=is_now.then_some("step")>
                <span class="checklist__mark" aria-hidden="true">
                    {step.is_done.then(|| view! { <Icon name=IconName::Check/> })}
                </span>
                <span class="checklist__title">
                    {step.title}
                    {step.is_done.then(|| view! { <span class="visually-hidden">" (done)"</span> })}
                </span>
                {step.detail.map(|detail| view! { <div class="checklist__detail">{detail}</div> })}
            </li>
        }
    };
    view! { <ol class="checklist">{steps.into_iter().enumerate().map(row).collect_view()}</ol> }.into_any()
}
