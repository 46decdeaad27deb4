//! When each action is valid, as bars over days. Drawn by the server; the dates stand beside in words.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The days that are shown, and what is valid on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    pub span: CalendarSpan,
    /// "16 Nov 2026 to 20 Dec 2026"
    pub words: String,
    /// The first days of the neighbouring spans, as addresses have them.
    pub previous: String,
    pub next: String,
    pub days: Vec<CalendarDay>,
    /// Where now is, from 0 at the left to 1.
    pub now: Option<f32>,
    pub rows: Vec<CalendarRow>,
}

/// How many days are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CalendarSpan {
    Week,
    #[default]
    Month,
}

impl CalendarSpan {
    /// Whole weeks, so that weekdays stay in their columns.
    pub fn n_days(self) -> i64 {
        match self {
            Self::Week => 7,
            Self::Month => 35,
        }
    }

    /// Its word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    pub fn parse(word: &str) -> Self {
        if word == "week" { Self::Week } else { Self::Month }
    }
}

/// One day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalendarDay {
    pub number: String,
    /// Where one begins.
    pub month: Option<String>,
    pub is_today: bool,
    pub is_weekend: bool,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalendarRow {
    pub id: String,
    pub title: Option<String>,
    /// "2026-11-21 18:00 to 2026-11-24 06:00"
    pub words: String,
    /// From and to as shares of the width; `None` where nothing of it is in sight.
    pub bar: Option<(f32, f32)>,
    /// Neither end is set.
    pub is_always: bool,
}

/// The bars.
#[component]
pub fn Schedule(calendar: Calendar, zone: String, base: String) -> impl IntoView {
    let Calendar { span, words, previous, next, days, now, rows } = calendar;
    let link = |span: CalendarSpan, start: Option<&str>| {
        let start = start.map_or_else(String::new, |start| format!("&start={start}"));
        format!("{base}?view=calendar&span={}{start}", span.as_str())
    };
    let choice = |one: CalendarSpan, label: &'static str| {
        let current = (one == span).then_some("true");
        view! { <a class="segmented__item" href=link(one, None) aria-current=current>{label}</a> }
    };
    let day = |day: &CalendarDay| {
        let month = day.month.clone().map(|month| view! { <span class="calendar__month">{month}</span> });
        view! { <span class:calendar__today=day.is_today>{month}{day.number.clone()}</span> }
    };
    let row = |row: CalendarRow| {
        let name = row.title.clone().unwrap_or_else(|| row.id.clone());
        view! {
            <tr>
                <th scope="row"><span class="action__title">{name}</span><span class="action__dates">{row.words.clone()}</span></th>
                <td>{track(&days, row.bar, row.is_always, now)}</td>
            </tr>
        }
    };
    view! {
        <div class="row row--between calendar__bar">
            <div class="row">
                <a class="button button--small" href=link(span, Some(&previous)) aria-label="Earlier">"←"</a>
                <a class="button button--small" href=link(span, Some(&next)) aria-label="Later">"→"</a>
                <strong>{words}</strong>
                <span class="muted">"Times in "{zone}</span>
            </div>
            <nav class="segmented" aria-label="How many days">
                {choice(CalendarSpan::Week, "Week")}{choice(CalendarSpan::Month, "Five weeks")}
            </nav>
        </div>
        <div class="table-frame calendar" tabindex="0" role="region" aria-label="Calendar">
            <table class="table calendar__table">
                <caption class="visually-hidden">"When each action is valid"</caption>
                <thead><tr>
                    <th scope="col">"Action"</th>
                    <th scope="col"><div class="calendar__days" aria-hidden="true">{days.iter().map(day).collect_view()}</div></th>
                </tr></thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Days as stripes, the bar over them, and where now is. The words beside say the same.
fn track(days: &[CalendarDay], bar: Option<(f32, f32)>, is_always: bool, now: Option<f32>) -> AnyView {
    let class = if is_always { "calendar__valid calendar__valid--always" } else { "calendar__valid" };
    let n = days.len().max(1) as f32;
    let at = |share: f32| format!("{:.2}", share * 1_000.0);
    let stripe = |(idx, day): (usize, &CalendarDay)| {
        day.is_weekend.then(|| {
            view! { <rect class="calendar__weekend" x=at(idx as f32 / n) y="0" width=at(1.0 / n) height="24"></rect> }
        })
    };
    view! {
        <svg class="calendar__track" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
            {days.iter().enumerate().map(stripe).collect_view()}
            {bar.map(|(from, to)| view! {
                <rect class=class x=at(from) y="7" width=at((to - from).max(0.003)) height="10"></rect>
            })}
            {now.map(|now| view! { <rect class="calendar__now" x=at(now) y="0" width="2" height="24"></rect> })}
        </svg>
    }
    .into_any()
}
