//! Time to rank and to learn one event: 2, 10 and 50 actions, 20 context tokens, 10 features an action.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rankloop::{
    bandit::{ActionInput, Example, JsonObject, LearningSettings, Outcome, Policy},
    terms::ExplorationShare,
};
use serde_json::Value;

const N_EVENTS: usize = 256;

fn object(n_tokens: usize, seed: usize) -> JsonObject {
    let token = |n: usize| (format!("feature{n}"), Value::from(format!("value{}", (seed * 31 + n * 17) % 13)));
    (0..n_tokens).map(token).collect()
}

/// Events of changing contexts over the same actions.
struct Events {
    contexts: Vec<JsonObject>,
    actions: Vec<(String, [JsonObject; 1])>,
}

impl Events {
    fn new(n_actions: usize) -> Self {
        let actions = (0..n_actions).map(|n| (format!("action{n}"), [object(10, 1_000 + n)])).collect();
        Self { contexts: (0..N_EVENTS).map(|n| object(20, n)).collect(), actions }
    }

    fn inputs(&self) -> Vec<ActionInput<'_>> {
        self.actions.iter().map(|(id, features)| ActionInput { id, features }).collect()
    }

    fn examples(&self) -> Vec<Example> {
        let example = |context: &JsonObject| Example::new(std::slice::from_ref(context), &self.inputs());
        self.contexts.iter().map(|context| example(context).expect("good features")).collect()
    }
}

fn outcome(n: usize, n_actions: usize) -> Outcome {
    Outcome { action_idx: n % n_actions, probability: 0.5, reward: f32::from(u8::from(n.is_multiple_of(3))) }
}

fn trained(settings: Option<&str>, examples: &[Example], is_eligible: &[bool]) -> Policy {
    let mut policy = Policy::new(LearningSettings::parse(settings).expect("good arguments"));
    for (n, example) in examples.iter().enumerate() {
        policy.learn(example, is_eligible, outcome(n, is_eligible.len()));
    }
    policy
}

fn bandit(criterion: &mut Criterion) {
    let share = ExplorationShare::try_from(0.2).expect("a share");
    for n_actions in [2, 10, 50] {
        let events = Events::new(n_actions);
        let (examples, is_eligible) = (events.examples(), vec![true; n_actions]);
        criterion.bench_with_input(BenchmarkId::new("featurize", n_actions), &events, |bencher, events| {
            let inputs = events.inputs();
            let mut contexts = events.contexts.iter().cycle();
            bencher.iter(|| Example::new(std::slice::from_ref(contexts.next().expect("endless")), black_box(&inputs)));
        });
        let learners = [("own", None), ("compatible", Some(LearningSettings::COMPATIBLE_DEFAULT))];
        for (name, settings) in learners {
            let mut policy = trained(settings, &examples, &is_eligible);
            criterion.bench_function(&format!("pmf {name}/{n_actions}"), |bencher| {
                let mut examples = examples.iter().cycle();
                bencher.iter(|| policy.pmf(examples.next().expect("endless"), black_box(&is_eligible), share));
            });
            criterion.bench_function(&format!("learn {name}/{n_actions}"), |bencher| {
                // Numbered past the end of the examples: rewards that repeat would be known by heart, and cost nothing.
                let mut numbered = examples.iter().cycle().enumerate();
                bencher.iter(|| {
                    let (n, example) = numbered.next().expect("endless");
                    policy.learn(example, black_box(&is_eligible), outcome(n, n_actions));
                });
            });
        }
    }
}

criterion_group!(benches, bandit);
criterion_main!(benches);
