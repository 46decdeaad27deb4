//! What holds for every policy whatever is asked of it. Rules of single files stand at their bottoms.

mod properties;

use properties::Actions;
use serde_json::{Value, json};

use super::{
    ActionInput, Asked, Example, Explanation, Explanations, FeatureError, JsonObject, Learner, LearningSettings,
    Outcome, Pmf, Policy, draw_seed,
};
use crate::terms::ExplorationShare;

/// Every kind of learner once.
const LEARNERS: [Option<&str>; 16] = [
    None,
    Some(LearningSettings::COMPATIBLE_DEFAULT),
    Some("--rankloop --forgetting 0 --l1 1e-6 --gamma_scale 1 --bits 10 --learners linear,forest --memory 4"),
    Some("--cb_explore_adf --squarecb -q ::"),
    Some("--cb_explore_adf --softmax --lambda 5 -q ij --cubic FFi"),
    Some("--cb_explore_adf --cb_type ips --l1 1e-7 -b 12"),
    Some("--cb_explore_adf --cb_type dr --power_t 0.3 --l2 1e-6 --initial_t 1 -b 12"),
    Some("--cb_explore_adf --noconstant --ignore F -l 10 --interactions :::"),
    Some("--cb_explore_adf --cb_type dm --first_only --keep Fi -q Fi --ignore_linear F"),
    Some("--cb_explore_adf --bag 3 --cb_type dr -q ::"),
    Some("--cb_explore_adf --bag 4 --greedify -b 10 --coin"),
    Some("--cb_explore_adf --cover 3 --epsilon 0.2 -q ::"),
    Some("--cb_explore_adf --cover 2 --cb_type ips --psi 0.1 --epsilon 0.1"),
    Some("--cb_explore_adf --first 3 --coin -q ::"),
    Some("--cb_explore_adf --marginal i -q Fi --clip_p 0.1"),
    Some("--ccb_explore_adf --bag 2 --marginal ij --decay 0.01 --l2 0.5"),
];
/// Explorations that may give an action no probability, or none that depends on the share of exploration.
const WITHOUT_FLOOR: [Option<&str>; 5] = [
    Some("--cb_explore_adf --regcb -q ::"),
    Some("--cb_explore_adf --regcb --regcbopt --cb_min_cost -1 --cb_max_cost 0 --l1 1e-3"),
    Some("--cb_explore_adf --cover 4 --nounif -q ::"),
    Some("--cb_explore_adf --squarecb --gamma_scale 100"),
    Some("--cb_explore_adf --cover 3 --cb_type dr"),
];

fn object(value: Value) -> JsonObject {
    value.as_object().expect("an object").clone()
}

fn share(value: f32) -> ExplorationShare {
    ExplorationShare::try_from(value).expect("a share")
}

fn new_policy(arguments: Option<&str>) -> Policy {
    Policy::new(LearningSettings::parse(arguments).expect("good arguments"))
}

fn inputs(actions: &[(String, [JsonObject; 1])]) -> Vec<ActionInput<'_>> {
    actions.iter().map(|(id, features)| ActionInput { id, features }).collect()
}

fn example(context: &JsonObject, actions: &[(String, [JsonObject; 1])]) -> Example {
    Example::new(std::slice::from_ref(context), &inputs(actions)).expect("good features")
}

/// Everything about the actions of one decision, all of which could be chosen.
fn why(policy: &Policy, context: &JsonObject, actions: &[(String, [JsonObject; 1])]) -> Explanations {
    let is_eligible = vec![true; actions.len()];
    let asked = Asked {
        context: std::slice::from_ref(context),
        actions: &inputs(actions),
        is_eligible: &is_eligible,
        exploration: share(0.2),
        n_most: 8,
    };
    policy.explain(asked).expect("good features")
}

/// Two sections of a newspaper and two kinds of readers.
fn newspaper(device: &str) -> (JsonObject, [(String, [JsonObject; 1]); 2]) {
    let action = |id: &str, topic: &str| (id.to_owned(), [object(json!({"topic": topic}))]);
    (object(json!({"device": device})), [action("a1", "sports"), action("a2", "politics")])
}

#[test]
fn a_policy_that_has_learned_nothing_chooses_evenly() {
    for arguments in LEARNERS.into_iter().chain(WITHOUT_FLOOR) {
        // The first of equals is the best one, so that it is.
        if arguments.is_some_and(|text| text.contains("--first_only")) {
            continue;
        }
        let (context, actions) = newspaper("mobile");
        let policy = new_policy(arguments);
        let pmf = policy.pmf(&example(&context, &actions), &[true, true], share(0.2));
        assert_eq!(pmf.as_slice(), [0.5, 0.5], "{arguments:?}");
    }
}

