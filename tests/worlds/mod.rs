//! Four small worlds in which the best choice is known: the old service's own coffee tutorial, and three that are
//! played against learners elsewhere too.

use rankloop::{
    bandit::{ActionInput, Example, JsonObject, LearningSettings, Outcome, Policy, draw_seed},
    terms::{EventId, ExplorationShare},
};
use serde_json::{Value, json};

/// A seeded generator of its own (SplitMix64): nothing else may decide what a test sees.
pub struct Dice(u64);

impl Dice {
    /// Dice that always fall alike for one seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// An index drawn by chances that sum to one.
    pub fn pick(&mut self, chances: &[f64]) -> usize {
        let mut left = self.unit();
        chances
            .iter()
            .position(|chance| {
                left -= chance;
                left < 0.0
            })
            .unwrap_or(chances.len() - 1)
    }
}

/// One event: what is known, and what each action would earn.
pub struct Situation {
    pub context: Value,
    pub rewards: Vec<f64>,
}

pub struct World {
    pub name: &'static str,
    pub n_events: usize,
    /// Ids and features of what is offered in the event with this number.
    pub actions: fn(usize) -> Vec<(String, Value)>,
    /// The situation of the event with this number.
    pub situation: fn(&mut Dice, usize, usize) -> Situation,
}

/// What was earned, event by event.
pub struct Run {
    pub earned: Vec<f64>,
    /// The probability that went to other than the best-scored actions.
    pub explored: Vec<f64>,
}

impl Run {
    pub fn mean(&self) -> f32 {
        mean(&self.earned)
    }

    /// The mean over a part of the run.
    pub fn mean_of(&self, range: std::ops::Range<usize>) -> f32 {
        mean(&self.earned[range])
    }
}

fn mean(values: &[f64]) -> f32 {
    (values.iter().sum::<f64>() / values.len() as f64) as f32
}

fn object(value: &Value) -> JsonObject {
    value.as_object().expect("an object").clone()
}

/// Plays a world against a learner, each reward at once.
pub fn play(world: &World, arguments: Option<&str>, share: f32, seed: u64) -> Run {
    let mut policy = Policy::new(LearningSettings::parse(arguments).expect("good arguments"));
    let share = ExplorationShare::try_from(share).expect("a share");
    let mut dice = Dice::new(seed);
    let mut run = Run { earned: Vec::new(), explored: Vec::new() };
    for n in 0..world.n_events {
        let situation = (world.situation)(&mut dice, n, world.n_events);
        let actions: Vec<(String, [JsonObject; 1])> =
            (world.actions)(n).into_iter().map(|(id, features)| (id, [object(&features)])).collect();
        let inputs: Vec<ActionInput<'_>> = actions.iter().map(|(id, features)| ActionInput { id, features }).collect();
        let is_eligible = vec![true; inputs.len()];
        let example = Example::new(&[object(&situation.context)], &inputs).expect("good features");
        let pmf = policy.pmf(&example, &is_eligible, share);
        let event: EventId = format!("{}-{seed}-{n}", world.name).parse().expect("an id");
        let action_idx = pmf.draw(draw_seed(&event, seed));
        let reward = situation.rewards[action_idx];
        run.earned.push(reward);
        let scores = policy.scores(&example);
        let highest = scores.iter().copied().fold(f32::MIN, f32::max);
        let best = pmf.as_slice().iter().zip(&scores).filter(|(_, score)| **score == highest);
        run.explored.push(1.0 - best.map(|(probability, _)| f64::from(*probability)).sum::<f64>());
        let outcome = Outcome {
            action_idx,
            probability: pmf.as_slice()[action_idx],
            reward: reward as f32,
            explored: 0.0,
            at_us: 0,
        };
        policy.learn(&example, &is_eligible, outcome);
    }
    run
}

/// The tutorial of the old service: four people, three weathers, three times of day, one wanted coffee each.
pub const COFFEE: World = World { name: "coffee", n_events: 10_000, actions: coffees, situation: coffee };

fn coffees(_: usize) -> Vec<(String, Value)> {
    [
        ("Cappucino", json!({"type": "hot", "origin": "kenya", "organic": "yes", "roast": "dark"})),
        ("Cold brew", json!({"type": "cold", "origin": "brazil", "organic": "yes", "roast": "light"})),
        ("Iced mocha", json!({"type": "cold", "origin": "ethiopia", "organic": "no", "roast": "light"})),
        ("Latte", json!({"type": "hot", "origin": "brazil", "organic": "no", "roast": "dark"})),
    ]
    .map(|(id, features)| (id.to_owned(), features))
    .to_vec()
}

/// Which coffee is wanted, by person, weather and time of day.
const WANTED: [[[usize; 3]; 3]; 4] = [
    [[1, 2, 1], [3, 0, 3], [0, 0, 0]],
    [[0, 2, 1], [3, 3, 3], [2, 2, 2]],
    [[3, 1, 0], [0, 3, 2], [1, 2, 0]],
    [[2, 2, 2], [3, 3, 3], [0, 0, 0]],
];

fn coffee(dice: &mut Dice, _: usize, _: usize) -> Situation {
    let (person, weather, time) = (dice.below(4), dice.below(3), dice.below(3));
    let wanted = WANTED[person][weather][time];
    let name = ["Alice", "Bob", "Cathy", "Dave"][person];
    let weather = ["Sunny", "Rainy", "Snowy"][weather];
    let time = ["Morning", "Afternoon", "Evening"][time];
    Situation {
        context: json!({"name": name, "weather": weather, "timeofday": time}),
        rewards: (0..4).map(|coffee| f64::from(u8::from(coffee == wanted))).collect(),
    }
}

