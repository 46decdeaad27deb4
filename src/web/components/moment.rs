//! An instant on screen: "3 minutes ago", with the exact time at hand.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// An instant in the three ways in which pages need it. Made by the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// For machines: `2026-11-21T18:30:00Z`.
    pub iso: String,
    /// For people: `21 November 2026, 18:30 UTC`.
    pub utc: String,
    /// As it was when the page was made: `3 minutes ago`.
    pub relative: String,
}

/// The relative words; the exact time stands in the tooltip, and beside them when `exact`.
#[component]
pub fn TimeText(moment: Moment, #[prop(optional)] exact: bool) -> impl IntoView {
    let beside = exact.then(|| format!(" ({})", moment.utc));
    view! { <time datetime=moment.iso title=moment.utc>{moment.relative}{beside}</time> }
}
