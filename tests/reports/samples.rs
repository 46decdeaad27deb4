//! Plausible answers to draw.

use rankloop::reports::{Chart, ChartData, ChartMark, ChartSeries, ChartSpan, Interval, SeriesSlot, Table};

pub const MINUTE_US: i64 = 60_000_000;
/// 2025-11-21T11:00:00Z
pub const START_US: i64 = 1_763_722_800_000_000;

/// A curve of `n` minutes that rises, with a gap of three minutes in the middle; the last minute is not over.
pub fn rising(n: i64) -> Chart {
    let minutes: Vec<i64> = (0..n).filter(|minute| !(n / 2..n / 2 + 3).contains(minute)).collect();
    let at = |value: f64, half_width: f64| Some(Interval { value, half_width, n_effective: 100.0 });
    let wobble = |minute: i64| (minute as f64 * 1.7).sin();
    let learned = |minute: i64| {
        let x = minute as f64 / n as f64;
        at(0.28 + 0.35 * (1.0 - (-4.0 * x).exp()) + 0.015 * wobble(minute), 0.05 - 0.02 * x)
    };
    let baseline = |minute: i64| if minute < 2 { None } else { at(0.31 + 0.01 * wobble(minute), 0.06) };
    let random = |minute: i64| if minute < 2 { None } else { at(0.27 + 0.008 * wobble(minute), 0.04) };
    let points = |value: &dyn Fn(i64) -> Option<Interval>| minutes.iter().map(|minute| value(*minute)).collect();
    let series = vec![
        series("random", "Random choice", SeriesSlot::Random, points(&random)),
        series("baseline", "Your first action", SeriesSlot::Baseline, points(&baseline)),
        series("learned", "Learned policy", SeriesSlot::Learned, points(&learned)),
    ];
    let spans = minutes.iter().map(|minute| span(*minute, *minute == n - 1)).collect();
    chart("reward", "Reward over time", data(n, spans, series, false))
}

/// Mean probabilities of as many actions as there are names, over `n` minutes; those of `gaps` are missing.
pub fn shares(names: &[&str], n: usize, gaps: &[usize]) -> Chart {
    let minutes: Vec<usize> = (0..n).filter(|minute| !gaps.contains(minute)).collect();
    let strength = |idx: usize, span: usize| ((idx as f64 + 1.0) * (1.0 + span as f64 / n as f64 * idx as f64)).sqrt();
    let total = |span: usize| (0..names.len()).map(|idx| strength(idx, span)).sum::<f64>();
    let one = |(idx, name): (usize, &&str)| {
        let share = |span: &usize| {
            Some(Interval { value: strength(idx, *span) / total(*span), half_width: 0.0, n_effective: 300.0 })
        };
        let slot = if *name == "others" { SeriesSlot::Others } else { SeriesSlot::of_place(idx as u32) };
        series(name, name, slot, minutes.iter().map(share).collect())
    };
    let all = names.iter().enumerate().map(one).collect();
    let spans = minutes.iter().map(|minute| span(*minute as i64, false)).collect();
    chart("actions", "Which actions the policy prefers", data(n as i64, spans, all, true))
}

/// Somebody changed the exploration in the tenth minute.
pub fn mark() -> ChartMark {
    ChartMark {
        at_us: START_US + 10 * MINUTE_US,
        letter: "A".to_owned(),
        kind: "settings".to_owned(),
        when: "11:10:00 UTC".to_owned(),
        by: "Ada <ada@example.com>".to_owned(),
        words: "Settings changed".to_owned(),
        changes: vec!["Exploration: 20 % → 10 %".to_owned()],
    }
}

fn span(minute: i64, is_open: bool) -> ChartSpan {
    let start_us = START_US + minute * MINUTE_US;
    ChartSpan { start_us, end_us: start_us + MINUTE_US, n_ranked: 300, n_rewarded: 120, is_open }
}

fn series(key: &str, name: &str, slot: SeriesSlot, points: Vec<Option<Interval>>) -> ChartSeries {
    ChartSeries { key: key.to_owned(), name: name.to_owned(), slot, newest: "0.50".to_owned(), points }
}

fn data(n: i64, spans: Vec<ChartSpan>, series: Vec<ChartSeries>, is_stacked: bool) -> ChartData {
    ChartData {
        unit: "reward per decision".to_owned(),
        from_us: START_US,
        to_us: START_US + n * MINUTE_US,
        zone: "UTC".to_owned(),
        low: 0.0,
        high: if is_stacked { 1.0 } else { 0.8 },
        is_stacked,
        spans,
        series,
        annotations: Vec::new(),
    }
}

fn chart(id: &str, title: &str, data: ChartData) -> Chart {
    Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        picture: None,
        summary: "It rises & <rises>.".to_owned(),
        notes: Vec::new(),
        data,
        table: Table { caption: String::new(), head: Vec::new(), rows: Vec::new() },
    }
}
