//! The old service's multi-slot tutorial: four products, a hero slot and a side bar. In 9 of 54 contexts something is
//! wanted in the one, in 9 others in the other, in none in both.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Dice, Situation, Slot, World, object};

const PEOPLE: [&str; 3] = ["Alice", "Bob", "Cathy"];
const DAYS: [&str; 3] = ["7", "21", "30"];
const TIMES: [&str; 3] = ["Morning", "Afternoon", "Evening"];
const DEVICES: [&str; 2] = ["Mobile", "Desktop"];

const HERO: usize = 0;
const BAR: usize = 1;
const SHIRT: usize = 0;
const RACKET: usize = 1;
const MONITOR: usize = 2;
const CONSOLE: usize = 3;

/// Person, day, time, device, slot, and the product that is wanted there.
const WANTED: [[usize; 6]; 18] = [
    [0, 0, 0, 1, BAR, RACKET],
    [0, 1, 0, 1, HERO, CONSOLE],
    [0, 1, 1, 1, HERO, RACKET],
    [0, 2, 0, 0, BAR, RACKET],
    [0, 2, 1, 0, BAR, MONITOR],
    [0, 2, 2, 0, HERO, SHIRT],
    [1, 0, 2, 1, HERO, RACKET],
    [1, 1, 0, 0, HERO, RACKET],
    [1, 1, 1, 1, BAR, SHIRT],
    [1, 1, 2, 1, HERO, MONITOR],
    [1, 2, 0, 0, BAR, CONSOLE],
    [1, 2, 1, 0, BAR, RACKET],
    [2, 0, 0, 1, HERO, SHIRT],
    [2, 0, 1, 0, BAR, RACKET],
    [2, 1, 0, 0, HERO, SHIRT],
    [2, 1, 2, 1, HERO, MONITOR],
    [2, 2, 1, 1, BAR, RACKET],
    [2, 2, 2, 0, BAR, RACKET],
];

/// Per 500 events chance earns 41.7, the best fixed layout 83.3, the best possible is 166.7, and the old service ended
/// its published run at 70.
pub fn worlds() -> Vec<World> {
    vec![World::new("slots", 10_000, |seed, _| {
        let (mut dice, products) = (Dice::new(seed), products());
        move |_| visit(&mut dice, &products)
    })]
}

fn products() -> Vec<Arc<Action>> {
    vec![
        Action::new("Red-Polo-Shirt-432", json!({"onSale": true, "price": 20, "category": "Clothing"})),
        Action::new("Tennis-Racket-133", json!({"onSale": false, "price": 70, "category": "Sports"})),
        Action::new("31-Inch-Monitor-771", json!({"onSale": true, "price": 200, "category": "Electronics"})),
        Action::new("XBox-Series X-117", json!({"onSale": false, "price": 499, "category": "Electronics"})),
    ]
}

fn visit(dice: &mut Dice, products: &[Arc<Action>]) -> Situation {
    let cell = [dice.below(3), dice.below(3), dice.below(3), dice.below(2)];
    let [person, day, time, device] = cell;
    let context = json!({"name": PEOPLE[person], "dayofmonth": DAYS[day], "timeofday": TIMES[time],
        "device": DEVICES[device]});
    let slots = vec![
        slot("BigHeroPosition", json!({"size": "large", "position": "left"}), wanted(cell, HERO)),
        slot("SmallSidebar", json!({"size": "small", "position": "right"}), wanted(cell, BAR)),
    ];
    Situation { context: vec![object(context)], actions: products.to_vec(), slots }.shuffled(dice)
}

fn wanted([person, day, time, device]: [usize; 4], slot: usize) -> Option<usize> {
    let key = [person, day, time, device, slot];
    WANTED.iter().find(|wanted| wanted[..5] == key).map(|wanted| wanted[5])
}

fn slot(id: &str, features: Value, wanted: Option<usize>) -> Slot {
    let rewards: Vec<f64> = (0..4).map(|product| f64::from(u8::from(wanted == Some(product)))).collect();
    Slot {
        id: Some(id.parse().expect("it is short")),
        features: vec![object(features)],
        expected: rewards.clone(),
        rewards,
        late: Vec::new(),
    }
}
