//! A stream of events out of any bytes, learned by `auto`: every pmf is a distribution, every score a number, and the
//! model can be kept.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rankloop::{
    bandit::{ActionInput, Example, JsonObject, LearningSettings, Outcome, Policy},
    terms::ExplorationShare,
};

/// Takes what an event is made of from the front.
struct Bytes<'a>(std::slice::Iter<'a, u8>);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    /// Any bits at all as a number, as long as they are one.
    fn number(&mut self) -> f64 {
        let bits = u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]);
        let number = f32::from_bits(bits);
        if number.is_finite() { f64::from(number) } else { f64::from(bits) }
    }

    fn features(&mut self) -> JsonObject {
        let n = self.byte() % 6;
        let feature = |_| {
            let name = format!("f{}", self.byte() % 8);
            let value = match self.byte() % 4 {
                0 => format!("w{}", self.byte()).into(),
                1 => char::from(self.byte()).to_string().into(),
                2 => true.into(),
                _ => self.number().into(),
            };
            (name, value)
        };
        (0..n).map(feature).collect()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Bytes(bytes.iter());
    let settings = LearningSettings::parse(Some("--rankloop --memory 4")).expect("good arguments");
    let mut policy = Policy::new(settings);
    let share = ExplorationShare::try_from(0.2).expect("a share");
    let mut n = 0i64;
    while bytes.0.len() > 0 {
        let context = [bytes.features()];
        let n_actions = usize::from(bytes.byte() % 5) + 1;
        let actions: Vec<(String, [JsonObject; 1])> =
            (0..n_actions).map(|at| (format!("a{at}"), [bytes.features()])).collect();
        let inputs: Vec<ActionInput<'_>> = actions.iter().map(|(id, features)| ActionInput { id, features }).collect();
        let example = Example::new(&context, &inputs).expect("good features");
        let is_eligible = vec![true; n_actions];
        let pmf = policy.pmf(&example, &is_eligible, share);
        let total: f32 = pmf.as_slice().iter().sum();
        assert!((total - 1.0).abs() < 1e-5, "{pmf:?}");
        assert!(policy.scores(&example).iter().all(|score| score.is_finite()));
        let action_idx = pmf.draw(n as u64);
        let reward = bytes.number() as f32;
        let outcome = Outcome { action_idx, probability: pmf.as_slice()[action_idx], reward, explored: 0.5, at_us: n };
        policy.learn(&example, &is_eligible, outcome);
        n += 1 + i64::from(bytes.byte()) * 10_000;
    }
    let written = policy.to_bytes();
    assert_eq!(Policy::from_bytes(&written).expect("bytes just written").to_bytes(), written);
});
