//! The old service's news page: the reward is how far a reader scrolls.
//!
//! The articles' features, the context and the reward are the demo's. What holds readers is ours: it had real ones.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Dice, Situation, Slot, World, object};

const TIMES: [&str; 2] = ["am", "pm"];
const WEEKS: [&str; 2] = ["workweek", "weekend"];
const WEATHERS: [&str; 3] = ["sunny", "cloudy", "rainy"];
/// How far each article is read: before noon, after it, and how much more on a weekend.
const DEPTHS: [[f64; 3]; 5] = [[0.3, 0.4, 0.4], [0.2, 0.5, 0.0], [0.8, 0.4, -0.4], [0.5, 0.3, 0.1], [0.3, 0.6, 0.2]];
/// Rain keeps readers on the page.
const RAIN: f64 = 0.1;

/// Depths scatter by 0.2 to both sides.
pub fn worlds() -> Vec<World> {
    vec![World::new("scroll", 3_000, |seed, _| {
        let (mut dice, articles) = (Dice::new(seed), articles());
        move |_| visit(&mut dice, &articles)
    })]
}

fn visit(dice: &mut Dice, articles: &[Arc<Action>]) -> Situation {
    let (time, week, weather) = (dice.below(2), dice.below(2), dice.below(3));
    let rain = if weather == 2 { RAIN } else { 0.0 };
    let depth = |depths: &[f64; 3]| depths[time] + depths[2] * week as f64 + rain;
    let expected: Vec<f64> = DEPTHS.iter().map(depth).collect();
    let rewards = expected.iter().map(|depth| (depth + dice.between(-0.2, 0.2)).clamp(0.0, 1.0)).collect();
    let context = [json!({"timeOfDay": TIMES[time], "weekDay": WEEKS[week]}), json!({"weather": WEATHERS[weather]})];
    let slot = Slot { rewards, expected, ..Slot::default() };
    Situation { context: context.map(object).to_vec(), actions: articles.to_vec(), slots: vec![slot] }
}

fn articles() -> Vec<Arc<Action>> {
    let article = |id: &str, days_ago: u8, is_breaking: bool, source: &str, place: Option<&str>| {
        let mut features: Vec<Value> = vec![
            json!({"publishedDayAgo": days_ago}),
            json!({"breakingNews": is_breaking}),
            json!({"newsSource": source}),
        ];
        features.extend(place.map(|place| json!({"newsLocation": place})));
        Arc::new(Action { id: id.to_owned(), features: features.into_iter().map(object).collect() })
    };
    vec![
        article("ai-for-earth", 3, false, "techrepublic.com", None),
        article("downer-deploys-microsoft", 2, false, "arnnet.com.au", Some("Australia")),
        article("microsoft-ai-chief", 1, true, "windowscentral.com", None),
        article("microsoft-executives-meet", 2, false, "cnbc.com", None),
        article("microsoft-partners-with-openclassrooms", 3, false, "venturebeat.com", None),
    ]
}
