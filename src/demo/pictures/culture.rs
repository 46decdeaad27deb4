//! Scenes of the culture pages: street music, shelves, a lamp, a painted wall.

use super::canvas::{Canvas, HEIGHT, WIDTH};

/// A street whose windows play.
pub fn orchestra(c: &mut Canvas) {
    c.sky("#f7c59f", "#fbe7c6");
    c.path("M380 600 L440 250 H520 L580 600 Z", "#d8b491");
    front(c, 0.0, 400.0, ["#b5525c", "#d98e5f"], 1.0);
    front(c, 560.0, 400.0, ["#3d6d8a", "#5a4a78"], -1.0);
    for (x, y, tilt) in [
        (420.0, 190.0, -12.0),
        (470.0, 110.0, 8.0),
        (520.0, 210.0, 14.0),
        (446.0, 300.0, 4.0),
        (508.0, 330.0, -10.0),
        (490.0, 40.0, -6.0),
    ] {
        c.moved(x, y, tilt, 1.15, |c| {
            c.line("M8 8 V-34 q16 4 18 20", "#4a2c40", 4.0);
            c.oval(0.0, 8.0, 10.0, 7.5, "#4a2c40");
        });
    }
    c.line("M300 470 Q480 530 660 470", "#c8382e", 4.0);
    c.path("M430 500 h100 v74 l-50 -16 l-50 16 Z", "#c8382e");
}

fn front(c: &mut Canvas, x: f64, width: f64, walls: [&str; 2], toward: f64) {
    c.rect(x, 60.0, width / 2.0, 540.0, walls[0]);
    c.rect(x + width / 2.0, 20.0, width / 2.0, 580.0, walls[1]);
    for window_idx in 0..12 {
        let left = x + 34.0 + f64::from(window_idx % 4) * 94.0;
        let top = 110.0 + f64::from(window_idx / 4) * 160.0;
        c.rounded(left, top, 62.0, 96.0, 5.0, "#ffe3a0");
        c.rect(left - 6.0, top + 96.0, 74.0, 10.0, "#f8ead6");
        if window_idx % 3 != 1 {
            musician(c, left + 31.0, top + 94.0, toward, window_idx);
        }
        c.rect(left - 18.0, top, 16.0, 96.0, "#2f4858");
        c.rect(left + 64.0, top, 16.0, 96.0, "#2f4858");
    }
}

fn musician(c: &mut Canvas, x: f64, y: f64, toward: f64, idx: u32) {
    let dress = c.one_of(&["#8e2f3c", "#2a6f6f", "#5a4a78", "#30638e", "#3b2a33"]);
    let skin = c.one_of(&["#f0c9a0", "#c98f63", "#8a5a3c", "#e3b088"]);
    c.moved(x, y, 0.0, 1.0, |c| {
        c.path("M-22 0 Q-20 -40 0 -42 Q20 -40 22 0 Z", dress);
        c.disc(0.0, -56.0, 13.0, skin);
        if idx.is_multiple_of(2) {
            c.line(&format!("M0 -48 L{:.0} -26", toward * 46.0), "#f2c14e", 7.0);
            c.disc(toward * 48.0, -25.0, 9.0, "#f2c14e");
        } else {
            c.oval(toward * 14.0, -34.0, 16.0, 9.0, "#a8562b");
            c.line(
                &format!(
                    "M{:.0} -36 L{:.0} -48 M{:.0} -60 L{:.0} -16",
                    toward * 14.0,
                    toward * 46.0,
                    toward * 8.0,
                    toward * 30.0
                ),
                "#5b2f17",
                3.5,
            );
        }
    });
}

/// Shelves on which some books are only outlines.
pub fn library(c: &mut Canvas) {
    c.rect(0.0, 0.0, WIDTH, HEIGHT, "#3a2635");
    for shelf in [150.0, 298.0, 446.0, 594.0] {
        let mut x = 26.0;
        while x < 920.0 {
            let (width, height) = (c.any(20.0, 46.0), c.any(86.0, 128.0));
            let spine = c.one_of(&["#c8553d", "#e9b44c", "#588b8b", "#f0e3c8", "#7a4b6d", "#30638e", "#9aa65a"]);
            let top = shelf - height;
            // Towards the right the books are less and less finished.
            if c.any(0.0, 1.0) < (x - 200.0) / 900.0 {
                c.line(&format!("M{x:.0} {shelf} V{top:.0} h{:.0} V{shelf}", width - 5.0), "#f0e3c877", 2.0);
            } else {
                c.rounded(x, top, width - 4.0, height, 3.0, spine);
                c.line(
                    &format!(
                        "M{:.0} {:.0} h{:.0} M{:.0} {:.0} h{:.0}",
                        x + 5.0,
                        top + 16.0,
                        width - 14.0,
                        x + 5.0,
                        top + 25.0,
                        width - 14.0
                    ),
                    "#00000044",
                    3.0,
                );
            }
            x += width;
        }
        c.rect(0.0, shelf, WIDTH, 15.0, "#7a5234");
    }
    c.moved(640.0, 250.0, 28.0, 1.0, |c| {
        c.rect(-11.0, -110.0, 22.0, 200.0, "#f2b134");
        c.rect(-4.0, -110.0, 8.0, 200.0, "#d6920f");
        c.path("M-11 90 h22 L0 132 Z", "#f0d9b5");
        c.path("M-4 116 h8 L0 132 Z", "#2b2018");
        c.rounded(-11.0, -136.0, 22.0, 28.0, 8.0, "#e07a8a");
    });
    c.line("M690 130 C760 60 850 90 900 0", "#f0e3c8", 4.0);
}

