//! Short notes after something was done, or was not. They are announced; good news goes by itself, and what went wrong
//! stays until it was read.

use std::time::Duration;

use leptos::prelude::*;

use super::{Icon, IconName};

/// How long a note stays.
const READ: Duration = Duration::from_secs(6);
/// The same where something can still be undone.
const CONSIDERED: Duration = Duration::from_secs(12);

/// What can be done about a note, such as "Undo".
#[derive(Debug, Clone)]
pub struct ToastAction {
    pub words: String,
    pub run: Callback<()>,
}

#[derive(Debug, Clone)]
struct Toast {
    id: u32,
    text: String,
    is_error: bool,
    action: Option<ToastAction>,
}

/// The notes on screen and the number of the next one.
#[derive(Debug, Clone, Copy)]
struct ToastList {
    toasts: RwSignal<Vec<Toast>>,
    next_id: StoredValue<u32>,
}

impl ToastList {
    fn add(self, text: String, is_error: bool, action: Option<ToastAction>) {
        let id = self.next_id.get_value();
        self.next_id.set_value(id.wrapping_add(1));
        let stays = if action.is_some() { CONSIDERED } else { READ };
        self.toasts.update(|toasts| toasts.push(Toast { id, text, is_error, action }));
        if !is_error {
            set_timeout(move || self.remove(id), stays);
        }
    }

    fn remove(self, id: u32) {
        self.toasts.update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// Makes [`show_toast`] work below the caller.
pub fn provide_toasts() {
    provide_context(ToastList { toasts: RwSignal::new(Vec::new()), next_id: StoredValue::new(0) });
}

/// Says that something was done. In the browser only; call it from an effect or a handler.
pub fn show_toast(text: impl Into<String>) {
    expect_context::<ToastList>().add(text.into(), false, None);
}

/// Says that something was done, with a way back: "Undo".
pub fn show_toast_with(text: impl Into<String>, words: impl Into<String>, run: Callback<()>) {
    expect_context::<ToastList>().add(text.into(), false, Some(ToastAction { words: words.into(), run }));
}

/// Says that something failed, and stays; `retry` is offered as "Try again".
pub fn show_error(text: impl Into<String>, retry: Option<Callback<()>>) {
    let action = retry.map(|run| ToastAction { words: "Try again".into(), run });
    expect_context::<ToastList>().add(text.into(), true, action);
}

/// One note as it looks.
#[component]
pub fn ToastNote(
    text: String,
    #[prop(optional)] is_error: bool,
    #[prop(optional_no_strip)] action: Option<ToastAction>,
    /// Takes it away.
    #[prop(into)]
    on_dismiss: Callback<()>,
) -> impl IntoView {
    let icon = if is_error { IconName::Warning } else { IconName::Check };
    let act = move |action: ToastAction| {
        let run = move |_| {
            on_dismiss.run(());
            action.run.run(());
        };
        view! { <button type="button" class="button button--small" on:click=run>{action.words}</button> }
    };
    view! {
        <div class=if is_error { "toast toast--bad" } else { "toast toast--good" }>
            <Icon name=icon/>
            <span>{text}</span>
            {action.map(act)}
            <button type="button" class="button button--ghost button--icon" aria-label="Dismiss"
                on:click=move |_| on_dismiss.run(())>
                <Icon name=IconName::Close/>
            </button>
        </div>
    }
    .into_any()
}

/// Where the notes appear; once, in the document's frame. Errors interrupt people who hear the page, the rest waits.
#[component]
pub fn Toasts() -> impl IntoView {
    let list = expect_context::<ToastList>();
    let of_kind = move |is_error: bool| {
        let each = move || {
            let toasts = list.toasts.get().into_iter();
            toasts.filter(|toast| toast.is_error == is_error).collect::<Vec<_>>()
        };
        view! {
            <For each=each key=|toast| toast.id let:toast>
                <ToastNote text=toast.text is_error=toast.is_error action=toast.action
                    on_dismiss=move |()| list.remove(toast.id)/>
            </For>
        }
    };
    view! {
        <div class="toasts">
            <div class="toasts__kind" role="alert">{of_kind(true)}</div>
            <div class="toasts__kind" role="status" aria-live="polite">{of_kind(false)}</div>
        </div>
    }
    .into_any()
}