#[test]
fn a_trained_compatible_policy_answers_the_recorded_probabilities() {
    let actions: Actions = (0..5).map(|n| (format!("a{n}"), [JsonObject::new()])).collect();
    let example = example(&JsonObject::new(), &actions);
    let mut policy = new_policy(Some(LearningSettings::COMPATIBLE_DEFAULT));
    policy.learn(
        &example,
        &[true; 5],
        Outcome { action_idx: 2, probability: 0.2, reward: 1.0, explored: 0.0, at_us: 0 },
    );
    let pmf = policy.pmf(&example, &[true; 5], share(0.2));
    for (probability, recorded) in pmf.as_slice().iter().zip([0.04, 0.04, 0.84, 0.04, 0.04]) {
        assert!((probability - recorded).abs() < 1e-6);
    }
}

#[test]
fn a_pmf_that_is_used_again_is_what_a_new_one_would_be() {
    let mut used = Pmf::default();
    for n_actions in [3, 5, 1] {
        let actions: Actions = (0..n_actions).map(|n| (format!("a{n}"), [object(json!({"n": n}))])).collect();
        let example = example(&object(json!({"device": "mobile"})), &actions);
        for arguments in LEARNERS.into_iter().chain(WITHOUT_FLOOR) {
            let mut policy = new_policy(arguments);
            let is_eligible: Vec<bool> = (0..n_actions).map(|n| n != 1).collect();
            policy.learn(
                &example,
                &is_eligible,
                Outcome { action_idx: 0, probability: 0.5, reward: 1.0, explored: 0.0, at_us: 0 },
            );
            policy.pmf_into(&example, &is_eligible, share(0.2), &mut used);
            assert_eq!(used, policy.pmf(&example, &is_eligible, share(0.2)), "{arguments:?}");
        }
    }
}

#[test]
fn a_smaller_share_shows_in_the_very_next_pmf() {
    for arguments in LEARNERS {
        // Vowpal Wabbit's SquareCB and softmax have no greedy end, and cover's floor is bounded by its policies.
        if arguments.is_some_and(|text| ["--squarecb", "--softmax", "--cover"].iter().any(|name| text.contains(name))) {
            continue;
        }
        let (context, actions) = newspaper("mobile");
        let example = example(&context, &actions);
        let mut policy = new_policy(arguments);
        for n in 0..20 {
            let outcome =
                Outcome { action_idx: n % 2, probability: 0.5, reward: (n % 2) as f32, explored: 0.0, at_us: 0 };
            policy.learn(&example, &[true, true], outcome);
        }
        let lesser = |percent: f32| policy.pmf(&example, &[true, true], share(percent / 100.0)).as_slice()[0];
        assert!(lesser(5.0) < lesser(20.0), "{arguments:?}");
        assert_eq!(lesser(0.0), 0.0, "{arguments:?}");
    }
}

/// Mobile readers want sports, the others politics; everything else is noise.
fn newspaper_readers(policy: &mut Policy, n_events: usize) {
    for n in 0..n_events {
        let (mut context, actions) = newspaper(["mobile", "desktop"][n % 2]);
        context.insert("edition".to_owned(), json!(n / 4 % 3));
        let action_idx = (n / 2) % 2;
        let reward = f32::from(u8::from(n % 2 == action_idx));
        let outcome = Outcome { action_idx, probability: 0.5, reward, explored: 0.5, at_us: 0 };
        policy.learn(&example(&context, &actions), &[true; 2], outcome);
    }
}

fn contribution(of: &Explanation, feature: &str) -> f32 {
    of.contributions.iter().find(|part| part.feature == feature).map_or(0.0, |part| part.score)
}

#[test]
fn an_explanation_of_a_linear_policy_names_the_crosses_that_were_learned() {
    let mut policy = new_policy(Some("--cb_explore_adf --cb_type dm -q ::"));
    newspaper_readers(&mut policy, 400);
    let (context, actions) = newspaper("mobile");
    let why = why(&policy, &context, &actions);
    assert!(contribution(&why.actions[0], "device=mobile × topic=sports") > 0.05, "{why:?}");
    assert!(contribution(&why.actions[0], "device=mobile × action=a1") > 0.05, "{why:?}");
    assert_eq!((why.mixture, why.actions[0].standard_error), (None, None));
}

