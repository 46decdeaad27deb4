//! Skeleton.
use leptos::prelude::*;

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    view! { <p>"rankloop"</p> }
}
