//! From plotters' SVG to one that belongs to the page: its colours become variables of the style sheet.
//!
//! plotters knows fixed colours only. Each paint is drawn in a colour that stands for it alone, and that colour is
//! replaced by the variable afterwards; so light and dark pages share one drawing.

use std::fmt::Write;

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    style::{Color, RGBColor, ShapeStyle},
};

use super::{DrawResult, FINE, HEIGHT, WIDTH};
use crate::reports::{N_COLOURS, N_PATTERNS, SeriesSlot};

/// What is drawn upon: fine pixels.
pub type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Grid,
    /// The page behind the chart; separates areas.
    Surface,
    /// A span that is not final yet.
    Open,
    /// The page's colour over what is not final yet.
    Veil,
    /// A moment that is told of beside the chart.
    Mark,
    Learned,
    /// The same where it can still change.
    LearnedOpen,
    Band,
    Baseline,
    Random,
    Others,
    /// An action's colour and pattern.
    Action(u8),
}

/// The first two bytes of every stand-in colour.
const STAND_IN: [u8; 2] = [0x01, 0xFA];
/// Colours and patterns of actions.
const N_ACTIONS: u8 = N_COLOURS * N_PATTERNS;

impl Paint {
    /// Those without a number; actions follow.
    const FIXED: [Self; 11] = [
        Self::Grid,
        Self::Surface,
        Self::Open,
        Self::Veil,
        Self::Mark,
        Self::Learned,
        Self::LearnedOpen,
        Self::Band,
        Self::Baseline,
        Self::Random,
        Self::Others,
    ];

    /// Of a series.
    pub fn of(slot: SeriesSlot) -> Self {
        match slot {
            SeriesSlot::Learned => Self::Learned,
            SeriesSlot::Baseline => Self::Baseline,
            SeriesSlot::Random => Self::Random,
            SeriesSlot::Others => Self::Others,
            SeriesSlot::Action(n) => Self::Action(n % N_ACTIONS),
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Action(n) => Self::FIXED.len() as u8 + n,
            fixed => Self::FIXED.iter().position(|paint| *paint == fixed).map_or(0, |idx| idx as u8),
        }
    }

    fn of_number(number: u8) -> Option<Self> {
        let n_fixed = Self::FIXED.len() as u8;
        match number {
            fixed if fixed < n_fixed => Some(Self::FIXED[usize::from(fixed)]),
            action if action < n_fixed + N_ACTIONS => Some(Self::Action(action - n_fixed)),
            _ => None,
        }
    }

    /// As an attribute's value, within the drawing of this id.
    fn value(self, id: &str) -> String {
        let name = match self {
            Self::Grid => "grid",
            Self::Surface => "surface",
            Self::Open => "chart-open",
            Self::Veil => "chart-veil",
            Self::Mark => "chart-mark",
            Self::Learned | Self::LearnedOpen => "series-learned",
            Self::Band => "series-band",
            Self::Baseline => "series-baseline",
            Self::Random => "series-random",
            Self::Others => "series-other",
            Self::Action(n) if n < N_COLOURS => return format!("var(--series-{})", n + 1),
            Self::Action(n) => return format!("url(#{id}-pattern-{n})"),
        };
        format!("var(--{name})")
    }

    /// Dashes in pixels; what is drawn without them is solid.
    fn dashes(self) -> Option<&'static str> {
        match self {
            Self::Baseline => Some("7 4"),
            Self::Random => Some("2 4"),
            Self::LearnedOpen => Some("1 5"),
            Self::Mark => Some("4 3"),
            _ => None,
        }
    }

    fn colour(self) -> RGBColor {
        RGBColor(STAND_IN[0], STAND_IN[1], self.number())
    }

    pub fn fill(self) -> ShapeStyle {
        self.colour().filled()
    }

    /// A line of this many pixels of the screen, however the drawing is stretched.
    pub fn line(self, width: u32) -> ShapeStyle {
        self.colour().stroke_width(width)
    }
}

