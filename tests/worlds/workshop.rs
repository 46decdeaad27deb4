//! The old service's workshop: three topics, two readers, two days. Half-way the Olympics begin, and everybody follows
//! sport on Sunday.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Dice, Situation, Slot, World, object};

const POLITICS: usize = 0;
const SPORTS: usize = 1;
const MUSIC: usize = 2;

const READERS: [&str; 2] = ["Tom", "Anna"];
const DAYS: [&str; 2] = ["Monday", "Sunday"];

/// By phase, reader and day.
const WANTED: [[[usize; 2]; 2]; 2] = [[[POLITICS, MUSIC], [SPORTS, POLITICS]], [[POLITICS, SPORTS], [SPORTS, SPORTS]]];

/// Chance earns 0.333; what was learned before the Olympics earns 0.5 in them.
pub fn worlds() -> Vec<World> {
    let workshop = World::new("workshop", 2_000, |seed, n_events| {
        let (mut dice, topics) = (Dice::new(seed), topics());
        move |n| {
            let (reader, day) = (dice.below(2), dice.below(2));
            let wanted = WANTED[usize::from(2 * n >= n_events)][reader][day];
            let rewards: Vec<f64> = (0..3).map(|topic| f64::from(u8::from(topic == wanted))).collect();
            let context = [json!({"name": READERS[reader]}), json!({"day": DAYS[day]})];
            let slot = Slot { expected: rewards.clone(), rewards, ..Slot::default() };
            Situation { context: context.map(object).to_vec(), actions: topics.clone(), slots: vec![slot] }
        }
    });
    vec![workshop.changing_after(&[0.5])]
}

fn topics() -> Vec<Arc<Action>> {
    ["politics", "sports", "music"].map(|topic| Action::new(topic, json!({"topic": topic}))).to_vec()
}
