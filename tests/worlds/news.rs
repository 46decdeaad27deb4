//! Articles that come and go: ids that are new every day, single articles that are better than their topic, actions
//! that arrive in the middle of a stream, and actions that vanish.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Dice, Situation, World};

const TOPICS: [&str; 5] = ["sports", "politics", "science", "culture", "business"];
const READERS: [&str; 5] = ["commuter", "retired", "student", "parent", "trader"];
/// Events of a day, and the articles that it has.
const DAY: usize = 500;
const PER_DAY: usize = 10;

pub fn worlds() -> Vec<World> {
    let daily = World::new("daily", 5_000, |seed, _| {
        let mut dice = Dice::new(seed);
        move |n| daily(&mut dice, n)
    });
    let arrivals = World::new("arrivals", 6_000, |seed, n_events| {
        let (mut dice, articles) = (Dice::new(seed), topics());
        move |n| arriving(&mut dice, &articles, 3 * n / n_events)
    });
    let vanishing = World::new("vanishing", 6_000, |seed, n_events| {
        let (mut dice, articles) = (Dice::new(seed), topics());
        move |n| vanishing(&mut dice, &articles, 3 * n / n_events == 1)
    });
    vec![
        daily,
        World::new("fresh", 6_000, |seed, _| papers(seed, paper_of_topics)),
        World::new("fresh-single", 6_000, |seed, _| papers(seed, paper_of_singles)),
        arrivals.changing_after(&[1.0 / 3.0, 2.0 / 3.0]),
        vanishing.changing_after(&[1.0 / 3.0, 2.0 / 3.0]),
    ]
}

/// Four articles a day (of 100 events), each under an id that never comes again; each kind of reader has one topic.
fn daily(dice: &mut Dice, n: usize) -> Situation {
    let kind = dice.below(4);
    let article = |topic: &&str| Action::new(format!("{topic}-{}", n / 100), json!({"topic": topic}));
    let articles: Vec<_> = TOPICS[..4].iter().map(article).collect();
    let rewards = (0..4).map(|topic| f64::from(u8::from(topic == kind))).collect();
    Situation::certain(json!({"reader": READERS[kind]}), &articles, rewards)
}

/// An article of today.
struct Article {
    action: Arc<Action>,
    topic: usize,
    is_film: bool,
    /// How good this one is, whatever it is about; nothing that is sent says it.
    merit: f64,
}

/// Ten articles for every day of 500 events; their ids never come again.
fn papers(seed: u64, chance: fn(&Article, usize, bool) -> f64) -> impl FnMut(usize) -> Situation {
    let (mut dice, mut today, mut actions) = (Dice::new(seed), Vec::new(), Vec::new());
    move |n| {
        if n % DAY == 0 {
            today = (0..PER_DAY).map(|at| article(&mut dice, n / DAY, at)).collect();
            actions = today.iter().map(|article: &Article| article.action.clone()).collect();
        }
        let (kind, is_mobile) = (dice.below(5), dice.happens(0.5));
        let chances = today.iter().map(|article| chance(article, kind, is_mobile)).collect();
        let context = json!({"reader": READERS[kind], "device": if is_mobile { "mobile" } else { "desktop" }});
        Situation::clicks(&mut dice, context, &actions, chances)
    }
}

fn article(dice: &mut Dice, day: usize, at: usize) -> Article {
    // Two of each topic, so that a day is never without a reader's own.
    let (topic, is_film, words) = (at % 5, dice.happens(0.5), 100 * (2 + dice.below(12)));
    let features = json!({"topic": TOPICS[topic], "film": is_film, "words": words});
    Article { action: Action::new(format!("{day}-{at}"), features), topic, is_film, merit: dice.unit() }
}

/// All merit is in what is said of an article: its topic, and films for those on the way.
fn paper_of_topics(article: &Article, kind: usize, is_mobile: bool) -> f64 {
    0.05 + if article.topic == kind { 0.5 } else { 0.0 } + if article.is_film && is_mobile { 0.2 } else { 0.0 }
}

/// Half of the merit is in the topic, half in the single article.
fn paper_of_singles(article: &Article, kind: usize, _: bool) -> f64 {
    0.05 + if article.topic == kind { 0.4 } else { 0.0 } + 0.4 * article.merit
}

fn topics() -> Vec<Arc<Action>> {
    TOPICS.map(|topic| Action::new(topic, json!({"topic": topic}))).to_vec()
}

/// Three topics at first; in each third of the stream one arrives that a third of the readers like best.
fn arriving(dice: &mut Dice, articles: &[Arc<Action>], third: usize) -> Situation {
    const CHANCE: [[f64; 5]; 3] = [[0.4, 0.2, 0.1, 0.1, 0.7], [0.1, 0.4, 0.2, 0.7, 0.1], [0.2, 0.1, 0.4, 0.1, 0.2]];
    let kind = dice.below(3);
    let n = 3 + third;
    Situation::clicks(dice, json!({"reader": READERS[kind]}), &articles[..n], CHANCE[kind][..n].to_vec())
}

/// In the middle third of the stream what two of three readers like best is not offered.
fn vanishing(dice: &mut Dice, articles: &[Arc<Action>], is_gone: bool) -> Situation {
    const CHANCE: [[f64; 5]; 3] = [[0.7, 0.4, 0.2, 0.1, 0.1], [0.7, 0.1, 0.4, 0.2, 0.1], [0.1, 0.2, 0.1, 0.6, 0.3]];
    let kind = dice.below(3);
    let from = usize::from(is_gone);
    Situation::clicks(dice, json!({"reader": READERS[kind]}), &articles[from..], CHANCE[kind][from..].to_vec())
}
