//! All keys on one sheet, and the switch that turns the single ones off.

use leptos::{html, prelude::*};

use super::{
    commands::{PLACES, Palette},
    keyboard::{set_single_keys, single_keys_are_on},
};
use crate::web::{
    components::{Icon, IconName, Kbd},
    dashboard::loop_frame::LOOP_PAGES,
};

/// The sheet; once, in the dashboard's frame.
#[component]
pub fn ShortcutSheet(palette: Palette) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let are_on = RwSignal::new(true);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match palette.is_sheet_open.get() {
            true if !dialog.open() => {
                are_on.set(single_keys_are_on());
                // It fails only when the dialog is open already.
                let _ = dialog.show_modal();
            }
            false if dialog.open() => dialog.close(),
            _ => {}
        }
    });
    let toggle = move |event| {
        are_on.set(event_target_checked(&event));
        set_single_keys(are_on.get_untracked());
    };
    view! {
        <dialog class="dialog" closedby="any" node_ref=dialog aria-label="Keyboard shortcuts"
            on:close=move |_| palette.is_sheet_open.set(false)>
            <div class="stack">
                <div class="row row--between">
                    <h2 class="dialog__title">"Keyboard shortcuts"</h2>
                    <button type="button" class="button button--ghost button--icon" aria-label="Close"
                        on:click=move |_| palette.is_sheet_open.set(false)>
                        <Icon name=IconName::Close/>
                    </button>
                </div>
                {shortcut_list()}
                <label class="switch">
                    <input type="checkbox" role="switch" prop:checked=move || are_on.get() on:change=toggle/>
                    <span class="switch__track" aria-hidden="true"></span>
                    <span>"Single keys work in this browser"</span>
                </label>
            </div>
        </dialog>
    }
    .into_any()
}

/// Every key with what it does.
pub fn shortcut_list() -> AnyView {
    let row = |keys: String, words: &'static str| {
        view! { <div class="shortcuts__row"><dt>{words}</dt><dd><Kbd keys=keys/></dd></div> }.into_any()
    };
    let fixed = [
        ("Ctrl K", "Go to or do anything (on a Mac: Cmd K)"),
        ("/", "Search the list on this page"),
        ("j", "Events: the next older one"),
        ("k", "Events: the next newer one"),
        ("?", "These shortcuts"),
    ];
    let pages = LOOP_PAGES.iter().map(|page| (format!("g {}", page.key), page.words));
    let places = PLACES.map(|place| (place.keys.to_owned(), place.words));
    let all = fixed.map(|(keys, words)| (keys.to_owned(), words)).into_iter().chain(places).chain(pages);
    let rows: Vec<AnyView> = all.map(|(keys, words)| row(keys, words)).collect();
    view! { <dl class="shortcuts">{rows}</dl> }.into_any()
}
