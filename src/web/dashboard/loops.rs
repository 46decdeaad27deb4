//! All loops, those that need attention first.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::snippets::{CallTarget, curl};
use crate::{
    reports::{HealthLevel, LoopRow},
    web::{
        PageError,
        components::{
            CodeBlock, EmptyState, HealthText, Icon, IconName, Loaded, ModeChip, Moment, PageHeader, TimeText,
        },
    },
};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopsView {
    pub rows: Vec<(LoopRow, Option<Moment>)>,
    pub base_url: String,
    pub may_create: bool,
}

/// Every loop of this server and how it is doing.
#[server]
pub async fn load_loops() -> Result<LoopsView, PageError> {
    use crate::{
        clock::Clock,
        loops::Loops,
        reports::loop_rows::loop_rows,
        terms::Role,
        web::{PublicUrl, guard, words},
    };
    let person = guard::require(Role::Viewer).await?;
    let now_us = expect_context::<Clock>().now_us();
    let with_moment = |row: LoopRow| {
        let moment = row.last_event_us.map(|at_us| words::moment(at_us, now_us));
        (row, moment)
    };
    Ok(LoopsView {
        rows: loop_rows(&expect_context::<Loops>()).into_iter().map(with_moment).collect(),
        base_url: expect_context::<PublicUrl>().0,
        may_create: person.role >= Role::Editor,
    })
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

type Row = (LoopRow, Option<Moment>);

/// Rates move slowly; a look every few seconds keeps the list true without a connection per loop.
fn refresh_now_and_then(rows: RwSignal<Vec<Row>>) {
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

fn sentence(rows: &[Row]) -> String {
    let n_wanting = rows.iter().filter(|(row, _)| row.health.level >= HealthLevel::Warning).count();
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
fn LoopTable(rows: RwSignal<Vec<Row>>) -> impl IntoView {
    let cells = move |first: Row| {
        let id = first.0.id.clone();
        let row = Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|(row, _)| row.id == id).cloned()).unwrap_or_else(|| first.clone())
        });
        view! { <LoopCells row=row/> }
    };
    view! {
        <section class="card card--flush">
            <table class="table table--cards">
                <caption class="visually-hidden">"Loops, those that need attention first"</caption>
                <thead><tr>
                    <th scope="col">"Loop"</th><th scope="col">"Mode"</th><th scope="col">"Health"</th>
                    <th scope="col" class="numeric" title="Over the last five minutes">"Events per minute"</th>
                    <th scope="col" class="numeric" title="Events of the last hour that have a reward so far">"Rewarded"</th>
                    <th scope="col">"Last event"</th>
                </tr></thead>
                <tbody><For each=move || rows.get() key=|(row, _)| row.id.clone() children=cells/></tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn LoopCells(row: Memo<Row>) -> impl IntoView {
    let rate = move || {
        row.with(|(row, _)| row.reward_rate.map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0)))
    };
    let last = move || match row.get().1 {
        Some(moment) => Either::Left(view! { <TimeText moment=moment/> }),
        None => Either::Right("never"),
    };
    view! {
        <tr>
            <th scope="row">
                <a class="loop-link" href=format!("/loops/{}", row.get_untracked().0.id)>{move || row.get().0.name}</a>
            </th>
            <td data-label="Mode">{move || view! { <ModeChip mode=row.get().0.mode/> }}</td>
            <td data-label="Health">{move || view! { <HealthText health=row.get().0.health/> }}</td>
            <td data-label="Events per minute" class="numeric">{move || format!("{:.1}", row.get().0.events_per_minute)}</td>
            <td data-label="Rewarded" class="numeric">{rate}</td>
            <td data-label="Last event" class="muted">{last}</td>
        </tr>
    }
}

#[component]
fn NoLoops(base_url: String, may_create: bool) -> impl IntoView {
    let target = CallTarget::without_key(format!("{base_url}/loops/YOUR_LOOP"));
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
