//! The tutorial of the old service: four people, three weathers, three times of day, one wanted coffee each.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Dice, Situation, World};

pub const PEOPLE: [&str; 4] = ["Alice", "Bob", "Cathy", "Dave"];
pub const WEATHERS: [&str; 3] = ["Sunny", "Rainy", "Snowy"];
pub const TIMES: [&str; 3] = ["Morning", "Afternoon", "Evening"];

/// Which coffee is wanted, by person, weather and time of day.
pub const WANTED: [[[usize; 3]; 3]; 4] = [
    [[1, 2, 1], [3, 0, 3], [0, 0, 0]],
    [[0, 2, 1], [3, 3, 3], [2, 2, 2]],
    [[3, 1, 0], [0, 3, 2], [1, 2, 0]],
    [[2, 2, 2], [3, 3, 3], [0, 0, 0]],
];

/// The tutorial with its rewards at once, 500 and 2,000 events late. Chance earns 0.25, the best single coffee 0.306,
/// and the old service earned 0.406 in its published run.
pub fn worlds() -> Vec<World> {
    let coffee = World::new("coffee", 10_000, |seed, _| {
        let (mut dice, coffees) = (Dice::new(seed), coffees());
        move |_| coffee(&mut dice, &coffees)
    });
    vec![coffee.clone(), coffee.late(500), coffee.late(2_000)]
}

pub fn coffees() -> Vec<Arc<Action>> {
    vec![
        Action::new("Cappucino", json!({"type": "hot", "origin": "kenya", "organic": "yes", "roast": "dark"})),
        Action::new("Cold brew", json!({"type": "cold", "origin": "brazil", "organic": "yes", "roast": "light"})),
        Action::new("Iced mocha", json!({"type": "cold", "origin": "ethiopia", "organic": "no", "roast": "light"})),
        Action::new("Latte", json!({"type": "hot", "origin": "brazil", "organic": "no", "roast": "dark"})),
    ]
}

fn coffee(dice: &mut Dice, coffees: &[Arc<Action>]) -> Situation {
    let (person, weather, time) = (dice.below(4), dice.below(3), dice.below(3));
    let wanted = WANTED[person][weather][time];
    let context = json!({"timeofday": TIMES[time], "weather": WEATHERS[weather], "name": PEOPLE[person]});
    let rewards = (0..4).map(|coffee| f64::from(u8::from(coffee == wanted))).collect();
    Situation::certain(context, coffees, rewards).shuffled(dice)
}
