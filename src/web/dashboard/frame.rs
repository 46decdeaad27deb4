//! Around every page of the dashboard: the top bar, and the way to the sign-in page for those who are nobody yet.

use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use crate::{
    terms::Role,
    web::{
        PageError,
        chart::range_query,
        components::{BarLink, Icon, IconName, Kbd, MAIN_LINKS, Menu, ThemeSwitch, TopBar},
        dashboard::sign_in::SignOut,
        palette::{PLACES, Palette, PaletteDialogs, listen_to_keys, provide_palette},
    },
};

/// Who is signed in, as pages know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub role: Role,
    /// The time zone in which pages tell times.
    pub zone: String,
    /// The other one that they could be told in, by its address and its name.
    pub other_zone: Option<(String, String)>,
}

/// Who is asking.
#[server]
pub async fn load_person() -> Result<Person, PageError> {
    use crate::web::{guard, zone};
    let (zone, other_zone) = (zone::zone().name().to_owned(), zone::other_zone());
    let person = guard::require(Role::Viewer).await?;
    Ok(Person { name: person.name, role: person.role, zone, other_zone })
}

/// The top bar and the page below it.
///
/// The page does not wait for the person: its own calls are refused when nobody is signed in, and what a page asks for
/// must not be started below something that is itself awaited, where it could be thrown away half done.
#[component]
pub fn DashboardFrame() -> impl IntoView {
    let person = Resource::new_blocking(|| (), |()| load_person());
    let location = use_location();
    let palette = provide_palette();
    listen_to_keys(palette);
    let sign_in = move || format!("/sign-in?next={}", location.pathname.get_untracked());
    let bar = move || {
        Suspend::new(async move {
            match person.await {
                Ok(person) => Either::Left({
                    palette.role.set(Some(person.role));
                    view! { <PersonBar person=person palette=palette/> }
                }),
                Err(PageError::NotSignedIn) => Either::Right(Either::Left(view! { <Redirect path=sign_in()/> })),
                // The page below says what is wrong.
                Err(_) => Either::Right(Either::Right(view! { <div class="topbar"></div> })),
            }
        })
    };
    view! {
        <Transition fallback=|| view! { <div class="topbar"></div> }>{bar}</Transition>
        <main id="main" class="page"><Outlet/></main>
        <PaletteDialogs palette=palette/>
    }
}

/// One row at every width: where words have no room, their icons say it.
#[component]
fn PersonBar(person: Person, palette: Palette) -> impl IntoView {
    let jump = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        palette.is_open.set(true);
    };
    let search = view! {
        <a href="/loops" class="button jump" aria-label="Go to or do anything" aria-keyshortcuts="Control+K" on:click=jump>
            <Icon name=IconName::Search/><span class="jump__words">"Go to …"</span><Kbd keys="Ctrl K"/>
        </a>
    };
    let mut links = MAIN_LINKS.to_vec();
    // Who may see one of the pages about the server is led to the first that they may see.
    links.extend(server_places(person.role).first().map(|(_, path)| BarLink { words: "Server", path, is_wide: true }));
    view! {
        <TopBar home=("/loops", "rankloop, all loops") links=links before=search.into_any()>
            <AccountMenu person=person palette=palette/>
        </TopBar>
    }
    .into_any()
}

/// Which zone times are told in, and the way to the other: UTC, or the browser's own. A link that the server answers.
#[component]
fn ZoneChoice(zone: String, other: Option<(String, String)>) -> impl IntoView {
    let location = use_location();
    let link = move |(choice, name): (String, String)| {
        let href = move || {
            let here = format!("{}{}", location.pathname.get(), range_query(&location.query.read()));
            format!("/time-zone/{choice}?back={}", here.replace('?', "%3F").replace('&', "%26"))
        };
        view! { <a class="menu__item" rel="external" href=href>"Show times in "{name}</a> }
    };
    view! { <p class="menu__note">"Times in "<strong>{zone}</strong></p>{other.map(link)} }.into_any()
}

/// The pages about the server that somebody of this role may see: words and path.
fn server_places(role: Role) -> Vec<(&'static str, &'static str)> {
    PLACES
        .iter()
        .filter(|place| place.is_of_server && role >= place.least)
        .map(|place| (place.words, place.path))
        .collect()
}

#[component]
fn AccountMenu(person: Person, palette: Palette) -> impl IntoView {
    let name = person.name.clone();
    let places = server_places(person.role);
    let button = move || {
        view! {
            <Icon name=IconName::Person/><span class="topbar__person">{name.clone()}</span><Icon name=IconName::Down/>
        }
        .into_any()
    };
    view! {
        <Menu id="account" class="button button--ghost" label=format!("Account of {}", person.name) button=button>
            <p class="menu__note">"Signed in as "<strong>{person.name.clone()}</strong>", "{person.role.as_str()}</p>
            <div class="theme-row"><span>"Theme"</span><ThemeSwitch/></div>
            <ZoneChoice zone=person.zone.clone() other=person.other_zone.clone()/>
            <div class="menu__line"></div>
            <button type="button" class="menu__item" on:click=move |_| palette.is_sheet_open.set(true)>
                "Keyboard shortcuts"<Kbd keys="?"/>
            </button>
            <a class="menu__item" href="/news">"Demo newspaper"</a>
            <a class="menu__item" href="/loops?getting-started">"First steps"</a>
            {places.into_iter().map(|(words, path)| view! { <a class="menu__item" href=path>{words}</a> }).collect_view()}
            <div class="menu__line"></div>
            // A plain form: nothing that this page holds may outlast it, and every page loads this code.
            <form method="post" action=SignOut::url()>
                <button type="submit" class="menu__item">"Sign out"</button>
            </form>
        </Menu>
    }
    .into_any()
}
