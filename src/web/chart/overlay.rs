//! What is laid over a plot to read it by: a line under the pointer or the keys, the same on every chart of the page.

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{
    cursor::{ChartCursor, middle_us, moment, percent_x, span_at, stepped, words_of},
    range::written,
};
use crate::reports::{Chart, ChartMark, SeriesSlot};

/// A selection narrower than this part of the chart was a click.
const NARROWEST: f64 = 0.02;

/// The line of the cursor with a dot on each series, and the span that is being chosen. It takes the focus, so that the
/// arrow keys read what the pointer does.
#[component]
pub fn Overlay(chart: Memo<Chart>, cursor: ChartCursor) -> impl IntoView {
    let (navigate, path) = (use_navigate(), use_location().pathname);
    let (is_awake, has_focus) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| is_awake.set(true));
    let on_move = move |event: ev::PointerEvent| cursor.at_us.set(Some(under(chart, &event)));
    let on_down = move |event: ev::PointerEvent| {
        // A finger scrolls; it chooses a span by the fields for it.
        if event.pointer_type() == "mouse" && event.button() == 0 {
            cursor.begun_us.set(Some(under(chart, &event)));
        }
    };
    let on_up = move |event: ev::PointerEvent| {
        let chosen = cursor.begun_us.get_untracked().and_then(|begun| chosen(chart, begun, under(chart, &event)));
        cursor.begun_us.set(None);
        if let Some((from_us, to_us)) = chosen {
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
    let marked = move || chart.with(|chart| cursor.at_us.get().and_then(|at_us| near(chart, at_us)));
    view! {
        <div class="chart__overlay" tabindex=move || is_awake.get().then_some("0") role="group"
            aria-label=move || chart.with(|chart| format!("{}: read it with the arrow keys", chart.title))
            on:pointermove=on_move on:pointerdown=on_down on:pointerup=on_up on:pointerleave=on_leave
            on:keydown=move |event| on_key(chart, cursor, &event)
            on:focus=move |_| has_focus.set(true) on:blur=on_blur>
            {move || chart.with(|chart| crosshair(chart, cursor.at_us.get(), cursor.begun_us.get()))}
            {move || marked().map(|mark| view! { <div class="chart__note">{mark_words(&mark)}</div> })}
            <span class="visually-hidden" aria-live="polite">
                {move || has_focus.get().then(|| spoken(chart, cursor))}
            </span>
        </div>
    }
    .into_any()
}

/// The moment under the pointer.
fn under(chart: Memo<Chart>, event: &ev::PointerEvent) -> i64 {
    let width = event_target::<web_sys::Element>(event).client_width();
    chart.with_untracked(|chart| moment(chart, f64::from(event.offset_x()) / f64::from(width.max(1))))
}

/// From and to of a selection, however it was drawn; `None` of a click.
fn chosen(chart: Memo<Chart>, begun_us: i64, ended_us: i64) -> Option<(i64, i64)> {
    let (from_us, to_us) = (begun_us.min(ended_us), begun_us.max(ended_us));
    let width_us = chart.with_untracked(|chart| chart.data.to_us - chart.data.from_us);
    ((to_us - from_us) as f64 > NARROWEST * width_us as f64).then_some((from_us, to_us))
}

fn on_key(chart: Memo<Chart>, cursor: ChartCursor, event: &ev::KeyboardEvent) {
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
        let x = percent(percent_x(chart, middle_us(chart, span)));
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
