//! The same events and arguments as Vowpal Wabbit was given, and its answers: `make.py` beside this file made them, and
//! says how. Tests only.

use serde::Deserialize;

use super::{ActionInput, Example, JsonObject, LearningSettings, Outcome, Policy};
use crate::terms::ExplorationShare;

mod quickstart;

#[derive(Debug, Deserialize)]
struct Action {
    id: String,
    features: Vec<JsonObject>,
}

#[derive(Debug, Deserialize)]
struct Event {
    context: Vec<JsonObject>,
    actions: Vec<Action>,
    chosen: usize,
    probability: f32,
    reward: f32,
}

impl Event {
    fn example(&self) -> Example {
        let inputs: Vec<ActionInput<'_>> =
            self.actions.iter().map(|action| ActionInput { id: &action.id, features: &action.features }).collect();
        Example::new(&self.context, &inputs).expect("good features")
    }
}

fn events() -> Vec<Event> {
    let read = |line| serde_json::from_str(line).expect("an event");
    include_str!("events.jsonl").lines().map(read).collect()
}

/// Lines of a name and the distributions that belong to it.
fn answers(text: &str) -> Vec<(&str, Vec<Vec<f32>>)> {
    let pmf = |text: &str| text.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    let answer = |line| {
        let (name, pmfs) = str::split_once(line, " | ").expect("a name and numbers");
        (name, pmfs.split(';').map(pmf).collect())
    };
    text.lines().map(answer).collect()
}

/// The distribution before each event, each event learned after it.
fn live(policy: &mut Policy, events: &[Event]) -> Vec<Vec<f32>> {
    let arguments = policy.settings().arguments().expect("arguments").to_owned();
    // What Vowpal Wabbit takes without --epsilon.
    let usual = if arguments.contains("--softmax") || arguments.contains("--bag") { 0.0 } else { 0.05 };
    let share = ExplorationShare::try_from(policy.settings().epsilon().unwrap_or(usual)).expect("a share");
    let mut pmfs = Vec::new();
    for event in events {
        let (example, is_eligible) = (event.example(), vec![true; event.actions.len()]);
        pmfs.push(policy.pmf(&example, &is_eligible, share).into_vec());
        let outcome = Outcome {
            action_idx: event.chosen,
            probability: event.probability,
            reward: event.reward,
            explored: 0.0,
            at_us: 0,
        };
        policy.learn(&example, &is_eligible, outcome);
    }
    pmfs
}

fn farthest(ours: &[Vec<f32>], theirs: &[Vec<f32>]) -> f32 {
    assert_eq!(ours.iter().map(Vec::len).collect::<Vec<_>>(), theirs.iter().map(Vec::len).collect::<Vec<_>>());
    let pairs = ours.iter().flatten().zip(theirs.iter().flatten());
    pairs.fold(0.0, |most, (one, other)| most.max((one - other).abs()))
}

#[test]
fn the_same_arguments_give_the_same_probabilities_as_in_vowpal_wabbit() {
    let events = events();
    for (arguments, theirs) in answers(include_str!("probabilities.txt")) {
        let mut policy = Policy::new(LearningSettings::parse(Some(arguments)).expect(arguments));
        let ours: Vec<Vec<f32>> = live(&mut policy, &events).into_iter().skip(5).step_by(6).collect();
        let farthest = farthest(&ours, &theirs);
        assert!(farthest < 1e-4, "{farthest} apart: {arguments}\n{ours:?}\n{theirs:?}");
    }
}

fn model(name: &str) -> &'static [u8] {
    match name {
        "default" => include_bytes!("models/default.vw"),
        "square_cb" => include_bytes!("models/square_cb.vw"),
        "weights_alone" => include_bytes!("models/weights_alone.vw"),
        "coin" => include_bytes!("models/coin.vw"),
        "marginal" => include_bytes!("models/marginal.vw"),
        "ips" => include_bytes!("models/ips.vw"),
        "first" => include_bytes!("models/first.vw"),
        "cover" => include_bytes!("models/cover.vw"),
        "reg_cb" => include_bytes!("models/reg_cb.vw"),
        "bag" => include_bytes!("models/bag.vw"),
        other => panic!("{other} has no model"),
    }
}

#[test]
fn a_model_of_vowpal_wabbit_goes_on_here_where_it_stood() {
    let events = events();
    for (name, theirs) in answers(include_str!("models/probabilities.txt")) {
        let mut policy = Policy::from_any_bytes(model(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let again = Policy::from_bytes(&policy.to_bytes()).expect("bytes just written");
        assert_eq!(again.to_bytes(), policy.to_bytes());
        assert_eq!(again.settings(), policy.settings());
        let farthest = farthest(&live(&mut policy, &events[20..28]), &theirs);
        assert!(farthest < 1e-4, "{farthest} apart: {name}");
    }
}

#[test]
fn a_model_goes_on_by_settings_that_its_file_could_not_keep() {
    let policy = || Policy::from_any_bytes(model("square_cb")).expect("a model");
    let settings = |more: &str| {
        let arguments = format!("--cb_explore_adf --squarecb -q Fi -b 10 {more}");
        LearningSettings::parse(Some(&arguments)).expect("good arguments")
    };
    let events = events();
    let with = |more| live(&mut policy().with_settings(settings(more)).expect("the same layout"), &events[20..]);
    assert_eq!(with(""), live(&mut policy(), &events[20..]));
    assert_ne!(with("-l 0.1 --l1 1e-3"), with(""));
    for other in ["--coin", "--marginal i", "-b10 --cb_type mtr --ignore_linear F --bag 2"] {
        let arguments = format!("--cb_explore_adf -q Fi -b 10 {other}");
        let settings = LearningSettings::parse(Some(&arguments)).expect("good arguments");
        assert!(policy().with_settings(settings).is_none(), "{other}");
    }
}

#[test]
fn counts_that_cannot_be_counted_on_stay_where_they_are() {
    let mut bytes = model("square_cb").to_vec();
    // Behind the arguments and the checksum stand the events learned, the events and the actions.
    let arguments = bytes.windows(10).position(|window| window == b"--squarecb").expect("its arguments");
    bytes[arguments + 11 + 8..][..24].fill(0xff);
    let mut policy = Policy::from_any_bytes(&bytes).expect("a model");
    assert_eq!(policy.n_learned(), u64::MAX);
    assert!(live(&mut policy, &events()[20..]).iter().flatten().all(|probability| probability.is_finite()));
}

#[test]
fn a_damaged_model_of_vowpal_wabbit_is_no_model_or_another_but_never_a_panic() {
    let bytes = model("square_cb");
    for cut in 0..bytes.len() {
        drop(Policy::from_any_bytes(&bytes[..cut]));
    }
    let mut n_refused = 0;
    for at in 0..220 {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 0x41;
        n_refused += u32::from(Policy::from_any_bytes(&damaged).is_err());
    }
    // The checksum covers the header alone, less the version.
    assert!(n_refused > 130, "{n_refused}");
}
