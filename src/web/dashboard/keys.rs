//! A page of the dashboard.

use leptos::prelude::*;

/// The page.
#[component]
pub fn KeysPage() -> impl IntoView {
    view! { <p></p> }
}
