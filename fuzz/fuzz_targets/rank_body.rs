//! Bodies of Rank and multi-slot Rank, as anybody may send them, through to probabilities and a learning step.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rankloop::{
    api::{read_multi_slot_body, read_rank_body},
    bandit::{ActionInput, LearningSettings, Outcome, Policy, slot_example},
    loops::RankableAction,
    terms::{ExplorationShare, FeatureObject, SlotId},
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = std::str::from_utf8(bytes) else { return };
    if let Ok(request) = read_rank_body(body) {
        decide(&request.context, None, &[], &request.actions.unwrap_or_default());
    }
    if let Ok(request) = read_multi_slot_body(body) {
        let actions = request.actions.unwrap_or_default();
        for slot in &request.slots {
            decide(&request.context, Some(&slot.id), &slot.features, &actions);
        }
    }
});

fn decide(
    context: &[FeatureObject<'_>],
    slot_id: Option<&SlotId>,
    features: &[FeatureObject<'_>],
    actions: &[RankableAction<'_>],
) {
    if actions.is_empty() || actions.len() > 50 {
        return;
    }
    let said: Vec<_> = actions.iter().map(RankableAction::features).collect();
    let inputs = actions.iter().zip(&said).map(|(action, features)| ActionInput { id: action.id.as_str(), features });
    let inputs: Vec<_> = inputs.collect();
    let Ok(example) = slot_example(context, slot_id, features, &inputs) else { return };
    let eligible = vec![true; inputs.len()];
    let share = ExplorationShare::try_from(0.2).expect("a share");
    let mut policy = Policy::new(LearningSettings::parse(None).expect("the default learner"));
    for action_idx in 0..2_usize.min(inputs.len()) {
        let pmf = policy.pmf(&example, &eligible, share);
        let sum: f32 = pmf.as_slice().iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "the probabilities sum to {sum}");
        let probability = pmf.as_slice()[action_idx];
        let explored = 1.0 - pmf.as_slice().iter().copied().fold(0.0, f32::max);
        policy.learn(&example, &eligible, Outcome { action_idx, probability, reward: 1.0, explored, at_us: 0 });
    }
    assert!(policy.scores(&example).iter().all(|score| score.is_finite()));
}