/// Three sections; which one is opened depends on the device and, not linearly, on the hour.
pub const SECTIONS: World = World { name: "sections", n_events: 6_000, actions: sections, situation: section };

fn sections(_: usize) -> Vec<(String, Value)> {
    ["sports", "finance", "travel"].map(|id| (id.to_owned(), json!({"id": id}))).to_vec()
}

fn section(dice: &mut Dice, _: usize, _: usize) -> Situation {
    let (is_mobile, hour, page) = (dice.below(2) == 0, dice.below(24), dice.below(3));
    let chances = match (is_mobile, hour) {
        (true, _) => [0.6, 0.2, 0.6],
        (false, 9..=17) => [0.25, 0.65, 0.25],
        (false, _) => [0.25, 0.25, 0.55],
    };
    let device = if is_mobile { "mobile" } else { "desktop" };
    let page = ["home", "article", "section"][page];
    Situation {
        context: json!({"device": device, "hour": hour, "page": page}),
        rewards: chances.iter().map(|chance| f64::from(u8::from(dice.unit() < *chance))).collect(),
    }
}

/// Three kinds of readers, seen only through what goes with them; real-valued rewards.
pub const USERS: World = World { name: "users", n_events: 6_000, actions: articles, situation: reader };
/// The kind of reader is known, but half-way two of the kinds swap their tastes.
pub const SWAP: World = World { name: "swap", n_events: 6_000, actions: articles, situation: swapping_reader };

const TASTE: [[f64; 5]; 3] = [[1.0, 0.8, 0.1, 0.3, 0.2], [0.2, 0.1, 1.0, 0.3, 0.5], [0.4, 0.5, 0.1, 1.0, 0.2]];
const DEVICE: [[f64; 3]; 3] = [[0.2, 0.7, 0.1], [0.75, 0.1, 0.15], [0.15, 0.6, 0.25]];
const DAYTIME: [[f64; 4]; 3] = [[0.1, 0.2, 0.4, 0.3], [0.1, 0.4, 0.45, 0.05], [0.6, 0.3, 0.08, 0.02]];
/// Chances of a weekday and of a day of the weekend.
const WEEKDAY: [[f64; 2]; 3] = [[0.15, 0.125], [0.06, 0.35], [0.19, 0.025]];

fn articles(_: usize) -> Vec<(String, Value)> {
    [
        ("tech-ai", "technology", 900),
        ("tech-cloud", "technology", 1200),
        ("football", "sports", 500),
        ("stocks", "finance", 700),
        ("fitness", "sports", 600),
    ]
    .map(|(id, topic, words)| (id.to_owned(), json!({"id": id, "topic": topic, "words": words})))
    .to_vec()
}

fn device(at: usize) -> &'static str {
    ["mobile", "desktop", "tablet"][at]
}

fn daytime(at: usize) -> &'static str {
    ["morning", "afternoon", "evening", "night"][at]
}

fn reader(dice: &mut Dice, _: usize, _: usize) -> Situation {
    let user = dice.below(3);
    let (on, at) = (dice.pick(&DEVICE[user]), dice.pick(&DAYTIME[user]));
    let [week, weekend] = WEEKDAY[user];
    let day = dice.pick(&[week, week, week, week, week, weekend, weekend]);
    let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day];
    Situation {
        context: json!({"device": device(on), "timeOfDay": daytime(at), "dayOfWeek": day}),
        rewards: tasted(dice, user),
    }
}

fn swapping_reader(dice: &mut Dice, n: usize, n_events: usize) -> Situation {
    let user = dice.below(3);
    let (on, at) = (dice.pick(&DEVICE[user]), dice.pick(&DAYTIME[user]));
    let taste = if 2 * n < n_events { user } else { 2 - user };
    let kind = ["tech-enthusiast", "sports-fan", "finance-pro"][user];
    Situation {
        context: json!({"user": kind, "device": device(on), "timeOfDay": daytime(at)}),
        rewards: tasted(dice, taste),
    }
}

fn tasted(dice: &mut Dice, taste: usize) -> Vec<f64> {
    TASTE[taste].iter().map(|value| (value + 0.2 * dice.unit() - 0.1).clamp(0.0, 1.0)).collect()
}

/// Four articles a day (of 100 events), each under an id that never comes again; each kind of reader has one topic.
pub const DAILY: World = World { name: "daily", n_events: 5_000, actions: todays_articles, situation: daily_reader };

fn todays_articles(n: usize) -> Vec<(String, Value)> {
    let article = |topic: &str| (format!("{topic}-{}", n / 100), json!({"topic": topic}));
    ["sports", "politics", "science", "culture"].map(article).to_vec()
}

fn daily_reader(dice: &mut Dice, _: usize, _: usize) -> Situation {
    let kind = dice.below(4);
    let name = ["commuter", "retired", "student", "parent"][kind];
    let rewards = (0..4).map(|topic| if topic == kind { 1.0 } else { 0.0 }).collect();
    Situation { context: json!({"reader": name}), rewards }
}

/// One of three bets wins and the others lose, by the weather.
pub const BETS: World = World { name: "bets", n_events: 3_000, actions: bets, situation: bet };

fn bets(_: usize) -> Vec<(String, Value)> {
    ["ice", "tea", "umbrella"].map(|id| (id.to_owned(), json!({"price": 1}))).to_vec()
}

fn bet(dice: &mut Dice, _: usize, _: usize) -> Situation {
    let weather = dice.below(3);
    let name = ["hot", "cold", "wet"][weather];
    let rewards = (0..3).map(|bet| if bet == weather { 1.0 } else { -1.0 }).collect();
    Situation { context: json!({"weather": name}), rewards }
}
