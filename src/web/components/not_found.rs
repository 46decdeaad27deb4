//! The page for a path that leads nowhere. The server sends it with 404.

use leptos::prelude::*;
use leptos_meta::Title;

use super::Logo;

/// Shown for every path that no page has.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text="Page not found"/>
        <main id="main" class="centered">
            <a href="/" class="centered__logo"><Logo/></a>
            <p class="centered__code">"404"</p>
            <h1>"There is no page here"</h1>
            <p class="muted">"The address may have a typo, or what it led to was deleted."</p>
            <p class="row row--centre">
                <a class="button button--primary" href="/loops">"Go to your loops"</a>
                <a class="button" href="/">"Start page"</a>
            </p>
        </main>
    }
}
