//! Properties of whole lives: any features, any rewards, every kind of learner.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LEARNERS, WITHOUT_FLOOR, example, inputs, new_policy, object, share};
use crate::bandit::{Asked, JsonObject, Outcome, Policy};

/// Features of every kind, huge, tiny and colliding ones among them.
fn features() -> impl Strategy<Value = JsonObject> {
    let number = prop_oneof![
        Just(0.0),
        Just(1.0),
        Just(f64::MAX),
        Just(-f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(1e-30),
        -100.0..100.0
    ];
    let plain = prop_oneof![
        number.clone().prop_map(|number| json!(number)),
        "[a-c :|é]{0,3}".prop_map(|text| json!(text)),
        any::<bool>().prop_map(|truth| json!(truth)),
        Just(Value::Null),
        prop::collection::vec(number, 0..4).prop_map(|numbers| json!(numbers)),
    ];
    let nested = prop::collection::btree_map("[a-c]", plain.clone(), 0..3).prop_map(|inner| json!(inner));
    prop::collection::btree_map("[_a-fij]{1,2}", prop_oneof![4 => plain, 1 => nested], 0..6)
        .prop_map(|entries| entries.into_iter().collect())
}

/// What happened in one event: its context, which actions were eligible, which chosen, how, and what it earned.
type Event = (JsonObject, Vec<bool>, usize, f32, f32);
/// Ids and features.
pub(super) type Actions = Vec<(String, [JsonObject; 1])>;

fn events(n_actions: usize) -> impl Strategy<Value = Vec<Event>> {
    let probability = prop_oneof![Just(0.0f32), Just(1.0), 0.0f32..1.0, Just(f32::MIN_POSITIVE)];
    let reward = prop_oneof![-1.0f32..=1.0, Just(1e30f32), Just(-1.0), Just(f32::NAN)];
    let event = (features(), prop::collection::vec(any::<bool>(), n_actions), 0..n_actions, probability, reward);
    prop::collection::vec(event, 0..12).prop_map(|mut events| {
        // The chosen action was eligible, and so are the actions that make an even distribution visible.
        events.iter_mut().for_each(|(_, is_eligible, chosen, _, _)| is_eligible[*chosen] = true);
        events
    })
}

/// A learner, the actions and what happens to them.
fn lives() -> impl Strategy<Value = (usize, Actions, Vec<Event>)> {
    (0..LEARNERS.len() + WITHOUT_FLOOR.len(), 1..5usize).prop_flat_map(|(learner, n_actions)| {
        let actions = prop::collection::vec(features(), n_actions)
            .prop_map(|all| all.into_iter().enumerate().map(|(n, one)| (format!("action {n}"), [one])).collect());
        (Just(learner), actions, events(n_actions))
    })
}

fn learner_at(at: usize) -> Option<&'static str> {
    LEARNERS.iter().chain(&WITHOUT_FLOOR).nth(at).copied().expect("a learner")
}

