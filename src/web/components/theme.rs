//! Light, dark, or as the system says. The choice lives in this browser; `app.rs` applies it before the first paint.

use leptos::prelude::*;

use super::{Icon, IconName};

const STORAGE_KEY: &str = "rankloop-theme";
const CHOICES: [(&str, &str, IconName); 3] = [
    ("system", "System theme", IconName::System),
    ("light", "Light theme", IconName::Sun),
    ("dark", "Dark theme", IconName::Moon),
];

/// Three buttons, one pressed.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    // The server cannot know the choice: both renderings start with "system" and the browser corrects it afterwards.
    let chosen = RwSignal::new("system".to_owned());
    Effect::new(move |_| {
        if let Some(stored) = stored_choice() {
            chosen.set(stored);
        }
    });
    let choose = move |name: &str| {
        apply(name);
        chosen.set(name.to_owned());
    };
    view! {
        <div class="segmented" role="group" aria-label="Theme">
            {CHOICES
                .map(|(name, label, icon)| {
                    view! {
                        <button type="button" class="segmented__item" title=label aria-label=label
                            aria-pressed=move || chosen.with(|chosen| (chosen == name).to_string())
                            on:click=move |_| choose(name)>
                            <Icon name=icon/>
                        </button>
                    }
                })}
        </div>
    }
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
