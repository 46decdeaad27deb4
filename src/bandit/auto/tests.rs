//! What holds for the mixture whatever it is fed: long streams of odd features and rewards.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{draws::Draws, learner::N_LEARNERS};
use crate::{
    bandit::{ActionInput, Example, JsonObject, LearningSettings, Outcome, Policy},
    terms::ExplorationShare,
};

/// A number of any size, or one of those that break things.
fn number(draws: &mut Draws) -> Value {
    let odd = [0.0, 1.0, -1.0, f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 1e-30, 1e15, 0.1];
    match draws.below(4) {
        0 => json!(odd[draws.below(odd.len())]),
        1 => json!(7.5),
        _ => json!(f64::from(draws.normal())),
    }
}

fn features(draws: &mut Draws, n: usize) -> JsonObject {
    let mut features = JsonObject::new();
    for _ in 0..draws.below(n + 1) {
        let name = format!("f{}", draws.below(12));
        let value = match draws.below(5) {
            0 => json!(format!("w{}", draws.below(300))),
            1 => json!(draws.below(10).to_string()),
            2 => json!([number(draws), number(draws)]),
            3 => json!(draws.below(2) == 0),
            _ => number(draws),
        };
        features.insert(name, value);
    }
    features
}

/// A stream that a seed says: contexts, who is offered, what is paid.
struct Stream {
    draws: Draws,
    /// Rewards are of this size.
    size: f32,
    n_actions: usize,
}

impl Stream {
    fn new(seed: u64, size: f32, n_actions: usize) -> Self {
        Self { draws: Draws::new(seed, 9), size, n_actions }
    }

    /// One event: it is ranked, and what it earned is learned. The pmf has to be a distribution.
    fn play(&mut self, policy: &mut Policy, n: usize) {
        let draws = &mut self.draws;
        let context = if draws.below(8) == 0 { JsonObject::new() } else { features(draws, 8) };
        let n_actions = 1 + draws.below(self.n_actions);
        let actions: Vec<(String, [JsonObject; 1])> =
            (0..n_actions).map(|at| (format!("a{}", at + draws.below(3) * n / 50), [features(draws, 4)])).collect();
        let inputs: Vec<ActionInput<'_>> = actions.iter().map(|(id, features)| ActionInput { id, features }).collect();
        let example = Example::new(&[context], &inputs).expect("good features");
        let share = ExplorationShare::try_from(0.2).expect("a share");
        let pmf = policy.pmf(&example, &vec![true; n_actions], share);
        let sum: f32 = pmf.as_slice().iter().sum();
        assert!((sum - 1.0).abs() < 1e-5 && pmf.as_slice().iter().all(|probability| *probability > 0.0), "{pmf:?}");
        assert!(policy.scores(&example).iter().all(|score| score.is_finite()));
        let action_idx = pmf.draw(draws.next());
        let outcome = Outcome {
            action_idx,
            probability: pmf.as_slice()[action_idx],
            reward: self.size * draws.normal(),
            explored: draws.unit(),
            at_us: n as i64 * 1_000,
        };
        policy.learn(&example, &vec![true; n_actions], outcome);
    }
}

fn policy() -> Policy {
    Policy::new(LearningSettings::parse(Some("--rankloop --memory 4")).expect("good arguments"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn no_stream_breaks_it_and_stored_half_way_it_goes_on_alike(
        seed in any::<u64>(), size in prop_oneof![Just(0.0f32), Just(1.0), Just(80.0), Just(1e30)], n_actions in 1..12usize,
    ) {
        let (mut live, mut stored) = (policy(), policy());
        let (mut stream, mut same) = (Stream::new(seed, size, n_actions), Stream::new(seed, size, n_actions));
        for n in 0..150 {
            stream.play(&mut live, n);
            // Somebody may grow its trees, or nobody.
            live.take_rebuilds().iter().for_each(|rebuild| rebuild.run());
            same.play(&mut stored, n);
            if n == 70 {
                stored = Policy::from_bytes(&stored.to_bytes()).expect("bytes just written");
            }
        }
        prop_assert!(live.to_bytes() == stored.to_bytes());
    }
}

#[test]
fn memory_stays_within_its_bound_however_many_names_there_are() {
    let mut policy = policy();
    let mut draws = Draws::new(1, 1);
    for n in 0..300 {
        let context: JsonObject = (0..20).map(|at| (format!("f{at}"), json!(draws.next().to_string()))).collect();
        let actions: Vec<String> = (0..10).map(|at| format!("a{n}-{at}")).collect();
        let inputs: Vec<ActionInput<'_>> = actions.iter().map(|id| ActionInput { id, features: &[] }).collect();
        let example = Example::new(&[context], &inputs).expect("good features");
        let outcome =
            Outcome { action_idx: n % 10, probability: 0.1, reward: (n % 2) as f32, explored: 0.9, at_us: n as i64 };
        policy.learn(&example, &[true; 10], outcome);
    }
    // The bound holds for memory; bytes at rest are fewer, but for the linear learner's table.
    let n_bytes = policy.to_bytes().len();
    assert!(n_bytes < 12 << 20, "{n_bytes}");
}

#[test]
fn learners_are_numbered_in_the_order_in_which_they_are_listed() {
    assert_eq!(super::Learner::ALL.map(|learner| learner as usize), std::array::from_fn::<_, N_LEARNERS, _>(|at| at));
}
