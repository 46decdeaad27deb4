//! Scenes of the sport pages: a relay, a save, a swim, a climb.

use super::canvas::{Canvas, HEIGHT, WIDTH};

/// A baton changes hands at sunrise.
pub fn relay(c: &mut Canvas) {
    c.sky("#f08a5d", "#f9d89c");
    c.glow(480.0, 330.0, 110.0, "#fff0c4");
    c.rect(0.0, 350.0, WIDTH, 120.0, "#2a7f8e");
    c.path("M390 350 H570 L640 470 H320 Z", "#ffe6ae66");
    c.ripples(362.0, 440.0, 30, "#ffe6ae77");
    c.hills(360.0, 60.0, 9, "#00000000");
    c.path("M0 380 Q120 330 260 372 L300 470 H0 Z", "#35505c");
    c.path("M0 470 Q480 420 960 470 V600 H0 Z", "#6b4f4f");
    c.path("M0 488 Q480 440 960 488 V500 Q480 452 0 500 Z", "#e8d3b0");
    c.moved(330.0, 380.0, 0.0, 1.15, |c| {
        c.figure((44.0, -132.0), &["M0 0 L30 -96"], 24.0, "#8a5a3c", "#1f3a5f");
        c.line("M28 -90 L66 -62 L112 -74", "#8a5a3c", 15.0);
        c.line("M28 -88 L-8 -62 L-30 -28", "#8a5a3c", 15.0);
        c.line("M0 0 L46 34 L34 92", "#1f3a5f", 20.0);
        c.line("M0 0 L-38 40 L-86 34", "#1f3a5f", 20.0);
        c.line("M34 92 l24 4 M-86 34 l-10 -20", "#f2f0e6", 12.0);
    });
    c.line("M450 296 L506 282", "#d1263f", 13.0);
    c.moved(596.0, 376.0, 0.0, 1.15, |c| {
        c.figure((52.0, -128.0), &["M0 0 L36 -92"], 24.0, "#b9784f", "#f4f1de");
        c.line("M34 -86 L-16 -70 L-72 -82", "#b9784f", 15.0);
        c.line("M34 -86 L74 -52 L104 -78", "#b9784f", 15.0);
        c.line("M0 0 L50 26 L60 84", "#f4f1de", 20.0);
        c.line("M0 0 L-26 52 L-76 66", "#f4f1de", 20.0);
        c.line("M60 84 l26 0 M-76 66 l-14 -16", "#d1263f", 12.0);
    });
}

/// A goalkeeper at full stretch.
pub fn goalkeeper(c: &mut Canvas) {
    c.sky("#274b6d", "#5c8fb0");
    for row_idx in 0..5 {
        for seat_idx in 0..40 {
            let colour = c.one_of(&["#d1495b", "#edae49", "#e8e2d0", "#1d3349", "#30638e", "#81b29a"]);
            let (x, y) = (f64::from(seat_idx) * 25.0 + f64::from(row_idx % 2) * 12.0, 50.0 + f64::from(row_idx) * 30.0);
            c.disc(x, y, 10.5, colour);
        }
    }
    c.rect(0.0, 190.0, WIDTH, 26.0, "#f0e3c8");
    c.rect(0.0, 400.0, WIDTH, 200.0, "#3f8f4f");
    for stripe_idx in 0..4 {
        c.path(&format!("M{} 400 h120 l{} 200 h-170 Z", stripe_idx * 250, stripe_idx * 30 - 30), "#4aa15b");
    }
    for strand_idx in 0..22 {
        let x = 130.0 + f64::from(strand_idx) * 33.5;
        c.line(&format!("M{x:.0} 110 L{:.0} 440", 480.0 + (x - 480.0) * 0.94), "#ffffff66", 2.0);
    }
    for strand_idx in 0..11 {
        let y = 116.0 + f64::from(strand_idx) * 31.0;
        c.line(&format!("M126 {y:.0} H834"), "#ffffff66", 2.0);
    }
    c.line("M120 450 V104 H840 V450", "#ffffff", 13.0);
    c.moved(480.0, 330.0, -24.0, 1.25, |c| {
        c.line("M-60 0 L40 -14", "#1f7a4d", 44.0);
        c.line("M48 -20 L112 -44 L164 -48", "#1f7a4d", 21.0);
        c.line("M44 -4 L104 -10 L156 -30", "#186240", 21.0);
        c.disc(170.0, -52.0, 15.0, "#f2b134");
        c.disc(164.0, -28.0, 15.0, "#f2b134");
        c.disc(82.0, -62.0, 24.0, "#e3b088");
        c.path("M60 -70 Q66 -96 94 -88 Q108 -80 104 -66 Q84 -82 60 -70 Z", "#b9bcc2");
        c.line("M-64 4 L-130 -16 L-190 22", "#16243a", 25.0);
        c.line("M-64 8 L-118 44 L-180 60", "#16243a", 25.0);
        c.line("M-190 22 l-20 10 M-180 60 l-22 4", "#f2f0e6", 17.0);
    });
    c.disc(752.0, 176.0, 33.0, "#fbf7ea");
    c.path("M752 162 l14 10 l-5 16 h-18 l-5 -16 Z", "#23272e");
    c.line("M752 162 v-18 M766 172 l17 -6 M761 188 l10 15 M743 188 l-10 15 M738 172 l-17 -6", "#23272e", 3.0);
}

