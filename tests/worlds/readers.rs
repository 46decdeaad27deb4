//! Readers and what they open: through noise, told apart only by what goes with them, and with tastes that swap.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Dice, Situation, World};

pub const TASTE: [[f64; 5]; 3] = [[1.0, 0.8, 0.1, 0.3, 0.2], [0.2, 0.1, 1.0, 0.3, 0.5], [0.4, 0.5, 0.1, 1.0, 0.2]];
const DEVICES: [&str; 3] = ["mobile", "desktop", "tablet"];
const DAYTIMES: [&str; 4] = ["morning", "afternoon", "evening", "night"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
pub const KINDS: [&str; 3] = ["tech-enthusiast", "sports-fan", "finance-pro"];
/// Chances of the devices, by kind of reader.
const DEVICE: [[f64; 3]; 3] = [[0.2, 0.7, 0.1], [0.75, 0.1, 0.15], [0.15, 0.6, 0.25]];
const DAYTIME: [[f64; 4]; 3] = [[0.1, 0.2, 0.4, 0.3], [0.1, 0.4, 0.45, 0.05], [0.6, 0.3, 0.08, 0.02]];
/// Chances of a weekday and of a day of the weekend.
const WEEKDAY: [[f64; 2]; 3] = [[0.15, 0.125], [0.06, 0.35], [0.19, 0.025]];

pub fn worlds() -> Vec<World> {
    let sections = World::new("sections", 6_000, |seed, _| {
        let (mut dice, sections) = (Dice::new(seed), sections());
        move |_| section(&mut dice, &sections)
    });
    let users = World::new("users", 6_000, |seed, _| {
        let (mut dice, articles) = (Dice::new(seed), articles());
        move |_| reader(&mut dice, &articles)
    });
    let swap = World::new("swap", 6_000, |seed, n_events| {
        let (mut dice, articles) = (Dice::new(seed), articles());
        move |n| swapping_reader(&mut dice, &articles, 2 * n >= n_events)
    });
    let swap = swap.changing_after(&[0.5]);
    vec![sections, users, swap.clone(), swap.late(500)]
}

fn sections() -> Vec<Arc<Action>> {
    ["sports", "finance", "travel"].map(|id| Action::new(id, json!({"id": id}))).to_vec()
}

/// Three sections; which one is opened depends on the device and, not linearly, on the hour. Chance earns 0.411, the
/// best possible is 0.6.
fn section(dice: &mut Dice, sections: &[Arc<Action>]) -> Situation {
    let (is_mobile, hour, page) = (dice.below(2) == 0, dice.below(24), dice.below(3));
    let chances = match (is_mobile, hour) {
        (true, _) => [0.6, 0.2, 0.6],
        (false, 9..=17) => [0.25, 0.65, 0.25],
        (false, _) => [0.25, 0.25, 0.55],
    };
    let device = if is_mobile { "mobile" } else { "desktop" };
    let page = ["home", "article", "section"][page];
    let context = json!({"device": device, "hour": hour, "page": page});
    Situation::clicks(dice, context, sections, chances.to_vec())
}

pub fn articles() -> Vec<Arc<Action>> {
    [
        ("tech-ai", "technology", 900),
        ("tech-cloud", "technology", 1200),
        ("football", "sports", 500),
        ("stocks", "finance", 700),
        ("fitness", "sports", 600),
    ]
    .map(|(id, topic, words)| Action::new(id, json!({"id": id, "topic": topic, "words": words})))
    .to_vec()
}

/// Three kinds of readers, seen only through what goes with them; real-valued rewards. The best possible is 0.79.
fn reader(dice: &mut Dice, articles: &[Arc<Action>]) -> Situation {
    let user = dice.below(3);
    let (device, daytime) = (dice.pick(&DEVICE[user]), dice.pick(&DAYTIME[user]));
    let day = dice.pick(&week(user));
    let likely: Vec<f64> = (0..3).map(|kind| DEVICE[kind][device] * DAYTIME[kind][daytime] * week(kind)[day]).collect();
    let all: f64 = likely.iter().sum();
    let expected = (0..5).map(|at| (0..3).map(|kind| likely[kind] * TASTE[kind][at]).sum::<f64>() / all).collect();
    let context = json!({"device": DEVICES[device], "timeOfDay": DAYTIMES[daytime], "dayOfWeek": DAYS[day]});
    Situation::plain(context, articles, tasted(dice, user), expected)
}

fn week(kind: usize) -> [f64; 7] {
    let [week, weekend] = WEEKDAY[kind];
    [week, week, week, week, week, weekend, weekend]
}

/// The kind of reader is known, but half-way two of the kinds swap their tastes.
fn swapping_reader(dice: &mut Dice, articles: &[Arc<Action>], is_swapped: bool) -> Situation {
    let user = dice.below(3);
    let (device, daytime) = (dice.pick(&DEVICE[user]), dice.pick(&DAYTIME[user]));
    let taste = if is_swapped { 2 - user } else { user };
    let context = json!({"user": KINDS[user], "device": DEVICES[device], "timeOfDay": DAYTIMES[daytime]});
    Situation::plain(context, articles, tasted(dice, taste), TASTE[taste].to_vec())
}

fn tasted(dice: &mut Dice, taste: usize) -> Vec<f64> {
    TASTE[taste].iter().map(|value| (value + dice.between(-0.1, 0.1)).clamp(0.0, 1.0)).collect()
}
