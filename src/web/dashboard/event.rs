//! A page of the loop.

use leptos::prelude::*;

/// The page.
#[component]
pub fn EventPage() -> impl IntoView {
    view! { <p></p> }
}
