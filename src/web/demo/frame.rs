//! What is around every page of the paper: masthead, sections, and a footer that says plainly what this is.

use leptos::prelude::*;

use super::data::{PAPER, SECTIONS};
use crate::web::components::ThemeSwitch;

/// The front page as this persona.
pub fn front_path(reader: &str) -> String {
    if reader.is_empty() { "/news".to_owned() } else { format!("/news?reader={reader}") }
}

/// Masthead, page, footer.
#[component]
pub fn NewsFrame(
    /// The persona's slug, or nothing before one was chosen.
    #[prop(into)]
    reader: Signal<String>,
    /// The section that this page belongs to, if to one.
    #[prop(into, default = Signal::from(String::new()))]
    section: Signal<String>,
    /// Goes with the way back to the front page: the event whose fate it shows.
    #[prop(into, default = Signal::from(None))]
    after: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let front = move || {
        let after = after.get().map(|event| format!("&after={event}")).unwrap_or_default();
        let front = front_path(&reader.get());
        if after.is_empty() || front.contains('?') { front + &after } else { format!("{front}?{}", &after[1..]) }
    };
    let link = move |(slug, name): (&'static str, &'static str)| {
        let href = move || format!("/news/section/{slug}?reader={}", reader.get());
        let current = move || (section.get() == slug).then_some("page");
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    };
    view! {
        <div class="news">
            <header class="news-masthead">
                <a class="news-masthead__title" href=front>{PAPER}</a>
                <p class="news-masthead__motto">"Unhurried news for people on their way · " <a href="/">"a rankloop demo"</a></p>
                <nav aria-label="Sections">
                    <ul class="news-masthead__sections">{SECTIONS.into_iter().map(link).collect_view()}</ul>
                </nav>
            </header>
            <main id="main" class="news-main">{children()}</main>
            <footer class="news-footer">
                <p class="news-footer__title">{PAPER}</p>
                <p>
                    "This newspaper is a demonstration. Its stories, people and places are made up, and its front page is "
                    "personalized: a learning loop chooses the lead story from the device, the time of day and the interests "
                    "of the reader you pick, never from who you are. What you open and how far you read is sent to the loop "
                    "as a number between 0 and 1, and is all that it learns of you."
                </p>
                <div class="news-footer__links">
                    <a href="/news/coffee">"Coffee: this server beside the old service"</a>
                    <a href="/loops">"Open the dashboard"</a>
                    <a href="/help" rel="external">"Help"</a>
                    <ThemeSwitch/>
                </div>
            </footer>
        </div>
    }
    .into_any()
}
