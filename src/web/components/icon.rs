//! Icons, drawn in the colour of the text beside them. They decorate; the words say what is meant.

use leptos::prelude::*;

/// Which icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IconName {
    Check,
    Copy,
    Plus,
    Trash,
    Pencil,
    Undo,
    Warning,
    ArrowRight,
    Sun,
    Moon,
    System,
    Key,
    Close,
    Search,
    Info,
    Help,
    Down,
    Person,
    More,
    Pause,
    Play,
    Pin,
    Left,
    Right,
}

impl IconName {
    /// Strokes on a 16 by 16 grid.
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5l3.2 3.2L13 4.8",
            Self::Copy => "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Trash => "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4",
            Self::Pencil => "M10.5 3l2.5 2.5L5.5 13H3v-2.500z",
            Self::Undo => "M5.500 3L2.500 6l3 3M3 6h6a4 4 0 0 1 0 8H6",
            Self::Warning => "M8 2l6.500 11.500h-13zM8 6.500v3.200M8 11.600v.1",
            Self::ArrowRight => "M3 8h10M9 4l4 4-4 4",
            Self::Sun => {
                "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1.100 1.100M11.900 11.900L13 13M13 3l-1.100 1.100M4.100 11.900L3 13"
            }
            Self::Moon => "M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z",
            Self::System => "M1.500 3h13v8h-13zM5.500 14h5M8 11v3",
            Self::Key => "M10.500 2a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM8 8l-5.500 5.500M4 12l1.500 1.500",
            Self::Close => "M3.500 3.500l9 9M12.500 3.500l-9 9",
            Self::Search => "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.300 10.300L14 14",
            Self::Info => "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 7.300V11.300M8 4.700v.1",
            Self::Help => {
                "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM6 6.200a2 2 0 1 1 3 1.700c-.7.4-1 .8-1 1.500M8 11.600v.1"
            }
            Self::Down => "M4 6l4 4 4-4",
            Self::Person => {
                "M8 2.500a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zM2.500 14a5.500 5.500 0 0 1 11 0"
            }
            Self::More => "M3 8h.1M8 8h.1M13 8h.1",
            Self::Pause => "M5.500 3v10M10.500 3v10",
            Self::Play => "M4.500 2.800v10.400L13 8z",
            Self::Pin => "M5 2.500h6M6 2.500v4.500l-2 2.500h8l-2-2.500V2.500M8 9.500V14",
            Self::Left => "M10 3.500L5.500 8l4.500 4.500",
            Self::Right => "M6 3.500L10.500 8 6 12.500",
        }
    }
}

/// One icon.
#[component]
pub fn Icon(name: IconName) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=name.path()></path>
        </svg>
    }
}

/// The mark: a loop that ends as a rising line.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <span class="logo">
            <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
                <path class="logo__loop" d="M20 12a8 8 0 1 1-3.200-6.400"></path>
                <path class="logo__line" d="M7.500 14.500l3-3 2.500 2 6-7.500"></path>
            </svg>
            <span>"rankloop"</span>
        </span>
    }
}
