//! The list by keyboard: `j` goes to the next older event, `k` to the next newer one; `Enter` opens it.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::EventsPlace;
use crate::web::palette::{is_typing, single_keys_are_on};

/// Listens for as long as the calling component is there.
pub fn listen(place: EventsPlace) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let is_single = !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !event.default_prevented();
            if !is_single || is_typing(&event) || !single_keys_are_on() {
                return;
            }
            let by = match event.key().as_str() {
                "j" => 1,
                "k" => -1,
                _ => return,
            };
            event.prevent_default();
            if place.look.with_untracked(|look| look.open.is_some()) {
                place.step(by);
            } else if document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_none()) {
                move_focus(by);
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// From the row that has the focus to its neighbour; without one to the first.
fn move_focus(by: i64) {
    const LINK: &str = ".events__link";
    let focused = document().active_element();
    let row = focused.and_then(|element| element.closest(LINK).ok()??.closest("tr").ok()?);
    let link = match row {
        None => document().query_selector(LINK),
        Some(row) => {
            let next = if by > 0 { row.next_element_sibling() } else { row.previous_element_sibling() };
            next.map_or(Ok(None), |next| next.query_selector(LINK))
        }
    };
    if let Some(link) = link.ok().flatten().and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        // It fails only for what cannot have the focus.
        let _ = link.focus();
    }
}
