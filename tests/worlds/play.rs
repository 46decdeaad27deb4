//! One learner in one world, event by event, as the service would let it: Rank, then the outcome when it is known.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rankloop::{
    bandit::{
        Example, Filling, JsonObject, LearningSettings, LearningSettingsError, Outcome, Pmf, Policy, draw_seed,
        slot_example, slot_seed,
    },
    terms::{EventId, ExplorationShare},
};
use serde_json::Value;

use super::{OnAverage, Run, Situation, Slot, World};

/// How a game is played.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The learner; `None` is the default.
    pub arguments: Option<&'a str>,
    /// The exploration share of the loop.
    pub share: f32,
    /// How many events later all rewards are known, if that is later than in the world itself.
    pub delay: usize,
    pub seed: u64,
}

/// A decision whose outcome is not yet known.
struct Waiting {
    example: Example,
    is_eligible: Vec<bool>,
    outcome: Outcome,
}

/// The one place where outcomes are made: what is logged with a choice, and what it earned.
///
/// Every second has one event, and `known_after` is the one after which its reward is known.
pub fn outcome(action_idx: usize, pmf: &[f32], reward: f64, known_after: usize) -> Outcome {
    Outcome {
        action_idx,
        probability: pmf[action_idx],
        reward: reward as f32,
        explored: 1.0 - pmf.iter().copied().fold(0.0, f32::max),
        at_us: known_after as i64 * 1_000_000,
    }
}

/// JSON as a namespace of features.
pub fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// Plays a world to its end.
pub fn play(world: &World, rules: Rules<'_>) -> Result<Run, LearningSettingsError> {
    let mut game = Game {
        policy: Policy::new(LearningSettings::parse(rules.arguments)?),
        share: ExplorationShare::try_from(rules.share).expect("a share is between 0 and 1"),
        waiting: BTreeMap::new(),
        run: Run::default(),
    };
    let mut stream = world.stream(rules.seed);
    let delay = world.delay.max(rules.delay);
    for n in 0..world.n_events {
        let event: EventId = format!("{}-{}-{n}", world.name, rules.seed).parse().expect("it is short");
        game.decide(n, delay, &stream(n), draw_seed(&event, rules.seed));
        game.learn_until(n);
    }
    game.run.knows_best = world.knows_best;
    game.run.changes = world.changes();
    game.run.policy = Some(game.policy);
    Ok(game.run)
}

struct Game {
    policy: Policy,
    share: ExplorationShare,
    /// By the event after which they are known, in the order of the decisions.
    waiting: BTreeMap<usize, Vec<Waiting>>,
    run: Run,
}

impl Game {
    fn decide(&mut self, n: usize, delay: usize, situation: &Situation, seed: u64) {
        let inputs = situation.inputs();
        let plan: Vec<usize> = (0..situation.slots.len()).collect();
        let mut filling = Filling::new(vec![vec![true; inputs.len()]; plan.len()], &plan);
        self.run.open_event();
        let n_slots = situation.slots.len() as f64;
        let begin = Instant::now();
        let example = |slot: &Slot| slot_example(&situation.context, slot.id.as_ref(), &slot.features, &inputs);
        let examples: Vec<_> =
            situation.slots.iter().map(|slot| example(slot).expect("worlds have good features")).collect();
        let scores = self.policy.scores_of_later_slots(&examples);
        self.run.rank_time += begin.elapsed();
        for ((slot_idx, slot), example) in situation.slots.iter().enumerate().zip(examples) {
            let begin = Instant::now();
            let is_eligible = filling.eligible();
            let losses = filling.losses(&scores);
            let pmf = self.policy.pmf_of_slot(&example, &is_eligible, &losses, self.share);
            self.run.rank_time += begin.elapsed();
            let action_idx = pmf.draw(slot_seed(seed, slot_idx));
            filling.fill(action_idx);
            self.run.add(slot, n_slots, &pmf, action_idx);
            let known_after = n + slot.late.get(action_idx).copied().unwrap_or(0).max(delay);
            let outcome = outcome(action_idx, pmf.as_slice(), slot.rewards[action_idx], known_after);
            self.waiting.entry(known_after).or_default().push(Waiting { example, is_eligible, outcome });
        }
    }

    /// Learns all that is known after this event.
    fn learn_until(&mut self, n: usize) {
        let later = self.waiting.split_off(&(n + 1));
        let begin = Instant::now();
        for Waiting { example, is_eligible, outcome } in
            std::mem::replace(&mut self.waiting, later).into_values().flatten()
        {
            self.policy.learn(&example, &is_eligible, outcome);
        }
        self.run.learn_time += begin.elapsed();
    }
}

impl Run {
    fn open_event(&mut self) {
        self.earned.push(0.0);
        self.explored.push(0.0);
        self.on_average.push(OnAverage::default());
    }

    /// Adds a decision to the event that is open.
    fn add(&mut self, slot: &Slot, n_slots: f64, pmf: &Pmf, action_idx: usize) {
        let probabilities = pmf.as_slice();
        let greedy = highest(probabilities.iter().map(|probability| f64::from(*probability)));
        let (Some(earned), Some(explored), Some(sum)) =
            (self.earned.last_mut(), self.explored.last_mut(), self.on_average.last_mut())
        else {
            return;
        };
        *earned += slot.rewards[action_idx];
        *explored += (1.0 - f64::from(probabilities[greedy])) / n_slots;
        sum.chosen += slot.expected[action_idx];
        sum.greedy += slot.expected[greedy];
        sum.even += slot.expected.iter().sum::<f64>() / slot.expected.len() as f64;
        sum.best += slot.expected[highest(slot.expected.iter().copied())];
    }
}

/// The first of the highest.
fn highest(values: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::MIN);
    for (at, value) in values.enumerate() {
        if value > best.1 {
            best = (at, value);
        }
    }
    best.0
}

/// A duration in microseconds, shared among events.
pub fn micros_each(duration: Duration, n_events: usize) -> f64 {
    duration.as_secs_f64() * 1e6 / n_events.max(1) as f64
}
