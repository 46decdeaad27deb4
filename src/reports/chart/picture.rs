//! A plot with its axes and marks as markup for a page.
//!
//! Words at the axes are placed by percent in drawings of their own that have no scale, so their size is the page's.
//! Of the times there are three sets; the style sheet shows the one that has room.

use std::fmt::Write;

use super::{
    FINE, HEIGHT, WIDTH, escape,
    plot::{N_VALUES, Plot},
    ticks,
};
use crate::reports::{Chart, ChartData, ChartMark, words, zone::Zone};

/// The sets of times: their class, and how many there are at most.
const TIMES: [(&str, usize); 3] = [("few", 3), ("some", 5), ("many", 8)];
/// Marks that are nearer to each other than this part of the width share one letter.
const NEAR: f64 = 0.022;

/// The parts of a chart's picture, in the order in which the page lays them out.
pub fn picture(chart: &Chart, plot: &str) -> String {
    let mut markup = String::with_capacity(plot.len() + 4_096);
    write_marks(&mut markup, &chart.id, &chart.data);
    write_values(&mut markup, &chart.data);
    let id = &chart.id;
    let _ = write!(
        markup,
        "<svg class=\"chart__plot\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\"><title id=\"{id}-title\">{}</title><desc \
         id=\"{id}-desc\">{}</desc>{plot}</svg>",
        WIDTH * FINE,
        HEIGHT * FINE,
        escape(&chart.title),
        escape(&chart.summary),
    );
    write_times(&mut markup, &chart.data);
    markup
}

/// The value axis: where each label stands, from 0 at the top to 1, and its words.
pub fn values(data: &ChartData) -> Vec<(f64, String)> {
    let ticks = ticks::values(data.low, data.high, N_VALUES);
    let decimals = ticks::decimals(&ticks);
    let label = |value: f64| {
        let words = if data.is_stacked {
            format!("{:.0} %", value * 100.0)
        } else {
            format!("{value:.decimals$}").replace('-', "−")
        };
        (Plot { data }.y(value), words)
    };
    ticks.into_iter().map(label).collect()
}

/// The time axis with at most so many labels: where each stands, from 0 at the left to 1, and its words.
pub fn times(data: &ChartData, n_most: usize) -> Vec<(f64, String)> {
    let zone = Zone::named(&data.zone).unwrap_or_default();
    // Round places of the clock on the wall.
    let (shown, step_us) = ticks::times(zone.local_us(data.from_us), zone.local_us(data.to_us), n_most);
    let label = |local_us: i64| (Plot { data }.x(zone.instant_us(local_us)), words::tick(local_us, step_us));
    shown.into_iter().map(label).collect()
}

/// "CET", as the axis says it.
pub fn short_zone(data: &ChartData) -> String {
    Zone::named(&data.zone).unwrap_or_default().short(data.to_us)
}

/// Labels at the ends stay within the chart.
pub fn anchor(x: f64) -> &'static str {
    match x {
        ..0.04 => "start",
        0.96.. => "end",
        _ => "middle",
    }
}

fn write_values(markup: &mut String, data: &ChartData) {
    markup.push_str("<svg class=\"chart__values\" aria-hidden=\"true\">");
    for (y, words) in values(data) {
        let _ =
            write!(markup, "<text x=\"100%\" y=\"{:.2}%\" dy=\"0.35em\" text-anchor=\"end\">{words}</text>", y * 100.0);
    }
    markup.push_str("</svg>");
}

fn write_times(markup: &mut String, data: &ChartData) {
    let _ = write!(
        markup,
        "<span class=\"chart__zone\" aria-hidden=\"true\">{}</span><svg class=\"chart__times\" aria-hidden=\"true\">",
        short_zone(data),
    );
    for (class, n_most) in TIMES {
        let _ = write!(markup, "<g class=\"times times--{class}\">");
        for (x, words) in times(data, n_most) {
            let anchor = anchor(x);
            let x = x * 100.0;
            let _ = write!(
                markup,
                "<line x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"4\"/><text x=\"{x:.2}%\" y=\"20\" \
                 text-anchor=\"{anchor}\">{words}</text>"
            );
        }
        markup.push_str("</g>");
    }
    markup.push_str("</svg>");
}

/// A letter above each mark, which leads to what it stands for in the list of changes. Marks that would touch share
/// one: "A–C".
fn write_marks(markup: &mut String, id: &str, data: &ChartData) {
    if data.annotations.is_empty() {
        return;
    }
    let _ = write!(markup, "<svg class=\"chart__marks\" role=\"group\" aria-label=\"Changes\" id=\"{id}-marks\">");
    let x = |mark: &ChartMark| Plot { data }.x(mark.at_us);
    for group in data.annotations.chunk_by(|before, after| x(after) - x(before) < NEAR) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let words: Vec<String> = group.iter().map(told).collect();
        let words = escape(&words.join("\n\n"));
        let (label, half) = match group.len() {
            1 => (first.letter.clone(), 9),
            _ => (format!("{}–{}", first.letter, last.letter), 15),
        };
        let _ = write!(
            markup,
            "<svg x=\"{:.2}%\" y=\"50%\" overflow=\"visible\"><a href=\"#change-{}\" class=\"mark mark--{}\" \
             aria-label=\"{words}\"><title>{words}</title><rect x=\"-{half}\" y=\"-9\" width=\"{}\" height=\"18\" \
             rx=\"9\"/><text dy=\"0.35em\" text-anchor=\"middle\">{label}</text></a></svg>",
            x(last) * 100.0,
            last.letter,
            last.kind,
            2 * half,
        );
    }
    markup.push_str("</svg>");
}

/// Who did what, and when.
fn told(mark: &ChartMark) -> String {
    let by = if mark.by.is_empty() { String::new() } else { format!(" by {}", mark.by) };
    let changes: String = mark.changes.iter().map(|change| format!("\n{change}")).collect();
    format!("{}, {}{by}: {}{changes}", mark.letter, mark.when, mark.words)
}
