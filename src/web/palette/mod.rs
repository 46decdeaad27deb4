//! The way to everything by keyboard: the command palette on Ctrl-K or Cmd-K, keys for pages, and a sheet of them on `?`.
//!
//! It exists only once the browser half is awake. Before that, and without script, the link in the top bar leads to the
//! list of loops. What is seen of it is downloaded when it is first wanted; only the keys are listened to from the start.

mod commands;
mod dialog;
mod find;
mod keyboard;
mod sheet;

pub use commands::{Command, Does, PLACES, Palette, Place, offer_commands, provide_palette};
pub use keyboard::{is_typing, listen_to_keys, single_keys_are_on};
use leptos::{lazy, prelude::*};
pub use sheet::shortcut_list;

use dialog::PaletteDialog;
use sheet::ShortcutSheet;

/// Both dialogs, from when one of them is first opened; once, in the dashboard's frame.
#[component]
pub fn PaletteDialogs(palette: Palette) -> impl IntoView {
    let are_wanted = Memo::new(move |were_wanted: Option<&bool>| {
        were_wanted.copied().unwrap_or_default() || palette.is_open.get() || palette.is_sheet_open.get()
    });
    move || are_wanted.get().then(|| Suspend::new(palette_dialogs(palette)))
}

#[lazy]
fn palette_dialogs(palette: Palette) -> AnyView {
    view! {
        <PaletteDialog palette=palette/>
        <ShortcutSheet palette=palette/>
    }
    .into_any()
}
