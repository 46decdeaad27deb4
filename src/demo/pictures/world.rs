//! Scenes of the world pages: sea, river, bridge, rails.

use super::canvas::{Canvas, HEIGHT, WIDTH};

/// Ships at anchor before a harbour wall.
pub fn harbour(c: &mut Canvas) {
    c.sky("#f0a35e", "#f7d9a4");
    c.glow(650.0, 300.0, 62.0, "#fff1c9");
    c.rect(0.0, 330.0, WIDTH, 270.0, "#1f5a70");
    c.path("M520 330 L780 330 L860 600 L440 600 Z", "#f7c98355");
    for crane in [90.0, 190.0, 300.0] {
        c.line(
            &format!("M{crane} 340 V150 M{crane} 160 L{} 190 M{crane} 150 L{} 220", crane + 130.0, crane - 40.0),
            "#7a2f2f",
            9.0,
        );
        c.line(&format!("M{} 188 v60", crane + 110.0), "#7a2f2f", 3.0);
    }
    c.rect(0.0, 318.0, 420.0, 34.0, "#3d2c35");
    ship(c, 560.0, 372.0, 0.75, "#15394a");
    ship(c, 330.0, 470.0, 1.35, "#0f2b39");
    c.ripples(350.0, 590.0, 60, "#ffe4b055");
    c.line("M600 90 q14 -14 28 0 q14 -14 28 0 M700 140 q10 -10 20 0 q10 -10 20 0", "#5b3b3a", 4.0);
}

fn ship(c: &mut Canvas, x: f64, y: f64, scale: f64, hull: &str) {
    c.moved(x, y, 0.0, scale, |c| {
        for stack_idx in 0..7 {
            let height = c.any(18.0, 52.0);
            let colour = c.one_of(&["#c8553d", "#e8a33d", "#588b8b", "#93b7be", "#d5896f"]);
            c.rect(60.0 + f64::from(stack_idx) * 30.0, -height, 28.0, height, colour);
        }
        c.rect(10.0, -84.0, 40.0, 84.0, "#f3e7d3");
        c.rect(16.0, -74.0, 28.0, 10.0, hull);
        c.path("M0 0 H300 L276 44 H22 Z", hull);
        c.rect(18.0, 34.0, 262.0, 10.0, "#a63d40");
    });
}

/// Boats along a winding river, from above.
pub fn boats(c: &mut Canvas) {
    c.rect(0.0, 0.0, WIDTH, HEIGHT, "#7da453");
    for _ in 0..60 {
        let (x, y, size) = (c.any(0.0, WIDTH), c.any(0.0, HEIGHT), c.any(16.0, 42.0));
        let green = c.one_of(&["#5f8a3f", "#94b866", "#6c9747", "#b4c97a"]);
        c.disc(x, y, size, green);
    }
    let river = "M-40 120 C200 20 300 260 480 230 S760 60 820 260 S560 470 420 430 S120 420 60 640";
    c.line(river, "#e6d9a8", 178.0);
    c.line(river, "#2f7f86", 152.0);
    c.line(river, "#3f979b", 96.0);
    let moorings = [
        (150.0, 60.0, 60.0),
        (330.0, 196.0, 40.0),
        (300.0, 120.0, 130.0),
        (470.0, 178.0, 90.0),
        (600.0, 210.0, 65.0),
        (690.0, 108.0, 75.0),
        (770.0, 180.0, 150.0),
        (846.0, 250.0, 10.0),
        (720.0, 350.0, 60.0),
        (560.0, 450.0, 100.0),
        (440.0, 380.0, 85.0),
        (290.0, 450.0, 95.0),
        (180.0, 440.0, 60.0),
        (96.0, 530.0, 25.0),
        (520.0, 290.0, 100.0),
    ];
    for (x, y, degrees) in moorings {
        let colour = c.one_of(&["#d1495b", "#edae49", "#f4f1de", "#30638e", "#e07a5f"]);
        c.moved(x, y, degrees, 1.0, |c| {
            c.oval(3.0, 4.0, 13.0, 36.0, "#00000033");
            c.path("M0 -40 C18 -18 16 24 9 36 H-9 C-16 24 -18 -18 0 -40 Z", colour);
            c.line("M-11 -4 H11 M-11 14 H11", "#00000044", 5.0);
        });
    }
}

/// A stone bridge between two towns at dusk.
pub fn bridge(c: &mut Canvas) {
    c.sky("#3b3a66", "#e59a77");
    c.glow(480.0, 250.0, 46.0, "#ffe0ae");
    c.hills(330.0, 120.0, 3, "#6d5a7c");
    for side in [0.0, 640.0] {
        for house_idx in 0..9 {
            let (x, height) = (side + f64::from(house_idx % 5) * 66.0, c.any(70.0, 170.0));
            let y = 330.0 - f64::from(house_idx / 5) * 70.0;
            let wall = c.one_of(&["#513f63", "#61496b", "#45365a", "#725472"]);
            c.house((x, y - height + 70.0), (60.0, height), wall, "#ffd27f", "#2e2546");
            c.path(&format!("M{} {} l34 -30 l34 30 Z", x - 4.0, y - height + 70.0), "#8f4a4f");
        }
    }
    c.rect(0.0, 400.0, WIDTH, 200.0, "#2c3360");
    c.path("M400 400 H560 L640 600 H320 Z", "#f2b07f33");
    c.rect(0.0, 352.0, WIDTH, 34.0, "#b98e78");
    for arch_idx in 0..5 {
        let x = 60.0 + f64::from(arch_idx) * 172.0;
        c.path(&format!("M{} 386 h172 v90 h-26 a60 62 0 0 0 -120 0 h-26 Z", x - 10.0), "#9c7363");
    }
    c.line("M0 352 H960", "#d9b49a", 6.0);
    c.ripples(480.0, 592.0, 40, "#f6c59a55");
}

