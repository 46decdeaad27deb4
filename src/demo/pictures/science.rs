//! Scenes of the science pages: night, water, ice, seeds.

use super::canvas::{Canvas, HEIGHT, WIDTH};

/// A moth by a lamp.
pub fn moth(c: &mut Canvas) {
    c.sky("#12231f", "#1f3d34");
    c.glow(300.0, 210.0, 120.0, "#f6c667");
    c.disc(300.0, 210.0, 330.0, "#f6c66714");
    c.rounded(262.0, 84.0, 76.0, 34.0, 8.0, "#0c1714");
    c.line("M300 84 V0", "#0c1714", 8.0);
    for _ in 0..34 {
        let (x, y) = (c.any(-20.0, WIDTH), c.any(330.0, 640.0));
        let (degrees, size) = (c.any(-70.0, 70.0), c.any(0.7, 1.7));
        let leaf = c.one_of(&["#1b4a3a", "#24614a", "#143a2e", "#2f7758"]);
        c.moved(x, y, degrees, size, |c| {
            c.path("M0 0 C-46 -50 -40 -120 0 -160 C40 -120 46 -50 0 0 Z", leaf);
            c.line("M0 0 V-140", "#0f2b22", 2.5);
        });
    }
    c.moved(600.0, 320.0, 14.0, 1.35, |c| {
        for side in [-1.0, 1.0] {
            let x = |value: f64| value * side;
            c.path(
                &format!(
                    "M0 -10 C{:.0} -130 {:.0} -120 {:.0} -60 C{:.0} -10 {:.0} 20 0 16 Z",
                    x(60.0),
                    x(170.0),
                    x(190.0),
                    x(180.0),
                    x(90.0)
                ),
                "#e9dcc0",
            );
            c.path(
                &format!(
                    "M0 10 C{:.0} 10 {:.0} 30 {:.0} 84 C{:.0} 130 {:.0} 110 0 40 Z",
                    x(70.0),
                    x(130.0),
                    x(120.0),
                    x(90.0),
                    x(20.0)
                ),
                "#cdb893",
            );
            c.disc(x(116.0), -52.0, 22.0, "#7d5a44");
            c.disc(x(116.0), -52.0, 12.0, "#f2c14e");
            c.disc(x(76.0), 70.0, 13.0, "#7d5a44");
            c.line(&format!("M{:.0} -84 Q{:.0} -20 {:.0} 4", x(160.0), x(150.0), x(60.0)), "#b39b74", 4.0);
            c.line(&format!("M0 -40 Q{:.0} -90 {:.0} -104", x(18.0), x(46.0)), "#e9dcc0", 4.0);
        }
        c.oval(0.0, 18.0, 15.0, 62.0, "#8a6a50");
        c.disc(0.0, -38.0, 15.0, "#6d5140");
    });
}

/// A mountain lake and what lies beneath it.
pub fn lake(c: &mut Canvas) {
    c.sky("#a9cfe0", "#f3e9d6");
    c.glow(700.0, 110.0, 40.0, "#fff6da");
    c.peaks(330.0, 250.0, 4, "#5f7f97", "#f7fafc");
    c.hills(330.0, 46.0, 6, "#2f5d50");
    for (y, blue) in [(330.0, "#4fa3b5"), (392.0, "#2f8299"), (452.0, "#1d617e"), (520.0, "#124460")] {
        c.path(&format!("M0 {y} Q120 {} 240 {y} T480 {y} T720 {y} T960 {y} V600 H0 Z", y + 16.0), blue);
    }
    c.path("M560 334 L640 334 L690 430 L500 430 Z", "#fff6da33");
    c.line("M420 316 V580", "#f4f1de", 3.0);
    for (depth_idx, colour) in
        ["#f2b134", "#f0913a", "#e4572e", "#c23b4e", "#8a3b73", "#5a4a9c"].into_iter().enumerate()
    {
        c.disc(420.0, 356.0 + depth_idx as f64 * 42.0, 9.0, colour);
    }
    c.path("M394 326 h52 l-9 22 h-34 Z", "#e4572e");
    c.rect(416.0, 286.0, 8.0, 40.0, "#f4f1de");
    for (x, y, size) in [(640.0, 500.0, 1.0), (720.0, 540.0, 0.8), (190.0, 545.0, 0.9)] {
        c.moved(x, y, 0.0, size, |c| c.path("M-40 0 Q0 -26 40 0 L62 -16 V16 L40 0 Q0 26 -40 0 Z", "#9fd3dc66"));
    }
    c.line("M150 420 q60 60 0 130 M800 560 q-60 -60 0 -130", "#ffffff66", 5.0);
    c.path("M144 556 l-6 -22 l22 8 Z M806 424 l6 22 l-22 -8 Z", "#ffffff88");
}

