//! Exploration that changes little by little: how long it may take, where it stands, and the two ways to end it.
//!
//! Plain forms: they cost the script nothing, and work without it.

use std::time::Duration;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::calls::load_ramp;
use crate::web::components::{Moment, ProgressBar};

/// Where exploration stands on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RampView {
    /// "Exploration is on its way from 20 % to 5 %"
    pub way: String,
    pub now: String,
    pub to: String,
    pub end: Moment,
    pub percent_done: f64,
}

/// How often the page looks where it stands.
const EVERY: Duration = Duration::from_secs(5);

/// How long a change may take, as the form sends it, and in words.
const TIMES: [(&str, &str); 6] = [
    ("", "At once"),
    ("PT1H", "Over 1 hour"),
    ("PT6H", "Over 6 hours"),
    ("PT24H", "Over 24 hours"),
    ("P3D", "Over 3 days"),
    ("P7D", "Over 7 days"),
];

/// How long the new share of exploration takes. It stands in the form that applies.
pub fn ramp_choice() -> AnyView {
    let option = |(value, words): (&'static str, &'static str)| view! { <option value=value>{words}</option> };
    view! {
        <label class="field">
            <span class="field__label">"Change exploration"</span>
            <select class="input select" name="ramp">{TIMES.into_iter().map(option).collect_view()}</select>
        </label>
    }
    .into_any()
}

/// Looks where it stands, while it is on its way and the page is seen. A look that fails changes nothing.
pub fn keep_up(ramp: RwSignal<Option<RampView>>, id: Memo<String>) {
    let look = move || {
        if document().hidden() {
            return;
        }
        leptos::task::spawn_local(async move {
            if let Ok(newer) = load_ramp(id.get_untracked()).await {
                // The page may be gone by now.
                ramp.try_set(newer);
            }
        });
    };
    let is_on_its_way = Memo::new(move |_| ramp.with(Option::is_some));
    Effect::new(move |_| {
        if is_on_its_way.get() {
            let timer = set_interval_with_handle(look, EVERY);
            on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
        }
    });
}

/// The way as a line with its two buttons, which stay as they are while it goes on.
pub fn ramp_notice(ramp: RwSignal<Option<RampView>>, id: Memo<String>, may_edit: bool) -> AnyView {
    let part = move |of: fn(&RampView) -> String| {
        Signal::derive(move || ramp.with(|ramp| ramp.as_ref().map(of).unwrap_or_default()))
    };
    let line = move || {
        let RampView { way, now, to, end, percent_done } = ramp.get()?;
        let words = format!("{now} now, {to} {} ({})", end.relative, end.local);
        Some(view! { <ProgressBar label=way value=percent_done words=words/> })
    };
    let forms = move || {
        let action = format!("/loops/{}/settings/ramp", id.get_untracked());
        view! {
            <form class="row" method="post" action=action>
                <button class="button" name="how" value="stop">"Stop here"</button>
                <button class="button" name="how" value="finish">"Finish now"</button>
            </form>
        }
    };
    let is_on_its_way = Memo::new(move |_| ramp.with(Option::is_some));
    view! {
        <Show when=move || is_on_its_way.get()>
            <section class="card stack" aria-label=part(|ramp| ramp.way.clone())>
                {line}
                <p class="muted">
                    "A new change of exploration, or going back, ends this; other settings do not. The form and the file below hold the "
                    {part(|ramp| ramp.to.clone())}" that it leads to."
                </p>
                {may_edit.then(forms)}
            </section>
        </Show>
    }
    .into_any()
}
