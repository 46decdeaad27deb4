//! The old service's chat about coffee: the visitor likes (1) or dislikes (−1) what is proposed.
//!
//! The coffees, the context and the rewards are the demo's. Whom it pleases is ours: it had real visitors.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Dice, Situation, World, object};

/// Organic, hot, milk, sweet.
const COFFEES: [(&str, [bool; 4]); 5] = [
    ("Espresso", [true, true, false, false]),
    ("Latte", [true, true, true, false]),
    ("Mocha", [false, true, true, true]),
    ("Iced Coffee", [false, false, false, false]),
    ("Cold Brew", [true, false, false, false]),
];

const LOCATIONS: [&str; 3] = ["office", "home", "street"];
const TIMES: [&str; 3] = ["morning", "afternoon", "evening"];
const WEATHERS: [&str; 3] = ["warm", "mild", "cold"];

/// One visitor in ten presses the wrong button, so the best possible is 0.8.
pub fn worlds() -> Vec<World> {
    vec![World::new("techfest", 3_000, |seed, _| {
        let (mut dice, coffees) = (Dice::new(seed), coffees());
        move |_| visit(&mut dice, &coffees)
    })]
}

fn visit(dice: &mut Dice, coffees: &[Arc<Action>]) -> Situation {
    let (location, time, weather) = (dice.below(3), dice.below(3), dice.below(3));
    let (mut rewards, mut expected) = (Vec::new(), Vec::new());
    for (_, features) in COFFEES {
        let chance = if likes(location, time, weather, features) { 0.9 } else { 0.1 };
        rewards.push(if dice.happens(chance) { 1.0 } else { -1.0 });
        expected.push(2.0 * chance - 1.0);
    }
    let context = json!({
        "location": LOCATIONS[location],
        "time": TIMES[time],
        "weather": WEATHERS[weather],
    });
    Situation::plain(context, coffees, rewards, expected)
}

/// Hot when it is cold, milk in the morning, and sweet at home in the evening.
fn likes(location: usize, time: usize, weather: usize, [organic, hot, milk, sweet]: [bool; 4]) -> bool {
    if (location, time) == (1, 2) {
        return sweet;
    }
    let temperature_fits = match weather {
        0 => !hot,
        1 => true,
        _ => hot,
    };
    let milk_fits = !hot || milk == (time == 0);
    let place_fits = location != 0 || organic;
    temperature_fits && milk_fits && place_fits
}

fn coffees() -> Vec<Arc<Action>> {
    let says = |name: &str, is: bool| -> Value { json!({name: if is { "Yes" } else { "No" }}) };
    let coffee = |(id, [organic, hot, milk, sweet]): (&str, [bool; 4])| {
        let features = [says("Organic", organic), says("Hot", hot), says("Milk", milk), says("Sweet", sweet)];
        Arc::new(Action { id: id.to_owned(), features: features.map(object).to_vec() })
    };
    COFFEES.map(coffee).to_vec()
}
