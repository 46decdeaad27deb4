//! Around every page of one loop: its name, its mode, and the ways to its other pages and to other loops.

use leptos::{html, prelude::*};
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_query_map},
};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    current_loop_id,
    pausing::{PauseButton, pause_command},
};
use crate::{
    terms::{Environment, LearningMode, Role},
    web::{
        PageError,
        chart::range_query,
        components::{Breadcrumb, Crumb, EnvironmentChip, Icon, IconName, Loaded, Menu, ModeButton, copy_to_clipboard},
        palette::{Command, offer_commands},
    },
};

/// A page of a loop, as the tabs, the command palette and the keys know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoopPage {
    pub words: &'static str,
    /// Below `/loops/{id}`.
    pub path: &'static str,
    /// `g` and this key lead there.
    pub key: char,
    /// Whom it is for.
    pub least: Role,
}

const fn page(words: &'static str, path: &'static str, key: char) -> LoopPage {
    LoopPage { words, path, key, least: Role::Viewer }
}

/// A page with single events on it.
const fn for_analysts(words: &'static str, path: &'static str, key: char) -> LoopPage {
    LoopPage { words, path, key, least: Role::Analyst }
}

/// The pages of a loop in the order of the tabs: a new page is a line here and a route in `app.rs`.
pub const LOOP_PAGES: &[LoopPage] = &[
    page("Overview", "", 'o'),
    for_analysts("Events", "/events", 'e'),
    for_analysts("Playground", "/playground", 'p'),
    page("Actions", "/actions", 'a'),
    page("Features", "/features", 'f'),
    page("Evaluations", "/evaluations", 'v'),
    page("Experiments", "/experiments", 'x'),
    page("Models", "/models", 'm'),
    page("Settings", "/settings", 's'),
    page("Keys", "/keys", 'k'),
];

/// What every page of a loop shows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopHeader {
    pub id: String,
    pub name: String,
    pub environment: Environment,
    pub mode: LearningMode,
    /// While a new model is trained from the log: how much of it is done, in percent.
    pub relearning_percent: Option<u32>,
    pub is_paused: bool,
    /// Loops to switch to: ids and names.
    pub others: Vec<(String, String)>,
    /// Of whoever looks.
    pub role: Role,
}

/// Name and mode of a loop, and which others there are.
#[server]
pub async fn load_loop_header(id: String) -> Result<LoopHeader, PageError> {
    use crate::{loops::Loops, web::guard};
    /// More are on the page of all loops.
    const MOST_OTHERS: usize = 12;
    // Taken before anything is awaited: see `guard::given`.
    let loops = guard::given::<Loops>()?;
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    let others = loops.list().into_iter().filter(|other| other.id() != live.id()).take(MOST_OTHERS);
    Ok(LoopHeader {
        name: live.name(),
        environment: live.environment(),
        mode: live.configuration().learning_mode,
        relearning_percent: live.relearning().map(|share| (share * 100.0) as u32),
        is_paused: live.is_paused(),
        role: person.role,
        others: others.map(|other| (other.id().to_string(), other.name())).collect(),
        id,
    })
}

/// Makes the header of the loop pages load anew, after its name or mode changed.
#[derive(Debug, Clone, Copy)]
pub struct HeaderRefresh(RwSignal<u32>);

impl HeaderRefresh {
    pub fn notify(self) {
        self.0.update(|n| *n = n.wrapping_add(1));
    }
}

/// The loop's header and the page below it. Pages find `Signal<Option<LoopHeader>>` nowhere: they load their own data.
#[component]
pub fn LoopFrame() -> impl IntoView {
    let id = current_loop_id();
    let refresh = HeaderRefresh(RwSignal::new(0));
    provide_context(refresh);
    let header = Resource::new_blocking(move || (id.get(), refresh.0.get()), |(id, _)| load_loop_header(id));
    view! {
        <Loaded resource=header lines=2 title="Loop" view=|header| view! { <LoopHead header=header/> }/>
        <Outlet/>
    }
}

