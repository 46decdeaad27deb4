//! Mean reward over time: the learned policy as a solid line in its band, the baseline dashed, chance dotted.

use plotters::{
    chart::ChartBuilder,
    element::{Circle, PathElement, Polygon, Rectangle},
};

use super::{
    DrawResult, Drawings, Format, Paint, Words, at,
    axes::{self, BOTTOM, Chart, Labels},
    fine, in_all_formats,
    paint::{Canvas, write_text},
    ticks::{self, Axis},
};
use crate::reports::{Interval, RewardPoint, Unit};

/// The open span is left unmarked where it would be more of the chart than this.
const OPEN_MOST: f64 = 0.6;
const LEGEND_ROW: u32 = 22;
/// The name of the value axis stands above it.
const Y_TITLE: u32 = 18;

type Value = fn(&RewardPoint) -> Option<Interval>;

/// The series in the order in which they are drawn, the most important last and on top.
const SERIES: [(Paint, Value); 3] = [
    (Paint::Random, |point| point.random),
    (Paint::Baseline, |point| point.baseline),
    (Paint::Learned, |point| point.learned),
];

/// `None` without a single value.
pub fn reward_curve(
    points: &[RewardPoint],
    now_us: i64,
    wait_us: i64,
    unit: Unit,
    description: &str,
) -> Option<Drawings> {
    let frame = Frame::of(points, now_us, wait_us, unit)?;
    let title = format!("Mean reward per {} over time", unit.one());
    let words = Words { id: "reward-curve", title: &title, description };
    in_all_formats(words, |canvas, format| frame.draw(canvas, format))
}

/// What is drawn, and between which ends.
struct Frame<'a> {
    points: &'a [RewardPoint],
    unit: Unit,
    from_us: i64,
    to_us: i64,
    low: f64,
    high: f64,
    /// From here on rewards can still come.
    open_us: Option<i64>,
}

impl<'a> Frame<'a> {
    fn of(points: &'a [RewardPoint], now_us: i64, wait_us: i64, unit: Unit) -> Option<Self> {
        let ends = points.iter().flat_map(|point| {
            let learned = point.learned.into_iter().flat_map(|it| [it.low(), it.high()]);
            learned.chain([point.baseline, point.random].into_iter().flatten().map(|it| it.value))
        });
        let (low, high) = ends
            .filter(|end| end.is_finite())
            .fold((f64::MAX, f64::MIN), |(low, high), end| (low.min(end), high.max(end)));
        let (first, last) = (points.first()?, points.last()?);
        if low > high {
            return None;
        }
        let (from_us, to_us) = (first.start_us, now_us.max(last.start_us + last.span_us));
        let open_us = (to_us - wait_us).max(from_us);
        let is_marked = (to_us - open_us) as f64 <= OPEN_MOST * (to_us - from_us) as f64;
        let (low, high) = with_zero_in_reach(low, high);
        Some(Self { points, unit, from_us, to_us, low, high, open_us: is_marked.then_some(open_us) })
    }

    /// Seconds since the left end.
    fn x(&self, at_us: i64) -> f64 {
        (at_us - self.from_us) as f64 / 1e6
    }

    /// A point stands in the middle of its span; that of the newest ends now.
    fn middle(&self, point: &RewardPoint) -> f64 {
        let end_us = (point.start_us + point.span_us).min(self.to_us);
        self.x(point.start_us + (end_us - point.start_us) / 2)
    }

    fn draw(&self, canvas: &Canvas<'_>, format: Format) -> DrawResult {
        let legend_height = self.draw_legend(canvas, format)?;
        let y_ticks = ticks::values(self.low, self.high, 4);
        let decimals = ticks::decimals(&y_ticks);
        let label = |value: &f64| (*value, format!("{value:.decimals$}").replace('-', "−"));
        let values: Vec<_> = y_ticks.iter().map(label).collect();
        let left = values.iter().map(|(_, words)| format.text_width(words)).max().unwrap_or(0) + 10;
        let (moments, time_step_us) = ticks::times(self.from_us, self.to_us, format.n_time_ticks);
        let times: Vec<_> = moments.iter().map(|at_us| (self.x(*at_us), *at_us)).collect();
        let (low, high) = (y_ticks[0], y_ticks[y_ticks.len() - 1]);
        let mut chart = ChartBuilder::on(canvas)
            .margin_top(fine(legend_height + Y_TITLE))
            .margin_right(fine(8))
            .x_label_area_size(fine(BOTTOM))
            .y_label_area_size(fine(left))
            .build_cartesian_2d(Axis::new(0.0, self.x(self.to_us)), Axis::new(low, high))?;
        let per = format!("reward per {}", self.unit.one());
        write_text(canvas, format, &per, 0.0, f64::from(legend_height) + 4.0, Paint::Axis)?;
        self.draw_open_span(&mut chart, low, high)?;
        axes::draw(&chart, canvas, format, &Labels { values: &values, times: &times, time_step_us })?;
        self.draw_band(&mut chart)?;
        for (paint, value) in SERIES {
            self.draw_line(&mut chart, paint, value)?;
        }
        Ok(())
    }

