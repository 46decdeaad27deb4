//! Rewards of other ranges than [0, 1]: losses, money, and the same readers on scales a million apart.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Dice, Situation, World, readers};

const WEATHERS: [&str; 3] = ["hot", "cold", "wet"];
const CUSTOMERS: [&str; 3] = ["new", "regular", "club"];

pub fn worlds() -> Vec<World> {
    let bets = World::new("bets", 3_000, |seed, _| {
        let (mut dice, bets) = (Dice::new(seed), bets());
        move |_| bet(&mut dice, &bets)
    });
    let revenue = World::new("revenue", 8_000, |seed, _| {
        let (mut dice, products) = (Dice::new(seed), products());
        move |_| purchase(&mut dice, &products)
    });
    vec![bets, revenue, scaled("thousandths", 0.001, 0.0), scaled("thousands", 10_000.0, -5_000.0)]
}

fn bets() -> Vec<Arc<Action>> {
    ["ice", "tea", "umbrella"].map(|id| Action::new(id, json!({"price": 1}))).to_vec()
}

/// One of three bets wins and the others lose, by the weather.
fn bet(dice: &mut Dice, bets: &[Arc<Action>]) -> Situation {
    let weather = dice.below(3);
    let rewards = (0..3).map(|bet| if bet == weather { 1.0 } else { -1.0 }).collect();
    Situation::certain(json!({"weather": WEATHERS[weather]}), bets, rewards)
}

/// A product, its price, and the chance that each of three kinds of customer buys it.
const PRODUCTS: [(&str, f64, [f64; 3]); 5] = [
    ("socks", 6.0, [0.6, 0.5, 0.4]),
    ("shirt", 20.0, [0.3, 0.1, 0.1]),
    ("lamp", 35.0, [0.02, 0.2, 0.02]),
    ("shoes", 60.0, [0.02, 0.02, 0.15]),
    ("coat", 80.0, [0.01, 0.03, 0.03]),
];

fn products() -> Vec<Arc<Action>> {
    PRODUCTS.map(|(id, price, _)| Action::new(id, json!({"price": price}))).to_vec()
}

/// Revenue from 0 to 80. What sells most often earns least, so the best choice is not the one that is bought most.
fn purchase(dice: &mut Dice, products: &[Arc<Action>]) -> Situation {
    let kind = dice.below(3);
    let expected = PRODUCTS.map(|(_, price, chances)| price * chances[kind]).to_vec();
    let rewards = PRODUCTS.map(|(_, price, chances)| if dice.happens(chances[kind]) { price } else { 0.0 }).to_vec();
    let context = json!({"customer": CUSTOMERS[kind], "hour": dice.below(24)});
    Situation::plain(context, products, rewards, expected)
}

/// Readers whose kind is known, with rewards on another scale.
fn scaled(name: &str, factor: f64, shift: f64) -> World {
    World::new(name, 4_000, move |seed, _| {
        let (mut dice, articles) = (Dice::new(seed), readers::articles());
        move |_| {
            let user = dice.below(3);
            let scale = |value: f64| shift + factor * value;
            let rewards = readers::TASTE[user].map(|value| scale(value + dice.between(-0.1, 0.1))).to_vec();
            let context = json!({"user": readers::KINDS[user], "hour": dice.below(24)});
            Situation::plain(context, &articles, rewards, readers::TASTE[user].map(scale).to_vec())
        }
    })
}
