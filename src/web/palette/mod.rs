//! The way to everything by keyboard: the command palette on Ctrl-K or Cmd-K, keys for pages, and a sheet of them on `?`.
//!
//! It exists only once the browser half is awake. Before that, and without script, the link in the top bar leads to the
//! list of loops.

mod commands;
mod dialog;
mod find;
mod keyboard;
mod sheet;

pub use commands::{Command, Does, Palette, offer_commands, provide_palette};
pub use dialog::PaletteDialog;
pub use keyboard::listen_to_keys;
pub use sheet::{ShortcutSheet, shortcut_list};
