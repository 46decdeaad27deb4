//! From plotters' SVG to one that belongs to the page: its colours become variables of the style sheet.
//!
//! plotters knows fixed colours only. Each paint is drawn in a colour that stands for it alone, and that colour is
//! replaced by the variable afterwards; so light and dark pages share one drawing.

use std::fmt::Write;

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    element::Text,
    style::{
        Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{DrawResult, FINE, Format, Words, at};

/// What is drawn upon: fine pixels.
pub type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Grid,
    Axis,
    Text,
    /// The page behind the chart; separates areas.
    Surface,
    /// A span that is not final yet.
    Open,
    Learned,
    Band,
    Baseline,
    Random,
    /// An action's colour, 1 to 8.
    Action(u8),
    Others,
}

/// The first two bytes of every stand-in colour.
const STAND_IN: [u8; 2] = [0x01, 0xFA];

impl Paint {
    /// Those without a number; actions follow.
    const FIXED: [Self; 10] = [
        Self::Grid,
        Self::Axis,
        Self::Text,
        Self::Surface,
        Self::Open,
        Self::Learned,
        Self::Band,
        Self::Baseline,
        Self::Random,
        Self::Others,
    ];

    fn number(self) -> u8 {
        match self {
            Self::Action(colour) => Self::FIXED.len() as u8 + colour,
            fixed => Self::FIXED.iter().position(|paint| *paint == fixed).map_or(0, |idx| idx as u8),
        }
    }

    fn of_number(number: u8) -> Option<Self> {
        let n_fixed = Self::FIXED.len() as u8;
        match number {
            fixed if fixed < n_fixed => Some(Self::FIXED[usize::from(fixed)]),
            action if (n_fixed + 1..=n_fixed + 8).contains(&action) => Some(Self::Action(action - n_fixed)),
            _ => None,
        }
    }

    fn variable(self) -> String {
        let name = match self {
            Self::Grid => "grid",
            Self::Axis => "axis",
            Self::Text => "text",
            Self::Surface => "surface",
            Self::Open => "chart-open",
            Self::Learned => "series-learned",
            Self::Band => "series-band",
            Self::Baseline => "series-baseline",
            Self::Random => "series-random",
            Self::Others => "series-other",
            Self::Action(colour) => return format!("var(--series-{colour})"),
        };
        format!("var(--{name})")
    }

    /// Dashes in pixels; what is drawn without them is solid.
    fn dashes(self) -> Option<[f64; 2]> {
        match self {
            Self::Baseline => Some([7.0, 4.0]),
            Self::Random => Some([1.5, 3.5]),
            _ => None,
        }
    }

    pub fn colour(self) -> RGBColor {
        RGBColor(STAND_IN[0], STAND_IN[1], self.number())
    }

    pub fn fill(self) -> ShapeStyle {
        self.colour().filled()
    }

    /// A line of this many pixels.
    pub fn line(self, width: f64) -> ShapeStyle {
        self.colour().stroke_width((width * f64::from(FINE)).round() as u32)
    }
}

/// Text of this format, anchored as asked.
pub fn text_style<'a>(format: Format, paint: Paint, horizontal: HPos) -> TextStyle<'a> {
    let size = format.text * f64::from(FINE);
    let font = FontDesc::new(FontFamily::SansSerif, size, FontStyle::Normal);
    TextStyle { font, color: paint.colour().to_backend_color(), pos: Pos::new(horizontal, VPos::Center) }
}

/// Writes at a place in pixels, vertically centred upon it.
pub fn write_text(canvas: &Canvas<'_>, format: Format, text: &str, x: f64, y: f64, paint: Paint) -> DrawResult {
    let style = text_style(format, paint, HPos::Left);
    canvas.draw(&Text::new(text.to_owned(), (at(x), at(y)), style))?;
    Ok(())
}

/// Draws, and makes the result part of a page.
pub fn paint(format: Format, words: Words<'_>, draw: impl FnOnce(&Canvas<'_>) -> DrawResult) -> Option<String> {
    let mut drawn = String::new();
    {
        let canvas = SVGBackend::with_string(&mut drawn, (super::fine(format.width), super::fine(format.height)))
            .into_drawing_area();
        draw(&canvas).ok()?;
        canvas.present().ok()?;
    }
    Some(dress(&drawn, format, words))
}

fn dress(drawn: &str, format: Format, words: Words<'_>) -> String {
    // plotters' own opening tag fixes the size in pixels; a chart takes the width of its place.
    let body = drawn.split_once(">\n").map_or(drawn, |(_, body)| body);
    let (id, name) = (words.id, format.name);
    let mut svg = String::with_capacity(body.len() + 512);
    let _ = write!(
        svg,
        "<svg class=\"chart chart--{name}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-{name}-title\" \
         aria-describedby=\"{id}-{name}-desc\" xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"{id}-{name}-title\">{}\
         </title>\n<desc id=\"{id}-{name}-desc\">{}</desc>\n",
        super::fine(format.width),
        super::fine(format.height),
        escape(words.title),
        escape(words.description),
    );
    replace_colours(body, &mut svg);
    svg
}

/// Stand-in colours are found with the quote before them, which plotters escapes in texts: a name can never be one.
fn replace_colours(body: &str, svg: &mut String) {
    let opening = format!("=\"#{:02X}{:02X}", STAND_IN[0], STAND_IN[1]);
    let mut parts = body.split(opening.as_str());
    svg.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let paint = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).and_then(Paint::of_number);
        let is_line = svg.ends_with("stroke");
        svg.push_str("=\"");
        svg.push_str(&paint.map_or_else(|| "currentColor".to_owned(), Paint::variable));
        if let (true, Some([dash, gap])) = (is_line, paint.and_then(Paint::dashes)) {
            let _ = write!(svg, "\" stroke-dasharray=\"{} {}", dash * f64::from(FINE), gap * f64::from(FINE));
        }
        svg.push_str(part.get(2..).unwrap_or_default());
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paint_is_known_by_its_colour() {
        for paint in Paint::FIXED.into_iter().chain((1..=8).map(Paint::Action)) {
            assert_eq!(Paint::of_number(paint.number()), Some(paint));
        }
    }

    #[test]
    fn only_attributes_are_replaced_and_dashes_belong_to_lines() {
        let stand_in = |paint: Paint| format!("#01FA{:02X}", paint.number());
        let colour = stand_in(Paint::Baseline);
        let mut svg = String::new();
        replace_colours(&format!("<text fill=\"{colour}\">{colour}</text><path stroke=\"{colour}\"/>"), &mut svg);
        let text = format!("<text fill=\"var(--series-baseline)\">{colour}</text>");
        assert_eq!(svg, format!("{text}<path stroke=\"var(--series-baseline)\" stroke-dasharray=\"28 16\"/>"));
    }
}
