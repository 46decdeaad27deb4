//! The course of each task as a picture: regret so far where the best possible is known, otherwise the mean reward of
//! each stretch. Lower regret and higher reward are better.

use std::{fs, path::Path};

use anyhow::Context;

use crate::{
    paint::{Anchor, Canvas, GRID, HEIGHT, INK, LINES, WIDTH, svg},
    report::{Line, Report},
};

const LEFT: f64 = 64.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 44.0;

/// Draws a file for each task. More learners than there are colours do not fit into one picture: the first ones stay.
pub fn draw_all(report: &Report<'_>, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    if report.learners.len() > LINES.len() {
        eprintln!("learning: Only the first {} learners are drawn.", LINES.len());
    }
    for (task, world) in report.tasks.iter().enumerate() {
        let lines: Vec<&Line> = report.of_task(task).take(LINES.len()).collect();
        let names: Vec<&str> = lines.iter().map(|line| report.learners[line.learner].name.as_str()).collect();
        let picture =
            Picture { name: &world.name, n_events: world.n_events, is_regret: world.knows_best, names, lines };
        let file = folder.join(format!("{}.svg", world.name.replace('+', "-")));
        fs::write(&file, picture.draw()?).with_context(|| format!("could not write {}", file.display()))?;
    }
    Ok(())
}

struct Picture<'a> {
    name: &'a str,
    n_events: usize,
    is_regret: bool,
    names: Vec<&'a str>,
    lines: Vec<&'a Line>,
}

impl Picture<'_> {
    fn draw(&self) -> anyhow::Result<String> {
        let figure = if self.is_regret { "regret so far" } else { "mean reward" };
        let title = format!("{}: {figure}", self.name);
        let ends = self
            .names
            .iter()
            .zip(&self.lines)
            .map(|(name, line)| format!("{name} ends at {}", label(line.curve.last().copied().unwrap_or(0.0), 2)));
        let ends: Vec<String> = ends.collect();
        let description = format!("Over {} events: {}.", self.n_events, ends.join(", "));
        let all = || self.lines.iter().flat_map(|line| line.curve.iter().copied());
        let low = all().fold(if self.is_regret { 0.0 } else { f64::MAX }, f64::min);
        let ticks = ticks(low, all().fold(f64::MIN, f64::max));
        svg(&title, &description, |canvas| {
            canvas.text(&title, (16.0, 20.0), Anchor::Start, 1.15)?;
            self.draw_legend(canvas)?;
            self.draw_axes(canvas, &ticks)?;
            let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
            self.lines.iter().zip(LINES).try_for_each(|(line, colour)| {
                let n = line.curve.len() as f64;
                let place = |(at, value): (usize, &f64)| {
                    (x((at as f64 + if self.is_regret { 1.0 } else { 0.5 }) / n), y((value - low) / (high - low)))
                };
                let start = self.is_regret.then(|| (x(0.0), y((0.0 - low) / (high - low))));
                let points: Vec<_> = start.into_iter().chain(line.curve.iter().enumerate().map(place)).collect();
                canvas.line(&points, colour, 2.25)
            })
        })
    }

    fn draw_legend(&self, canvas: &Canvas<'_>) -> anyhow::Result<()> {
        let mut left = 16.0;
        for (name, colour) in self.names.iter().zip(LINES) {
            canvas.line(&[(left, 44.0), (left + 28.0, 44.0)], colour, 2.25)?;
            canvas.text(name, (left + 34.0, 44.0), Anchor::Start, 1.0)?;
            left += 34.0 + 7.2 * name.chars().count() as f64 + 18.0;
        }
        Ok(())
    }

    fn draw_axes(&self, canvas: &Canvas<'_>, ticks: &[f64]) -> anyhow::Result<()> {
        let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
        let n_decimals = (-(ticks[1] - low).log10().floor()).clamp(0.0, 6.0) as usize;
        for value in ticks {
            let height = y((value - low) / (high - low));
            canvas.line(&[(x(0.0), height), (x(1.0), height)], GRID, 1.0)?;
            canvas.text(&label(*value, n_decimals), (LEFT - 8.0, height), Anchor::End, 0.9)?;
        }
        let bottom = f64::from(HEIGHT) - BOTTOM;
        for quarter in 0..=4 {
            let part = f64::from(quarter) / 4.0;
            canvas.line(&[(x(part), bottom), (x(part), bottom + 5.0)], INK, 1.0)?;
            let anchor = if quarter == 4 { Anchor::End } else { Anchor::Middle };
            let event = label((part * self.n_events as f64).round(), 0);
            let words = if quarter == 4 { format!("{event} events") } else { event };
            canvas.text(&words, (x(part), bottom + 18.0), anchor, 0.9)?;
        }
        Ok(())
    }
}

fn x(part: f64) -> f64 {
    LEFT + part * (f64::from(WIDTH) - LEFT - RIGHT)
}

fn y(part: f64) -> f64 {
    f64::from(HEIGHT) - BOTTOM - part * (f64::from(HEIGHT) - TOP - BOTTOM)
}

/// Four to eight round values that hold everything.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let span = (high - low).max(1e-9);
    let power = 10_f64.powf((span / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| span / step <= 6.0);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
    (first..=last.max(first + 1)).map(|n| n as f64 * step).collect()
}

/// A number with commas between its thousands.
fn label(value: f64, n_decimals: usize) -> String {
    let text = format!("{value:.n_decimals$}");
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), String::new()), |(a, b)| (a, format!(".{b}")));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    format!("{sign}{}{rest}", groups.join(","))
}
