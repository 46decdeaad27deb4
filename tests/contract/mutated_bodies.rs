//! Bodies of Rank as nobody should send them: mutated ones are refused or decided, and never break anything.

use proptest::prelude::*;
use rankloop::{
    api::{read_multi_slot_body, read_rank_body},
    bandit::{ActionInput, LearningSettings, Policy, slot_example},
    loops::RankableAction,
    terms::{ActionId, ExplorationShare, FeatureObject, SlotId},
};

const BODIES: [&str; 3] = [
    r#"{"contextFeatures":[{"timeOfDay":"Morning","n":1e3}],"actions":[{"id":"News","features":[{"type":"News"}]},{"id":"Sports","features":[{"type":"Sports","v":[0.5,-2]}]}],"excludedActions":["Sports"],"eventId":"7526","deferActivation":false}"#,
    r#"{"contextFeatures":[{"user":{"type":"é \"x\"","deep":{"a":{"b":null}}}}],"actions":[{"id":"a b","features":[{"price":12,"isNew":true}]}]}"#,
    r#"{"actions":[{"id":"a","features":[{"t":"x"}]},{"id":"b","features":[{"t":"y"}]}],"slots":[{"id":"Main","features":[{"size":"L"}],"excludedActions":["b"],"baselineAction":"a"},{"id":"Side","baselineAction":"b"}],"eventId":"e"}"#,
];
/// What JSON is made of, and what breaks it.
const PIECES: [&str; 16] =
    ["{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1e308", "0", "\\u0000", "\\ud83d", "{\"a\":", "[[[[", " "];

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0_usize..12, 0..PIECES.len());
    (0..BODIES.len(), prop::collection::vec(change, 0..6)).prop_map(|(body, changes)| {
        let mut bytes = BODIES[body].as_bytes().to_vec();
        for (place, n_removed, piece) in changes {
            let at = place.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + n_removed).min(bytes.len());
            bytes.splice(at..end, PIECES[piece].bytes());
        }
        bytes
    })
}

fn decide(
    policy: &Policy,
    context: &[FeatureObject<'_>],
    slot: Option<(&SlotId, &[FeatureObject<'_>])>,
    actions: &[RankableAction<'_>],
) {
    let features: Vec<_> = actions.iter().map(RankableAction::features).collect();
    let inputs =
        actions.iter().zip(&features).map(|(action, features)| ActionInput { id: action.id.as_str(), features });
    let inputs: Vec<_> = inputs.collect();
    let (slot_id, features) = slot.unzip();
    let Ok(example) = slot_example(context, slot_id, features.unwrap_or_default(), &inputs) else { return };
    if !inputs.is_empty() {
        let share = ExplorationShare::try_from(0.2).expect("a share");
        let total: f32 = policy.pmf(&example, &vec![true; inputs.len()], share).as_slice().iter().sum();
        assert!((total - 1.0).abs() < 1e-3, "the probabilities sum to {total}");
    }
}

/// What is said of each action, which may have been read before.
fn said<'a>(actions: &'a Option<Vec<RankableAction<'a>>>) -> Vec<(ActionId, Vec<FeatureObject<'a>>)> {
    actions.iter().flatten().map(|action| (action.id.clone(), action.features().into_owned())).collect()
}

#[test]
fn a_mutated_body_is_refused_or_decided() {
    let policy = Policy::new(LearningSettings::parse(None).expect("the default learner"));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(4_000)
    });
    let run = runner.run(&mutated(), |bytes| {
        let Ok(body) = std::str::from_utf8(&bytes) else { return Ok(()) };
        if let Ok(request) = read_rank_body(body) {
            let again = read_rank_body(body).expect("the same body");
            prop_assert_eq!(said(&request.actions), said(&again.actions));
            decide(&policy, &request.context, None, &request.actions.unwrap_or_default());
        }
        if let Ok(request) = read_multi_slot_body(body) {
            let actions = request.actions.unwrap_or_default();
            request.slots.iter().for_each(|s| decide(&policy, &request.context, Some((&s.id, &s.features)), &actions));
        }
        Ok(())
    });
    run.expect("no body breaks it");
}
