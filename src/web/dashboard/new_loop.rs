//! A page of the dashboard.

use leptos::prelude::*;

/// The page.
#[component]
pub fn NewLoopPage() -> impl IntoView {
    view! { <p></p> }
}