/// Glacier cliffs that sing.
pub fn ice(c: &mut Canvas) {
    c.sky("#2b3f6b", "#a7c7de");
    c.hills(220.0, 120.0, 4, "#46608f");
    let mut x = -20.0;
    while x < 700.0 {
        let (width, height) = (c.any(44.0, 96.0), c.any(190.0, 300.0) * (1.0 - x / 1500.0));
        let (to_top, from_top, crack) = (c.any(-30.0, 4.0), c.any(6.0, 34.0), c.any(-12.0, 12.0));
        let face = c.one_of(&["#cfeaf3", "#a9d8ea", "#86c3de", "#dff3f7", "#6fb2d3"]);
        c.path(
            &format!(
                "M{x:.0} 450 V{:.0} l{:.0} {:.0} l{:.0} {:.0} V450 Z",
                450.0 - height,
                width * 0.5,
                to_top,
                width * 0.5,
                from_top
            ),
            face,
        );
        c.line(&format!("M{:.0} {:.0} l{:.0} 90", x + width * 0.5, 460.0 - height, crack), "#4d93b8", 3.0);
        x += width - 4.0;
    }
    c.rect(0.0, 446.0, WIDTH, 154.0, "#173a5c");
    for (x, y, size) in [(760.0, 470.0, 1.0), (610.0, 520.0, 0.7), (880.0, 540.0, 0.8), (300.0, 530.0, 0.6)] {
        c.moved(x, y, 0.0, size, |c| c.path("M-70 10 L-40 -30 L0 -44 L34 -18 L74 10 Z", "#dff3f7"));
    }
    for ring_idx in 0..6 {
        let radius = 50.0 + f64::from(ring_idx) * 38.0;
        c.line(
            &format!(
                "M{:.0} {:.0} A{radius} {radius} 0 0 1 {:.0} {:.0}",
                690.0 + radius * 0.5,
                330.0 - radius * 0.86,
                690.0 + radius * 0.94,
                330.0 + radius * 0.34
            ),
            "#fff1c9",
            5.0 - f64::from(ring_idx) * 0.6,
        );
    }
    c.ripples(460.0, 592.0, 46, "#cfeaf333");
}

/// Jars of beans on a shelf.
pub fn seed(c: &mut Canvas) {
    c.rect(0.0, 0.0, WIDTH, HEIGHT, "#2f4a3c");
    for shelf in [210.0, 400.0, 590.0] {
        for jar_idx in 0..7 {
            let x = 36.0 + f64::from(jar_idx) * 130.0;
            let (bean, height) = (
                c.one_of(&["#8e2f3c", "#e9dcc0", "#d08c3f", "#3b2a33", "#b85c7a", "#7a9a4a", "#f2c14e"]),
                c.any(64.0, 106.0),
            );
            c.rounded(x, shelf - 140.0, 104.0, 140.0, 16.0, "#dfeee633");
            c.rounded(x + 5.0, shelf - height, 94.0, height, 12.0, bean);
            for _ in 0..16 {
                let (bx, by) = (x + c.any(14.0, 90.0), shelf - c.any(8.0, height - 4.0));
                c.oval(bx, by, 8.0, 5.0, "#ffffff2e");
            }
            c.rounded(x + 8.0, shelf - 156.0, 88.0, 22.0, 6.0, "#c9a24f");
            c.rect(x + 24.0, shelf - 58.0, 56.0, 30.0, "#f6efdc");
            c.line(&format!("M{} {} h40 M{} {} h26", x + 32.0, shelf - 48.0, x + 32.0, shelf - 38.0), "#6d5b48", 2.5);
        }
        c.rect(0.0, shelf, WIDTH, 18.0, "#7a5234");
    }
    c.line("M478 244 C486 180 470 120 500 60", "#8fc05a", 8.0);
    c.path("M500 62 C520 10 580 14 590 20 C580 62 540 80 500 62 Z M488 116 C440 96 410 116 404 132 C432 156 470 150 488 116 Z", "#a5d36a");
}
