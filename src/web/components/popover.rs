//! What a press of a button brings up beside it: a menu, or what a word means.
//!
//! Popovers are the browser's own. They open and close by mouse, touch and keyboard, on Escape and on a press elsewhere,
//! without script.

use leptos::{attr::custom::custom_attribute, ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// A button with a menu of links and buttons, which have the class `menu__item`.
#[component]
pub fn Menu(
    /// Unlike every other on the page.
    #[prop(into)]
    id: String,
    /// What the button opens, for people who hear the page, when its words do not say it.
    #[prop(optional, into)]
    label: Option<String>,
    /// The button's classes.
    #[prop(default = "button")]
    class: &'static str,
    /// In line with the button's start instead of its end.
    #[prop(optional)]
    at_start: bool,
    /// The button's words.
    #[prop(into)]
    button: ViewFn,
    children: Children,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    // A link may lead to another page of the same document, and what was chosen is done with.
    let close = move |event: ev::MouseEvent| {
        let pressed = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_choice = pressed.is_some_and(|element| element.closest(".menu__item").is_ok_and(|item| item.is_some()));
        if let Some(menu) = menu.get_untracked().filter(|_| is_choice) {
            // It fails only when the menu is closed already.
            let _ = menu.hide_popover();
        }
    };
    view! {
        <button type="button" class=class popovertarget=id.clone() aria-label=label>{button.run()}</button>
        <div popover="auto" id=id class="menu" class:menu--start=at_start node_ref=menu on:click=close>{children()}</div>
    }
    .into_any()
}

/// A word with its meaning at hand: a term of statistics in a sentence for everybody.
#[component]
pub fn Term(
    /// Unlike every other on the page.
    #[prop(into)]
    id: String,
    /// What it means, in a sentence or two.
    #[prop(into)]
    meaning: String,
    /// The word.
    children: Children,
) -> impl IntoView {
    // Browsers that know `interestfor` show the meaning when the mouse rests on the word; a press works in all of them.
    view! {
        <button type="button" class="term" popovertarget=id.clone() {..custom_attribute("interestfor", id.clone())}>
            {children()}
        </button>
        <span popover="auto" id=id class="tooltip" role="note">{meaning}</span>
    }
    .into_any()
}