/// A line of swimmers in cold water.
pub fn swimmers(c: &mut Canvas) {
    c.sky("#cfe0e3", "#f2e6d6");
    c.hills(170.0, 60.0, 4, "#8fa7ad");
    for (row_idx, water) in ["#5fa39a", "#4b9189", "#398079", "#2a6f6a", "#1e5d5a", "#154c4a"].into_iter().enumerate() {
        let y = 170.0 + row_idx as f64 * 74.0;
        let shift = if row_idx % 2 == 0 { 0.0 } else { -60.0 };
        c.path(
            &format!(
                "M{shift} {y} q60 -22 120 0 t120 0 t120 0 t120 0 t120 0 t120 0 t120 0 t120 0 t120 0 V600 H{shift} Z"
            ),
            water,
        );
        let (x, size) = (660.0 - row_idx as f64 * 96.0, 0.65 + row_idx as f64 * 0.16);
        if row_idx < 5 {
            swimmer(c, x, y + 34.0, size);
        }
    }
    c.path("M800 214 l28 -86 l28 86 Z", "#f08a24");
    c.rect(818.0, 160.0, 20.0, 14.0, "#fbf0dc");
    c.oval(828.0, 216.0, 44.0, 12.0, "#d26f12");
    c.line("M828 128 v-34", "#5b3b2a", 4.0);
    c.path("M828 94 l30 12 l-30 12 Z", "#d1263f");
}

fn swimmer(c: &mut Canvas, x: f64, y: f64, size: f64) {
    c.moved(x, y, 0.0, size, |c| {
        c.line("M-76 10 Q-30 -8 10 2", "#e3b088", 22.0);
        c.line("M6 0 Q30 -64 74 -14", "#e3b088", 15.0);
        c.disc(40.0, -6.0, 19.0, "#e3b088");
        c.path("M22 -10 a19 20 0 0 1 37 -4 Z", "#d1263f");
        c.line("M-110 16 q24 -14 48 0 t48 0 t48 0 t48 0 t40 0", "#e9f5f1", 6.0);
    });
}

/// Cyclists zigzag up a mountain.
pub fn hill(c: &mut Canvas) {
    c.sky("#7fb7d6", "#e8f1e4");
    c.glow(160.0, 120.0, 46.0, "#fff3c9");
    c.hills(330.0, 90.0, 4, "#8fb3a2");
    c.path("M60 600 Q360 380 500 110 Q560 60 610 120 Q760 420 960 560 V600 Z", "#4f8a55");
    c.path("M500 110 Q560 60 610 120 Q760 420 960 560 V600 H700 Q640 320 500 110 Z", "#3f7447");
    c.line("M240 600 L700 500 L350 420 L660 345 L430 280 L610 220 L510 165 L556 112", "#e9dcc0", 24.0);
    c.line("M555 108 V30", "#5b3b2a", 6.0);
    c.path("M556 30 l62 18 l-62 20 Z", "#d1263f");
    let riders = [
        (330.0, 574.0, 1.25, 1.0),
        (470.0, 544.0, 1.15, 1.0),
        (610.0, 514.0, 1.05, 1.0),
        (600.0, 474.0, 0.95, -1.0),
        (480.0, 446.0, 0.88, -1.0),
        (440.0, 394.0, 0.8, 1.0),
        (560.0, 364.0, 0.72, 1.0),
        (590.0, 322.0, 0.66, -1.0),
        (500.0, 296.0, 0.58, -1.0),
        (540.0, 240.0, 0.5, 1.0),
        (560.0, 192.0, 0.42, -1.0),
    ];
    for (x, y, size, toward) in riders {
        let jersey = c.one_of(&["#e4572e", "#f2b134", "#2a4d8f", "#f4f1de", "#8e2f6c"]);
        rider(c, x, y, size, toward, jersey);
    }
    for _ in 0..22 {
        let (x, size) = (c.any(0.0, WIDTH), c.any(26.0, 60.0));
        let y = HEIGHT - c.any(-10.0, 40.0);
        c.tree(x, y + 6.0, size * 1.6, "#2f5d43", "#3b2a22");
    }
}

fn rider(c: &mut Canvas, x: f64, y: f64, size: f64, toward: f64, jersey: &str) {
    c.moved(x, y, 0.0, size, |c| {
        let x = |value: f64| value * toward;
        for wheel in [-24.0, 24.0] {
            c.line(&format!("M{:.0} -16 a15 15 0 1 0 30 0 a15 15 0 1 0 -30 0", x(wheel) - 15.0), "#20303a", 4.0);
        }
        c.line(
            &format!(
                "M{:.0} -16 L{:.0} -38 L{:.0} -38 L{:.0} -16 L0 -16 L{:.0} -38",
                x(-24.0),
                x(-10.0),
                x(16.0),
                x(24.0),
                x(16.0)
            ),
            "#20303a",
            4.0,
        );
        c.line(&format!("M{:.0} -44 L{:.0} -70", x(-10.0), x(10.0)), jersey, 15.0);
        c.line(&format!("M{:.0} -66 L{:.0} -44", x(10.0), x(20.0)), "#c98f63", 6.0);
        c.line(&format!("M{:.0} -42 L{:.0} -30 L{:.0} -16", x(-10.0), x(6.0), x(0.0)), "#2b2f3a", 8.0);
        c.disc(x(18.0), -82.0, 9.5, "#f4f1de");
    });
}
