//! Scenes of the business pages: shop, street, office, market.

use super::canvas::{Canvas, HEIGHT, WIDTH};

/// A small shop window full of bread.
pub fn bakery(c: &mut Canvas) {
    c.rect(0.0, 0.0, WIDTH, HEIGHT, "#28404a");
    c.rect(0.0, 480.0, WIDTH, 120.0, "#1c2d35");
    c.path("M190 480 H770 L900 600 H60 Z", "#f6b95b40");
    c.rounded(150.0, 96.0, 660.0, 392.0, 8.0, "#7b3f35");
    c.rect(190.0, 176.0, 430.0, 290.0, "#f9d38a");
    c.rect(650.0, 176.0, 124.0, 312.0, "#54291f");
    c.rounded(666.0, 196.0, 92.0, 150.0, 4.0, "#f9d38a");
    c.disc(664.0, 400.0, 7.0, "#f2c14e");
    for shelf in [270.0, 362.0, 456.0] {
        for loaf_idx in 0..6 {
            let x = 232.0 + f64::from(loaf_idx) * 69.0;
            loaf(c, x, shelf);
        }
        c.rect(190.0, shelf, 430.0, 9.0, "#8a5a36");
    }
    for stripe_idx in 0..11 {
        let x = 150.0 + f64::from(stripe_idx) * 60.0;
        let cloth = if stripe_idx % 2 == 0 { "#e4572e" } else { "#fbeedb" };
        c.path(&format!("M{x} 96 h60 v70 a30 26 0 0 1 -60 0 Z"), cloth);
    }
    c.glow(90.0, 180.0, 22.0, "#ffd98a");
    c.line("M90 202 V490", "#16242b", 8.0);
    c.tree(890.0, 490.0, 240.0, "#355c4c", "#1f2b2b");
}

fn loaf(c: &mut Canvas, x: f64, shelf: f64) {
    let crust = c.one_of(&["#b5651d", "#c67b30", "#9c5420", "#d08c3f"]);
    if c.any(0.0, 1.0) < 0.6 {
        c.oval(x, shelf - 18.0, 30.0, 21.0, crust);
        c.line(
            &format!(
                "M{:.0} {:.0} l8 -14 M{x:.0} {:.0} l8 -14 M{:.0} {:.0} l8 -14",
                x - 16.0,
                shelf - 12.0,
                shelf - 12.0,
                x + 14.0,
                shelf - 12.0
            ),
            "#f0cd95",
            4.0,
        );
    } else {
        c.rounded(x - 26.0, shelf - 44.0, 52.0, 44.0, 16.0, crust);
        c.rounded(x - 20.0, shelf - 30.0, 40.0, 26.0, 8.0, "#e0a45c");
    }
}

/// A van on a shopping street.
pub fn van(c: &mut Canvas) {
    c.sky("#8fd0d6", "#f4ecd0");
    for house_idx in 0..10 {
        let (x, height) = (f64::from(house_idx) * 100.0 - 20.0, c.any(190.0, 320.0));
        let wall = c.one_of(&["#e07a5f", "#f2cc8f", "#81b29a", "#3d6d8a", "#d9a5a0", "#f0e3c8"]);
        c.house((x, 420.0 - height), (100.0, height - 90.0), wall, "#fff3cf", "#2f4858");
        c.rect(x, 330.0, 100.0, 90.0, wall);
        c.rect(x + 10.0, 352.0, 50.0, 52.0, "#29414f");
        c.rect(x + 68.0, 352.0, 24.0, 68.0, "#29414f");
        let cloth = c.one_of(&["#c8553d", "#2a6f6f", "#e9b44c", "#5a4a78"]);
        c.path(&format!("M{} 330 h92 l-8 24 h-76 Z", x + 4.0), cloth);
    }
    c.rect(0.0, 420.0, WIDTH, 180.0, "#5a5f6b");
    c.rect(0.0, 420.0, WIDTH, 22.0, "#c9c1ae");
    c.line("M0 545 h70 m60 0 h70 m60 0 h70 m60 0 h70 m60 0 h70 m60 0 h70 m60 0 h70 m60 0 h90", "#e8dfc4", 6.0);
    c.moved(330.0, 540.0, 0.0, 1.0, |c| {
        c.oval(150.0, 8.0, 190.0, 14.0, "#00000044");
        c.path("M0 -150 q0 -16 16 -16 H226 q50 0 74 62 l20 12 q12 8 12 24 V-14 H0 Z", "#f4b223");
        c.path("M232 -148 q34 4 50 48 H232 Z", "#2b4450");
        c.rect(20.0, -132.0, 180.0, 12.0, "#d68f0e");
        for wheel in [70.0, 262.0] {
            c.disc(wheel, -10.0, 32.0, "#23272e");
            c.disc(wheel, -10.0, 13.0, "#c9cdd2");
        }
        c.disc(322.0, -52.0, 9.0, "#fff4c9");
    });
}

