//! Pausing loops and letting them go on: several at once in the list, one in the head of its pages.

use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::web::{
    PageError,
    components::{Icon, IconName, show_error, show_toast, show_toast_with},
    palette::Command,
};

/// The orders of [`pause_loops`].
const PAUSE: &str = "pause";
const RESUME: &str = "resume";

/// What became of some loops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paused {
    pub order: String,
    /// Ids and names of those that are otherwise now.
    pub done: Vec<(String, String)>,
}

/// Pauses loops, or lets them go on, by `order`. Those that are so already stay as they are.
#[server]
pub async fn pause_loops(#[server(default)] ids: Vec<String>, order: String) -> Result<Paused, PageError> {
    use crate::{terms::Role, web::guard};
    let mut done = Vec::new();
    for id in ids {
        let (person, live) = guard::require_loop(Role::Editor, &id).await?;
        match (order.as_str(), live.is_paused()) {
            (PAUSE, false) => drop(live.pause(&person.author()).await?),
            (RESUME, true) => drop(live.resume(&person.author()).await?),
            _ => continue,
        }
        done.push((id, live.name()));
    }
    Ok(Paused { order, done })
}

/// What was done to which loops.
fn words(order: &str, loops: &[(String, String)]) -> String {
    let (verb, so_already) = match order {
        PAUSE => ("Paused", "Nothing to pause: choose loops that are not paused."),
        _ => ("Let go on:", "Nothing to resume: choose loops that are paused."),
    };
    match loops {
        [] => so_already.to_owned(),
        [(_, name)] => format!("{verb} {name}."),
        loops => format!("{verb} {} loops.", loops.len()),
    }
}

/// The orders, for the loops that are chosen in the form around it.
#[component]
pub fn PauseOrders() -> impl IntoView {
    view! {
        <div class="chosen" role="group" aria-label="What to do with the chosen loops">
            <button type="submit" name="order" value=PAUSE class="button"><Icon name=IconName::Pause/>"Pause"</button>
            <button type="submit" name="order" value=RESUME class="button"><Icon name=IconName::Play/>"Resume"</button>
            <span class="muted">
                "A paused loop answers the first action that it is sent, and learns nothing until it goes on."
            </span>
        </div>
    }
    .into_any()
}

/// Tells what became of an order, with the way back, and has `changed` look anew.
pub fn tell_of(action: ServerAction<PauseLoops>, changed: Callback<()>) {
    Effect::new(move |_| match action.value().get() {
        None => {}
        Some(Err(problem)) => show_error(problem.to_string(), None),
        Some(Ok(Paused { order, done })) => {
            changed.run(());
            let words = words(&order, &done);
            if done.is_empty() {
                return show_toast(words);
            }
            let back = if order == PAUSE { RESUME } else { PAUSE };
            let ids: Vec<String> = done.into_iter().map(|(id, _)| id).collect();
            let undo = move |()| {
                action.dispatch(PauseLoops { ids: ids.clone(), order: back.to_owned() });
            };
            show_toast_with(words, "Undo", Callback::new(undo));
        }
    });
}

/// The id of the button of [`PauseButton`].
const PAUSE_BUTTON: &str = "pause-loop";

/// What the palette offers for the loop whose page is open: a press on the button in its head.
pub fn pause_command(is_paused: bool) -> Command {
    let words = if is_paused { "Resume this loop" } else { "Pause this loop" };
    Command::action(
        words,
        Callback::new(|()| {
            let button = document().get_element_by_id(PAUSE_BUTTON);
            if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                button.click();
            }
        }),
    )
}

/// One loop's order, as a plain form: it is in the part of the script that every page loads.
#[component]
pub fn PauseButton(id: String, is_paused: bool) -> impl IntoView {
    let (order, text, icon) =
        if is_paused { (RESUME, "Resume loop", IconName::Play) } else { (PAUSE, "Pause loop", IconName::Pause) };
    view! {
        <form method="post" action=PauseLoops::url()>
            <input type="hidden" name="ids[0]" value=id/>
            <button type="submit" id=PAUSE_BUTTON name="order" value=order class="button button--ghost button--small"
                title="Paused, a loop answers the first action that it is sent, and learns nothing">
                <Icon name=icon/>{text}
            </button>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_by_name_or_number() {
        let loops = ["Banner", "Lead"].map(|name| (name.to_lowercase(), name.to_owned()));
        assert_eq!(words(PAUSE, &loops[..1]), "Paused Banner.");
        assert_eq!(words(RESUME, &loops), "Let go on: 2 loops.");
        assert!(words(RESUME, &[]).starts_with("Nothing to resume"));
    }
}