#[test]
fn an_explanation_of_the_own_learner_names_what_matters_with_its_sign_and_says_how_sure_it_is() {
    let mut policy = new_policy(None);
    newspaper_readers(&mut policy, 400);
    let (mut context, actions) = newspaper("mobile");
    context.insert("edition".to_owned(), json!(1));
    let why = why(&policy, &context, &actions);
    let [sports, politics] = &why.actions[..] else { panic!("{why:?}") };
    assert!(sports.score > 0.9 && politics.score < 0.1, "{why:?}");
    assert!((contribution(sports, "always") - 0.5).abs() < 0.01, "{sports:?}");
    assert!(contribution(sports, "device=mobile") > 0.1, "{sports:?}");
    assert!(contribution(politics, "device=mobile") < -0.1, "{politics:?}");
    assert!(contribution(sports, "edition").abs() < 0.03, "{sports:?}");
    assert!(sports.standard_error.is_some_and(|error| (0.0..0.3).contains(&error)), "{sports:?}");
    assert_eq!(sports.said.len(), Learner::ALL.len());
    let mixture = why.mixture.expect("of the own learner");
    assert_eq!((mixture.n_learned, mixture.n_alarms, mixture.n_since_alarm), (400, 0, 400));
    assert!(mixture.is_capped && (0.4..0.5).contains(&mixture.explored) && why.explored <= 0.2, "{mixture:?}");
}

#[test]
fn what_the_own_learner_never_saw_adds_nothing() {
    let mut policy = new_policy(None);
    newspaper_readers(&mut policy, 200);
    let (mut context, actions) = newspaper("mobile");
    context.insert("weather".to_owned(), json!("rain"));
    let why = why(&policy, &context, &actions);
    // But for the linear table, where strangers may share a place.
    assert!(why.actions.iter().all(|of| contribution(of, "weather=rain").abs() < 1e-3), "{why:?}");
}

#[test]
fn a_model_says_what_it_keeps_and_whom_it_knows() {
    let mut policy = new_policy(None);
    let before = policy.inside(share(0.2));
    newspaper_readers(&mut policy, 100);
    let inside = policy.inside(share(0.2));
    assert_eq!((before.n_learned, inside.n_learned, inside.rewards), (0, 100, [0.0, 1.0]));
    let parts: Vec<&str> = inside.memory.iter().map(|of| of.part).collect();
    assert_eq!(parts, ["linear", "tokens", "network", "window", "forest", "recent"]);
    let grown = inside.memory.iter().zip(&before.memory).filter(|(now, then)| now.n_bytes > then.n_bytes);
    assert_eq!(grown.map(|(now, _)| now.part).collect::<Vec<_>>(), ["tokens", "network", "window", "forest", "recent"]);
    assert!(inside.memory.iter().map(|of| of.n_bytes).sum::<usize>() < 64 << 20);
    let actions = policy.known_actions();
    assert_eq!(actions.iter().map(|known| known.n_events).collect::<Vec<_>>(), [50, 50]);
    assert!(actions.iter().all(|known| known.mean_reward == Some(0.5)), "{actions:?}");
    let most = policy.known_features().iter().map(|known| known.n_events).max();
    assert_eq!(most, Some(100));
    assert_eq!(new_policy(Some("--cb_explore_adf -b 10")).inside(share(0.2)).memory[0].n_bytes, 16 << 10);
}

#[test]
fn the_draw_of_an_event_stays_what_it_is() {
    let seed = |id: &str, salt| draw_seed(&id.parse().expect("an id"), salt);
    assert_eq!(seed("75269AD0-BFEE-4598-8196-C57383D38E10", 7), 8_664_403_883_354_108_552);
    assert_ne!(seed("a", 7), seed("a", 8));
    assert_ne!(seed("a", 7), seed("b", 7));
}

#[test]
fn features_that_cannot_be_are_refused_in_words() {
    let refused = |context: Value| Example::new(&[object(context)], &[]).expect_err("refused");
    assert_eq!(refused(json!({"a": [1, "x"]})), FeatureError::MixedArray);
    assert_eq!(refused(json!({"a": [[1]]})), FeatureError::MixedArray);
    assert_eq!(refused(json!({"a": [null]})), FeatureError::MixedArray);
    assert_eq!(refused(json!({"": 1})), FeatureError::EmptyName);
    assert_eq!(refused(json!({"a": {"": 1}})), FeatureError::EmptyName);
    assert_eq!(refused(json!({"x".repeat(1_025): 1})), FeatureError::NameTooLong { most: 1_024 });
    assert_eq!(refused(json!({"a": vec![1; 2_001]})), FeatureError::TooMany { most: 2_000 });
    let deep = (0..7).fold(json!(1), |inner, _| json!({"a": inner}));
    assert_eq!(refused(deep), FeatureError::TooDeep { most: 5 });
}
