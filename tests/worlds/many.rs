//! From 2 to 500 actions at once. Each has a topic, which its features say, and a merit of its own.

use serde_json::json;

use super::{Action, Dice, Situation, World};

const N_TOPICS: usize = 10;

/// A reader of the topic opens half, others a tenth; up to a fifth more by the action's own merit.
pub fn worlds() -> Vec<World> {
    [2, 20, 100, 500].map(of).to_vec()
}

fn of(n_actions: usize) -> World {
    World::new(&format!("actions-{n_actions}"), 5_000, move |seed, _| {
        let mut dice = Dice::new(seed);
        let action = |n: usize| {
            let features = json!({"topic": format!("t{}", n % N_TOPICS), "age": n % 7});
            Action::new(format!("item-{n}"), features)
        };
        let actions: Vec<_> = (0..n_actions).map(action).collect();
        let merits: Vec<f64> = (0..n_actions).map(|_| 0.2 * dice.unit()).collect();
        move |_| {
            let (reader, hour) = (dice.below(N_TOPICS.min(n_actions)), dice.below(24));
            let chance = |n: usize| merits[n] + if n % N_TOPICS == reader { 0.5 } else { 0.1 };
            let context = json!({"reader": format!("r{reader}"), "hour": hour});
            Situation::clicks(&mut dice, context, &actions, (0..n_actions).map(chance).collect())
        }
    })
}
