//! Drawings of the answers: SVG that takes its colours from the page and is drawn once for each width of page.
//!
//! A chart is a picture with a title and a description; its numbers are in the table behind it. Colour never tells
//! alone: lines differ in their dashes, areas carry their names. Where there are no events there is a gap.

mod action_areas;
mod axes;
mod paint;
mod reward_curve;
mod sparkline;
mod ticks;

use super::{Drawing, Drawings};
pub use action_areas::action_areas;
use paint::Paint;
pub use reward_curve::reward_curve;
pub use sparkline::sparkline;

/// The page is scaled to its place by the browser, so text stays readable only near its own width: three of them.
const FORMATS: [Format; 3] = [
    Format { name: "narrow", width: 360, height: 250, text: 11.5, n_time_ticks: 4, label_width: 124 },
    Format { name: "medium", width: 640, height: 270, text: 12.0, n_time_ticks: 5, label_width: 180 },
    Format { name: "wide", width: 1080, height: 290, text: 12.5, n_time_ticks: 8, label_width: 240 },
];

/// The width of a letter in sizes of type, generously: fonts differ, and there is none to measure with.
const LETTER: f64 = 0.55;

/// plotters rounds to whole pixels, which shows as steps in a line; it draws on a canvas this many times as fine.
const FINE: u32 = 4;

/// A width of page.
#[derive(Debug, Clone, Copy)]
struct Format {
    name: &'static str,
    width: u32,
    height: u32,
    /// Size of type.
    text: f64,
    /// The most labels that the time axis has room for.
    n_time_ticks: usize,
    /// Room for the names beside the areas.
    label_width: u32,
}

impl Format {
    /// The room that a text takes. Without a font library it can only be estimated, so it is rounded up.
    fn text_width(&self, text: &str) -> u32 {
        (text.chars().count() as f64 * self.text * LETTER).ceil() as u32
    }

    /// The beginning of a text that fits, with an ellipsis where something is missing.
    fn fitting(&self, text: &str, width: u32) -> String {
        if self.text_width(text) <= width {
            return text.to_owned();
        }
        let n_chars = (f64::from(width) / (self.text * LETTER)) as usize;
        let beginning: String = text.chars().take(n_chars.saturating_sub(1).max(1)).collect();
        format!("{}…", beginning.trim_end())
    }
}

/// What a picture is called and what it shows, for those who do not see it.
#[derive(Debug, Clone, Copy)]
struct Words<'a> {
    /// Makes the ids within the page unique.
    id: &'a str,
    title: &'a str,
    description: &'a str,
}

type DrawResult = Result<(), Box<dyn std::error::Error>>;

/// Draws a chart for every width. `None` when plotters could not: then the table stands alone.
fn in_all_formats(words: Words<'_>, draw: impl Fn(&paint::Canvas<'_>, Format) -> DrawResult) -> Option<Drawings> {
    let drawing = |format: Format| {
        let svg = paint::paint(format, words, |canvas| draw(canvas, format))?;
        Some(Drawing { width: format.name.to_owned(), svg })
    };
    FORMATS.into_iter().map(drawing).collect::<Option<Vec<_>>>().map(|drawings| Drawings { drawings })
}

/// Fine pixels.
fn fine(pixels: u32) -> u32 {
    pixels * FINE
}

/// Fine pixels as a coordinate.
fn at(pixels: f64) -> i32 {
    (pixels * f64::from(FINE)).round() as i32
}
