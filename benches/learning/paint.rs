//! An SVG of lines that is readable on light and dark pages and needs nothing around it.
//!
//! plotters writes plain colours; a style sheet inside of the picture turns each of them where the reader's page is
//! dark. plotters rounds to whole pixels, which shows as steps, so it draws four times as large.

use std::fmt::Write;

use anyhow::anyhow;
use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    element::{PathElement, Text},
    style::{
        Color, FontDesc, FontFamily, FontStyle, RGBColor, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

pub const WIDTH: u32 = 760;
pub const HEIGHT: u32 = 380;
const FINE: f64 = 4.0;
const TEXT: f64 = 13.0;

pub const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);
pub const GRID: RGBColor = RGBColor(0xd8, 0xdd, 0xe3);
/// Lines: blue, orange, green, purple, red, brown. Told apart by their dashes too.
pub const LINES: [RGBColor; 6] = [
    RGBColor(0x0b, 0x63, 0xce),
    RGBColor(0xb4, 0x53, 0x09),
    RGBColor(0x15, 0x80, 0x3d),
    RGBColor(0x7e, 0x22, 0xce),
    RGBColor(0xbe, 0x12, 0x3c),
    RGBColor(0x71, 0x3f, 0x12),
];
/// The same on a dark page, in the order ink, grid, lines.
const DARK: [&str; 8] = ["#e6edf3", "#3b434d", "#6cb0ff", "#f5a54a", "#5fd38a", "#c99bff", "#ff8fa3", "#d9a875"];
const DASHES: [&str; 6] = ["", "7 4", "2 3", "11 4 2 4", "5 2", "1 5"];

/// What is drawn upon.
pub struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// Where a text stands: its end that touches the place.
#[derive(Debug, Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

fn at((x, y): (f64, f64)) -> (i32, i32) {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

impl Canvas<'_> {
    pub fn line(&self, points: &[(f64, f64)], colour: RGBColor, width: f64) -> anyhow::Result<()> {
        let style = colour.stroke_width((width * FINE).round() as u32);
        let points: Vec<_> = points.iter().copied().map(at).collect();
        self.0.draw(&PathElement::new(points, style)).map_err(|problem| anyhow!("{problem}"))
    }

    pub fn text(&self, text: &str, place: (f64, f64), anchor: Anchor, size: f64) -> anyhow::Result<()> {
        let font = FontDesc::new(FontFamily::SansSerif, size * TEXT * FINE, FontStyle::Normal);
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = TextStyle { font, color: INK.to_backend_color(), pos: Pos::new(horizontal, VPos::Center) };
        self.0.draw(&Text::new(text.to_owned(), at(place), style)).map_err(|problem| anyhow!("{problem}"))
    }
}

/// The picture as a file's text.
pub fn svg(
    title: &str,
    description: &str,
    draw: impl FnOnce(&Canvas<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let mut drawn = String::new();
    {
        let size = ((f64::from(WIDTH) * FINE) as u32, (f64::from(HEIGHT) * FINE) as u32);
        let canvas = Canvas(SVGBackend::with_string(&mut drawn, size).into_drawing_area());
        draw(&canvas)?;
        canvas.0.present()?;
    }
    let body = drawn.split_once(">\n").map_or(drawn.as_str(), |(_, body)| body);
    let (width, height) = (f64::from(WIDTH) * FINE, f64::from(HEIGHT) * FINE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" role=\"img\" aria-labelledby=\"title\" aria-describedby=\"description\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n<style>{}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"24\"/>\n",
        escape(title),
        escape(description),
        style_sheet(),
    );
    svg.push_str(body);
    Ok(svg)
}

/// Attributes of plotters are weaker than any rule, so rules that match them may turn them.
fn style_sheet() -> String {
    let name = |RGBColor(r, g, b): RGBColor| format!("#{r:02X}{g:02X}{b:02X}");
    let mut sheet = ".page{fill:#ffffff}".to_owned();
    for (line, dashes) in LINES.into_iter().zip(DASHES).filter(|(_, dashes)| !dashes.is_empty()) {
        let fine: Vec<String> =
            dashes.split(' ').map(|dash| format!("{}", dash.parse().unwrap_or(1.0) * FINE)).collect();
        let _ = write!(sheet, "[stroke=\"{}\"]{{stroke-dasharray:{}}}", name(line), fine.join(" "));
    }
    sheet.push_str("@media (prefers-color-scheme:dark){.page{fill:#0d1117}");
    for (light, dark) in [INK, GRID].into_iter().chain(LINES).zip(DARK) {
        let light = name(light);
        let _ = write!(sheet, "[stroke=\"{light}\"]{{stroke:{dark}}}[fill=\"{light}\"]{{fill:{dark}}}");
    }
    sheet.push('}');
    sheet
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