#[component]
fn LoopHead(header: LoopHeader) -> impl IntoView {
    let LoopHeader { id, name, environment, mode, relearning_percent, is_paused, others, role } = header;
    let paused = id.clone();
    let copied = id.clone();
    let copy_id = Callback::new(move |()| {
        copy_to_clipboard(&copied);
    });
    let mut commands = vec![Command::action("Copy this loop’s id", copy_id)];
    if role >= Role::Editor {
        commands.push(pause_command(is_paused));
    }
    offer_commands(commands);
    let crumbs = vec![Crumb { text: "Loops".into(), href: Some("/loops".into()) }, Crumb { text: name, href: None }];
    view! {
        <div class="loop-head">
            <div class="row">
                <Breadcrumb crumbs=crumbs/>
                {(!others.is_empty()).then(|| view! { <LoopSwitch others=others/> })}
                <EnvironmentChip environment=environment/>
                <ModeButton mode=mode/>
                {(role >= Role::Editor).then(|| view! { <PauseButton id=paused is_paused=is_paused/> })}
                {relearning_percent.map(|percent| view! {
                    <span class="chip chip--accent">"Relearning: "{percent}" % done"</span>
                })}
            </div>
            <LoopTabs base=format!("/loops/{id}") role=role/>
        </div>
    }
    .into_any()
}

/// The same page of another loop.
#[component]
fn LoopSwitch(others: Vec<(String, String)>) -> impl IntoView {
    let path = use_location().pathname;
    let link = move |(id, name): (String, String)| {
        let href = move || format!("/loops/{id}{}", path.with(|path| page_of(path).path));
        view! { <a class="menu__item" href=href>{name}</a> }
    };
    view! {
        <Menu id="loop-switch" class="button button--ghost button--icon loop-switch" label="Switch to another loop" at_start=true
            button=|| view! { <Icon name=IconName::Down/> }>
            {others.into_iter().map(link).collect_view()}
            <div class="menu__line"></div>
            <a class="menu__item" href="/loops">"All loops"</a>
        </Menu>
    }
    .into_any()
}

/// Which of the pages a path leads to or below; the first for everything that is none of them.
fn page_of(path: &str) -> LoopPage {
    let below = path.strip_prefix("/loops/").and_then(|rest| rest.split_once('/')).map_or("", |(_, below)| below);
    let name = below.split('/').next().unwrap_or_default();
    LOOP_PAGES.iter().find(|page| page.path.trim_start_matches('/') == name).copied().unwrap_or(LOOP_PAGES[0])
}

#[component]
fn LoopTabs(base: String, role: Role) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    let path = use_location().pathname;
    // Where they do not fit they scroll, and the one that is open is brought into sight.
    Effect::new(move |_| {
        path.track();
        request_animation_frame(move || {
            if let Some(Some(list)) = list.try_get_untracked() {
                show_current(&list);
            }
        });
    });
    let (query, path_now) = (use_query_map(), path);
    let tab = |page: &'static LoopPage| {
        // The range of the charts goes along: whoever comes back looks at the same hours.
        let path = format!("{base}{}", page.path);
        let href = move || format!("{path}{}", range_query(&query.read()));
        let current = move || path_now.with(|path| page_of(path).path == page.path).then_some("page");
        view! { <li><a href=href aria-current=current>{page.words}</a></li> }
    };
    view! {
        <nav class="tabs" aria-label="Pages of this loop">
            <ul node_ref=list>{LOOP_PAGES.iter().filter(|page| role >= page.least).map(tab).collect_view()}</ul>
        </nav>
    }
    .into_any()
}

/// With a part of its neighbours, so that it is seen that there are some.
fn show_current(list: &HtmlElement) {
    const NEIGHBOUR: i32 = 56;
    let current = list.query_selector("[aria-current]").ok().flatten();
    let Some(current) = current.and_then(|current| current.dyn_into::<HtmlElement>().ok()) else { return };
    let (start, end) = (current.offset_left(), current.offset_left() + current.offset_width());
    if start - NEIGHBOUR < list.scroll_left() {
        list.set_scroll_left(start - NEIGHBOUR);
    } else if end + NEIGHBOUR > list.scroll_left() + list.client_width() {
        list.set_scroll_left(end + NEIGHBOUR - list.client_width());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_of_loops_stays_on_the_page_but_not_on_what_the_other_loop_does_not_have() {
        assert_eq!(page_of("/loops/a/settings").path, "/settings");
        assert_eq!(page_of("/loops/a/events/some-event").path, "/events");
        assert_eq!(page_of("/loops/a").path, "");
        assert_eq!(page_of("/loops/a/elsewhere").path, "");
    }
}
