//! Food by time and weather, the old service's first demo on a stage. One of its actions spells a name differently,
//! as real data does.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Dice, Situation, World, object};

const PASTA: usize = 0;
const ICE: usize = 1;
const JUICE: usize = 2;
const SALAD: usize = 3;

/// By time and weather.
const WANTED: [[usize; 3]; 3] = [[JUICE, JUICE, JUICE], [ICE, JUICE, SALAD], [PASTA, PASTA, PASTA]];

/// The stage saw 100 events. Chance earns 0.25, the best single food 0.444, the best by time alone 0.778.
pub fn worlds() -> Vec<World> {
    vec![World::new("food", 1_000, |seed, _| {
        let (mut dice, foods) = (Dice::new(seed), foods());
        move |_| {
            let (time, weather) = (dice.below(3), dice.below(3));
            let wanted = WANTED[time][weather];
            let (time, weather) = (["morning", "afternoon", "evening"][time], ["sunny", "cloudy", "rainy"][weather]);
            let context = json!({"time": time, "weather": weather, "userid": 1});
            Situation::certain(context, &foods, (0..4).map(|food| f64::from(u8::from(food == wanted))).collect())
        }
    })]
}

fn foods() -> Vec<Arc<Action>> {
    let food = |id: &str, features: Vec<Value>| {
        let features = std::iter::once(json!({"id": id})).chain(features).map(object).collect();
        Arc::new(Action { id: id.to_owned(), features })
    };
    let taste = |taste: &str, spice: &str| json!({"taste": taste, "spiceLevel": spice});
    vec![
        food("pasta", vec![taste("salty", "medium"), json!({"nutritionLevel": 5, "cuisine": "italian"})]),
        food("ice_cream", vec![taste("sweet", "none"), json!({"nutritionalLevel": 2})]),
        food("juice", vec![taste("sweet", "none"), json!({"nutritionLevel": 5}), json!({"drink": true})]),
        food("salad", vec![taste("salty", "low"), json!({"nutritionLevel": 8})]),
    ]
}
