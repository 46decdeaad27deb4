//! Scenes of the technology pages: workbench, island, field, keys.

use super::canvas::{Canvas, HEIGHT, WIDTH};

/// The parts of a machine, laid out in order.
pub fn repair(c: &mut Canvas) {
    c.rect(0.0, 0.0, WIDTH, HEIGHT, "#d9a066");
    for board in [0.0, 148.0, 300.0, 452.0] {
        c.line(&format!("M0 {board} H960"), "#b9814b", 5.0);
        let (x, y) = (c.any(0.0, 600.0), board + c.any(40.0, 110.0));
        c.line(&format!("M{x:.0} {y:.0} q160 -20 330 6"), "#c48f57", 4.0);
    }
    c.rounded(120.0, 60.0, 720.0, 480.0, 22.0, "#1f4e5f");
    for part_idx in 0..24 {
        let (column_idx, row_idx) = (part_idx % 6, part_idx / 6);
        let (x, y) = (192.0 + f64::from(column_idx) * 116.0, 122.0 + f64::from(row_idx) * 118.0);
        if (row_idx == 1 || row_idx == 2) && (column_idx == 2 || column_idx == 3) {
            continue;
        }
        part(c, x, y, part_idx);
    }
    c.moved(484.0, 300.0, 38.0, 1.0, |c| {
        c.rounded(-20.0, -150.0, 40.0, 130.0, 18.0, "#e4572e");
        c.line("M-8 -138 V-40 M8 -138 V-40", "#b63d1b", 5.0);
        c.rect(-8.0, -22.0, 16.0, 124.0, "#d7dde0");
        c.path("M-8 102 h16 l-4 26 h-8 Z", "#aeb8bd");
    });
}

fn part(c: &mut Canvas, x: f64, y: f64, part_idx: u32) {
    let metal = c.one_of(&["#e9e4d4", "#c5d0d3", "#f2c14e", "#e98a5b", "#8fc0a9"]);
    match part_idx % 5 {
        0 => {
            for tooth in 0..8 {
                c.moved(x, y, f64::from(tooth) * 45.0, 1.0, |c| c.rect(-6.0, -38.0, 12.0, 16.0, metal));
            }
            c.disc(x, y, 29.0, metal);
            c.disc(x, y, 11.0, "#1f4e5f");
        }
        1 => {
            c.disc(x, y, 22.0, metal);
            c.line(&format!("M{} {y} h24 M{x} {} v24", x - 12.0, y - 12.0), "#1f4e5f", 6.0);
        }
        2 => c.line(&format!("M{} {y} q8 -34 16 0 t16 0 t16 0 t16 0", x - 32.0), metal, 6.0),
        3 => {
            c.rounded(x - 34.0, y - 24.0, 68.0, 48.0, 6.0, "#2f7d5b");
            c.rect(x - 16.0, y - 12.0, 32.0, 24.0, "#16382b");
            c.line(&format!("M{} {} h50 M{} {} h50", x - 25.0, y - 19.0, x - 25.0, y + 19.0), "#f2c14e", 3.0);
        }
        _ => {
            c.disc(x, y, 30.0, metal);
            c.disc(x, y, 19.0, "#1f4e5f");
        }
    }
}

/// A sleeping island joined by glowing lines.
pub fn network(c: &mut Canvas) {
    c.sky("#0b1533", "#27386b");
    c.stars(320.0, 90, "#cfd9ff");
    c.glow(190.0, 120.0, 40.0, "#f1ecd2");
    c.rect(0.0, 440.0, WIDTH, 160.0, "#0f2447");
    c.path("M90 470 C180 330 340 380 430 300 S640 260 720 360 S860 420 900 470 Z", "#1d3b3f");
    c.path("M60 472 C260 452 700 452 920 472 C760 500 240 500 60 472 Z", "#152c33");
    for (x, y, size) in [(470.0, 296.0, 1.0), (610.0, 286.0, 1.15), (350.0, 350.0, 0.85)] {
        let turn = c.any(0.0, 120.0);
        c.moved(x, y, 0.0, size, |c| {
            c.path("M-5 0 L-3 -150 H3 L5 0 Z", "#dfe6f2");
            for blade in 0..3 {
                c.moved(0.0, -150.0, turn + f64::from(blade) * 120.0, 1.0, |c| {
                    c.path("M-5 0 Q-12 -50 0 -92 Q6 -50 5 0 Z", "#f2f5fb")
                });
            }
            c.disc(0.0, -150.0, 7.0, "#9fb0cf");
        });
    }
    let houses = [
        (180.0, 436.0),
        (270.0, 404.0),
        (330.0, 430.0),
        (420.0, 372.0),
        (500.0, 420.0),
        (560.0, 352.0),
        (650.0, 400.0),
        (700.0, 436.0),
        (780.0, 428.0),
    ];
    for pair in houses.windows(2) {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        c.line(&format!("M{x1} {y1} Q{} {} {x2} {y2}", (x1 + x2) / 2.0, f64::min(y1, y2) - 46.0), "#66e0d0", 2.5);
    }
    c.line("M180 436 Q360 250 560 352 M330 430 Q520 300 700 436", "#66e0d077", 2.0);
    for (x, y) in houses {
        c.disc(x, y - 6.0, 26.0, "#66e0d022");
        c.rect(x - 15.0, y - 12.0, 30.0, 24.0, "#31526b");
        c.path(&format!("M{} {} l20 -18 l20 18 Z", x - 20.0, y - 12.0), "#8a4b52");
        let pane = c.one_of(&["#ffd27a", "#ffd27a", "#203a50"]);
        c.rect(x - 5.0, y - 7.0, 10.0, 10.0, pane);
    }
    c.ripples(490.0, 592.0, 44, "#8fb3e033");
}

