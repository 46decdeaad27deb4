//! A chart with its list of series, its notes, the table behind it, and its files.

use leptos::{ev, prelude::*};

use super::{
    cursor::{ChartCursor, span_at, words_of},
    overlay::Overlay,
    png::save_png,
};
use crate::reports::{Chart, SeriesSlot, Table};

/// The picture comes from the server, whole. What a person reads off it by pointer or keys stands in the list of
/// series, in the places of the newest values.
#[component]
pub fn ChartCard(
    chart: Memo<Chart>,
    /// The address of its files without the ending, with a question mark and the range.
    #[prop(into)]
    files: Signal<(String, String)>,
    /// Controls beside the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let cursor = expect_context::<ChartCursor>();
    let (title, is_stacked) = chart.with_untracked(|chart| (chart.title.clone(), chart.data.is_stacked));
    let heading_id = chart.with_untracked(|chart| format!("{}-heading", chart.id));
    let labelled_by = heading_id.clone();
    let has_picture = Memo::new(move |_| chart.with(|chart| chart.picture.is_some()));
    let picture = move || chart.with(|chart| chart.picture.clone().unwrap_or_default());
    let hidden = RwSignal::new(Vec::new());
    let legend = move || chart.with(|chart| legend(chart, cursor.at_us.get(), hidden));
    let without = move || hidden.with(|hidden| style_without(hidden));
    let class = if is_stacked { "chart-card chart-card--stacked" } else { "chart-card" };
    view! {
        <section class="card" aria-labelledby=labelled_by>
            <div class="row row--between chart-card__head">
                <h2 class="card__title" id=heading_id>{title}</h2>
                {children.map(|children| children())}
            </div>
            <Show when=move || has_picture.get()
                fallback=move || view! { <p class="chart-empty">{move || chart.with(|chart| chart.summary.clone())}</p> }>
                <div class=class>
                    <div class="chart-legend">{legend}</div>
                    <div class="chart" style=without>
                        <div class="chart__picture" inner_html=picture></div>
                        <Overlay chart=chart cursor=cursor/>
                    </div>
                </div>
            </Show>
            <Foot chart=chart files=files/>
        </section>
    }
    .into_any()
}

/// Takes the colours of the hidden series away.
fn style_without(hidden: &[SeriesSlot]) -> String {
    hidden.iter().flat_map(|slot| slot.own_colours()).map(|colour| format!("{colour}: transparent;")).collect()
}

/// Swatch, name and value of each series: at the cursor, or the newest. Stacks are listed from the top. A curve is
/// hidden and shown by a press on its name.
fn legend(chart: &Chart, at_us: Option<i64>, hidden: RwSignal<Vec<SeriesSlot>>) -> AnyView {
    let span = at_us.and_then(|at_us| span_at(chart, at_us));
    let when = span.and_then(|span| words_of(chart, "From", span)).unwrap_or_else(|| "newest".to_owned());
    let mut items: Vec<AnyView> = chart
        .data
        .series
        .iter()
        .map(|series| {
            let value = span.and_then(|span| words_of(chart, &series.name, span));
            let value = value.unwrap_or_else(|| series.newest.clone());
            let name = if series.slot == SeriesSlot::Learned { "Learned policy, 95 % band" } else { &series.name };
            view! {
                <li><span class=series.slot.class()></span>{name_of(series.slot, name, hidden)}
                    <span class="chart-legend__value">{value}</span></li>
            }
            .into_any()
        })
        .collect();
    items.reverse();
    view! {
        <p class="chart-legend__when">{chart.data.unit.clone()}", "<span>{when}</span></p>
        <ul>{items}</ul>
    }
    .into_any()
}

fn name_of(slot: SeriesSlot, name: &str, hidden: RwSignal<Vec<SeriesSlot>>) -> AnyView {
    let name = name.to_owned();
    if slot.own_colours().is_empty() {
        return view! { <span class="chart-legend__name">{name}</span> }.into_any();
    }
    let toggle = move |_| {
        hidden.update(|hidden| match hidden.iter().position(|other| *other == slot) {
            Some(at) => drop(hidden.remove(at)),
            None => hidden.push(slot),
        });
    };
    let is_shown = move || (!hidden.with(|hidden| hidden.contains(&slot))).to_string();
    view! {
        <button type="button" class="chart-legend__name" aria-pressed=is_shown title="Hide or show this curve" on:click=toggle>
            {name}
        </button>
    }
    .into_any()
}

/// Notes, the table and the files of a chart.
#[component]
fn Foot(chart: Memo<Chart>, files: Signal<(String, String)>) -> impl IntoView {
    let id = chart.with_untracked(|chart| chart.id.clone());
    let of_png = id.clone();
    let png = move |_| {
        let href = files.with_untracked(|(path, search)| format!("{path}/{of_png}.svg{search}"));
        save_png(&href, format!("{of_png}.png"));
    };
    let file = move |ending: &'static str| {
        let id = id.clone();
        let href = move || files.with(|(path, search)| format!("{path}/{id}.{ending}{search}"));
        view! { <a class="chart-card__file" href=href download rel="external">{ending.to_uppercase()}</a> }.into_any()
    };
    // Why the end is shaded is told where it is seen; the rest stands with the table.
    let is_shaded = |chart: &Chart| !chart.data.is_stacked && chart.data.spans.last().is_some_and(|span| span.is_open);
    // For a moment between two spans none is open; what was said of the end stays, so that nothing moves.
    let shade = Memo::new(move |before: Option<&Option<String>>| {
        let before = before.cloned().flatten();
        chart
            .with(|chart| chart.notes.first().filter(|note| is_shaded(chart) || before.as_ref() == Some(note)).cloned())
    });
    let notes = move || chart.with(|chart| chart.notes[usize::from(shade.read().is_some())..].join(" "));
    view! {
        {move || shade.get().map(|words| view! { <p class="chart-note">"Shaded: "{words}</p> })}
        <div class="chart-card__foot">
            <TableBehind table=Signal::derive(move || chart.with(|chart| chart.table.clone())) notes=Signal::derive(notes)/>
            <span class="row chart-card__files"><span class="muted">"Download"</span>{file("svg")}
                <button type="button" class="chart-card__file" on:click=png>"PNG"</button>{file("csv")}</span>
        </div>
    }
    .into_any()
}

/// Closed it keeps what it had when it was closed: hundreds of cells need not change where nobody looks.
#[component]
fn TableBehind(table: Signal<Table>, notes: Signal<String>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let toggle = move |event: ev::Event| {
        let details = event_target::<web_sys::Element>(&event);
        is_open.set(details.has_attribute("open"));
    };
    let shown = move || if is_open.get() { table.get() } else { table.get_untracked() };
    view! {
        <details class="table-behind" on:toggle=toggle>
            <summary>"Table"</summary>
            <p class="chart-note">{notes}</p>
            <div class="table-behind__scroll" tabindex="0" role="region" aria-label="Table behind the chart">
                {move || plain_table(shown())}
            </div>
        </details>
    }
    .into_any()
}

fn plain_table(table: Table) -> AnyView {
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
