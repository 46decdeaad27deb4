//! Shares over time, stacked to one.

use std::ops::Range;

use plotters::element::{PathElement, Polygon};

use super::{DrawResult, Paint, draw_picture, paint::Canvas, plot::Plot};
use crate::reports::Chart;

/// Gives a chart its picture; none without a single value. The first series is the lowest.
pub fn areas(chart: &mut Chart) {
    draw_picture(chart, draw);
}

fn draw(plot: Plot<'_>, canvas: &Canvas<'_>) -> DrawResult {
    plot.draw_grid(canvas)?;
    for run in plot.runs(|_| true) {
        draw_run(plot, canvas, run)?;
    }
    // What is not over yet pales: a few decisions are a poor share.
    if let Some(open) = plot.data.spans.iter().find(|span| span.is_open) {
        plot.cover(canvas, open.start_us, Paint::Veil)?;
    }
    plot.draw_marks(canvas)
}

fn draw_run(plot: Plot<'_>, canvas: &Canvas<'_>, run: Range<usize>) -> DrawResult {
    let mut heights = vec![0.0; plot.data.spans.len()];
    let mut lower = edge(plot, &run, &heights);
    for (series_idx, series) in plot.data.series.iter().enumerate() {
        for span in run.clone() {
            heights[span] += plot.point(series_idx, span).map_or(0.0, |it| it.value);
        }
        let upper = edge(plot, &run, &heights);
        let outline: Vec<_> = upper.iter().copied().chain(lower.into_iter().rev()).collect();
        canvas.draw(&Polygon::new(outline, Paint::of(series.slot).fill()))?;
        // A thin line of the page's colour parts neighbours that colour alone would not.
        canvas.draw(&PathElement::new(upper.clone(), Paint::Surface.line(1)))?;
        lower = upper;
    }
    Ok(())
}

/// Level to both ends of the run, so that a single span is a column and not a line of no width.
fn edge(plot: Plot<'_>, run: &Range<usize>, heights: &[f64]) -> Vec<(i32, i32)> {
    let (first, last) = (run.start, run.end - 1);
    let left = plot.place(plot.x(plot.data.spans[first].start_us), heights[first]);
    let right = plot.place(plot.x(plot.data.spans[last].end_us), heights[last]);
    let between = run.clone().map(|span| plot.place(plot.middle(span), heights[span]));
    [left].into_iter().chain(between).chain([right]).collect()
}
