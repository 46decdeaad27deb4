//! The old service's checkout page in 24 looks. Its reward starts at 1 and falls by 0.025 a second to 0.5 until the
//! visitor confirms; to save for later earns 0.2.
//!
//! The looks, the context and the rewards are the demo's. What makes visitors hesitate is ours: it had real ones.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Dice, Situation, World};

const IMAGES: [&str; 2] = ["sports", "beach"];
const LAYOUTS: [&str; 3] = ["A", "B", "C"];
const TONES: [&str; 2] = ["casual", "formal"];
const COLOURS: [&str; 2] = ["#F57636", "#0078D4"];
const DEVICES: [&str; 3] = ["mobile", "desktop", "tablet"];
const TRIPS: [&str; 2] = ["business", "personal"];
const HISTORIES: [&str; 2] = ["economy", "luxury"];
const FALL_PER_SECOND: f64 = 0.025;
const LEAST: f64 = 0.5;
const SAVED: f64 = 0.2;

/// Every part of a look that does not fit makes the visitor hesitate for another 3.5 seconds, and one in ten save it
/// for later.
pub fn worlds() -> Vec<World> {
    vec![World::new("travel", 6_000, |seed, _| {
        let (mut dice, looks) = (Dice::new(seed), looks());
        move |_| visit(&mut dice, &looks)
    })]
}

/// The parts of each look.
fn parts() -> impl Iterator<Item = [usize; 4]> {
    (0..24).map(|n| [n / 12, n / 4 % 3, n / 2 % 2, n % 2])
}

fn looks() -> Vec<Arc<Action>> {
    let look = |(n, [image, layout, tone, colour]): (usize, [usize; 4])| {
        let features = json!({"image": IMAGES[image], "layout": LAYOUTS[layout], "toneFont": TONES[tone],
            "buttonColor": COLOURS[colour]});
        Action::new((n + 1).to_string(), features)
    };
    parts().enumerate().map(look).collect()
}

fn visit(dice: &mut Dice, looks: &[Arc<Action>]) -> Situation {
    let (device, trip, history) = (dice.below(3), dice.below(2), dice.below(2));
    // Travellers for business want no beach unless they are used to luxury.
    let fitting = [usize::from(trip == 1 || history == 1), device, usize::from(trip == 0), history];
    let (mut rewards, mut expected) = (Vec::new(), Vec::new());
    for look in parts() {
        let n_misfits = look.iter().zip(&fitting).filter(|(has, wants)| has != wants).count() as f64;
        let (seconds, saves) = (3.0 + 3.5 * n_misfits, 0.1 * n_misfits);
        let worth = |seconds: f64| (1.0 - FALL_PER_SECOND * seconds).max(LEAST);
        let confirmed = worth(seconds + dice.between(-2.0, 2.0));
        rewards.push(if dice.happens(saves) { SAVED } else { confirmed });
        expected.push(saves * SAVED + (1.0 - saves) * worth(seconds));
    }
    let context = json!({
        "device": DEVICES[device],
        "tripType": TRIPS[trip],
        "travelerHistory": HISTORIES[history],
    });
    Situation::plain(context, looks, rewards, expected)
}
