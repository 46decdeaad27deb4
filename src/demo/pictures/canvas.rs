//! A sheet to draw on, and the things that appear in more than one picture.

use std::fmt::Write;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub const WIDTH: f64 = 960.0;
pub const HEIGHT: f64 = 600.0;

/// Shapes in drawing order, as SVG, and the chance that scatters them.
#[derive(Debug)]
pub struct Canvas {
    svg: String,
    random: Pcg64Mcg,
    n_gradients: u32,
}

impl Canvas {
    /// The same name scatters the same way, on any machine.
    pub fn new(name: &str) -> Self {
        // FNV-1a: the standard library's hash may change from one release to the next.
        let seed = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { svg: String::new(), random: Pcg64Mcg::seed_from_u64(seed), n_gradients: 0 }
    }

    /// The finished picture with its description.
    pub fn finish(self, description: &str) -> String {
        let escaped = description.replace('&', "&amp;").replace('<', "&lt;");
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
             <title>{escaped}</title>\n{}</svg>\n",
            self.svg
        )
    }

    /// A number between two others.
    pub fn any(&mut self, least: f64, most: f64) -> f64 {
        self.random.random_range(least..most)
    }

    /// One of several colours.
    pub fn one_of<'a>(&mut self, colours: &[&'a str]) -> &'a str {
        colours[self.random.random_range(0..colours.len())]
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        self.svg.write_fmt(element).expect("a string takes any text");
        self.svg.push('\n');
    }

    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str) {
        self.rounded(x, y, width, height, 0.0, fill);
    }

    pub fn rounded(&mut self, x: f64, y: f64, width: f64, height: f64, radius: f64, fill: &str) {
        self.add(format_args!(
            "<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"{radius:.0}\" fill=\"{fill}\"/>"
        ));
    }

    pub fn disc(&mut self, x: f64, y: f64, radius: f64, fill: &str) {
        self.add(format_args!("<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.1}\" fill=\"{fill}\"/>"));
    }

    pub fn oval(&mut self, x: f64, y: f64, across: f64, down: f64, fill: &str) {
        self.add(format_args!(
            "<ellipse cx=\"{x:.0}\" cy=\"{y:.0}\" rx=\"{across:.0}\" ry=\"{down:.0}\" fill=\"{fill}\"/>"
        ));
    }

    pub fn path(&mut self, path: &str, fill: &str) {
        self.add(format_args!("<path d=\"{path}\" fill=\"{fill}\"/>"));
    }

    pub fn line(&mut self, path: &str, stroke: &str, width: f64) {
        self.add(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width:.1}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        ));
    }

    /// Everything that `draw` adds, moved, turned and scaled.
    pub fn moved(&mut self, x: f64, y: f64, degrees: f64, scale: f64, draw: impl FnOnce(&mut Self)) {
        self.add(format_args!("<g transform=\"translate({x:.0} {y:.0}) rotate({degrees:.1}) scale({scale:.2})\">"));
        draw(self);
        self.add(format_args!("</g>"));
    }

    /// A fill that runs from one colour at the top to another at the bottom, over the whole sheet.
    pub fn sky(&mut self, top: &str, bottom: &str) {
        self.n_gradients += 1;
        let id = format!("g{}", self.n_gradients);
        self.add(format_args!(
            "<linearGradient id=\"{id}\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\"><stop offset=\"0\" stop-color=\"{top}\"/>\
             <stop offset=\"1\" stop-color=\"{bottom}\"/></linearGradient>"
        ));
        self.rect(0.0, 0.0, WIDTH, HEIGHT, &format!("url(#{id})"));
    }

    /// A sun, moon or lamp with two soft rings of light.
    pub fn glow(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        self.disc(x, y, radius * 2.4, &format!("{colour}22"));
        self.disc(x, y, radius * 1.6, &format!("{colour}33"));
        self.disc(x, y, radius, colour);
    }

    /// A line of hills from edge to edge, filled down to the bottom; `rise` is how far they reach above `y`.
    pub fn hills(&mut self, y: f64, rise: f64, n_hills: u32, fill: &str) {
        let step = WIDTH / f64::from(n_hills);
        let mut path = format!("M0 {HEIGHT} L0 {y:.0}");
        for hill_idx in 0..n_hills {
            let start = f64::from(hill_idx) * step;
            let peak = y - rise * self.any(0.5, 1.0) * 1.6;
            let end_y = y - self.any(-0.2, 0.25) * rise;
            write!(path, " Q{:.0} {peak:.0} {:.0} {end_y:.0}", start + step * 0.5, start + step).expect("text");
        }
        write!(path, " L{WIDTH} {HEIGHT} Z").expect("a string takes any text");
        self.path(&path, fill);
    }

    /// A row of sharp peaks, filled down to the bottom, with snow on those that reach highest.
    pub fn peaks(&mut self, y: f64, rise: f64, n_peaks: u32, fill: &str, snow: &str) {
        let step = WIDTH / f64::from(n_peaks);
        for peak_idx in 0..=n_peaks {
            let x = f64::from(peak_idx) * step + self.any(-0.2, 0.2) * step;
            let top = y - rise * self.any(0.6, 1.0);
            let (left, right) = (x - step * 0.85, x + step * 0.85);
            self.path(&format!("M{left:.0} {y:.0} L{x:.0} {top:.0} L{right:.0} {y:.0} Z"), fill);
            let down = (y - top) * 0.28;
            let across = step * 0.85 * 0.28;
            self.path(
                &format!(
                    "M{x:.0} {top:.0} L{:.0} {:.0} L{:.0} {:.0} L{:.0} {:.0} L{:.0} {:.0} Z",
                    x - across,
                    top + down,
                    x - across * 0.3,
                    top + down * 0.75,
                    x + across * 0.25,
                    top + down * 1.15,
                    x + across,
                    top + down
                ),
                snow,
            );
        }
    }

    /// Rows of short strokes, as light lies on water.
    pub fn ripples(&mut self, top: f64, bottom: f64, n_ripples: u32, colour: &str) {
        for _ in 0..n_ripples {
            let (x, y) = (self.any(0.0, WIDTH), self.any(top, bottom));
            let length = self.any(20.0, 90.0) * (0.5 + (y - top) / (bottom - top));
            self.line(&format!("M{x:.0} {y:.0} h{length:.0}"), colour, 3.0);
        }
    }

    pub fn stars(&mut self, bottom: f64, n_stars: u32, colour: &str) {
        for _ in 0..n_stars {
            let (x, y, radius) = (self.any(0.0, WIDTH), self.any(0.0, bottom), self.any(0.8, 2.4));
            self.disc(x, y, radius, colour);
        }
    }

    /// A street front with rows of windows, some of them lit; its upper left corner and its size, then its colours.
    pub fn house(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), wall: &str, lit: &str, dark: &str) {
        self.rect(x, y, width, height, wall);
        let (n_columns, n_rows) = ((width / 46.0).floor().max(1.0), (height / 66.0).floor().max(1.0));
        let (step_x, step_y) = (width / n_columns, height / n_rows);
        for row_idx in 0..n_rows as u32 {
            for column_idx in 0..n_columns as u32 {
                let pane = if self.any(0.0, 1.0) < 0.45 { lit } else { dark };
                let (left, top) = (x + f64::from(column_idx) * step_x, y + f64::from(row_idx) * step_y);
                self.rounded(left + step_x * 0.28, top + step_y * 0.25, step_x * 0.44, step_y * 0.5, 3.0, pane);
            }
        }
    }

    /// A tree with a round crown, its foot at the given point.
    pub fn tree(&mut self, x: f64, y: f64, size: f64, crown: &str, trunk: &str) {
        self.rect(x - size * 0.05, y - size * 0.5, size * 0.1, size * 0.5, trunk);
        self.oval(x, y - size * 0.7, size * 0.3, size * 0.38, crown);
    }

    /// A person drawn as a head and a bent line for each limb; points are relative to the hip.
    pub fn figure(&mut self, head: (f64, f64), limbs: &[&str], width: f64, skin: &str, dress: &str) {
        for limb in limbs {
            self.line(limb, dress, width);
        }
        self.disc(head.0, head.1, width * 0.95, skin);
    }
}
