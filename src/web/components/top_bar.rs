//! The bar at the top of every page that is not the newspaper: the way home, the ways on, and help in the same place.

use leptos::prelude::*;

use super::{Icon, IconName, Logo};

/// The bar. The children stand at its end, before Help.
#[component]
pub fn TopBar(
    /// Where the logo leads, and what that is called.
    home: (&'static str, &'static str),
    /// Words and paths; of those that are wide only, there is no room on a phone.
    #[prop(optional)]
    links: Vec<BarLink>,
    /// Before Help.
    #[prop(optional)]
    before: Option<AnyView>,
    /// After Help.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (path, name) = home;
    let link = |link: BarLink| {
        let class = if link.is_wide { "topbar__wide" } else { "" };
        view! { <a href=link.path class=class>{link.words}</a> }
    };
    let nav = (!links.is_empty()).then(|| {
        let links = links.into_iter().map(link).collect_view();
        view! { <nav class="topbar__nav" aria-label="Main">{links}</nav> }
    });
    view! {
        <header class="topbar">
            <a href=path class="topbar__home" aria-label=name><Logo/></a>
            {nav}
            <div class="topbar__end">
                {before}
                <HelpLink/>
                {children.map(|children| children())}
            </div>
        </header>
    }
    .into_any()
}

/// A way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarLink {
    pub words: &'static str,
    pub path: &'static str,
    pub is_wide: bool,
}

/// Loops and the newspaper.
pub const MAIN_LINKS: [BarLink; 2] = [
    BarLink { words: "Loops", path: "/loops", is_wide: false },
    BarLink { words: "Demo newspaper", path: "/news", is_wide: true },
];

/// The page Help is the server's alone, so it is loaded as a whole.
#[component]
pub fn HelpLink() -> impl IntoView {
    view! {
        <a href="/help" class="button button--ghost" rel="external" aria-label="Help">
            <Icon name=IconName::Help/><span class="topbar__wide">"Help"</span>
        </a>
    }
    .into_any()
}
