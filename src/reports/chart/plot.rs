//! Where things stand between the axes.

use std::ops::Range;

use super::{DrawResult, HEIGHT, Paint, WIDTH, at, paint::Canvas, ticks};
use crate::reports::{ChartData, Interval};
use plotters::element::{PathElement, Rectangle};

/// The most marks at the value axis.
pub const N_VALUES: usize = 4;

/// The numbers of a chart with the places that they have.
#[derive(Debug, Clone, Copy)]
pub struct Plot<'a> {
    pub data: &'a ChartData,
}

impl Plot<'_> {
    /// From 0 at the left end to 1 at the right.
    pub fn x(&self, at_us: i64) -> f64 {
        let (from_us, to_us) = (self.data.from_us, self.data.to_us.max(self.data.from_us + 1));
        ((at_us - from_us) as f64 / (to_us - from_us) as f64).clamp(0.0, 1.0)
    }

    /// From 0 at the top to 1 at the bottom.
    pub fn y(&self, value: f64) -> f64 {
        (1.0 - (value - self.data.low) / (self.data.high - self.data.low)).clamp(0.0, 1.0)
    }

    /// A point stands in the middle of its span; that of the newest ends now.
    pub fn middle(&self, span: usize) -> f64 {
        let span = self.data.spans[span];
        self.x(span.start_us + (span.end_us.min(self.data.to_us) - span.start_us) / 2)
    }

    /// As a coordinate of the canvas.
    pub fn place(&self, x: f64, value: f64) -> (i32, i32) {
        (at(x * f64::from(WIDTH)), at(self.y(value) * f64::from(HEIGHT)))
    }

    /// The stretches of spans without a gap in which this holds.
    pub fn runs(&self, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
        let spans = &self.data.spans;
        let mut runs: Vec<Range<usize>> = Vec::new();
        for span in (0..spans.len()).filter(|span| holds(*span)) {
            match runs.last_mut() {
                Some(run) if run.end == span && spans[span - 1].end_us == spans[span].start_us => run.end += 1,
                _ => runs.push(span..span + 1),
            }
        }
        runs
    }

    /// What a series is in a span.
    pub fn point(&self, series: usize, span: usize) -> Option<Interval> {
        self.data.series[series].points[span]
    }

    /// Whether there is anything to draw.
    pub fn has_points(&self) -> bool {
        self.data.series.iter().any(|series| series.points.iter().any(Option::is_some))
    }

    /// A line at every value that the axis names.
    pub fn draw_grid(&self, canvas: &Canvas<'_>) -> DrawResult {
        for value in ticks::values(self.data.low, self.data.high, N_VALUES) {
            let ends = vec![self.place(0.0, value), self.place(1.0, value)];
            canvas.draw(&PathElement::new(ends, Paint::Grid.line(1)))?;
        }
        Ok(())
    }

    /// A line at every moment that is told of beside the chart.
    pub fn draw_marks(&self, canvas: &Canvas<'_>) -> DrawResult {
        for mark in &self.data.annotations {
            let x = self.x(mark.at_us);
            let ends = vec![self.place(x, self.data.low), self.place(x, self.data.high)];
            canvas.draw(&PathElement::new(ends, Paint::Mark.line(1)))?;
        }
        Ok(())
    }

    /// Covers everything from a moment to the right end.
    pub fn cover(&self, canvas: &Canvas<'_>, from_us: i64, paint: Paint) -> DrawResult {
        let corners = [self.place(self.x(from_us), self.data.high), self.place(1.0, self.data.low)];
        canvas.draw(&Rectangle::new(corners, paint.fill()))?;
        Ok(())
    }
}
