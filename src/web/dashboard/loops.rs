//! All loops, those that need attention first.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::snippets::{CallTarget, curl};
use crate::{
    reports::{HealthLevel, LoopRow, Share},
    web::{
        PageError,
        components::{CodeBlock, EmptyState, HealthText, Icon, IconName, Loaded, ModeChip, PageHeader},
    },
};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopsView {
    pub rows: Vec<LoopRow>,
    pub base_url: String,
    pub may_create: bool,
}

/// Every loop of this server and how it is doing.
#[server]
pub async fn load_loops() -> Result<LoopsView, PageError> {
    use crate::{
        loops::Loops,
        reports::ask::loop_rows,
        terms::Role,
        web::{PublicUrl, guard},
    };
    let person = guard::require(Role::Viewer).await?;
    let mut rows = loop_rows(&guard::given::<Loops>()?);
    // The sort is stable: within a level the loops stay in the order of their names.
    rows.sort_by_key(|row| std::cmp::Reverse(row.health.level));
    Ok(LoopsView { rows, base_url: guard::given::<PublicUrl>()?.0, may_create: person.role >= Role::Editor })
}

/// `/loops`
#[component]
pub fn LoopsPage() -> impl IntoView {
    let loops = Resource::new(|| (), |()| load_loops());
    view! {
        <Title text="Loops"/>
        <Loaded resource=loops view=|view| view! { <LoopList view=view/> }/>
    }
}

/// Rates move slowly; a look every few seconds keeps the list true without a connection per loop.
fn refresh_now_and_then(rows: RwSignal<Vec<LoopRow>>) {
    const EVERY: std::time::Duration = std::time::Duration::from_secs(5);
    let load = move || {
        if document().hidden() {
            return;
        }
        leptos::task::spawn_local(async move {
            // A look that fails changes nothing: the times in the list go on telling how old it is.
            if let (Ok(view), Some(mut shown)) = (load_loops().await, rows.try_write()) {
                *shown = view.rows;
            }
        });
    };
    Effect::new(move |_| {
        let timer = set_interval_with_handle(load, EVERY);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
}

#[component]
fn LoopList(view: LoopsView) -> impl IntoView {
    let LoopsView { rows, base_url, may_create } = view;
    let has_rows = !rows.is_empty();
    let rows = RwSignal::new(rows);
    refresh_now_and_then(rows);
    view! {
        <PageHeader title="Loops" sentence=Signal::derive(move || rows.with(|rows| sentence(rows)))>
            {(may_create && has_rows).then(|| view! {
                <a class="button button--primary" href="/loops/new"><Icon name=IconName::Plus/>"New loop"</a>
            })}
        </PageHeader>
        {if has_rows {
            Either::Left(view! { <LoopTable rows=rows/> })
        } else {
            Either::Right(view! { <NoLoops base_url=base_url may_create=may_create/> })
        }}
    }
}

fn sentence(rows: &[LoopRow]) -> String {
    let n_wanting = rows.iter().filter(|row| row.health.level >= HealthLevel::Attention).count();
    match (rows.len(), n_wanting) {
        (0, _) => String::new(),
        (_, 0) => "Nothing needs your attention.".to_owned(),
        (_, 1) => "One loop needs your attention.".to_owned(),
        (_, n) => format!("{n} loops need your attention."),
    }
}

/// Rows are told apart by loop: newer numbers change the text of a cell, not the link that somebody has under the
/// finger or the focus.
#[component]
fn LoopTable(rows: RwSignal<Vec<LoopRow>>) -> impl IntoView {
    let cells = move |first: LoopRow| {
        let id = first.id.clone();
        let row = Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|row| row.id == id).cloned()).unwrap_or_else(|| first.clone())
        });
        view! { <LoopCells row=row/> }
    };
    view! {
        <section class="card card--flush">
            <table class="table table--cards">
                <caption class="visually-hidden">"Loops, those that need attention first"</caption>
                <thead><tr>
                    <th scope="col">"Loop"</th><th scope="col">"Mode"</th><th scope="col">"Health"</th>
                    <th scope="col">"Mean reward, last day"</th>
                    <th scope="col" class="numeric" title="Over the last five minutes">"Events per minute"</th>
                    <th scope="col" class="numeric" title="Of the last day's events whose wait time is over">"Rewarded"</th>
                    <th scope="col">"Last event"</th>
                </tr></thead>
                <tbody><For each=move || rows.get() key=|row| row.id.clone() children=cells/></tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn LoopCells(row: Memo<LoopRow>) -> impl IntoView {
    let rate = move || row.get().reward_rate.map_or("–".to_owned(), Share::percent);
    view! {
        <tr>
            <th scope="row">
                <a class="loop-link" href=format!("/loops/{}", row.get_untracked().id)>{move || row.get().name}</a>
            </th>
            <td data-label="Mode">{move || view! { <ModeChip mode=row.get().mode/> }}</td>
            <td data-label="Health">{move || view! { <HealthText health=row.get().health/> }}</td>
            <td data-label="Mean reward, last day">
                <span class="sparkline" inner_html=move || row.get().sparkline.unwrap_or_default()></span>
            </td>
            <td data-label="Events per minute" class="numeric">{move || row.get().events_per_minute_words}</td>
            <td data-label="Rewarded" class="numeric">{rate}</td>
            <td data-label="Last event" class="muted">{move || row.get().last_event}</td>
        </tr>
    }
}

#[component]
fn NoLoops(base_url: String, may_create: bool) -> impl IntoView {
    let target = CallTarget::without_key(format!("{base_url}/loops/YOUR_LOOP"), false);
    view! {
        <EmptyState title="Your first loop is three fields away">
            <p class="muted">
                "A loop learns one decision: which story leads, which banner shows, which offer comes first. "
                "Make one, and it answers calls like these at once."
            </p>
            {may_create.then(|| view! {
                <a class="button button--primary" href="/loops/new"><Icon name=IconName::Plus/>"New loop"</a>
            })}
            <CodeBlock title="A Rank and its Reward" code=curl(&target)/>
        </EmptyState>
    }
    .into_any()
}
