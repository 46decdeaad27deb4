//! Lines over time as SVG, without words: the page puts those around it as text, so that they keep their size and can be
//! read out. Colours come from the series' classes.

use std::fmt::Write;

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 160.0;

/// A drawing between 0 and 1 from left to right and from the bottom up.
#[derive(Debug)]
pub struct Curve {
    svg: String,
}

impl Curve {
    /// With rules at the quarters of the height.
    pub fn new() -> Self {
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">"
        );
        for quarter in 0..=4 {
            let y = HEIGHT * f64::from(quarter) / 4.0;
            write!(svg, "<path class=\"news-curve__rule\" d=\"M0 {y:.0}H{WIDTH}\"/>").expect("a string takes any text");
        }
        Self { svg }
    }

    /// A series through these points; where one is missing, the line is broken and not drawn through.
    pub fn line(mut self, series: &str, points: impl IntoIterator<Item = (f64, Option<f64>)>) -> Self {
        let mut path = String::new();
        let mut is_drawing = false;
        for (x, y) in points {
            let Some(y) = y else {
                is_drawing = false;
                continue;
            };
            let (x, y) = (x.clamp(0.0, 1.0) * WIDTH, (1.0 - y.clamp(0.0, 1.0)) * HEIGHT);
            let command = if is_drawing { 'L' } else { 'M' };
            // A single point draws nothing by itself; a line of no length with round ends is a dot.
            let dot = if is_drawing { "" } else { "h0" };
            write!(path, "{command}{x:.1} {y:.1}{dot}").expect("a string takes any text");
            is_drawing = true;
        }
        if !path.is_empty() {
            write!(self.svg, "<path class=\"news-curve__line news-series--{series}\" d=\"{path}\"/>")
                .expect("a string takes any text");
        }
        self
    }

    /// A moment at which something was changed.
    pub fn mark(mut self, x: f64) -> Self {
        let x = x * WIDTH;
        if (0.0..=WIDTH).contains(&x) {
            write!(self.svg, "<path class=\"news-curve__mark\" d=\"M{x:.1} 0V{HEIGHT}\"/>")
                .expect("a string takes any text");
        }
        self
    }

    pub fn finish(self) -> String {
        self.svg + "</svg>"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_point_breaks_the_line() {
        let points = [(0.0, Some(0.5)), (0.5, Some(1.0)), (0.7, None), (1.0, Some(0.0))];
        let svg = Curve::new().line("learned", points).finish();
        assert!(svg.contains("d=\"M0.0 80.0h0L300.0 0.0M600.0 160.0h0\""), "{svg}");
    }

    #[test]
    fn nothing_is_drawn_outside_and_nothing_for_an_empty_series() {
        let svg = Curve::new().line("learned", [(0.0, None)]).mark(-0.1).mark(1.2).finish();
        assert!(!svg.contains("news-curve__line") && !svg.contains("news-curve__mark"));
    }
}