    /// Swatch and name of each series that has a value; a row more where they do not fit into one. Returns its height.
    fn draw_legend(&self, canvas: &Canvas<'_>, format: Format) -> Result<u32, Box<dyn std::error::Error>> {
        const SWATCH: f64 = 24.0;
        let names = [
            (Paint::Learned, "Learned policy, 95 % band"),
            (Paint::Baseline, self.unit.baseline_title()),
            (Paint::Random, "Random choice"),
        ];
        let (mut x, mut y) = (2.0, f64::from(LEGEND_ROW) / 2.0);
        for (paint, name) in names {
            let has_value =
                |(other, value): &(Paint, Value)| *other == paint && self.points.iter().any(|p| value(p).is_some());
            if !SERIES.iter().any(|series| has_value(series)) {
                continue;
            }
            let width = SWATCH + 6.0 + f64::from(format.text_width(name)) + 14.0;
            if x > 2.0 && x + width > f64::from(format.width) + 14.0 {
                (x, y) = (2.0, y + f64::from(LEGEND_ROW));
            }
            if paint == Paint::Learned {
                let corners = [(at(x), at(y - 6.0)), (at(x + SWATCH), at(y + 6.0))];
                canvas.draw(&Rectangle::new(corners, Paint::Band.fill()))?;
            }
            canvas.draw(&PathElement::new(vec![(at(x), at(y)), (at(x + SWATCH), at(y))], paint.line(2.25)))?;
            write_text(canvas, format, name, x + SWATCH + 6.0, y, Paint::Text)?;
            x += width;
        }
        Ok((y + f64::from(LEGEND_ROW)) as u32)
    }

    fn draw_open_span(&self, chart: &mut Chart<'_, '_>, low: f64, high: f64) -> DrawResult {
        if let Some(open_us) = self.open_us {
            let corners = [(self.x(open_us), low), (self.x(self.to_us), high)];
            chart.draw_series([Rectangle::new(corners, Paint::Open.fill())])?;
        }
        Ok(())
    }

    fn draw_band(&self, chart: &mut Chart<'_, '_>) -> DrawResult {
        for run in self.runs(|point| point.learned) {
            let upper = run.iter().map(|(x, it)| (*x, it.high()));
            let lower = run.iter().rev().map(|(x, it)| (*x, it.low()));
            let outline: Vec<_> = upper.chain(lower).collect();
            match run.as_slice() {
                // A single point has no area: its interval is a bar.
                [(x, it)] => {
                    let bar = vec![(*x, it.low()), (*x, it.high())];
                    chart.draw_series([PathElement::new(bar, Paint::Band.line(6.0))])?;
                }
                _ => {
                    chart.draw_series([Polygon::new(outline, Paint::Band.fill())])?;
                }
            }
        }
        Ok(())
    }

    fn draw_line(&self, chart: &mut Chart<'_, '_>, paint: Paint, value: Value) -> DrawResult {
        for run in self.runs(value) {
            let line: Vec<_> = run.iter().map(|(x, it)| (*x, it.value)).collect();
            if let [only] = line.as_slice() {
                chart.draw_series([Circle::new(*only, fine(3), paint.fill())])?;
            } else {
                let width = if paint == Paint::Learned { 2.25 } else { 2.0 };
                chart.draw_series([PathElement::new(line, paint.line(width))])?;
            }
        }
        Ok(())
    }

    /// The stretches of a series without a gap.
    fn runs(&self, value: Value) -> Vec<Vec<(f64, Interval)>> {
        let mut runs: Vec<Vec<(f64, Interval)>> = Vec::new();
        let mut end_us = None;
        for point in self.points {
            let Some(found) = value(point) else {
                end_us = None;
                continue;
            };
            if end_us != Some(point.start_us) {
                runs.push(Vec::new());
            }
            if let Some(run) = runs.last_mut() {
                run.push((self.middle(point), found));
            }
            end_us = Some(point.start_us + point.span_us);
        }
        runs
    }
}

/// Zero is drawn where it is not far off: half the height of a column means half the reward only then.
fn with_zero_in_reach(low: f64, high: f64) -> (f64, f64) {
    if low > 0.0 && low < 0.7 * high {
        (0.0, high)
    } else if high < 0.0 && high > 0.7 * low {
        (low, 0.0)
    } else {
        (low, high)
    }
}
