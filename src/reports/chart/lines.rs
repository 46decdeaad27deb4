//! Values over time: the learned policy as a solid line in its band, the baseline dashed, chance dotted.

use std::ops::Range;

use plotters::element::{PathElement, Polygon};

use super::{DrawResult, Paint, draw_picture, paint::Canvas, plot::Plot};
use crate::reports::{Chart, SeriesSlot};

/// The width of a dot that stands for a line of one point.
const DOT: u32 = 7;

/// Gives a chart its picture; none without a single value. The last series is drawn on top.
pub fn lines(chart: &mut Chart) {
    draw_picture(chart, draw);
}

fn draw(plot: Plot<'_>, canvas: &Canvas<'_>) -> DrawResult {
    if let Some(open) = plot.data.spans.iter().find(|span| span.is_open) {
        plot.cover(canvas, open.start_us, Paint::Open)?;
    }
    plot.draw_grid(canvas)?;
    plot.draw_marks(canvas)?;
    for series in 0..plot.data.series.len() {
        draw_series(plot, canvas, series)?;
    }
    Ok(())
}

/// What can still change is drawn in dots from the last point that cannot; only the learned policy is drawn there, and
/// without its band.
fn draw_series(plot: Plot<'_>, canvas: &Canvas<'_>, series: usize) -> DrawResult {
    let is_open = |span: usize| plot.data.spans[span].is_open;
    let has_point = |span: usize| plot.point(series, span).is_some();
    let slot = plot.data.series[series].slot;
    let colour = Paint::of(slot);
    for run in plot.runs(|span| has_point(span) && !is_open(span)) {
        if slot == SeriesSlot::Learned {
            draw_band(plot, canvas, series, run.clone())?;
        }
        draw_line(plot, canvas, series, run, colour)?;
    }
    if slot == SeriesSlot::Learned {
        for run in plot.runs(has_point).into_iter().filter(|run| run.clone().any(is_open)) {
            let first_open = run.clone().find(|span| is_open(*span)).unwrap_or(run.start);
            draw_line(plot, canvas, series, first_open.saturating_sub(1).max(run.start)..run.end, Paint::LearnedOpen)?;
        }
    }
    Ok(())
}

fn draw_band(plot: Plot<'_>, canvas: &Canvas<'_>, series: usize, run: Range<usize>) -> DrawResult {
    let ends = |span: usize| plot.point(series, span).map(|it| (plot.middle(span), it.low(), it.high()));
    let ends: Vec<_> = run.filter_map(ends).collect();
    if let [(x, low, high)] = ends.as_slice() {
        // A single point has no area: its interval is a bar.
        let bar = vec![plot.place(*x, *low), plot.place(*x, *high)];
        canvas.draw(&PathElement::new(bar, Paint::Band.line(DOT)))?;
        return Ok(());
    }
    let upper = ends.iter().map(|(x, _, high)| plot.place(*x, *high));
    let lower = ends.iter().rev().map(|(x, low, _)| plot.place(*x, *low));
    canvas.draw(&Polygon::new(upper.chain(lower).collect::<Vec<_>>(), Paint::Band.fill()))?;
    Ok(())
}

fn draw_line(plot: Plot<'_>, canvas: &Canvas<'_>, series: usize, run: Range<usize>, colour: Paint) -> DrawResult {
    let place = |span: usize| plot.point(series, span).map(|it| plot.place(plot.middle(span), it.value));
    let mut line: Vec<_> = run.filter_map(place).collect();
    let is_dot = line.len() == 1;
    if is_dot {
        // A line from a point to itself is as round as its ends.
        line.push(line[0]);
    }
    canvas.draw(&PathElement::new(line, colour.line(if is_dot { DOT } else { 2 })))?;
    Ok(())
}
