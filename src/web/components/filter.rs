//! Search and filters above a list.
//!
//! A plain form with the method `get`: what was searched stands in the address, can be sent to others, and works without
//! script.

use leptos::prelude::*;

/// Keys of the keyboard: `"g o"` is two, one after the other.
#[component]
pub fn Kbd(#[prop(into)] keys: String) -> impl IntoView {
    let key = |key: &str| view! { <kbd>{key.to_owned()}</kbd> };
    view! { <span class="kbd">{keys.split(' ').map(key).collect_view()}</span> }
}

/// A field to search by, what else narrows the list down, and how much is left.
#[component]
pub fn FilterBar(
    /// What is searched: "Search loops".
    #[prop(into)]
    label: String,
    /// What was typed; the list follows it. Starts with the address's `q`.
    query: RwSignal<String>,
    #[prop(default = "q")] name: &'static str,
    /// "3 of 12 loops".
    #[prop(optional, into)]
    count: Option<Signal<String>>,
    /// Selects and switches.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    // The list follows every letter already; leaving the page for it would only lose what else is open.
    let submit = move |event: leptos::ev::SubmitEvent| event.prevent_default();
    view! {
        <form class="filter filter--live" role="search" method="get" on:submit=submit>
            <input class="input filter__search" type="search" name=name aria-label=label.clone() placeholder=label
                autocomplete="off" spellcheck="false" maxlength="200" value=query.get_untracked()
                prop:value=move || query.get() on:input=move |event| query.set(event_target_value(&event))/>
            {children.map(|children| children())}
            <button type="submit" class="button filter__go">"Search"</button>
            {count.map(|count| view! { <span class="filter__count" role="status">{move || count.get()}</span> })}
        </form>
    }
    .into_any()
}
