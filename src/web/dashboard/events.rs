//! A page of the loop.

use leptos::prelude::*;

/// The page.
#[component]
pub fn EventsPage() -> impl IntoView {
    view! { <p></p> }
}
