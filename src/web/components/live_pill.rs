//! Whether what is on screen is live. It tells the truth, also when that is "reconnecting".

use leptos::prelude::*;

/// How a page is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    Live,
    Paused,
    Reconnecting,
}

/// A small pill with the state in words.
#[component]
pub fn LivePill(#[prop(into)] state: Signal<LiveState>) -> impl IntoView {
    let class = move || match state.get() {
        LiveState::Live => "live live--on",
        LiveState::Paused => "live live--paused",
        LiveState::Reconnecting => "live live--lost",
    };
    let words = move || match state.get() {
        LiveState::Live => "Live",
        LiveState::Paused => "Paused",
        LiveState::Reconnecting => "Reconnecting",
    };
    view! {
        <span class=class role="status">
            <span class="live__dot" aria-hidden="true"></span>
            {words}
        </span>
    }
}
