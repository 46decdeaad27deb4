//! Text to take away: code, commands, keys.

use std::time::Duration;

use leptos::prelude::*;

use super::{Icon, IconName};

/// Copies `text` to the clipboard and says so.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    /// What is copied, for people who hear the page: "the key".
    #[prop(into)]
    what: String,
    /// Told that it was pressed.
    #[prop(optional_no_strip)]
    on_copy: Option<Callback<()>>,
) -> impl IntoView {
    let note = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        if let Some(on_copy) = on_copy {
            on_copy.run(());
        }
        note.set(Some(copy_to_clipboard(&text.get_untracked())));
        set_timeout(move || note.set(None), Duration::from_secs(2));
    };
    let icon = move || if note.get().is_some() { IconName::Check } else { IconName::Copy };
    view! {
        <button type="button" class="button button--small copy" on:click=copy aria-label=format!("Copy {what}")>
            {move || view! { <Icon name=icon()/> }}
            <span aria-live="polite">{move || note.get().unwrap_or("Copy")}</span>
        </button>
    }
}

/// Puts text on the clipboard and answers what to say about it. In the browser only.
///
/// The clipboard exists in secure contexts only; elsewhere the person has to select and copy.
pub fn copy_to_clipboard(text: &str) -> &'static str {
    if !window().is_secure_context() {
        return "Select and copy it";
    }
    // The promise is not awaited: the browser asks the person when it must, and keeps the text where it was if not.
    drop(window().navigator().clipboard().write_text(text));
    "Copied"
}

/// A piece of code with a title and a copy button.
#[component]
pub fn CodeBlock(#[prop(into)] title: String, #[prop(into)] code: Signal<String>) -> impl IntoView {
    let label = title.clone();
    view! {
        <figure class="code">
            <figcaption class="code__head">
                <span>{title}</span>
                <CopyButton text=code what=label.clone()/>
            </figcaption>
            <pre tabindex="0" aria-label=label><code>{move || code.get()}</code></pre>
        </figure>
    }
    .into_any()
}

/// A value that is shown this once, such as a new key.
#[component]
pub fn SecretField(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    /// Told that it was copied, by the button or by hand.
    #[prop(optional, into)]
    on_copy: Option<Callback<()>>,
) -> impl IntoView {
    let copied = value.clone();
    let by_hand = move |_| {
        if let Some(on_copy) = on_copy {
            on_copy.run(());
        }
    };
    let what = label.clone();
    view! {
        <div class="secret">
            <span class="secret__label">{label}</span>
            <code class="secret__value" on:copy=by_hand>{value}</code>
            <CopyButton text=copied what=what on_copy=on_copy/>
        </div>
    }
    .into_any()
}
