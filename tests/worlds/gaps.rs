//! Coffee again, with gaps in what is known: a fact of the context is missing in one event of four, null or not there
//! at all, and one coffee in four comes without its features.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Action, Dice, JsonObject, Situation, World,
    coffee::{PEOPLE, TIMES, WANTED, WEATHERS, coffees},
    object,
};

/// The best possible is the best guess from what is there.
pub fn worlds() -> Vec<World> {
    vec![World::new("gaps", 10_000, |seed, _| {
        let (mut dice, coffees) = (Dice::new(seed), coffees());
        move |_| coffee(&mut dice, &coffees)
    })]
}

fn coffee(dice: &mut Dice, coffees: &[Arc<Action>]) -> Situation {
    let cell = [dice.below(4), dice.below(3), dice.below(3)];
    let is_known = [dice.happens(0.75), dice.happens(0.75), dice.happens(0.75)];
    let names = ["name", "weather", "timeofday"];
    let values = [PEOPLE[cell[0]], WEATHERS[cell[1]], TIMES[cell[2]]];
    let mut context = JsonObject::new();
    for at in 0..3 {
        if is_known[at] {
            context.insert(names[at].to_owned(), values[at].into());
        } else if dice.happens(0.5) {
            context.insert(names[at].to_owned(), Value::Null);
        }
    }
    let bare = object(serde_json::json!({"type": null}));
    let offer = |coffee: &Arc<Action>| match dice.happens(0.25) {
        true => Arc::new(Action { id: coffee.id.clone(), features: vec![bare.clone()] }),
        false => coffee.clone(),
    };
    let offers: Vec<_> = coffees.iter().map(offer).collect();
    let wanted = WANTED[cell[0]][cell[1]][cell[2]];
    let rewards = (0..4).map(|coffee| f64::from(u8::from(coffee == wanted))).collect();
    Situation::plain(context.into(), &offers, rewards, guess(cell, is_known)).shuffled(dice)
}

/// How probable it is that each coffee is wanted, by what is known of the cell.
fn guess(cell: [usize; 3], is_known: [bool; 3]) -> Vec<f64> {
    let span = |at: usize, n: usize| if is_known[at] { cell[at]..cell[at] + 1 } else { 0..n };
    let mut wanted = vec![0.0; 4];
    for person in span(0, 4) {
        for weather in span(1, 3) {
            span(2, 3).for_each(|time| wanted[WANTED[person][weather][time]] += 1.0);
        }
    }
    let all: f64 = wanted.iter().sum();
    wanted.into_iter().map(|count| count / all).collect()
}
