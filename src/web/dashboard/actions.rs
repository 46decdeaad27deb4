//! A page of the dashboard.

use leptos::prelude::*;

/// The page.
#[component]
pub fn ActionsPage() -> impl IntoView {
    view! { <p></p> }
}
