//! Grid lines and the words at both axes, the same in every chart.
//!
//! plotters sets labels close to the axis and lets those of both axes meet in the corner, so they are placed here.

use plotters::{
    backend::SVGBackend,
    chart::ChartContext,
    coord::cartesian::Cartesian2d,
    element::{PathElement, Text},
    style::text_anchor::HPos,
};

use super::{
    DrawResult, FINE, Format, Paint, at,
    paint::{Canvas, text_style},
    ticks::Axis,
};
use crate::reports::words;

/// A chart of seconds and values.
pub type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// Room below a chart for its times.
pub const BOTTOM: u32 = 26;
/// Between a label and what it belongs to.
const GAP: f64 = 8.0;

/// The labels of one chart.
pub struct Labels<'a> {
    pub values: &'a [(f64, String)],
    /// Seconds from the left end, and the moments that they are.
    pub times: &'a [(f64, i64)],
    pub time_step_us: i64,
}

/// Draws them. The time zone stands once, in the corner; a time that would touch it is left out.
pub fn draw(chart: &Chart<'_, '_>, canvas: &Canvas<'_>, format: Format, labels: &Labels<'_>) -> DrawResult {
    let (x_range, y_range) = (chart.x_range(), chart.y_range());
    let y_style = text_style(format, Paint::Axis, HPos::Right);
    for (value, words) in labels.values {
        let (left, y) = chart.backend_coord(&(x_range.start, *value));
        let (right, _) = chart.backend_coord(&(x_range.end, *value));
        canvas.draw(&PathElement::new(vec![(left, y), (right, y)], Paint::Grid.line(1.0)))?;
        canvas.draw(&Text::new(words.clone(), (left - at(GAP), y), y_style.clone()))?;
    }
    let zone = "UTC";
    let row = at(f64::from(format.height) - f64::from(BOTTOM) / 2.0 + 2.0);
    canvas.draw(&Text::new(zone, (0, row), text_style(format, Paint::Axis, HPos::Left)))?;
    let (first, last) = (at(f64::from(format.text_width(zone)) + GAP), (format.width * FINE) as i32);
    for (seconds, at_us) in labels.times {
        let label = words::tick(*at_us, labels.time_step_us);
        let half = at(f64::from(format.text_width(&label)) / 2.0);
        let (x, bottom) = chart.backend_coord(&(*seconds, y_range.start));
        if x - half < first {
            continue;
        }
        canvas.draw(&PathElement::new(vec![(x, bottom), (x, bottom + at(4.0))], Paint::Grid.line(1.0)))?;
        let x = x.min(last - half);
        canvas.draw(&Text::new(label, (x, row), text_style(format, Paint::Axis, HPos::Center)))?;
    }
    Ok(())
}
