//! What holds for every stream, however strange: probabilities stay probabilities, the same history makes the same
//! model, and a model that went through bytes goes on as if it had not.

use proptest::prelude::*;
use rankloop::{
    bandit::{ActionInput, Example, JsonObject, LearningSettings, Policy},
    terms::ExplorationShare,
};
use serde_json::{Value, json};

use crate::worlds::{Dice, World, object, outcome, world};

/// Learners whose insides differ most.
const LEARNERS: [Option<&str>; 4] = [
    None,
    Some(LearningSettings::COMPATIBLE_DEFAULT),
    Some("--cb_explore_adf --squarecb --cb_type mtr -q :: -l 1"),
    Some("--cb_explore_adf --bag 3 --coin -q ::"),
];

fn share() -> ExplorationShare {
    ExplorationShare::try_from(0.2).expect("a share")
}

/// A learner and all it answered.
struct Life {
    policy: Policy,
    answers: Vec<Vec<f32>>,
}

impl Life {
    fn new(arguments: Option<&str>) -> Self {
        Self { policy: Policy::new(LearningSettings::parse(arguments).expect("good arguments")), answers: Vec::new() }
    }

    /// One event: Rank, check, Reward.
    fn live(&mut self, example: &Example, is_eligible: &[bool], draw: u64, reward: impl Fn(usize) -> f64) {
        let pmf = self.policy.pmf(example, is_eligible, share());
        let probabilities = pmf.as_slice();
        let sum: f32 = probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{probabilities:?} sum to {sum}");
        for (probability, is_eligible) in probabilities.iter().zip(is_eligible) {
            assert!(if *is_eligible { *probability >= 0.0 } else { *probability == 0.0 }, "{probabilities:?}");
        }
        let action_idx = pmf.draw(draw);
        assert!(probabilities[action_idx] > 0.0, "{action_idx} was drawn of {probabilities:?}");
        let outcome = outcome(action_idx, probabilities, reward(action_idx), self.answers.len());
        self.policy.learn(example, is_eligible, outcome);
        assert!(self.policy.scores(example).iter().all(|score| score.is_finite()), "a score is not finite");
        self.answers.push(pmf.into_vec());
    }

    fn go_through_bytes(&mut self) {
        self.policy = Policy::from_bytes(&self.policy.to_bytes()).expect("what was written can be read");
    }
}

/// The learner's life in a world, going through bytes after these events.
fn life_in(world: &World, arguments: Option<&str>, through_bytes_after: &[usize]) -> Life {
    let (mut life, mut stream, mut dice) = (Life::new(arguments), world.stream(7), Dice::new(8));
    for n in 0..world.n_events {
        let situation = stream(n);
        let is_eligible = vec![true; situation.actions.len()];
        let rewards = &situation.slots[0].rewards;
        let example = Example::new(&situation.context, &situation.inputs()).expect("good features");
        life.live(&example, &is_eligible, dice.next(), |action_idx| rewards[action_idx]);
        if through_bytes_after.contains(&n) {
            life.go_through_bytes();
        }
    }
    life
}

/// Worlds that differ most in what they send.
fn different_worlds() -> [World; 5] {
    [("coffee", 400), ("fresh", 510), ("revenue", 300), ("travel", 200), ("gaps", 300)]
        .map(|(name, n_events)| world(name).shortened(n_events))
}

#[test]
fn the_same_history_makes_the_same_bytes() {
    for world in &different_worlds()[..2] {
        for arguments in LEARNERS {
            let [one, other] = [(); 2].map(|()| life_in(world, arguments, &[]));
            assert!(one.policy.to_bytes() == other.policy.to_bytes(), "{arguments:?} in {}", world.name);
        }
    }
}

#[test]
fn a_model_that_went_through_bytes_goes_on_as_if_it_had_not() {
    for world in different_worlds() {
        for arguments in LEARNERS {
            let whole = life_in(&world, arguments, &[]);
            let stored = life_in(&world, arguments, &[0, 17, 150, 151, 199]);
            let first = whole.answers.iter().zip(&stored.answers).position(|(one, other)| one != other);
            assert_eq!(first, None, "{arguments:?} in {} answers otherwise", world.name);
            assert!(whole.policy.to_bytes() == stored.policy.to_bytes(), "{arguments:?} in {}", world.name);
        }
    }
}

