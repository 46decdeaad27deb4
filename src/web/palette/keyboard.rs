//! Keys that work anywhere in the dashboard.
//!
//! Single letters can be turned off, because speech input types them by accident (WCAG 2.1.4). They never work while
//! somebody types, nor below an open dialog; Ctrl-K and Cmd-K always do.

use std::time::Duration;

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::commands::{Palette, follow};

const STORAGE_KEY: &str = "rankloop-single-keys";
/// After `g`, so long is the second key waited for.
const CHORD: Duration = Duration::from_millis(1500);

/// Whether single keys do something in this browser.
pub fn single_keys_are_on() -> bool {
    let stored = || window().local_storage().ok()??.get_item(STORAGE_KEY).ok()?;
    stored().as_deref() != Some("off")
}

/// Storage may be blocked; they then stay on.
pub fn set_single_keys(are_on: bool) {
    let Some(storage) = window().local_storage().ok().flatten() else { return };
    let _ = if are_on { storage.remove_item(STORAGE_KEY) } else { storage.set_item(STORAGE_KEY, "off") };
}

/// Listens for as long as the calling component is there.
pub fn listen_to_keys(palette: Palette) {
    let navigate = use_navigate();
    let follows_g = RwSignal::new(false);
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let go = move |path: &str| follow(path, &|path| navigate(path, NavigateOptions::default()));
        let listener = window_event_listener(ev::keydown, move |event| {
            let is_done = opens_palette(&event, palette) || single_key(&event, palette, follows_g, &go);
            if is_done {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn opens_palette(event: &ev::KeyboardEvent, palette: Palette) -> bool {
    let is_asked = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && event.key().eq_ignore_ascii_case("k");
    if is_asked {
        palette.is_sheet_open.set(false);
        palette.is_open.update(|is_open| *is_open = !*is_open);
    }
    is_asked
}

fn single_key(event: &ev::KeyboardEvent, palette: Palette, follows_g: RwSignal<bool>, go: &dyn Fn(&str)) -> bool {
    let is_single = !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !event.default_prevented();
    if !is_single || is_typing(event) || a_dialog_is_open() || !single_keys_are_on() {
        return false;
    }
    let key = event.key();
    if follows_g.get_untracked() {
        follows_g.set(false);
        if let Some(path) = palette.path_of_key(&key) {
            go(&path);
            return true;
        }
    }
    match key.as_str() {
        "g" => {
            follows_g.set(true);
            set_timeout(move || follows_g.set(false), CHORD);
        }
        "?" => palette.is_sheet_open.set(true),
        "/" => {
            if !focus_search() {
                palette.is_open.set(true);
            }
        }
        _ => return false,
    }
    true
}

/// Whether what is pressed goes into a field.
pub fn is_typing(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|element| {
        element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

fn a_dialog_is_open() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some())
}

/// The page's own search is nearer than the palette.
fn focus_search() -> bool {
    let field = document().query_selector("main input[type=search]").ok().flatten();
    field.and_then(|field| field.dyn_into::<HtmlElement>().ok()).is_some_and(|field| field.focus().is_ok())
}
