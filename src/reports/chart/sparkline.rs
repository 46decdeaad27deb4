//! A curve as small as a word.

use plotters::element::{Circle, PathElement};

use super::{
    FINE, Paint, at, escape,
    paint::{Canvas, paint_sized},
};

const WIDTH: u32 = 96;
const HEIGHT: u32 = 24;
/// So that a thick line at the edge is whole.
const MARGIN: f64 = 3.0;

/// Values over time: start and end of each span with its value, oldest first. `None` with less than two of them.
pub fn sparkline(values: &[(i64, i64, f64)], title: &str, description: &str) -> Option<String> {
    let (first, last) = (values.first()?, values.last()?);
    if values.len() < 2 {
        return None;
    }
    let (low, high) =
        values.iter().fold((f64::MAX, f64::MIN), |(low, high), (.., value)| (low.min(*value), high.max(*value)));
    let (width, height) = (f64::from(WIDTH) - 2.0 * MARGIN, f64::from(HEIGHT) - 2.0 * MARGIN);
    let place = |(start_us, _, value): &(i64, i64, f64)| {
        let x = (start_us - first.0) as f64 / (last.0 - first.0) as f64;
        let y = if high > low { (value - low) / (high - low) } else { 0.5 };
        (at(MARGIN + x * width), at(MARGIN + (1.0 - y) * height))
    };
    let drawn = paint_sized("spark", (WIDTH, HEIGHT), |canvas: &Canvas<'_>| {
        for run in values.chunk_by(|before, after| before.1 == after.0) {
            canvas.draw(&PathElement::new(run.iter().map(place).collect::<Vec<_>>(), Paint::Learned.line(2)))?;
        }
        canvas.draw(&Circle::new(place(last), 2 * FINE, Paint::Learned.fill()))?;
        Ok(())
    })?;
    // Its words are in the attribute: in a list there are many, and ids would have to differ.
    let label = escape(&format!("{title}. {description}"));
    let (width, height) = (WIDTH * FINE, HEIGHT * FINE);
    Some(format!(
        "<svg class=\"chart--spark\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">{drawn}</svg>"
    ))
}
