//! Drawings of the answers: one plot for every width of page, with words around it that are never scaled.
//!
//! plotters draws what lies between the axes. The browser stretches that to its place, while lines keep their width
//! (`non-scaling-stroke`), and words at the axes are placed by percent beside it, in the page's own size of type.
//! Colour never tells alone: lines differ in their dashes, areas in their patterns and in the list beside them. Where
//! there are no events there is a gap.

mod areas;
mod file;
mod lines;
mod marks;
mod paint;
mod picture;
mod plot;
mod sparkline;
mod ticks;

pub use areas::areas;
pub use file::as_file;
pub use lines::lines;
pub use marks::letters;
use paint::{Canvas, Paint, paint};
use plot::Plot;
pub use sparkline::sparkline;
pub use ticks::ends as value_ends;

use super::Chart;

/// plotters rounds to whole pixels, which shows as steps in a line; it draws on a canvas this many times as fine.
const FINE: u32 = 4;
/// The plot in pixels of its own. Its height is about what the page gives it; the width is stretched.
const WIDTH: u32 = 1_000;
const HEIGHT: u32 = 240;

type DrawResult = Result<(), Box<dyn std::error::Error>>;

/// Gives a chart its picture, whose plot `draw` draws; none without a single value.
fn draw_picture(chart: &mut Chart, draw: fn(Plot<'_>, &Canvas<'_>) -> DrawResult) {
    let plot = Plot { data: &chart.data };
    if !plot.has_points() {
        return;
    }
    let drawn = paint(&chart.id, |canvas| draw(plot, canvas));
    chart.picture = drawn.map(|drawn| picture::picture(chart, &drawn));
}

/// Fine pixels as a coordinate.
fn at(pixels: f64) -> i32 {
    (pixels * f64::from(FINE)).round() as i32
}

/// What is written into markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