/// Draws what stands between the axes. `None` when plotters could not: then the table stands alone.
pub fn paint(id: &str, draw: impl FnOnce(&Canvas<'_>) -> DrawResult) -> Option<String> {
    paint_sized(id, (WIDTH, HEIGHT), draw)
}

/// The same of another size.
pub fn paint_sized(
    id: &str,
    (width, height): (u32, u32),
    draw: impl FnOnce(&Canvas<'_>) -> DrawResult,
) -> Option<String> {
    let mut drawn = String::new();
    {
        let canvas = SVGBackend::with_string(&mut drawn, (width * FINE, height * FINE)).into_drawing_area();
        draw(&canvas).ok()?;
        canvas.present().ok()?;
    }
    // plotters' own tags fix the size in pixels; a chart takes the size of its place.
    let body = drawn.split_once(">\n").map_or(drawn.as_str(), |(_, body)| body);
    let body = body.trim_end().trim_end_matches("</svg>");
    Some(format!("{}{}", patterns(id, body), dressed(id, body)))
}

/// Stand-in colours are found with the quote before them; nothing else of a drawing is written by anybody.
fn dressed(id: &str, body: &str) -> String {
    let opening = format!("=\"#{:02X}{:02X}", STAND_IN[0], STAND_IN[1]);
    let mut svg = String::with_capacity(body.len() + 512);
    let mut parts = body.split(opening.as_str());
    svg.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let paint = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).and_then(Paint::of_number);
        let is_line = svg.ends_with("stroke");
        svg.push_str("=\"");
        svg.push_str(&paint.map_or_else(|| "currentColor".to_owned(), |paint| paint.value(id)));
        if is_line {
            svg.push_str("\" vector-effect=\"non-scaling-stroke");
            let _ = match paint.and_then(Paint::dashes) {
                Some(dashes) => write!(svg, "\" stroke-dasharray=\"{dashes}"),
                None => write!(svg, "\" stroke-linejoin=\"round"),
            };
            if paint != Some(Paint::Mark) {
                svg.push_str("\" stroke-linecap=\"round");
            }
        }
        svg.push_str(part.get(2..).unwrap_or_default());
    }
    svg
}

/// The patterns that a drawing refers to: stripes and hatches of the page's colour upon that of the action.
fn patterns(id: &str, body: &str) -> String {
    let is_used =
        |n: &u8| body.contains(&format!("#{:02X}{:02X}{:02X}", STAND_IN[0], STAND_IN[1], Paint::Action(*n).number()));
    let mut defs = String::new();
    for n in (N_COLOURS..N_ACTIONS).filter(is_used) {
        let colour = n % N_COLOURS + 1;
        let lines = if n / N_COLOURS == 1 { "M0 16H32" } else { "M0 32L32 0M-8 8L8 -8M24 40L40 24" };
        let _ = write!(
            defs,
            "<pattern id=\"{id}-pattern-{n}\" width=\"32\" height=\"32\" patternUnits=\"userSpaceOnUse\"><rect \
             width=\"32\" height=\"32\" fill=\"var(--series-{colour})\"/><path d=\"{lines}\" stroke=\"var(--surface)\" \
             stroke-width=\"5\" stroke-opacity=\"0.55\" fill=\"none\"/></pattern>"
        );
    }
    if defs.is_empty() { defs } else { format!("<defs>{defs}</defs>") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paint_is_known_by_its_colour() {
        for paint in Paint::FIXED.into_iter().chain((0..N_ACTIONS).map(Paint::Action)) {
            assert_eq!(Paint::of_number(paint.number()), Some(paint));
        }
    }

    #[test]
    fn lines_keep_their_width_and_have_their_dashes() {
        let colour = format!("#01FA{:02X}", Paint::Baseline.number());
        let dressed = dressed("c", &format!("<polygon fill=\"{colour}\"/><polyline stroke=\"{colour}\"/>"));
        let line = "<polyline stroke=\"var(--series-baseline)\" vector-effect=\"non-scaling-stroke\" \
                    stroke-dasharray=\"7 4\" stroke-linecap=\"round\"/>";
        assert_eq!(dressed, format!("<polygon fill=\"var(--series-baseline)\"/>{line}"));
    }

    #[test]
    fn a_pattern_is_there_when_it_is_used() {
        let fill = |n: u8| format!("<polygon fill=\"#01FA{:02X}\"/>", Paint::Action(n).number());
        assert_eq!(patterns("c", &fill(3)), "");
        let both = patterns("c", &(fill(9) + &fill(23)));
        assert!(both.contains("id=\"c-pattern-9\"") && both.contains("id=\"c-pattern-23\""), "{both}");
        assert!(both.contains("var(--series-2)") && both.contains("var(--series-8)"), "{both}");
    }
}