fn live(policy: &mut Policy, actions: &[(String, [JsonObject; 1])], events: &[Event]) {
    for (context, is_eligible, action_idx, probability, reward) in events {
        let outcome =
            Outcome { action_idx: *action_idx, probability: *probability, reward: *reward, explored: 0.0, at_us: 0 };
        policy.learn(&example(context, actions), is_eligible, outcome);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_was_learned_a_pmf_sums_to_one_and_keeps_its_floor(
        (learner, actions, events) in lives(), exploration in 0.0f32..=1.0,
    ) {
        let mut policy = new_policy(learner_at(learner));
        live(&mut policy, &actions, &events);
        for (n, (context, is_eligible, ..)) in events.iter().enumerate() {
            let example = example(context, &actions);
            prop_assert!(policy.scores(&example).iter().all(|score| score.is_finite()));
            let pmf = policy.pmf(&example, is_eligible, share(exploration));
            let sum: f64 = pmf.as_slice().iter().map(|probability| f64::from(*probability)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-6);
            let n_eligible = is_eligible.iter().filter(|eligible| **eligible).count() as f32;
            for (probability, eligible) in pmf.as_slice().iter().zip(is_eligible) {
                // The own learner has half a percent of its share as floor, epsilons have more.
                // SquareCB's floor is its own, and those without a floor come last.
                let has_floor = *eligible && learner < LEARNERS.len() && learner != 3;
                let least = 0.005 * exploration / n_eligible;
                let floor = if has_floor { least } else { 0.0 };
                prop_assert!(*probability >= 0.99 * floor, "{pmf:?} {exploration}");
                prop_assert!(*eligible || *probability == 0.0);
            }
            prop_assert!(is_eligible[pmf.draw(n as u64)]);
        }
    }

    #[test]
    fn bytes_give_the_same_policy_and_a_replay_the_same_bytes((learner, actions, events) in lives()) {
        let mut policy = new_policy(learner_at(learner));
        live(&mut policy, &actions, &events);
        let bytes = policy.to_bytes();
        let mut read = Policy::from_bytes(&bytes).expect("bytes just written");
        prop_assert_eq!(read.to_bytes(), bytes);
        let mut replayed = new_policy(learner_at(learner));
        live(&mut replayed, &actions, &events);
        live(&mut replayed, &actions, &events);
        // Stored half-way and gone on: the same as never stored.
        live(&mut read, &actions, &events);
        prop_assert_eq!(read.to_bytes(), replayed.to_bytes());
        prop_assert_eq!(read.n_learned(), 2 * events.len() as u64);
    }

    #[test]
    fn damaged_bytes_are_refused((learner, actions, events) in lives(), at in any::<prop::sample::Index>(), bit in 0u32..8) {
        let mut policy = new_policy(learner_at(learner));
        live(&mut policy, &actions, &events);
        let mut bytes = policy.to_bytes();
        let cut = at.index(bytes.len());
        prop_assert!(Policy::from_bytes(&bytes[..cut]).is_err());
        bytes[cut] ^= 1u8 << bit;
        prop_assert!(Policy::from_bytes(&bytes).is_err());
    }

    #[test]
    fn contributions_add_up_to_the_score(
        (learner, actions, events) in lives(), n_most in 0..8usize, exploration in 0.0f32..=1.0,
    ) {
        let mut policy = new_policy(learner_at(learner));
        live(&mut policy, &actions, &events);
        let inputs = inputs(&actions);
        // Explaining is slow without optimisation, and the last events have everything behind them.
        for (context, is_eligible, ..) in events.iter().rev().take(2) {
            let context = std::slice::from_ref(context);
            let exploration = share(exploration);
            let asked = Asked { context, actions: &inputs, is_eligible, exploration, n_most };
            let why = policy.explain(asked).expect("good features");
            let example = example(&context[0], &actions);
            let pmf = policy.pmf(&example, is_eligible, exploration);
            let most = pmf.as_slice().iter().copied().fold(0.0, f32::max);
            prop_assert_eq!(why.explored, 1.0 - most);
            prop_assert_eq!(why.actions.len(), actions.len());
            for (explained, score) in why.actions.iter().zip(policy.scores(&example)) {
                // What competes for a slot is scored by who else does, and those that cannot be chosen do not.
                prop_assert!(explained.score == score || is_eligible.contains(&false), "{explained:?} {score}");
                let parts = &explained.contributions;
                let sum: f64 = parts.iter().map(|part| f64::from(part.score)).sum();
                let largest = parts.iter().fold(1.0f64, |most, part| most.max(f64::from(part.score.abs())));
                prop_assert!((sum - f64::from(explained.score)).abs() <= 1e-5 * largest, "{explained:?}");
                prop_assert!(parts.len() <= n_most + 1 && parts.iter().all(|part| part.score.is_finite()));
                let is_auto = policy.mixture.is_some();
                prop_assert_eq!(explained.standard_error.is_some_and(|error| error >= 0.0), is_auto);
                prop_assert!(explained.said.iter().all(|(_, reward)| reward.is_finite()));
                prop_assert_eq!(explained.said.is_empty(), !is_auto);
            }
            let trust: Option<f32> = why.mixture.map(|mixture| mixture.trust.iter().map(|(_, weight)| weight).sum());
            prop_assert!(trust.is_none_or(|trust| (trust - 1.0).abs() < 1e-5), "{trust:?}");
        }
    }

    #[test]
    fn what_exploits_and_what_explores_are_parts_of_a_probability(
        (learner, actions, events) in lives(), exploration in 0.0f32..=1.0,
    ) {
        let mut policy = new_policy(learner_at(learner));
        live(&mut policy, &actions, &events);
        for (context, is_eligible, ..) in events.iter().rev().take(3) {
            let example = example(context, &actions);
            let pmf = policy.pmf(&example, is_eligible, share(exploration));
            let exploits = policy.exploit_shares(&example, is_eligible, &[], &pmf);
            prop_assert_eq!(exploits.len(), actions.len());
            for (probability, exploit) in pmf.as_slice().iter().zip(&exploits) {
                prop_assert!(*exploit >= 0.0 && exploit <= probability, "{exploit} of {probability}");
            }
            let n_eligible = is_eligible.iter().filter(|eligible| **eligible).count();
            prop_assert!(n_eligible != 1 || (exploits.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{exploits:?}");
        }
    }

    #[test]
    fn learning_moves_a_prediction_towards_what_was_earned(
        context in features(), first in features(), reward in -1.0f32..=1.0, learner in 0..LEARNERS.len() + WITHOUT_FLOOR.len(),
    ) {
        let actions = [("a".to_owned(), [first]), ("b".to_owned(), [object(json!({"other": true}))])];
        let example = example(&context, &actions);
        let mut policy = new_policy(learner_at(learner));
        let outcome = Outcome { action_idx: 0, probability: 0.5, reward, explored: 0.0, at_us: 0 };
        let before = policy.scores(&example)[0];
        if policy.settings().auto().is_some() {
            // The learners of a mixture start from different predictions, so that one event may move their mean any way;
            // what is earned again and again is what it comes to predict.
            (0..30).for_each(|_| policy.learn(&example, &[true, true], outcome));
            let after = policy.scores(&example)[0];
            prop_assert!((after - reward).abs() <= 0.15, "{before} to {after} for {reward}");
            return Ok(());
        }
        policy.learn(&example, &[true, true], outcome);
        let after = policy.scores(&example)[0];
        // Features so large that their squares leave the range of numbers may hide the step, but never turn it.
        prop_assert!((after - before) * (reward - before) >= 0.0, "{before} to {after} for {reward}");
        // IPS and DR aim at the reward divided by the probability.
        prop_assert!(after.abs() <= 2.0 * reward.abs() + 1e-6, "{before} to {after} overshoots {reward}");
    }
}
