//! The mean probability of each action over time, stacked to one, each with its name at the right end.

use plotters::{
    chart::ChartBuilder,
    element::{PathElement, Polygon, Rectangle},
};

use super::{
    DrawResult, Drawings, Format, Paint, Words, at,
    axes::{self, BOTTOM, Chart, Labels},
    fine, in_all_formats,
    paint::{Canvas, write_text},
    ticks::{self, Axis},
};
use crate::reports::ActionSeries;

const TITLE: &str = "Mean probability of each action over time";
const TOP: u32 = 12;
/// Between the baselines of two names.
const NAME_STEP: f64 = 16.0;

/// `None` without a span. `spans` are start and length of each; `is_joined` says which follow the one before without
/// a gap.
pub fn action_areas(
    series: &[ActionSeries],
    spans: &[(i64, i64)],
    is_joined: &[bool],
    now_us: i64,
    description: &str,
) -> Option<Drawings> {
    let (from_us, last) = (spans.first()?.0, spans.last()?);
    if series.is_empty() {
        return None;
    }
    let stack = Stack { series, spans, is_joined, from_us, to_us: now_us.max(last.0 + last.1) };
    let words = Words { id: "action-areas", title: TITLE, description };
    in_all_formats(words, |canvas, format| stack.draw(canvas, format))
}

struct Stack<'a> {
    series: &'a [ActionSeries],
    spans: &'a [(i64, i64)],
    is_joined: &'a [bool],
    from_us: i64,
    to_us: i64,
}

impl Stack<'_> {
    /// Seconds since the left end.
    fn x(&self, at_us: i64) -> f64 {
        (at_us.min(self.to_us) - self.from_us) as f64 / 1e6
    }

    /// The sum of the shares below series `idx` in span `span`.
    fn below(&self, idx: usize, span: usize) -> f64 {
        self.series[..idx].iter().map(|one| one.shares[span]).sum::<f64>().min(1.0)
    }

    fn draw(&self, canvas: &Canvas<'_>, format: Format) -> DrawResult {
        let (moments, time_step_us) = ticks::times(self.from_us, self.to_us, format.n_time_ticks);
        let times: Vec<_> = moments.iter().map(|at_us| (self.x(*at_us), *at_us)).collect();
        let values = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, format!("{:.0} %", share * 100.0)));
        let mut chart = ChartBuilder::on(canvas)
            .margin_top(fine(TOP))
            .margin_right(fine(format.label_width))
            .x_label_area_size(fine(BOTTOM))
            .y_label_area_size(fine(format.text_width("100 %") + 8))
            .build_cartesian_2d(Axis::new(0.0, self.x(self.to_us)), Axis::new(0.0, 1.0))?;
        axes::draw(&chart, canvas, format, &Labels { values: &values, times: &times, time_step_us })?;
        for run in self.runs() {
            self.draw_run(&mut chart, run)?;
        }
        self.draw_names(canvas, format)
    }

    /// The stretches of spans without a gap.
    fn runs(&self) -> Vec<std::ops::Range<usize>> {
        let starts: Vec<usize> = (0..self.spans.len()).filter(|span| *span == 0 || !self.is_joined[*span]).collect();
        let ends = starts.iter().skip(1).copied().chain([self.spans.len()]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }

    /// Where the upper edge of the areas below series `idx` runs: level to both ends of the run, so that a single
    /// span is a column and not a line of no width.
    fn edge(&self, idx: usize, run: &std::ops::Range<usize>) -> Vec<(f64, f64)> {
        let (first, last) = (run.start, run.end - 1);
        let middle = |span: usize| {
            let (start_us, span_us) = self.spans[span];
            (self.x(start_us) + self.x(start_us + span_us)) / 2.0
        };
        let left = (self.x(self.spans[first].0), self.below(idx, first));
        let right = (self.x(self.spans[last].0 + self.spans[last].1), self.below(idx, last));
        let between = run.clone().map(|span| (middle(span), self.below(idx, span)));
        [left].into_iter().chain(between).chain([right]).collect()
    }

    fn draw_run(&self, chart: &mut Chart<'_, '_>, run: std::ops::Range<usize>) -> DrawResult {
        let mut lower = self.edge(0, &run);
        for idx in 0..self.series.len() {
            let upper = self.edge(idx + 1, &run);
            let outline: Vec<_> = upper.iter().copied().chain(lower.into_iter().rev()).collect();
            chart.draw_series([Polygon::new(outline, self.paint(idx).fill())])?;
            // A thin line of the page's colour parts neighbours that colour alone would not.
            chart.draw_series([PathElement::new(upper.clone(), Paint::Surface.line(1.25))])?;
            lower = upper;
        }
        Ok(())
    }

    fn paint(&self, idx: usize) -> Paint {
        self.series[idx].colour.map_or(Paint::Others, Paint::Action)
    }

    /// The name of each area beside its newest share, moved apart where they would touch.
    fn draw_names(&self, canvas: &Canvas<'_>, format: Format) -> DrawResult {
        let height = f64::from(format.height - TOP - BOTTOM);
        let right = f64::from(format.width - format.label_width);
        let last = self.spans.len() - 1;
        let place = |share: f64| f64::from(TOP) + (1.0 - share) * height;
        let centres: Vec<f64> = (0..self.series.len())
            .map(|idx| place((self.below(idx, last) + self.below(idx + 1, last)) / 2.0))
            .collect();
        let places = apart(&centres, f64::from(TOP) + 6.0, f64::from(TOP) + height - 4.0);
        for (idx, one) in self.series.iter().enumerate() {
            let (centre, y) = (centres[idx], places[idx]);
            let leader = vec![(at(right + 1.0), at(centre)), (at(right + 10.0), at(y))];
            canvas.draw(&PathElement::new(leader, Paint::Axis.line(0.75)))?;
            let swatch = [(at(right + 12.0), at(y - 5.0)), (at(right + 22.0), at(y + 5.0))];
            canvas.draw(&Rectangle::new(swatch, self.paint(idx).fill()))?;
            let room = format.label_width - 28 - format.text_width(&one.newest_words) - 6;
            let name = format!("{} {}", format.fitting(&one.name, room), one.newest_words);
            write_text(canvas, format, &name, right + 27.0, y, Paint::Text)?;
        }
        Ok(())
    }
}

/// Moves places apart to at least a step, each as near to where it belongs as that allows. The first is the lowest
/// on the page: stacks grow upwards.
fn apart(centres: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut places = centres.to_vec();
    let mut limit = bottom;
    for place in &mut places {
        *place = place.min(limit);
        limit = *place - NAME_STEP;
    }
    // Pushed out at the top: let them down again.
    let mut limit = top;
    for place in places.iter_mut().rev() {
        *place = place.max(limit);
        limit = *place + NAME_STEP;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_touch_and_stay_on_the_page() {
        for centres in [vec![200.0; 8], vec![20.0; 8], vec![200.0, 199.0, 198.0, 100.0, 30.0, 29.0, 28.0, 27.0]] {
            let places = apart(&centres, 18.0, 220.0);
            assert!(places.windows(2).all(|pair| pair[0] - pair[1] >= NAME_STEP - 1e-9), "{places:?}");
            assert!(places.iter().all(|place| (18.0..=220.0).contains(place)), "{places:?}");
        }
    }

    #[test]
    fn a_name_stays_beside_its_area_when_there_is_room() {
        assert_eq!(apart(&[180.0, 90.0, 40.0], 18.0, 220.0), [180.0, 90.0, 40.0]);
    }
}
