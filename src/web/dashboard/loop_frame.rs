//! Around every page of one loop: its name, its mode, and the way to its other pages.

use leptos::prelude::*;
use leptos_router::components::{A, Outlet};
use serde::{Deserialize, Serialize};

use super::current_loop_id;
use crate::{
    terms::LearningMode,
    web::{
        PageError,
        components::{Breadcrumb, Crumb, Loaded, ModeChip},
    },
};

/// What every page of a loop shows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopHeader {
    pub id: String,
    pub name: String,
    pub mode: LearningMode,
    /// While a new model is trained from the log: how much of it is done, in percent.
    pub relearning_percent: Option<u32>,
}

/// Name and mode of a loop.
#[server]
pub async fn load_loop_header(id: String) -> Result<LoopHeader, PageError> {
    use crate::{terms::Role, web::guard};
    let (_, live) = guard::require_loop(Role::Viewer, &id).await?;
    Ok(LoopHeader {
        name: live.name(),
        mode: live.configuration().learning_mode,
        relearning_percent: live.relearning().map(|share| (share * 100.0) as u32),
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
        <Loaded resource=header lines=2 view=|header| view! { <LoopHead header=header/> }/>
        <Outlet/>
    }
}

#[component]
fn LoopHead(header: LoopHeader) -> impl IntoView {
    let crumbs =
        vec![Crumb { text: "Loops".into(), href: Some("/loops".into()) }, Crumb { text: header.name, href: None }];
    let base = format!("/loops/{}", header.id);
    let tab = |name: &'static str, path: &str| {
        let href = format!("{base}{path}");
        let is_first = path.is_empty();
        view! { <li><A href=href exact=is_first>{name}</A></li> }
    };
    view! {
        <div class="loop-head">
            <div class="row">
                <Breadcrumb crumbs=crumbs/>
                <ModeChip mode=header.mode/>
                {header.relearning_percent.map(|percent| view! {
                    <span class="chip chip--accent">"Relearning: "{percent}" % done"</span>
                })}
            </div>
            <nav class="tabs" aria-label="Pages of this loop">
                <ul>
                    {tab("Overview", "")}
                    {tab("Events", "/events")}
                    {tab("Playground", "/playground")}
                    {tab("Actions", "/actions")}
                    {tab("Features", "/features")}
                    {tab("Evaluations", "/evaluations")}
                    {tab("Settings", "/settings")}
                    {tab("Keys", "/keys")}
                </ul>
            </nav>
        </div>
    }
}
