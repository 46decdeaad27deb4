//! What the palette offers: the pages, what the page that is open can do, and how the product looks.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    terms::Role,
    web::{
        components::{THEMES, ThemeChoice, use_theme},
        dashboard::loop_frame::LOOP_PAGES,
    },
};

/// Something to go to or to do.
#[derive(Debug, Clone)]
pub struct Command {
    pub words: String,
    /// What it is, in a word: "Page", "Loop", "Action".
    pub kind: &'static str,
    /// The keys that do the same, as `Kbd` shows them; empty: none.
    pub keys: String,
    pub does: Does,
}

/// What choosing a command does.
#[derive(Debug, Clone)]
pub enum Does {
    /// Leads to a path of this server.
    Go(String),
    Run(Callback<()>),
    Theme(&'static str),
    Sheet,
}

impl Command {
    /// Something that the open page can do.
    pub fn action(words: impl Into<String>, run: Callback<()>) -> Self {
        Self { words: words.into(), kind: "Action", keys: String::new(), does: Does::Run(run) }
    }

    fn page(words: &str, keys: impl Into<String>, path: impl Into<String>) -> Self {
        Self { words: words.to_owned(), kind: "Page", keys: keys.into(), does: Does::Go(path.into()) }
    }

    /// Whether it is meant by what was typed: each word of it has to be there, in any order.
    pub fn matches(&self, text: &str) -> bool {
        let words = self.words.to_lowercase();
        text.to_lowercase().split_whitespace().all(|typed| words.contains(typed))
    }
}

/// The palette of a document.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    pub is_open: RwSignal<bool>,
    pub is_sheet_open: RwSignal<bool>,
    /// Of whoever is signed in, once that is known: nobody is led where they are turned away.
    pub role: RwSignal<Option<Role>>,
    offered: RwSignal<Vec<(u32, Vec<Command>)>>,
    next_id: StoredValue<u32>,
    path: Memo<String>,
    theme: ThemeChoice,
}

/// Makes [`offer_commands`] work below the caller.
pub fn provide_palette() -> Palette {
    let palette = Palette {
        is_open: RwSignal::new(false),
        is_sheet_open: RwSignal::new(false),
        role: RwSignal::new(None),
        offered: RwSignal::new(Vec::new()),
        next_id: StoredValue::new(0),
        path: use_location().pathname,
        theme: use_theme(),
    };
    provide_context(palette);
    palette
}

/// Offers commands for as long as the calling component is there.
pub fn offer_commands(commands: Vec<Command>) {
    let Some(palette) = use_context::<Palette>() else { return };
    Effect::new(move |_| {
        let id = palette.next_id.get_value();
        palette.next_id.set_value(id.wrapping_add(1));
        palette.offered.update(|offered| offered.push((id, commands.clone())));
        on_cleanup(move || palette.offered.update(|offered| offered.retain(|(other, _)| *other != id)));
    });
}

impl Palette {
    /// The loop whose page is open.
    pub fn loop_id(self) -> Option<String> {
        loop_in_path(&self.path.get_untracked()).map(str::to_owned)
    }

    /// Everything that is known without asking the server: what the page does first, then its neighbours, then the rest.
    pub fn commands(self) -> Vec<Command> {
        let mut all: Vec<Command> = self.offered.get().into_iter().flat_map(|(_, commands)| commands).collect();
        if let Some(id) = self.loop_id() {
            all.extend(
                LOOP_PAGES.iter().filter(|page| self.may_open(page.least)).map(|page| {
                    Command::page(page.words, format!("g {}", page.key), format!("/loops/{id}{}", page.path))
                }),
            );
        }
        let places = PLACES.iter().filter(|place| self.may_open(place.least));
        all.extend(places.map(|place| Command::page(place.words, place.keys, place.path)));
        all.extend(THEMES.map(|(name, words, _)| Command {
            words: words.to_owned(),
            kind: "Look",
            keys: String::new(),
            does: Does::Theme(name),
        }));
        all.push(Command { words: "Keyboard shortcuts".into(), kind: "Help", keys: "?".into(), does: Does::Sheet });
        all
    }

    fn may_open(self, least: Role) -> bool {
        self.role.get_untracked().is_some_and(|role| role >= least)
    }

    /// Where the key after `g` leads from here.
    pub fn path_of_key(self, key: &str) -> Option<String> {
        let place =
            PLACES.iter().find(|place| place.keys.strip_prefix("g ") == Some(key) && self.may_open(place.least));
        let of_loop = || {
            let page = LOOP_PAGES.iter().find(|page| page.key.to_string() == key && self.may_open(page.least))?;
            Some(format!("/loops/{}{}", self.loop_id()?, page.path))
        };
        place.map(|place| place.path.to_owned()).or_else(of_loop)
    }

    /// Does what a command says; `go` follows a path.
    pub fn run(self, command: &Command, go: impl FnOnce(&str)) {
        self.is_open.set(false);
        match &command.does {
            Does::Go(path) => go(path),
            Does::Run(run) => run.run(()),
            Does::Theme(name) => self.theme.choose(name),
            Does::Sheet => self.is_sheet_open.set(true),
        }
    }
}

/// Follows a path: within the app, or out of it to a page that the server alone makes.
pub fn follow(path: &str, navigate: &dyn Fn(&str)) {
    if path == HELP {
        // It fails only for what is no address.
        let _ = window().location().set_href(path);
    } else {
        navigate(path);
    }
}

const HELP: &str = "/help";

/// A page that is there wherever one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub words: &'static str,
    pub keys: &'static str,
    pub path: &'static str,
    /// Whom it is for.
    pub least: Role,
    /// Whether it is about the server itself.
    pub is_of_server: bool,
}

const fn place(words: &'static str, keys: &'static str, path: &'static str) -> Place {
    Place { words, keys, path, least: Role::Viewer, is_of_server: false }
}

const fn of_server(words: &'static str, keys: &'static str, path: &'static str, least: Role) -> Place {
    Place { words, keys, path, least, is_of_server: true }
}

/// Pages that are there wherever one is.
pub const PLACES: [Place; 7] = [
    place("All loops", "g l", "/loops"),
    Place { least: Role::Editor, ..place("New loop", "g n", "/loops/new") },
    place("Demo newspaper", "g d", "/news"),
    of_server("People", "g u", "/people", Role::Admin),
    of_server("Audit history", "g y", "/audit", Role::Admin),
    of_server("Server health", "g r", "/server", Role::Analyst),
    place("Help", "g h", HELP),
];

fn loop_in_path(path: &str) -> Option<&str> {
    let id = path.strip_prefix("/loops/")?.split('/').next()?;
    (!id.is_empty() && id != "new").then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_of_a_page_is_read_from_its_path_and_a_new_loop_has_none() {
        assert_eq!(loop_in_path("/loops/abc/events/e1"), Some("abc"));
        assert_eq!(loop_in_path("/loops/abc"), Some("abc"));
        for path in ["/loops", "/loops/", "/loops/new", "/news"] {
            assert_eq!(loop_in_path(path), None, "{path}");
        }
    }

    #[test]
    fn a_command_is_found_by_parts_of_its_words_in_any_order() {
        let command = Command::page("Demo newspaper", "", "/news");
        assert!(command.matches("") && command.matches("NEWS demo") && command.matches("paper"));
        assert!(!command.matches("news settings"));
    }

    #[test]
    fn no_two_pages_share_a_key() {
        let mut keys: Vec<String> = LOOP_PAGES.iter().map(|page| format!("g {}", page.key)).collect();
        keys.extend(PLACES.map(|place| place.keys.to_owned()));
        let n = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), n);
    }
}