/// A lit night train in the mountains.
pub fn train(c: &mut Canvas) {
    c.sky("#0d1b3d", "#35548a");
    c.stars(300.0, 70, "#dfe8ff");
    c.disc(760.0, 120.0, 54.0, "#f5efd2");
    c.disc(738.0, 106.0, 50.0, "#14264d");
    c.peaks(440.0, 330.0, 5, "#2b4674", "#b9cbe8");
    c.hills(430.0, 70.0, 4, "#1c3158");
    c.path("M-20 600 C200 560 380 410 600 410 S860 470 990 440 L990 600 Z", "#10203f");
    c.line("M-20 588 C200 548 380 398 600 398 S860 458 990 428", "#7d8fb8", 5.0);
    let coaches = [
        (190.0, 502.0, -27.0),
        (290.0, 448.0, -25.0),
        (394.0, 408.0, -17.0),
        (504.0, 383.0, -8.0),
        (618.0, 376.0, 3.0),
        (730.0, 390.0, 9.0),
    ];
    for (x, y, degrees) in coaches {
        c.moved(x, y, degrees, 1.0, |c| {
            c.rounded(-54.0, -34.0, 108.0, 44.0, 8.0, "#8e2f3c");
            c.rect(-54.0, -34.0, 108.0, 8.0, "#5d1f2b");
            for pane_idx in 0..5 {
                c.rounded(-46.0 + f64::from(pane_idx) * 19.0, -20.0, 13.0, 14.0, 2.0, "#ffd98a");
            }
        });
    }
    c.path("M782 392 L960 330 V480 Z", "#ffe9ad3a");
    for _ in 0..26 {
        let (x, size) = (c.any(0.0, WIDTH), c.any(50.0, 100.0));
        c.path(&format!("M{x:.0} 610 l{:.0} {:.0} l{:.0} {size:.0} Z", size * 0.22, -size, size * 0.22), "#0a1730");
    }
}

/// A whale between the harbour walls at dawn.
pub fn whale(c: &mut Canvas) {
    c.sky("#2b3f63", "#f2b18a");
    c.glow(690.0, 300.0, 46.0, "#ffe3b8");
    c.hills(330.0, 34.0, 5, "#4a4d6e");
    for (x, width, height) in [(40.0, 90.0, 70.0), (140.0, 60.0, 50.0), (210.0, 110.0, 62.0)] {
        c.house((x, 330.0 - height), (width, height), "#3a3e5c", "#ffd98a", "#2a2d47");
    }
    c.rect(0.0, 330.0, WIDTH, HEIGHT - 330.0, "#2f5f78");
    c.path("M0 330 H960 V352 Q720 372 480 352 T0 352 Z", "#dd9b86");
    c.ripples(350.0, 590.0, 46, "#5f93a6");
    c.path("M0 372 L250 352 L262 366 L0 420 Z", "#57516a");
    c.path("M960 366 L820 352 L812 364 L960 402 Z", "#57516a");
    c.rect(806.0, 296.0, 14.0, 62.0, "#e9e2d2");
    c.disc(813.0, 290.0, 11.0, "#d8502f");
    c.path("M250 470 C300 392 520 366 660 430 C700 448 730 452 762 448 L772 480 C600 520 360 520 250 470 Z", "#1f3246");
    c.path("M262 474 C340 500 560 506 700 470 C560 522 360 520 262 474 Z", "#8fa9b3");
    c.path("M520 398 L556 372 L566 408 Z", "#1f3246");
    c.path("M752 452 C784 420 800 396 842 392 C834 416 838 424 860 436 C826 446 800 462 772 478 Z", "#1f3246");
    c.disc(324.0, 452.0, 5.0, "#f4ead8");
    for (bend, rise) in [(-34.0, 96.0), (-12.0, 118.0), (14.0, 112.0), (38.0, 88.0)] {
        let (end, top) = (366.0 + bend * 1.8, 412.0 - rise);
        c.line(
            &format!("M366 412 Q{:.0} {:.0} {end:.0} {top:.0}", 366.0 + bend * 0.3, 412.0 - rise * 0.8),
            "#dcecf0",
            6.0,
        );
    }
    for (x, y) in [(120.0, 520.0), (880.0, 500.0), (600.0, 560.0)] {
        c.path(&format!("M{:.0} {y:.0} h84 l-16 24 h-54 Z", x - 42.0), "#c8553a");
        c.line(&format!("M{x:.0} {y:.0} v-54"), "#3a2c2c", 4.0);
        c.path(&format!("M{x:.0} {:.0} l34 40 h-34 Z", y - 50.0), "#f4ead8");
    }
}