/// One lamp, one chair, two curtains.
pub fn theatre(c: &mut Canvas) {
    c.rect(0.0, 0.0, WIDTH, HEIGHT, "#231a2b");
    c.path("M470 90 L210 540 H750 L490 90 Z", "#f6d98a2e");
    c.rect(0.0, 500.0, WIDTH, 100.0, "#6b4430");
    for board_idx in 0..9 {
        let x = f64::from(board_idx) * 120.0;
        c.line(&format!("M{:.0} 500 L{:.0} 600", 240.0 + x * 0.5, x), "#54331f", 4.0);
    }
    c.oval(480.0, 536.0, 250.0, 42.0, "#f6d98a66");
    c.line("M480 0 V70", "#0f0b14", 5.0);
    c.path("M440 100 L456 66 h48 L520 100 Z", "#2f7d7a");
    c.disc(480.0, 102.0, 15.0, "#fff1c0");
    c.line("M440 400 V540 M520 400 V540 M448 470 V546 M512 470 V546", "#d9a066", 10.0);
    c.rounded(430.0, 300.0, 100.0, 20.0, 8.0, "#d9a066");
    c.line("M440 310 V440 M520 310 V440 M466 320 V440 M494 320 V440", "#d9a066", 9.0);
    c.rounded(424.0, 436.0, 112.0, 18.0, 8.0, "#e9b97c");
    c.path("M456 436 q24 -34 50 0 Z", "#c8382e");
    for side in [0.0, 960.0] {
        let sign = if side == 0.0 { 1.0 } else { -1.0 };
        for fold_idx in (0..5).rev() {
            let reach = 60.0 + f64::from(fold_idx) * 48.0;
            let cloth = ["#a32638", "#8a1d2e", "#b83244", "#7d1828", "#96223a"][fold_idx as usize];
            c.path(
                &format!(
                    "M{side} 0 H{:.0} C{:.0} 220 {:.0} 400 {:.0} 580 H{side} Z",
                    side + sign * reach,
                    side + sign * (reach + 20.0),
                    side + sign * (reach - 40.0),
                    side + sign * (reach - 20.0)
                ),
                cloth,
            );
        }
    }
}

/// A road along a painted wall.
pub fn road(c: &mut Canvas) {
    c.sky("#f4d7b5", "#f9efdd");
    c.hills(240.0, 60.0, 5, "#b7c4a5");
    let bands = ["#2a4d8f", "#3d7ea6", "#5fb0a8", "#a8c66c", "#f2c14e", "#ee964b", "#e4572e", "#b8324f"];
    for (band_idx, paint) in bands.into_iter().enumerate() {
        let (x, next) = (band_idx as f64 * 120.0, (band_idx + 1) as f64 * 120.0);
        let top = |at: f64| 250.0 - at * 0.16;
        let foot = |at: f64| 372.0 + at * 0.06;
        c.path(&format!("M{x} {:.0} L{next} {:.0} V{:.0} L{x} {:.0} Z", top(x), top(next), foot(next), foot(x)), paint);
        let (bird_x, bird_y) = (x + 60.0, 320.0 - band_idx as f64 * 16.0);
        let wing = 10.0 + band_idx as f64 * 4.0;
        c.line(
            &format!(
                "M{:.0} {:.0} Q{:.0} {:.0} {bird_x:.0} {bird_y:.0} Q{:.0} {:.0} {:.0} {:.0}",
                bird_x - 42.0,
                bird_y - wing,
                bird_x - 18.0,
                bird_y - wing * 0.8,
                bird_x + 18.0,
                bird_y - wing * 0.8,
                bird_x + 42.0,
                bird_y - wing
            ),
            "#fff8e8",
            6.0,
        );
    }
    c.path("M0 372 L960 430 V600 H0 Z", "#4a4f5c");
    c.path("M0 372 L960 430 V446 L0 380 Z", "#c9bfae");
    c.line("M20 470 l90 8 m60 5 l110 10 m66 6 l120 11 m70 7 l130 12 m76 7 l140 13", "#f4ecd8", 8.0);
    c.moved(330.0, 540.0, 5.0, 1.0, |c| {
        c.oval(90.0, 30.0, 130.0, 12.0, "#00000044");
        c.path("M-20 20 q0 -34 30 -38 L50 -56 q8 -6 18 -6 H128 q12 0 20 10 l24 34 q30 4 30 38 Z", "#f4f1de");
        c.path("M58 -22 L76 -48 H96 V-22 Z M104 -22 V-48 H126 l18 26 Z", "#2b4450");
        for wheel in [28.0, 154.0] {
            c.disc(wheel, 22.0, 21.0, "#23272e");
            c.disc(wheel, 22.0, 9.0, "#aeb8bd");
        }
    });
}
