//! Around every page of the dashboard: the top bar, and the way to the sign-in page for those who are nobody yet.

use leptos::{either::Either, prelude::*};
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use crate::{
    terms::Role,
    web::{
        PageError,
        components::{Logo, ThemeSwitch},
        dashboard::sign_in::SignOut,
    },
};

/// Who is signed in, as pages know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub role: Role,
}

/// Who is asking.
#[server]
pub async fn load_person() -> Result<Person, PageError> {
    use crate::web::guard;
    let person = guard::require(Role::Viewer).await?;
    Ok(Person { name: person.name, role: person.role })
}

/// The top bar and the page below it.
///
/// The page does not wait for the person: its own calls are refused when nobody is signed in, and what a page asks for
/// must not be started below something that is itself awaited, where it could be thrown away half done.
#[component]
pub fn DashboardFrame() -> impl IntoView {
    let person = Resource::new_blocking(|| (), |()| load_person());
    let location = use_location();
    let sign_in = move || format!("/sign-in?next={}", location.pathname.get_untracked());
    let bar = move || {
        Suspend::new(async move {
            match person.await {
                Ok(person) => Either::Left(view! { <TopBar person=person/> }),
                Err(PageError::NotSignedIn) => Either::Right(Either::Left(view! { <Redirect path=sign_in()/> })),
                // The page below says what is wrong.
                Err(_) => Either::Right(Either::Right(view! { <div class="topbar"></div> })),
            }
        })
    };
    view! {
        <Transition fallback=|| view! { <div class="topbar"></div> }>{bar}</Transition>
        <main id="main" class="page"><Outlet/></main>
    }
}

#[component]
fn TopBar(person: Person) -> impl IntoView {
    let sign_out = ServerAction::<SignOut>::new();
    view! {
        <header class="topbar">
            <a href="/loops" class="topbar__home"><Logo/></a>
            <nav class="topbar__nav" aria-label="Main">
                <a href="/loops">"Loops"</a>
                <a href="/news">"Demo newspaper"</a>
            </nav>
            <div class="topbar__end">
                <ThemeSwitch/>
                <span class="topbar__person" title=person.role.as_str()>{person.name}</span>
                <ActionForm action=sign_out>
                    <button type="submit" class="button button--ghost">"Sign out"</button>
                </ActionForm>
            </div>
        </header>
    }
    .into_any()
}
