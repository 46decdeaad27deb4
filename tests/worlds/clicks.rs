//! One click in a hundred: nearly every reward is 0, and what little there is must not drown.

use serde_json::json;

use super::{Action, Dice, Situation, World};

/// A fifth of the actions, another one for each of five segments, is clicked by 3 %, the others by 0.5 %. So chance
/// earns 0.01 and the best possible is 0.03, whatever the number of actions.
pub fn worlds() -> Vec<World> {
    let world = |n_actions: usize| {
        World::new(&format!("clicks-{n_actions}"), 20_000, move |seed, _| {
            let mut dice = Dice::new(seed);
            let banner = |n: usize| Action::new(format!("banner-{n}"), json!({"campaign": format!("c{}", n % 5)}));
            let banners: Vec<_> = (0..n_actions).map(banner).collect();
            move |_| {
                let (segment, hour) = (dice.below(5), dice.below(24));
                let chances = (0..n_actions).map(|n| if n % 5 == segment { 0.03 } else { 0.005 }).collect();
                Situation::clicks(&mut dice, json!({"segment": format!("s{segment}"), "hour": hour}), &banners, chances)
            }
        })
    };
    [5, 10, 50].map(world).to_vec()
}
