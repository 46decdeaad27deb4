//! A chart with its list of series, its notes, the table behind it, and a cursor to read it by.

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::cursor::{ChartCursor, moment, percent_x, span_at, stepped, words_of};
use super::range::written;
use crate::reports::{Chart, ChartMark, SeriesSlot, Table};

/// A selection narrower than this part of the chart was a click.
const NARROWEST: f64 = 0.02;

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
    let legend = move || chart.with(|chart| legend(chart, cursor.at_us.get()));
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
                    <div class="chart">
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

/// Swatch, name and value of each series: at the cursor, or the newest. Stacks are listed from the top.
fn legend(chart: &Chart, at_us: Option<i64>) -> AnyView {
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
                <li><span class=series.slot.class()></span><span class="chart-legend__name">{name.to_owned()}</span>
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

/// What is laid over the plot: the line of the cursor with a dot on each series, and the span that is being chosen.
/// It takes the focus, so that the arrow keys read what the pointer does.
#[component]
fn Overlay(chart: Memo<Chart>, cursor: ChartCursor) -> impl IntoView {
    let (navigate, path) = (use_navigate(), use_location().pathname);
    let (is_awake, has_focus) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| is_awake.set(true));
    let under = move |event: &ev::PointerEvent| {
        let width = event_target::<web_sys::Element>(event).client_width();
        chart.with_untracked(|chart| moment(chart, f64::from(event.offset_x()) / f64::from(width.max(1))))
    };
    let on_move = move |event: ev::PointerEvent| cursor.at_us.set(Some(under(&event)));
    let on_down = move |event: ev::PointerEvent| {
        // A finger scrolls; it chooses a span by the fields for it.
        if event.pointer_type() == "mouse" && event.button() == 0 {
            cursor.begun_us.set(Some(under(&event)));
        }
    };
    let on_up = move |event: ev::PointerEvent| {
        let Some(begun_us) = cursor.begun_us.get_untracked() else { return };
        cursor.begun_us.set(None);
        let ends_us = [begun_us, under(&event)];
        let (from_us, to_us) = (ends_us[0].min(ends_us[1]), ends_us[0].max(ends_us[1]));
        let width_us = chart.with_untracked(|chart| chart.data.to_us - chart.data.from_us);
        if (to_us - from_us) as f64 > NARROWEST * width_us as f64 {
            let href = format!("{}?from={}&to={}", path.get_untracked(), written(from_us), written(to_us));
            navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    let on_leave = move |_| {
        cursor.at_us.set(None);
        cursor.begun_us.set(None);
    };
    let on_blur = move |_| {
        has_focus.set(false);
        cursor.at_us.set(None);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "Home" => i64::from(i32::MIN),
            "End" => i64::from(i32::MAX),
            "Escape" => return cursor.at_us.set(None),
            _ => return,
        };
        event.prevent_default();
        let now = cursor.at_us.get_untracked();
        cursor.at_us.set(chart.with_untracked(|chart| stepped(chart, now, step)));
    };
    let marked = move || chart.with(|chart| cursor.at_us.get().and_then(|at_us| near(chart, at_us)));
    view! {
        <div class="chart__overlay" tabindex=move || is_awake.get().then_some("0") role="group"
            aria-label=move || chart.with(|chart| format!("{}: read it with the arrow keys", chart.title))
            on:pointermove=on_move on:pointerdown=on_down on:pointerup=on_up on:pointerleave=on_leave
            on:keydown=on_key on:focus=move |_| has_focus.set(true) on:blur=on_blur>
            {move || chart.with(|chart| crosshair(chart, cursor.at_us.get(), cursor.begun_us.get()))}
            {move || marked().map(|mark| view! { <div class="chart__note">{mark_words(&mark)}</div> })}
            <span class="visually-hidden" aria-live="polite">{move || has_focus.get().then(|| spoken(chart, cursor))}</span>
        </div>
    }
    .into_any()
}

/// For those who hear it. Only the chart that has the focus speaks; a pointer alone would never be silent.
fn spoken(chart: Memo<Chart>, cursor: ChartCursor) -> String {
    let Some(at_us) = cursor.at_us.get() else { return String::new() };
    chart.with(|chart| {
        let Some(span) = span_at(chart, at_us) else { return String::new() };
        let part = |name: &str| words_of(chart, name, span).unwrap_or_default();
        let values = chart.data.series.iter().rev().map(|series| format!(", {} {}", series.name, part(&series.name)));
        format!("{}{}", part("From"), values.collect::<String>())
    })
}

fn crosshair(chart: &Chart, at_us: Option<i64>, begun_us: Option<i64>) -> AnyView {
    let Some(at_us) = at_us else { return ().into_any() };
    let percent = |value: f64| format!("{value:.2}%");
    let line = percent(percent_x(chart, at_us));
    let span = span_at(chart, at_us);
    let (low, high) = (chart.data.low, chart.data.high);
    let dot = |slot: SeriesSlot, span: usize, value: f64| {
        let x = percent(percent_x(chart, super::cursor::middle_us(chart, span)));
        let y = percent((1.0 - (value - low) / (high - low)) * 100.0);
        view! { <circle class=slot.class() cx=x cy=y r="4"/> }.into_any()
    };
    let dots: Vec<AnyView> = match span {
        Some(span) if !chart.data.is_stacked => {
            let points = chart.data.series.iter().filter_map(|one| Some((one.slot, one.points.get(span).copied()??)));
            points.map(|(slot, it)| dot(slot, span, it.value)).collect()
        }
        _ => Vec::new(),
    };
    let chosen = begun_us.map(|begun_us| {
        let ends = [percent_x(chart, begun_us), percent_x(chart, at_us)];
        let (left, right) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        view! { <rect class="chart__chosen" x=percent(left) y="0" width=percent(right - left) height="100%"/> }
    });
    view! {
        <svg class="chart__cursor" aria-hidden="true">
            {chosen}<line x1=line.clone() x2=line y1="0" y2="100%"/>{dots}
        </svg>
    }
    .into_any()
}

/// The newest moment within a hundredth of the width.
fn near(chart: &Chart, at_us: i64) -> Option<ChartMark> {
    let reach_us = (chart.data.to_us - chart.data.from_us) / 100;
    chart.data.annotations.iter().rfind(|mark| (mark.at_us - at_us).abs() <= reach_us).cloned()
}

fn mark_words(mark: &ChartMark) -> String {
    let by = if mark.by.is_empty() { String::new() } else { format!(" by {}", mark.by) };
    let changes: String = mark.changes.iter().map(|change| format!(" · {change}")).collect();
    format!("{} · {}{by}, {}{changes}", mark.letter, mark.words, mark.when)
}

/// Notes, the table and the files of a chart.
#[component]
fn Foot(chart: Memo<Chart>, files: Signal<(String, String)>) -> impl IntoView {
    let id = chart.with_untracked(|chart| chart.id.clone());
    let file = move |ending: &'static str| {
        let id = id.clone();
        let href = move || files.with(|(path, search)| format!("{path}/{id}.{ending}{search}"));
        view! { <a class="chart-card__file" href=href download rel="external">{ending.to_uppercase()}</a> }.into_any()
    };
    let notes = move || chart.with(|chart| chart.notes.join(" "));
    view! {
        <div class="chart-card__foot">
            <TableBehind table=Signal::derive(move || chart.with(|chart| chart.table.clone())) notes=Signal::derive(notes)/>
            <span class="row chart-card__files"><span class="muted">"Download"</span>{file("svg")}{file("csv")}</span>
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

/// The moments that the charts mark, the newest first: what a letter stands for.
#[component]
pub fn ChangeList(marks: Signal<Vec<ChartMark>>) -> impl IntoView {
    let one = |mark: ChartMark| {
        let changes = mark.changes.into_iter().map(|change| view! { <li>{change}</li> }).collect_view();
        let (id, class) = (format!("change-{}", mark.letter), format!("change__letter mark--{}", mark.kind));
        view! {
            <li class="change" id=id>
                <span class=class aria-hidden="true">{mark.letter}</span>
                <div>
                    <p class="change__words">{mark.words}</p>
                    <ul class="change__diff">{changes}</ul>
                    <p class="change__who">{mark.when}{(!mark.by.is_empty()).then(|| format!(", by {}", mark.by))}</p>
                </div>
            </li>
        }
        .into_any()
    };
    let list = move || marks.get().into_iter().rev().map(one).collect_view();
    view! {
        <Show when=move || marks.with(|marks| !marks.is_empty())>
            <section class="card" id="changes">
                <h2 class="card__title">"What changed"</h2>
                <ul class="changes">{list}</ul>
            </section>
        </Show>
    }
    .into_any()
}