/// A tractor at rest in a wide field.
pub fn tractor(c: &mut Canvas) {
    c.sky("#bcd9e6", "#f6ead0");
    c.glow(210.0, 150.0, 48.0, "#fff3cd");
    for (x, y) in [(560.0, 110.0), (760.0, 160.0), (380.0, 70.0)] {
        c.oval(x, y, 80.0, 16.0, "#ffffffaa");
        c.oval(x + 40.0, y - 12.0, 50.0, 16.0, "#ffffffaa");
    }
    c.hills(360.0, 50.0, 3, "#8aa06a");
    c.rect(0.0, 370.0, WIDTH, 230.0, "#8a5a3c");
    for furrow_idx in -14..=14 {
        let x = f64::from(furrow_idx);
        c.line(&format!("M{:.0} 372 L{:.0} 610", 480.0 + x * 26.0, 480.0 + x * 128.0), "#6d432b", 7.0);
    }
    c.moved(470.0, 470.0, 0.0, 1.25, |c| {
        c.oval(20.0, 4.0, 170.0, 14.0, "#00000044");
        c.rounded(-10.0, -104.0, 150.0, 62.0, 12.0, "#c8382e");
        c.rect(0.0, -58.0, 140.0, 30.0, "#8f231d");
        c.path("M-98 -60 L-84 -176 H-6 L6 -60 Z", "#c8382e");
        c.path("M-84 -104 L-75 -164 H-16 L-8 -104 Z", "#cfe8ee");
        c.rect(-92.0, -186.0, 96.0, 12.0, "#8f231d");
        c.line("M98 -104 V-152", "#33302e", 8.0);
        c.disc(-56.0, -50.0, 62.0, "#26282b");
        c.disc(-56.0, -50.0, 28.0, "#f2c14e");
        c.disc(112.0, -30.0, 38.0, "#26282b");
        c.disc(112.0, -30.0, 16.0, "#f2c14e");
        c.disc(140.0, -84.0, 8.0, "#fff4c9");
    });
    c.oval(800.0, 520.0, 26.0, 17.0, "#a8855f");
    c.disc(822.0, 506.0, 13.0, "#a8855f");
    c.line("M818 496 l-6 -30 M826 495 l4 -31", "#a8855f", 8.0);
    c.disc(827.0, 503.0, 2.4, "#2b2018");
}

/// A small board of round keys.
pub fn keyboard(c: &mut Canvas) {
    c.rect(0.0, 0.0, WIDTH, HEIGHT, "#f0c7a4");
    c.disc(120.0, 90.0, 210.0, "#eeb78a");
    c.disc(880.0, 560.0, 260.0, "#e7a97f");
    c.moved(480.0, 310.0, -7.0, 1.0, |c| {
        c.path(
            "M-330 60 C-330 -170 -120 -210 40 -190 S350 -130 340 60 S220 210 20 200 S-330 250 -330 60 Z",
            "#00000026",
        );
        c.path("M-340 40 C-340 -190 -130 -230 30 -210 S340 -150 330 40 S210 190 10 180 S-340 230 -340 40 Z", "#c9995f");
        c.path("M-322 36 C-322 -170 -126 -210 28 -192 S320 -140 310 36 S200 170 8 160 S-322 210 -322 36 Z", "#e2bb83");
        let keys = [
            (-210.0, -40.0),
            (-110.0, -104.0),
            (0.0, -120.0),
            (112.0, -96.0),
            (212.0, -40.0),
            (-120.0, 10.0),
            (-8.0, -10.0),
            (104.0, 8.0),
            (-210.0, 76.0),
            (-70.0, 104.0),
        ];
        for (key_idx, (x, y)) in keys.into_iter().enumerate() {
            let cap = ["#e4572e", "#fdf3e1", "#17807e", "#fdf3e1", "#e98a5b"][key_idx % 5];
            c.disc(x + 4.0, y + 7.0, 43.0, "#0000003a");
            c.disc(x, y, 42.0, cap);
            c.disc(x, y - 3.0, 32.0, "#ffffff2e");
        }
        c.rounded(40.0, 74.0, 150.0, 64.0, 32.0, "#17807e");
        c.disc(262.0, 66.0, 21.0, "#f6f0e0");
        for hole in [(-6.0, -6.0), (6.0, -6.0), (-6.0, 6.0), (6.0, 6.0)] {
            c.disc(262.0 + hole.0, 66.0 + hole.1, 3.0, "#8a6a4a");
        }
    });
}
