//! The parts that pages are made of, each once. What needs no structure (buttons, cards, chips) is a class in
//! `style/components/` and has no component here. `/styleguide` shows all of them.

mod code;
mod dialog;
mod drawer;
mod field;
mod figures;
mod filter;
mod icon;
mod layout;
mod live_pill;
mod moment;
mod not_found;
mod popover;
mod states;
mod table;
mod theme;
mod toast;
mod top_bar;
mod views;

pub use code::{CodeBlock, CopyButton, SecretField, copy_to_clipboard};
pub use dialog::ConfirmDialog;
pub use drawer::Drawer;
pub use field::{
    Choice, EnvironmentField, FormError, NumberField, PasswordField, SelectField, SubmitButton, SwitchField,
    TextAreaField, TextField,
};
pub use figures::{Checklist, ProgressBar, Stat, Step};
pub use filter::{FilterBar, Kbd};
pub use icon::{Icon, IconName, Logo};
pub use layout::{
    Banner, Breadcrumb, Card, Chip, Crumb, EnvironmentChip, HealthText, ModeButton, ModeChip, PageHeader, StateChip,
    Tone, show_page_top,
};
pub use live_pill::{LivePill, LiveState};
pub use moment::{Moment, TimeText};
pub use not_found::NotFoundPage;
pub use popover::{Menu, Term};
pub use states::{EmptyState, FailedState, Loaded, Skeleton};
pub use table::{Column, ColumnKind, TableFrame};
pub use theme::{THEMES, ThemeChoice, ThemeSwitch, provide_theme, use_theme};
pub use toast::{ToastAction, ToastNote, Toasts, provide_toasts, show_error, show_toast, show_toast_with};
pub use top_bar::{BarLink, HelpLink, MAIN_LINKS, TopBar};
pub use views::{View, Views};
