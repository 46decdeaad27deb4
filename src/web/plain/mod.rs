//! Pages without a browser half: they are whole as the server sends them, and cost the script nothing.

use axum::{Router, extract::Query, http::StatusCode, response::Html, routing::get};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    app::{FONT, THEME_SCRIPT},
    components::provide_theme,
    styleguide::styleguide,
};

mod help;
mod made_loop;

pub use made_loop::{Workshop, made_loop_routes};

/// What such a page may be asked for.
#[derive(Debug, Deserialize)]
struct Look {
    /// `light` or `dark`, whatever this browser is set to.
    theme: Option<String>,
}

/// `GET /help` and `GET /styleguide`. Anybody may read both: there is nothing of a loop in them.
pub fn plain_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/help", get(|look| page("Help", look, help::help)))
        .route("/styleguide", get(|look| page("Style guide", look, styleguide)))
}

async fn page(
    title: &'static str,
    Query(look): Query<Look>,
    body: fn() -> AnyView,
) -> Result<Html<String>, StatusCode> {
    let theme = look.theme.filter(|theme| matches!(theme.as_str(), "light" | "dark"));
    Ok(Html(document(title, theme, body)))
}

/// `data-awake` says that nothing will take this page over any more.
pub fn document(title: &str, theme: Option<String>, body: impl FnOnce() -> AnyView) -> String {
    // A theme that was asked for is not to be changed by the one that was chosen.
    let script = theme.is_none().then_some(THEME_SCRIPT);
    Owner::new().with(|| {
        provide_theme();
        let document = view! {
            <html lang="en" data-theme=theme data-awake="">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>{format!("{title} · rankloop")}</title>
                    {script.map(|script| view! { <script inner_html=script></script> })}
                    <link rel="preload" href=FONT r#as="font" type="font/woff2" crossorigin="anonymous"/>
                    <link rel="stylesheet" href="/pkg/rankloop.css"/>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                </head>
                <body>
                    <a class="skip-link" href="#main">"Skip to content"</a>
                    {body()}
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", document.to_html())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_a_browser_half_asks_for_no_script_of_ours_and_keeps_the_theme_it_was_asked_for() {
        for body in [help::help, styleguide] {
            let html = document("Page", Some("dark".into()), body);
            assert!(html.contains(r#"data-theme="dark""#) && html.contains("<main"), "{html}");
            assert!(!html.contains("<script") && !html.contains(".wasm"));
        }
    }
}
