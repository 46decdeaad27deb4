//! Light, dark, or as the system says. The choice lives in this browser; `app.rs` applies it before the first paint.

use leptos::prelude::*;

use super::{Icon, IconName};

const STORAGE_KEY: &str = "rankloop-theme";

/// Each theme's name, its words and its icon.
pub const THEMES: [(&str, &str, IconName); 3] = [
    ("system", "System theme", IconName::System),
    ("light", "Light theme", IconName::Sun),
    ("dark", "Dark theme", IconName::Moon),
];

/// The theme in force, for everything on the page that shows or changes it.
#[derive(Debug, Clone, Copy)]
pub struct ThemeChoice(RwSignal<&'static str>);

impl ThemeChoice {
    /// Shows the page in one of [`THEMES`] from now on. In the browser only.
    pub fn choose(self, name: &'static str) {
        apply(name);
        self.0.set(name);
    }
}

/// Makes [`use_theme`] and the switch work below the caller.
pub fn provide_theme() {
    // The server cannot know the choice: both renderings start with "system" and the browser corrects it afterwards.
    let chosen = RwSignal::new(THEMES[0].0);
    Effect::new(move |_| {
        let stored = stored_choice();
        if let Some((name, ..)) = THEMES.iter().find(|(name, ..)| stored.as_deref() == Some(name)) {
            chosen.set(name);
        }
    });
    provide_context(ThemeChoice(chosen));
}

/// Of the document that the caller is in.
pub fn use_theme() -> ThemeChoice {
    expect_context()
}

/// Three buttons, one pressed.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let theme = use_theme();
    let button = move |(name, label, icon): (&'static str, &'static str, IconName)| {
        view! {
            <button type="button" class="segmented__item" title=label aria-label=label
                aria-pressed=move || (theme.0.get() == name).to_string() on:click=move |_| theme.choose(name)>
                <Icon name=icon/>
            </button>
        }
    };
    view! { <div class="segmented" role="group" aria-label="Theme">{THEMES.map(button).into_iter().collect_view()}</div> }
    .into_any()
}

fn stored_choice() -> Option<String> {
    window().local_storage().ok()??.get_item(STORAGE_KEY).ok()?
}

/// Storage may be blocked; the choice then holds until the page is left.
fn apply(name: &str) {
    let storage = window().local_storage().ok().flatten();
    let root = document().document_element();
    if name == "system" {
        storage.map(|storage| storage.remove_item(STORAGE_KEY));
        root.map(|root| root.remove_attribute("data-theme"));
    } else {
        storage.map(|storage| storage.set_item(STORAGE_KEY, name));
        root.map(|root| root.set_attribute("data-theme", name));
    }
}