/// What a caller may send at worst, and still in JSON.
fn strange_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(0)),
        Just(json!(-0.0)),
        Just(json!(1)),
        Just(json!(1e30)),
        Just(json!(-1e300)),
        Just(json!(1e-300)),
        Just(json!(u64::MAX)),
        Just(json!(true)),
        Just(json!(false)),
        Just(json!(null)),
        Just(json!("")),
        Just(json!("a")),
        Just(json!("12")),
        Just(json!([0.0, 1e20, -3])),
        Just(json!({"inner": {"deep": 5}})),
        (-10.0..10.0).prop_map(|value: f64| json!(value)),
        "[a-d]{1,2}".prop_map(|word| json!(word)),
    ]
}

fn strange_object() -> impl Strategy<Value = JsonObject> {
    proptest::collection::vec(("[a-e]", strange_value()), 0..5).prop_map(|pairs| pairs.into_iter().collect())
}

fn strange_reward() -> impl Strategy<Value = f64> {
    let finite = f64::from(f32::MAX);
    prop_oneof![Just(0.0), Just(1.0), Just(-1.0), Just(1e6), Just(-1e12), Just(finite), Just(1e-30), -1.0..1.0]
}

/// An event: context, actions, whether each is eligible, and the reward of whatever is chosen.
type StrangeEvent = (JsonObject, Vec<(JsonObject, bool)>, f64);

fn strange_event() -> impl Strategy<Value = StrangeEvent> {
    let actions = proptest::collection::vec((strange_object(), proptest::bool::weighted(0.8)), 1..7);
    (strange_object(), actions, strange_reward())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn probabilities_stay_probabilities_whatever_is_sent(
        events in proptest::collection::vec(strange_event(), 40..120),
        learner in 0..LEARNERS.len(),
    ) {
        let mut life = Life::new(LEARNERS[learner]);
        for (n, (context, actions, reward)) in events.into_iter().enumerate() {
            let features: Vec<[JsonObject; 1]> = actions.iter().map(|(features, _)| [features.clone()]).collect();
            let ids: Vec<String> = (0..actions.len()).map(|at| format!("a{at}")).collect();
            let inputs: Vec<_> =
                ids.iter().zip(&features).map(|(id, features)| ActionInput { id, features }).collect();
            let example = Example::new(&[context], &inputs).expect("it is strange, but good");
            let mut is_eligible: Vec<bool> = actions.iter().map(|(_, is_eligible)| *is_eligible).collect();
            // Somebody must be eligible.
            is_eligible[n % actions.len()] = true;
            life.live(&example, &is_eligible, n as u64, |_| reward);
        }
        life.go_through_bytes();
    }
}

/// A stream in which nothing ever differs but the reward.
fn monotonous(context: Value, features: Value, n_actions: usize, reward: f64) {
    let (context, features) = ([object(context)], [object(features)]);
    let ids: Vec<String> = (0..n_actions).map(|at| format!("a{at}")).collect();
    let inputs: Vec<_> = ids.iter().map(|id| ActionInput { id, features: &features }).collect();
    let example = Example::new(&context, &inputs).expect("good features");
    for arguments in LEARNERS {
        let mut life = Life::new(arguments);
        for n in 0..400 {
            life.live(&example, &vec![true; n_actions], n, |_| if n % 2 == 0 { reward } else { 0.0 });
        }
    }
}

#[test]
fn streams_without_any_difference_are_survived() {
    monotonous(json!({}), json!({"a": 1}), 3, 1.0);
    monotonous(json!({"x": 0, "y": 0, "z": 0}), json!({"a": 0}), 3, 1.0);
    monotonous(json!({"x": 1e30}), json!({"a": -1e30}), 2, 1e6);
    monotonous(json!({"x": 3, "again": 3}), json!({"a": "b"}), 1, -1.0);
    monotonous(json!({"x": "y"}), json!({"a": "b"}), 50, f64::from(f32::MAX));
}
