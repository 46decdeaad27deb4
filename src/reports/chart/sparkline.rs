//! The reward curve as small as a word.

use plotters::element::{Circle, PathElement};

use super::{
    Format, Paint, Words, at,
    paint::{Canvas, paint},
};
use crate::reports::{RewardPoint, words};

const FORMAT: Format = Format { name: "spark", width: 96, height: 24, text: 10.0, n_time_ticks: 0, label_width: 0 };
/// So that a thick line at the edge is whole.
const MARGIN: f64 = 3.0;

/// The learned policy's mean reward, or the baseline's where only that is answered. `None` with less than two points.
pub fn sparkline(points: &[RewardPoint]) -> Option<String> {
    let is_learned = points.iter().any(|point| point.learned.is_some());
    let value = |point: &RewardPoint| if is_learned { point.learned } else { point.baseline }.map(|it| it.value);
    let found: Vec<(i64, i64, f64)> =
        points.iter().filter_map(|point| Some((point.start_us, point.span_us, value(point)?))).collect();
    let (first, last) = (found.first()?, found.last()?);
    if found.len() < 2 {
        return None;
    }
    let (low, high) =
        found.iter().fold((f64::MAX, f64::MIN), |(low, high), (.., value)| (low.min(*value), high.max(*value)));
    let (width, height) = (f64::from(FORMAT.width) - 2.0 * MARGIN, f64::from(FORMAT.height) - 2.0 * MARGIN);
    let place = |(start_us, _, value): &(i64, i64, f64)| {
        let x = (start_us - first.0) as f64 / (last.0 - first.0) as f64;
        let y = if high > low { (value - low) / (high - low) } else { 0.5 };
        (at(MARGIN + x * width), at(MARGIN + (1.0 - y) * height))
    };
    let description = format!("From {} to {} over the last day.", words::reward(first.2), words::reward(last.2));
    // Its place in a list makes the id unique enough: nothing refers to it from outside of itself.
    let id = format!("spark-{}-{}", first.0, found.len());
    let words = Words { id: &id, title: "Mean reward per decision", description: &description };
    paint(FORMAT, words, |canvas: &Canvas<'_>| {
        for run in found.chunk_by(|before, after| before.0 + before.1 == after.0) {
            canvas.draw(&PathElement::new(run.iter().map(place).collect::<Vec<_>>(), Paint::Learned.line(1.5)))?;
        }
        canvas.draw(&Circle::new(place(last), super::fine(2), Paint::Learned.fill()))?;
        Ok(())
    })
}
