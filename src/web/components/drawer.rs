//! More about one thing, beside the list that it stands in. The browser's own dialog: it keeps the focus, closes on
//! Escape and gives the focus back to what opened it.

use leptos::{html, prelude::*};

use super::{Icon, IconName};

/// Open while `is_open` is true, and makes it false when it is closed. A page that wants it linkable keeps the signal in
/// step with its address.
#[component]
pub fn Drawer(
    #[prop(into)] title: Signal<String>,
    is_open: RwSignal<bool>,
    /// Buttons that stay in sight at the bottom.
    #[prop(optional, into)]
    foot: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match is_open.get() {
            // It fails only when the dialog is open already.
            true if !dialog.open() => drop(dialog.show_modal()),
            false if dialog.open() => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog class="drawer" closedby="any" node_ref=dialog aria-label=move || title.get()
            on:close=move |_| is_open.set(false)>
            <header class="drawer__head">
                <h2>{move || title.get()}</h2>
                <button type="button" class="button button--ghost button--icon" aria-label="Close"
                    on:click=move |_| is_open.set(false)>
                    <Icon name=IconName::Close/>
                </button>
            </header>
            <div class="drawer__body">{children()}</div>
            {foot.map(|foot| view! { <footer class="drawer__foot">{foot.run()}</footer> })}
        </dialog>
    }
    .into_any()
}
