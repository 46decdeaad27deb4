//! A model out of any bytes, ours or Vowpal Wabbit's: no panic, and what is read is written and read again alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rankloop::{
    bandit::{ActionInput, Example, Outcome, Policy},
    terms::ExplorationShare,
};

/// Our own files end with FNV-1a of all before, which no mutation would meet by chance.
fn with_checksum(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes.starts_with(b"RKLM")
        && let Some((body, checksum)) = bytes.split_last_chunk_mut::<8>()
    {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        *checksum = body.iter().fold(0xcbf2_9ce4_8422_2325, step).to_le_bytes();
    }
    bytes
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut policy) = Policy::from_any_bytes(&with_checksum(bytes)) else { return };
    let written = policy.to_bytes();
    let again = Policy::from_bytes(&written).expect("bytes just written");
    assert_eq!(again.to_bytes(), written);
    assert_eq!(again.settings(), policy.settings());
    let inputs: [ActionInput<'_>; 2] = ["a", "b"].map(|id| ActionInput { id, features: &[] });
    let example = Example::new(&[], &inputs).expect("no features are good features");
    let share = ExplorationShare::try_from(0.2).expect("a share");
    for action_idx in [0, 1] {
        let total: f32 = policy.pmf(&example, &[true; 2], share).as_slice().iter().sum();
        assert!((total - 1.0).abs() < 1e-5);
        assert!(policy.scores(&example).iter().all(|score| score.is_finite()));
        policy.learn(
            &example,
            &[true; 2],
            Outcome { action_idx, probability: 0.5, reward: 1.0, explored: 0.5, at_us: 0 },
        );
    }
    // What was learned on top can be kept, too.
    drop(Policy::from_bytes(&policy.to_bytes()).expect("bytes just written"));
});
