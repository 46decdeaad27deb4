//! Asks before a page is left that shows something for the last time, such as new keys.

use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::{JsCast, closure::Closure};

/// While `is_armed`, following a link asks first, and closing or reloading the page makes the browser ask.
#[component]
pub fn LeaveGuard(
    #[prop(into)] is_armed: Signal<bool>,
    /// What would be lost: "the keys".
    what: &'static str,
    /// Copies it.
    on_copy: Callback<()>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let target = RwSignal::new(String::new());
    let ask = move |href: String| {
        target.set(href);
        if let Some(dialog) = dialog.get_untracked() {
            // It fails only when the dialog is open already.
            let _ = dialog.show_modal();
        }
    };
    // The effect keeps the listener as its value: the next run, or its end, removes it.
    Effect::new(move |_: Option<Option<LinkListener>>| {
        if !is_armed.get() {
            return None;
        }
        let closing = window_event_listener(ev::beforeunload, |event| event.prevent_default());
        on_cleanup(move || closing.remove());
        LinkListener::start(ask)
    });
    let navigate = use_navigate();
    let leave = Callback::new(move |()| {
        close(dialog);
        navigate(&target.get_untracked(), NavigateOptions::default());
    });
    let copy_and_leave = move |_| {
        on_copy.run(());
        leave.run(());
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-label=format!("Leave without {what}?")>
            <div class="stack">
                <h2 class="dialog__title">{format!("Leave without {what}?")}</h2>
                <p class="dialog__text">{format!("Nobody can see {what} again after this page, and nothing was copied.")}</p>
                <div class="dialog__actions">
                    <button type="button" class="button button--ghost" on:click=move |_| leave.run(())>
                        "Leave without copying"
                    </button>
                    <button type="button" class="button" on:click=move |_| close(dialog)>"Stay"</button>
                    <button type="button" class="button button--primary" autofocus=true on:click=copy_and_leave>"Copy and leave"</button>
                </div>
            </div>
        </dialog>
    }
    .into_any()
}

fn close(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

/// Hears of every followed link before the router, which listens one step further out, at the window.
struct LinkListener(Closure<dyn FnMut(ev::MouseEvent)>);

impl LinkListener {
    fn start(ask: impl Fn(String) + 'static) -> Option<Self> {
        let listener = Closure::new(move |event: ev::MouseEvent| {
            if let Some(href) = followed(&event) {
                event.prevent_default();
                ask(href);
            }
        });
        let listener = Self(listener);
        document().add_event_listener_with_callback("click", listener.0.as_ref().unchecked_ref()).ok()?;
        Some(listener)
    }
}

impl Drop for LinkListener {
    fn drop(&mut self) {
        // It fails only when the document is gone, and the listener with it.
        let _ = document().remove_event_listener_with_callback("click", self.0.as_ref().unchecked_ref());
    }
}

/// Where a press leads that leaves this page in this tab, if it does.
fn followed(event: &ev::MouseEvent) -> Option<String> {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
        return None;
    }
    let pressed = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    // What leads out of the app closes the page, and there the browser asks.
    let link = pressed.closest("a[href]:not([target]):not([rel~=external])").ok()??;
    let href = link.get_attribute("href")?;
    (!href.starts_with('#')).then_some(href)
}
