//! Learning settings out of any text: no panic, and what is accepted comes back as it was sent and can be learned by.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rankloop::{
    bandit::{ActionInput, Example, LearningSettings, Outcome, Policy},
    terms::ExplorationShare,
};

fuzz_target!(|text: &str| {
    let Ok(settings) = LearningSettings::parse(Some(text)) else { return };
    assert_eq!(settings.arguments(), Some(text));
    assert_eq!(LearningSettings::parse(Some(&settings.to_text())).as_ref(), Ok(&settings));
    let inputs: [ActionInput<'_>; 2] = ["a", "b"].map(|id| ActionInput { id, features: &[] });
    let example = Example::new(&[], &inputs).expect("no features are good features");
    let mut policy = Policy::new(settings);
    for action_idx in [0, 1, 1] {
        policy.learn(
            &example,
            &[true; 2],
            Outcome { action_idx, probability: 0.5, reward: 1.0, explored: 0.5, at_us: 0 },
        );
    }
    let share = ExplorationShare::try_from(0.2).expect("a share");
    let total: f32 = policy.pmf(&example, &[true; 2], share).as_slice().iter().sum();
    assert!((total - 1.0).abs() < 1e-5);
    assert!(policy.scores(&example).iter().all(|score| score.is_finite()));
});
