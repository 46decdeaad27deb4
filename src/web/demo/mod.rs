//! The demo news site.

use leptos::prelude::*;

/// The front page, and a section's own front page.
#[component]
pub fn FrontPage() -> impl IntoView {
    view! { <main id="main"></main> }
}

/// One article.
#[component]
pub fn ArticlePage() -> impl IntoView {
    view! { <main id="main"></main> }
}
