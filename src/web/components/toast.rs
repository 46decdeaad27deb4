//! Short notes after something was done. They are announced politely and go by themselves.

use std::time::Duration;

use leptos::prelude::*;

use super::{Icon, IconName};

#[derive(Debug, Clone, PartialEq)]
struct Toast {
    id: u32,
    text: String,
}

/// The notes on screen and the number of the next one.
#[derive(Debug, Clone, Copy)]
struct ToastList {
    toasts: RwSignal<Vec<Toast>>,
    next_id: StoredValue<u32>,
}

/// Makes [`show_toast`] work below the caller.
pub fn provide_toasts() {
    provide_context(ToastList { toasts: RwSignal::new(Vec::new()), next_id: StoredValue::new(0) });
}

/// Says that something was done. In the browser only; call it from an effect or a handler.
pub fn show_toast(text: impl Into<String>) {
    let list = expect_context::<ToastList>();
    let id = list.next_id.get_value();
    list.next_id.set_value(id.wrapping_add(1));
    list.toasts.update(|toasts| toasts.push(Toast { id, text: text.into() }));
    set_timeout(move || list.toasts.update(|toasts| toasts.retain(|toast| toast.id != id)), Duration::from_secs(6));
}

/// Where the notes appear; once, in the document's frame.
#[component]
pub fn Toasts() -> impl IntoView {
    let list = expect_context::<ToastList>();
    let dismiss = move |id| list.toasts.update(|toasts| toasts.retain(|toast| toast.id != id));
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || list.toasts.get() key=|toast| toast.id let:toast>
                <div class="toast">
                    <Icon name=IconName::Check/>
                    <span>{toast.text.clone()}</span>
                    <button type="button" class="button button--ghost button--icon" aria-label="Dismiss"
                        on:click=move |_| dismiss(toast.id)>
                        <Icon name=IconName::Close/>
                    </button>
                </div>
            </For>
        </div>
    }
}
