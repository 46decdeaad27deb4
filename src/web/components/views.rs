//! Several views of the same thing, one at a time: a call in four languages, features as a form or as JSON.
//!
//! Radio buttons that look like tabs. The browser moves between them by arrow keys, remembers the choice and shows the
//! view, so all of it works before script is there and costs the browser half nothing. For links between pages there are
//! the tabs of `loop_frame`.

use leptos::prelude::*;

/// One of the views.
#[derive(Debug)]
pub struct View {
    pub words: String,
    pub content: AnyView,
}

impl View {
    pub fn new(words: impl Into<String>, content: AnyView) -> Self {
        Self { words: words.into(), content }
    }
}

/// Up to eight views; the first is shown.
#[component]
pub fn Views(
    /// What is chosen, for people who hear the page: "Language".
    #[prop(into)]
    label: String,
    /// Of all radio buttons on a page no two groups may have the same.
    #[prop(into)]
    name: String,
    views: Vec<View>,
) -> impl IntoView {
    debug_assert!(views.len() <= 8, "the style sheet knows eight");
    let (words, contents): (Vec<_>, Vec<_>) = views.into_iter().map(|view| (view.words, view.content)).unzip();
    let choice = |(n, words): (usize, String)| {
        view! { <label><input type="radio" name=name.clone() checked=n == 0 value=n.to_string()/>{words}</label> }
    };
    view! {
        <div class="views">
            <div class="views__choice" role="radiogroup" aria-label=label>
                {words.into_iter().enumerate().map(choice).collect_view()}
            </div>
            {contents.into_iter().map(|content| view! { <div class="views__view">{content}</div> }).collect_view()}
        </div>
    }
    .into_any()
}
