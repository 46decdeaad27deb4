//! The parts that pages are made of, each once. What needs no structure (buttons, cards, chips, tables) is a class in
//! `style/components.css` and has no component here.

mod code;
mod dialog;
mod field;
mod icon;
mod layout;
mod live_pill;
mod moment;
mod not_found;
mod states;
mod theme;
mod toast;

pub use code::{CodeBlock, CopyButton, SecretField};
pub use dialog::ConfirmDialog;
pub use field::{
    Choice, FormError, NumberField, PasswordField, SelectField, SubmitButton, SwitchField, TextAreaField, TextField,
};
pub use icon::{Icon, IconName, Logo};
pub use layout::{Breadcrumb, Card, Chip, Crumb, HealthText, ModeChip, PageHeader, StateChip, Tone};
pub use live_pill::{LivePill, LiveState};
pub use moment::{Moment, TimeText};
pub use not_found::NotFoundPage;
pub use states::{EmptyState, FailedState, Loaded, Skeleton};
pub use theme::ThemeSwitch;
pub use toast::{Toasts, provide_toasts, show_toast};
