//! The palette itself: a field, and below it what its words mean, as a combobox that assistive technology knows.

use std::time::Duration;

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;

use super::{
    commands::{Command, Does, Palette, follow},
    find::{Found, find_places},
};
use crate::web::components::Kbd;

/// Letters typed within this time are one question to the server.
const TYPING: Duration = Duration::from_millis(120);

/// What is typed and what it found.
#[derive(Debug, Clone, Copy)]
struct Search {
    text: RwSignal<String>,
    found: RwSignal<Vec<Found>>,
    /// The marked one of the list.
    marked: RwSignal<usize>,
    shown: Memo<Shown>,
}

/// The list as it stands. Two of the same length and words look the same.
#[derive(Debug, Clone)]
struct Shown(Vec<Command>);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|command| &command.words).eq(other.0.iter().map(|command| &command.words))
    }
}

impl Search {
    fn new(palette: Palette) -> Self {
        let text = RwSignal::new(String::new());
        let found = RwSignal::new(Vec::new());
        let shown =
            Memo::new(move |_| if palette.is_open.get() { listed(palette, text, found) } else { Shown(vec![]) });
        Self { text, found, marked: RwSignal::new(0), shown }
    }

    /// Asks the server what else is meant. An answer to an older text is for nobody.
    fn ask(self, palette: Palette) {
        let asked = self.text.get_untracked();
        let still_asked = move |text: &str| self.text.try_get_untracked().as_deref() == Some(text);
        let ask = move || {
            if !still_asked(&asked) {
                return;
            }
            let loop_id = palette.loop_id();
            spawn_local(async move {
                // Without an answer the pages are still there to choose from.
                if let Ok(found) = find_places(asked.clone(), loop_id).await
                    && still_asked(&asked)
                {
                    self.found.set(found);
                }
            });
        };
        set_timeout(ask, TYPING);
    }

    fn step(self, by: isize) {
        let n = self.shown.with_untracked(|shown| shown.0.len());
        if let Some(last) = n.checked_sub(1) {
            let at = self.marked.get_untracked();
            let next = if by < 0 { at.checked_sub(1).unwrap_or(last) } else { (at + 1) % n };
            self.marked.set(next);
            bring_into_sight(next);
        }
    }
}

fn listed(palette: Palette, text: RwSignal<String>, found: RwSignal<Vec<Found>>) -> Shown {
    let text = text.get();
    let of_server = found.get().into_iter().map(|found| Command {
        words: found.words,
        kind: if found.is_event { "Event" } else { "Loop" },
        keys: String::new(),
        does: Does::Go(found.path),
    });
    // What an earlier text found stays only as far as it is still meant.
    let meant = palette.commands().into_iter().chain(of_server).filter(|command| command.matches(&text));
    // What was found comes last: nothing that is already marked may move when it arrives.
    Shown(meant.collect())
}

fn option_id(n: usize) -> String {
    format!("palette-{n}")
}

/// Scrolls the list, and nothing around it.
fn bring_into_sight(n: usize) {
    let element = |id: &str| document().get_element_by_id(id)?.dyn_into::<web_sys::HtmlElement>().ok();
    let (Some(list), Some(option)) = (element("palette-list"), element(&option_id(n))) else { return };
    let (top, bottom) = (option.offset_top(), option.offset_top() + option.offset_height());
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + list.client_height() {
        list.set_scroll_top(bottom - list.client_height());
    }
}

/// The palette; once, in the dashboard's frame.
#[component]
pub fn PaletteDialog(palette: Palette) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let search = Search::new(palette);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match palette.is_open.get() {
            true if !dialog.open() => {
                search.text.set(String::new());
                search.marked.set(0);
                search.ask(palette);
                // It fails only when the dialog is open already.
                let _ = dialog.show_modal();
            }
            false if dialog.open() => dialog.close(),
            _ => {}
        }
    });
    let navigate = use_navigate();
    let run = Callback::new(move |n: usize| {
        let chosen = search.shown.with_untracked(|shown| shown.0.get(n).cloned());
        if let Some(command) = chosen {
            palette.run(&command, |path| follow(path, &|path| navigate(path, NavigateOptions::default())));
        }
    });
    view! {
        <dialog class="palette" closedby="any" node_ref=dialog aria-label="Go to or do"
            on:close=move |_| palette.is_open.set(false)>
            <Field search=search palette=palette run=run/>
            <Options search=search run=run/>
            <p class="palette__foot" aria-hidden="true">
                <span><Kbd keys="↑ ↓"/>" choose"</span><span><Kbd keys="Enter"/>" go"</span>
                <span><Kbd keys="Esc"/>" close"</span>
            </p>
        </dialog>
    }
    .into_any()
}

#[component]
fn Field(search: Search, palette: Palette, run: Callback<usize>) -> impl IntoView {
    let typed = move |event: ev::Event| {
        search.text.set(event_target_value(&event));
        search.marked.set(0);
        search.ask(palette);
    };
    let pressed = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => search.step(1),
            "ArrowUp" => search.step(-1),
            // While a word is still being composed, Enter belongs to the composing.
            "Enter" if !event.is_composing() => run.run(search.marked.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let marked = move || search.shown.with(|shown| !shown.0.is_empty()).then(|| option_id(search.marked.get()));
    view! {
        <input class="palette__field" type="text" role="combobox" aria-label="Go to or do" aria-expanded="true"
            aria-controls="palette-list" aria-autocomplete="list" aria-activedescendant=marked
            placeholder="A page, a loop, an event’s id, an action …" autocomplete="off" spellcheck="false"
            maxlength="256" prop:value=move || search.text.get() on:input=typed on:keydown=pressed/>
    }
    .into_any()
}

#[component]
fn Options(search: Search, run: Callback<usize>) -> impl IntoView {
    let option = move |(n, command): (usize, Command)| {
        let keys = (!command.keys.is_empty()).then(|| view! { <Kbd keys=command.keys/> });
        view! {
            <li id=option_id(n) class="palette__option" role="option"
                aria-selected=move || (search.marked.get() == n).to_string()
                on:click=move |_| run.run(n) on:mousemove=move |_| search.marked.set(n)>
                <span class="palette__words">{command.words}</span>
                {keys}
                <span class="palette__kind">{command.kind}</span>
            </li>
        }
        .into_any()
    };
    let options = move || search.shown.get().0.into_iter().enumerate().map(option).collect_view();
    let nothing = move || {
        let is_empty = search.shown.with(|shown| shown.0.is_empty());
        is_empty.then_some("Nothing has that name. Events are found by their whole id.")
    };
    view! {
        <ul id="palette-list" class="palette__list" role="listbox" aria-label="Found">{options}</ul>
        <p class="palette__none" role="status">{nothing}</p>
    }
    .into_any()
}