/// A great clock over empty desks.
pub fn clock(c: &mut Canvas) {
    c.sky("#22466b", "#6aa3c4");
    for pane_idx in 0..6 {
        c.rect(20.0 + f64::from(pane_idx) * 158.0, 30.0, 138.0, 380.0, "#9ccbe022");
    }
    c.glow(480.0, 220.0, 150.0, "#f4f0df");
    c.disc(480.0, 220.0, 134.0, "#1d3a58");
    c.disc(480.0, 220.0, 122.0, "#fbf7e8");
    for hour in 0..12 {
        c.moved(480.0, 220.0, f64::from(hour) * 30.0, 1.0, |c| c.line("M0 -108 v14", "#1d3a58", 6.0));
    }
    c.path("M480 220 L417 111 A126 126 0 0 1 480 94 Z", "#e76f5155");
    c.line("M480 220 L417 157", "#1d3a58", 11.0);
    c.line("M480 220 V116", "#1d3a58", 7.0);
    c.disc(480.0, 220.0, 11.0, "#e76f51");
    c.rect(0.0, 470.0, WIDTH, 130.0, "#1b3450");
    for desk_idx in 0..5 {
        let x = 40.0 + f64::from(desk_idx) * 184.0;
        c.rounded(x + 42.0, 384.0, 70.0, 48.0, 4.0, "#12263c");
        c.rect(x + 72.0, 430.0, 10.0, 20.0, "#12263c");
        c.rect(x, 448.0, 150.0, 13.0, "#d9b382");
        c.line(&format!("M{} 461 V540 M{} 461 V540", x + 12.0, x + 138.0), "#a9825a", 7.0);
        c.rounded(x + 46.0, 476.0, 58.0, 60.0, 12.0, "#3f7f93");
        c.line(&format!("M{} 536 v30", x + 75.0), "#12263c", 6.0);
    }
}

/// Stalls beneath iron arches.
pub fn market(c: &mut Canvas) {
    c.sky("#cfe3d6", "#f3e6c8");
    for arch_idx in 0..3 {
        let x = f64::from(arch_idx) * 320.0;
        c.path(&format!("M{x} 0 h320 v150 a160 150 0 0 0 -320 0 Z"), "#2f5d50");
        c.line(&format!("M{} 150 a144 134 0 0 1 288 0", x + 16.0), "#8fb9a5", 5.0);
        c.line(&format!("M{x} 60 V470"), "#24483e", 18.0);
        c.glow(x + 160.0, 130.0, 15.0, "#ffe3a0");
        c.line(&format!("M{} 30 V116", x + 160.0), "#24483e", 3.0);
    }
    c.rect(0.0, 520.0, WIDTH, 80.0, "#8d7b68");
    for (stall_idx, cloth) in ["#d1495b", "#30638e", "#edae49"].into_iter().enumerate() {
        let x = 28.0 + stall_idx as f64 * 316.0;
        c.rect(x + 10.0, 260.0, 8.0, 250.0, "#5b4636");
        c.rect(x + 254.0, 260.0, 8.0, 250.0, "#5b4636");
        for stripe_idx in 0..8 {
            let colour = if stripe_idx % 2 == 0 { cloth } else { "#fdf6e6" };
            c.path(&format!("M{} 230 h34 v46 a17 14 0 0 1 -34 0 Z", x + f64::from(stripe_idx) * 34.0), colour);
        }
        for crate_idx in 0..3 {
            let left = x + 14.0 + f64::from(crate_idx) * 84.0;
            let fruit = c.one_of(&["#e4572e", "#f2b134", "#7fb069", "#8e3b46", "#f08a4b"]);
            for fruit_idx in 0..12 {
                let (fx, fy) = (left + 10.0 + f64::from(fruit_idx % 6) * 11.0, 404.0 - f64::from(fruit_idx / 6) * 11.0);
                c.disc(fx, fy, 9.5, fruit);
            }
            c.rect(left, 404.0, 76.0, 40.0, "#b98b5a");
            c.line(&format!("M{left} 418 h76 M{left} 431 h76"), "#8a6238", 3.0);
        }
        c.rect(x, 444.0, 272.0, 84.0, "#6d5140");
    }
}
