//! A chart as a file: everything that the page lays around the plot is drawn into it, in the colours of paper.

use std::fmt::Write;

use super::{FINE, HEIGHT, WIDTH, escape, picture};
use crate::reports::{Chart, ChartSeries, SeriesSlot};

const WIDE: u32 = 1_100;
const LEFT: u32 = 60;
const LEGEND_ROW: usize = 22;
/// The colours of the light theme, by the names that drawings use. A file has left the page and its style sheet behind.
const COLOURS: [(&str, &str); 19] = [
    ("grid", "#e6e9ee"),
    ("surface", "#ffffff"),
    ("chart-open", "#f2f3f5"),
    ("chart-veil", "#ffffff99"),
    ("chart-mark", "#7a3e9d"),
    ("series-learned", "#2b50cc"),
    ("series-band", "#2b50cc2b"),
    ("series-baseline", "#c05a00"),
    ("series-random", "#737c8a"),
    ("series-other", "#7d8593"),
    ("series-1", "#2f6fb0"),
    ("series-2", "#c2571a"),
    ("series-3", "#1d8a72"),
    ("series-4", "#9a4ea3"),
    ("series-5", "#927600"),
    ("series-6", "#2a93b8"),
    ("series-7", "#c23f5e"),
    ("series-8", "#5b6ac4"),
    ("axis", "#55606f"),
];

/// An SVG that stands alone; `None` without a picture.
pub fn as_file(chart: &Chart) -> Option<String> {
    let plot = plot_of(chart.picture.as_ref()?)?;
    let top = 56 + LEGEND_ROW * chart.data.series.len().div_ceil(2);
    let (width, height) = (WIDE - LEFT - 20, HEIGHT + 40);
    let total = top as u32 + height + 40;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDE}\" height=\"{total}\" viewBox=\"0 0 {WIDE} {total}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\"><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\
         <text x=\"16\" y=\"28\" font-size=\"17\" font-weight=\"600\">{}</text><desc>{}</desc>",
        escape(&chart.title),
        escape(&chart.summary),
    );
    for (idx, series) in chart.data.series.iter().enumerate() {
        write_name(&mut svg, series, &chart.id, 16 + 520 * (idx % 2), 48 + LEGEND_ROW * (idx / 2));
    }
    let _ = write!(
        svg,
        "<svg x=\"{LEFT}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         preserveAspectRatio=\"none\">{plot}</svg><g fill=\"var(--axis)\">",
        WIDTH * FINE,
        HEIGHT * FINE,
    );
    for (y, words) in picture::values(&chart.data) {
        let y = top as f64 + y * f64::from(height) + 4.0;
        let _ = write!(svg, "<text x=\"{}\" y=\"{y:.1}\" text-anchor=\"end\">{words}</text>", LEFT - 8);
    }
    for (share, words) in picture::times(&chart.data, 8) {
        let x = f64::from(LEFT) + share * f64::from(width);
        let y = top as u32 + height + 20;
        let anchor = picture::anchor(share);
        let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>");
    }
    let _ = write!(
        svg,
        "<text x=\"16\" y=\"{}\">{}</text></g></svg>",
        top as u32 + height + 20,
        picture::short_zone(&chart.data)
    );
    Some(COLOURS.iter().fold(svg, |svg, (name, colour)| svg.replace(&format!("var(--{name})"), colour)))
}

/// What stands within the plot's own tags.
fn plot_of(picture: &str) -> Option<&str> {
    let (_, rest) = picture.split_once("</desc>")?;
    let (plot, _) = rest.split_once("</svg>")?;
    Some(plot)
}

fn write_name(svg: &mut String, series: &ChartSeries, id: &str, x: usize, y: usize) {
    let fill = match series.slot {
        SeriesSlot::Learned => "var(--series-learned)".to_owned(),
        SeriesSlot::Baseline => "var(--series-baseline)".to_owned(),
        SeriesSlot::Random => "var(--series-random)".to_owned(),
        SeriesSlot::Others => "var(--series-other)".to_owned(),
        SeriesSlot::Action(n) if n < 8 => format!("var(--series-{})", n + 1),
        SeriesSlot::Action(n) => format!("url(#{id}-pattern-{n})"),
    };
    let _ = write!(
        svg,
        "<svg x=\"{x}\" y=\"{}\" width=\"12\" height=\"12\" viewBox=\"0 0 48 48\"><rect width=\"48\" height=\"48\" \
         fill=\"{fill}\"/></svg><text x=\"{}\" y=\"{y}\">{} {}</text>",
        y - 11,
        x + 18,
        escape(&series.name),
        escape(&series.newest),
    );
}
