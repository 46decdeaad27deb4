//! A question before something that hurts, in the browser's own dialog: it keeps the focus and closes on Escape.

use leptos::{html, prelude::*};

use super::{Icon, IconName};

/// A button that asks before it acts.
#[component]
pub fn ConfirmDialog(
    /// On the button that opens the question.
    #[prop(into)]
    open_label: String,
    #[prop(into)] title: String,
    /// On the button that does it.
    #[prop(into)]
    confirm_label: String,
    /// What the person has to type first. Empty: nothing.
    #[prop(optional, into)]
    typed: Signal<String>,
    #[prop(optional)] icon: Option<IconName>,
    /// For rows of tables.
    #[prop(optional)]
    small: bool,
    /// Does it; the dialog is closed by then.
    #[prop(into)]
    on_confirm: Callback<()>,
    /// What will happen, in plain words.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let written = RwSignal::new(String::new());
    let is_ready = move || typed.with(|name| written.with(|text| text.trim() == name.trim()));
    let open = move |_| {
        written.set(String::new());
        if let Some(dialog) = dialog.get_untracked() {
            // It fails only when the dialog is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let confirm = move || {
        if is_ready() {
            close();
            on_confirm.run(());
        }
    };
    let heading = title.clone();
    view! {
        <button type="button" class="button button--danger" class:button--small=small on:click=open>
            {icon.map(|name| view! { <Icon name=name/> })}
            {open_label}
        </button>
        <dialog class="dialog" node_ref=dialog aria-label=heading>
            <form
                method="dialog"
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    confirm();
                }
            >
                <h2 class="dialog__title">{title}</h2>
                <div class="dialog__text">{children()}</div>
                <Show when=move || typed.with(|name| !name.is_empty())>
                    <label class="field">
                        <span class="field__label">"Type "<strong>{move || typed.get()}</strong>" to confirm"</span>
                        <input type="text" class="input" autocomplete="off" bind:value=written/>
                    </label>
                </Show>
                <div class="dialog__actions">
                    <button type="button" class="button" on:click=move |_| close()>"Cancel"</button>
                    <button type="submit" class="button button--danger-solid" disabled=move || !is_ready()>
                        {confirm_label}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
