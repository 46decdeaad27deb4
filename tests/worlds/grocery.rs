//! The old service's quickstart: five groceries and three shoppers. One of the groceries pleases everybody, so this
//! shows no personalization; it is the first thing that everybody tries.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Dice, JsonObject, Situation, Slot, World, object};

const LOCATIONS: [&str; 3] = ["west", "east", "midwest"];

/// Which groceries are wanted, by shopper: Bill in the west and east, Bill in the midwest, Satya, Amy.
const WANTED: [[bool; 5]; 4] = [
    [false, false, true, true, true],
    [false, true, true, false, true],
    [true, false, false, false, true],
    [false, false, false, true, true],
];

/// Chance earns 0.467, the vegetables alone earn 1.
pub fn worlds() -> Vec<World> {
    vec![World::new("grocery", 1_000, |seed, _| {
        let (mut dice, groceries) = (Dice::new(seed), groceries());
        move |_| shopping(&mut dice, &groceries)
    })]
}

fn shopping(dice: &mut Dice, groceries: &[Arc<Action>]) -> Situation {
    let (shopper, location) = (dice.below(3), dice.below(3));
    let wanted = WANTED[if shopper == 0 { usize::from(location == 2) } else { shopper + 1 }];
    let time = dice.one_of(&["morning", "afternoon", "evening"]);
    let application = dice.one_of(&["edge", "safari", "edge_mobile", "mobile_app"]);
    let context = [
        user(shopper),
        json!({"location": LOCATIONS[location]}),
        json!({"time_of_day": time}),
        json!({"application_type": application}),
    ];
    let rewards: Vec<f64> = wanted.iter().map(|wanted| f64::from(u8::from(*wanted))).collect();
    let slot = Slot { expected: rewards.clone(), rewards, ..Slot::default() };
    Situation { context: context.map(object).to_vec(), actions: groceries.to_vec(), slots: vec![slot] }
}

/// Amy prefers two things, which the service could not take as a list.
fn user(shopper: usize) -> Value {
    match shopper {
        0 => json!({"dietary_preferences": "low_carb", "avg_order_price": "0-20", "browser_type": "edge"}),
        1 => json!({"dietary_preferences": "low_sodium", "avg_order_price": "201+", "browser_type": "safari"}),
        _ => json!({"vegan": true, "vegetarian": true, "avg_order_price": "21-50", "browser_type": "edge"}),
    }
}

fn groceries() -> Vec<Arc<Action>> {
    vec![
        grocery("pasta", "pasta_inc", json!({"qty": 1, "cuisine": "italian", "price": 12}), [0, 0, 0, 0, 1, 1]),
        grocery("bbq", "ambisco", json!({"qty": 2, "category": "bbq", "price": 20}), [0, 1, 1, 0, 0, 0]),
        grocery("bao", "bao_and_co", json!({"qty": 4, "category": "chinese", "price": 8}), [0, 1, 1, 0, 1, 0]),
        grocery("hummus", "garbanzo_inc", json!({"qty": 1, "category": "breakfast", "price": 5}), [1, 0, 1, 1, 0, 0]),
        grocery("veg_platter", "farm_fresh", json!({"qty": 1, "category": "produce", "price": 7}), [1, 1, 0, 1, 1, 1]),
    ]
}

fn grocery(id: &str, company: &str, attributes: Value, diets: [u8; 6]) -> Arc<Action> {
    let names = ["vegan", "low_carb", "high_protein", "vegetarian", "low_fat", "low_sodium"];
    let diets: JsonObject =
        names.into_iter().zip(diets).map(|(name, is)| (name.to_owned(), (is == 1).into())).collect();
    let features = json!({"brand_info": {"company": company}, "attributes": attributes, "dietary_attributes": diets});
    Action::new(id, features)
}
