//! A chart with its sentence, its notes and the table behind it.

use leptos::{either::Either, prelude::*};

use crate::{
    reports::{Drawings, Table},
    web::components::Card,
};

/// The drawings come from the server; the style sheet shows the one that fits.
#[component]
pub fn ChartCard(
    #[prop(into)] title: String,
    drawings: Signal<Option<Drawings>>,
    table: Signal<Table>,
    summary: Signal<String>,
    notes: Signal<Vec<String>>,
) -> impl IntoView {
    let chart = move || match drawings.get() {
        Some(drawings) => {
            let svgs: String = drawings.drawings.into_iter().map(|drawing| drawing.svg).collect();
            Either::Left(view! { <div class="chart-frame" inner_html=svgs></div> })
        }
        None => Either::Right(view! { <p class="chart-empty">{summary.get()}</p> }),
    };
    view! {
        <Card title=title>
            {chart}
            {move || notes.get().into_iter().map(|note| view! { <p class="chart-note">{note}</p> }).collect_view()}
            <TableBehind table=table/>
        </Card>
    }
    .into_any()
}

/// Closed it keeps what it had when it was closed: hundreds of cells need not change where nobody looks.
#[component]
fn TableBehind(table: Signal<Table>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let toggle = move |event: leptos::ev::Event| {
        let details = event_target::<web_sys::Element>(&event);
        is_open.set(details.has_attribute("open"));
    };
    let shown = move || if is_open.get() { table.get() } else { table.get_untracked() };
    view! {
        <details class="table-behind" on:toggle=toggle>
            <summary>"Table"</summary>
            <div class="table-behind__scroll" tabindex="0" role="region" aria-label="Table behind the chart">
                {move || view! { <PlainTable table=shown()/> }}
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn PlainTable(table: Table) -> impl IntoView {
    let head = table.head.into_iter().map(|cell| view! { <th scope="col">{cell}</th> }).collect_view();
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let first = cells.next();
        view! {
            <tr><th scope="row">{first}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr>
        }
    };
    view! {
        <table class="table table--dense">
            <caption>{table.caption}</caption>
            <thead><tr>{head}</tr></thead>
            <tbody>{table.rows.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
