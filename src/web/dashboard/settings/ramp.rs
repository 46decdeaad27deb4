//! Exploration that changes little by little: how long it may take, where it stands, and the two ways to end it.
//!
//! Plain forms: they cost the script nothing, and work without it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

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

/// The way as a line with its two buttons.
pub fn ramp_notice(ramp: RampView, id: &str, may_edit: bool) -> AnyView {
    let RampView { way, now, to, end, percent_done } = ramp;
    let words = format!("{now} now, {to} {} ({})", end.relative, end.local);
    let (title, action) = (way.clone(), format!("/loops/{id}/settings/ramp"));
    let forms = may_edit.then(|| {
        view! {
            <form class="row" method="post" action=action>
                <button class="button" name="how" value="stop">"Stop here"</button>
                <button class="button" name="how" value="finish">"Finish now"</button>
            </form>
        }
    });
    view! {
        <section class="card stack" aria-label=title>
            <ProgressBar label=way value=percent_done words=words/>
            <p class="muted">
                {format!("A new change of exploration, or going back, ends this; other settings do not. The form and the file below hold the {to} that it leads to.")}
            </p>
            {forms}
        </section>
    }
    .into_any()
}
