//! The server itself, for those who run it: people and their roles, the audit history, and how the server is.

mod audit;
mod people;
mod people_calls;
mod server;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

pub use audit::{AuditPage, AuditWords};
pub use people::PeoplePage;
pub use server::HealthPage;

use crate::{
    terms::Role,
    web::components::{Breadcrumb, Crumb},
};

/// The pages in the order of their tabs: words, path and whom they are for.
const PAGES: [(&str, &str, Role); 3] = [
    ("People", "/people", Role::Admin),
    ("Audit history", "/audit", Role::Admin),
    ("Server", "/server", Role::Analyst),
];

/// Which server this is about, and the ways between its pages.
#[component]
fn ServerHead(
    /// Of whoever looks.
    role: Role,
) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |(words, page, _): (&'static str, &'static str, Role)| {
        let current = move || path.with(|path| path == page).then_some("page");
        view! { <li><a href=page aria-current=current>{words}</a></li> }
    };
    let crumbs = vec![Crumb { text: "This server".into(), href: None }];
    view! {
        <div class="loop-head">
            <div class="row"><Breadcrumb crumbs=crumbs/></div>
            <nav class="tabs" aria-label="Pages about this server">
                <ul>{PAGES.into_iter().filter(|(_, _, least)| role >= *least).map(tab).collect_view()}</ul>
            </nav>
        </div>
    }
    .into_any()
}
