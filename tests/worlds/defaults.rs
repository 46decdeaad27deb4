//! Events whose reward never comes and that are learned with a default when the wait is over, long after others.

use serde_json::json;

use super::{Dice, Situation, World, readers};

/// How many events fit into the wait for a reward.
const WAIT: usize = 500;

/// `default-reward`: 3 readers in 10 say what they think, at once; the others earn the default of 0.2, whatever they
/// were shown. `expiry`: what is opened is known at once, what is not only when the wait is over, so the early news
/// are all good.
pub fn worlds() -> Vec<World> {
    let default_reward = World::new("default-reward", 10_000, |seed, _| {
        let (mut dice, articles) = (Dice::new(seed), readers::articles());
        move |_| {
            let user = dice.below(3);
            let is_said = dice.happens(0.3);
            let earn = |value: &f64| if is_said { *value } else { 0.2 };
            let rewards = readers::TASTE[user].iter().map(earn).collect();
            let expected = readers::TASTE[user].map(|value| 0.3 * value + 0.7 * 0.2).to_vec();
            let context = json!({"user": readers::KINDS[user], "hour": dice.below(24)});
            let mut situation = Situation::plain(context, &articles, rewards, expected);
            situation.slots[0].late = vec![if is_said { 0 } else { WAIT }; articles.len()];
            situation
        }
    });
    let expiry = World::new("expiry", 10_000, |seed, _| {
        let (mut dice, articles) = (Dice::new(seed), readers::articles());
        move |_| {
            let user = dice.below(3);
            let chances = readers::TASTE[user].map(|taste| 0.3 * taste).to_vec();
            let context = json!({"user": readers::KINDS[user], "hour": dice.below(24)});
            let mut situation = Situation::clicks(&mut dice, context, &articles, chances);
            let slot = &mut situation.slots[0];
            slot.late = slot.rewards.iter().map(|reward| if *reward > 0.0 { 0 } else { WAIT }).collect();
            situation
        }
    });
    vec![default_reward, expiry]
}
