//! Time to rank, to explain and to learn one event: 2, 10 and 50 actions, 20 context tokens, 10 features an action. And beside
//! Vowpal Wabbit: the same events per second that its own speed is told in, with the same products.

use std::{alloc::System, hint::black_box};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rankloop::{
    bandit::{ActionInput, Asked, Example, JsonObject, LearningSettings, Outcome, Pmf, Policy},
    terms::ExplorationShare,
};
use serde_json::Value;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

/// Counts what is allocated.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

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
    Outcome {
        action_idx: n % n_actions,
        probability: 0.5,
        reward: f32::from(u8::from(n.is_multiple_of(3))),
        explored: 0.0,
        at_us: 0,
    }
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
            criterion.bench_function(&format!("explain {name}/{n_actions}"), |bencher| {
                let inputs = events.inputs();
                let mut contexts = events.contexts.iter().cycle();
                bencher.iter(|| {
                    let context = std::slice::from_ref(contexts.next().expect("endless"));
                    let (actions, is_eligible) = (&inputs[..], black_box(&is_eligible[..]));
                    policy.explain(Asked { context, actions, is_eligible, exploration: share, n_most: 8 })
                });
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

/// Numbers of numeric features of the context and of each action beside its id, and what is crossed.
struct Shape {
    name: &'static str,
    n_context: usize,
    n_action: usize,
    crosses: &'static str,
}

/// What Vowpal Wabbit calls `-q ca` and `--interactions cca` with its context in `c` and its actions in `a`. Here the
/// context is in `F` and what is said of an action in `j`, its id too: `i`, which has a constant beside the id, is left
/// out, so that the products are the same.
const SHAPES: [Shape; 5] = [
    Shape { name: "context 20, plain", n_context: 20, n_action: 0, crosses: "" },
    Shape { name: "context 20, -q ca", n_context: 20, n_action: 0, crosses: "-q Fj" },
    Shape { name: "context 20, -q ca + cca", n_context: 20, n_action: 0, crosses: "-q Fj --interactions FFj" },
    Shape { name: "context 20, action 20, plain", n_context: 20, n_action: 20, crosses: "" },
    Shape { name: "context 20, action 20, -q ca", n_context: 20, n_action: 20, crosses: "-q Fj" },
];

/// A decision as it comes.
struct Request {
    context: [JsonObject; 1],
    actions: Vec<(String, [JsonObject; 1])>,
}

impl Request {
    fn example(&self) -> Example {
        let inputs: Vec<ActionInput<'_>> =
            self.actions.iter().map(|(id, features)| ActionInput { id, features }).collect();
        Example::new(&self.context, &inputs).expect("good features")
    }
}

/// A number of SplitMix64's finaliser.
fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

impl Shape {
    fn policy(&self) -> Policy {
        let arguments = format!("--cb_explore_adf --squarecb --ignore i {}", self.crosses);
        Policy::new(LearningSettings::parse(Some(&arguments)).expect("good arguments"))
    }

    /// Requests of which each has other numbers.
    fn requests(&self, n_actions: usize) -> Vec<Request> {
        let mut n = 0;
        let mut numbers = |letter: char, n_features: usize| -> JsonObject {
            let number = |at| {
                n += 1;
                (format!("{letter}{at}"), Value::from((mixed(n) % 1_000) as f64 / 1_000.0))
            };
            (0..n_features).map(number).collect()
        };
        let request = |_| Request {
            context: [numbers('f', self.n_context)],
            actions: (0..n_actions)
                .map(|action| {
                    let mut features = numbers('g', self.n_action);
                    features.insert("id".to_owned(), action.to_string().into());
                    (action.to_string(), [features])
                })
                .collect(),
        };
        (0..N_EVENTS).map(request).collect()
    }
}

/// A policy at work: a pmf that is used again, and rewards that never come to be known by heart.
struct Life {
    policy: Policy,
    pmf: Pmf,
    is_eligible: Vec<bool>,
    n_lived: u64,
}

impl Life {
    fn new(policy: Policy, n_actions: usize) -> Self {
        Self { policy, pmf: Pmf::default(), is_eligible: vec![true; n_actions], n_lived: 0 }
    }

    fn rank_and_learn(&mut self, example: &Example) {
        self.n_lived += 1;
        let (chance, n_actions) = (mixed(self.n_lived), self.is_eligible.len());
        let share = ExplorationShare::try_from(0.2).expect("a share");
        self.policy.pmf_into(example, &self.is_eligible, share, &mut self.pmf);
        black_box(self.pmf.draw(chance));
        // Logged by whoever chose evenly, as the events that Vowpal Wabbit is timed with.
        let outcome = Outcome {
            action_idx: (chance >> 8) as usize % n_actions,
            probability: 1.0 / n_actions as f32,
            reward: (chance & 1) as f32,
            explored: 0.0,
            at_us: 0,
        };
        self.policy.learn(example, &self.is_eligible, outcome);
    }
}

/// The counterparts of Vowpal Wabbit learning from its cache, and of ranking and learning through its Python package.
fn beside_vowpal_wabbit(criterion: &mut Criterion) {
    for n_actions in [10, 50] {
        for shape in &SHAPES {
            let requests = shape.requests(n_actions);
            let examples: Vec<Example> = requests.iter().map(Request::example).collect();
            let name = format!("{n_actions} actions, {}", shape.name);
            let mut life = Life::new(shape.policy(), n_actions);
            examples.iter().for_each(|example| life.rank_and_learn(example));
            let allocated = Region::new(ALLOCATOR);
            examples.iter().for_each(|example| life.rank_and_learn(example));
            let allocated = allocated.change();
            assert_eq!(allocated.allocations + allocated.reallocations, 0, "{name} allocates");

            let mut group = criterion.benchmark_group(name);
            group.throughput(Throughput::Elements(1));
            group.bench_function("rank and learn", |bencher| {
                let mut examples = examples.iter().cycle();
                bencher.iter(|| life.rank_and_learn(examples.next().expect("endless")));
            });
            group.bench_function("rank and learn from JSON", |bencher| {
                let mut requests = requests.iter().cycle();
                bencher.iter(|| life.rank_and_learn(&requests.next().expect("endless").example()));
            });
            group.finish();
        }
    }
}

criterion_group!(benches, bandit, beside_vowpal_wabbit);
criterion_main!(benches);
