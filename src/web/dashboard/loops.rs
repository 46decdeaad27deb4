//! A page of the dashboard.

use leptos::prelude::*;

/// The page.
#[component]
pub fn LoopsPage() -> impl IntoView {
    view! { <p></p> }
}
