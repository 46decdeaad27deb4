//! What is accepted means what it says, and what is not is refused by its name.

use proptest::prelude::*;

use super::*;
use crate::bandit::crosses::{Budgeted, LetterCrosses};

fn read(arguments: &str) -> LearningSettings {
    LearningSettings::parse(Some(arguments)).unwrap_or_else(|error| panic!("{arguments}: {error}"))
}

fn refused(arguments: &str) -> LearningSettingsError {
    LearningSettings::parse(Some(arguments)).expect_err(arguments)
}

fn steps(settings: &LearningSettings) -> &Steps {
    match &settings.base {
        Base::Gradient(steps) => steps,
        Base::Coin(_) => panic!("a bettor takes no steps"),
    }
}

#[test]
fn the_old_default_is_read_as_what_it_says() {
    let settings = read(LearningSettings::COMPATIBLE_DEFAULT);
    assert_eq!(settings.epsilon(), Some(0.2));
    assert_eq!(settings.arguments(), Some(LearningSettings::COMPATIBLE_DEFAULT));
    assert!(!settings.is_multi_slot());
    assert_eq!(*steps(&settings), Steps { rate: 0.001, power: 0.0, ..VOWPAL_WABBIT_STEPS });
    assert_eq!(settings.estimator.estimate, CostEstimate::Mtr);
    let crosses = LetterCrosses { patterns: vec![b"::".to_vec()], ..LetterCrosses::default() };
    assert_eq!(settings.crosses, Crosses::ByLetter(crosses));
}

/// Learning settings that were seen in the old service's documentation, answers and evaluations.
#[test]
fn what_the_old_service_was_seen_to_use_is_accepted() {
    for arguments in [
        "--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5",
        "--ccb_explore_adf --epsilon 0.20000000298023224 --power_t 0 -l 0.001 --cb_type mtr -q ::",
        "--cb_explore_adf --epsilon 0.2 --dsjson --cb_type mtr --marginal i -q Fj -l 1 --power_t 0",
        "--cb_explore_adf --dsjson --cb_type mtr --epsilon 0.20000000298023224 --l1 0.0 --marginal i --power_t 0.0 -l 0.01",
        "--cb_explore_adf --quadratic GT --quadratic MR --quadratic GR --ignore A --cb_type ips --epsilon 0.2",
        "--cb_explore_adf --epsilon 0.2 --dsjson --cb_type mtr -q :: -l 0.5 --l1 1e-09 --power_t 0 --cubic ::i --cubic ::j",
        "--cb_explore_adf --epsilon 0.2 --dsjson --cb_type mtr  -l 0.01  --interactions FFFi",
        "--cb_explore_adf --squarecb --cb_type mtr -q :: --cubic :::",
    ] {
        assert_eq!(read(arguments).arguments(), Some(arguments));
    }
}

#[test]
fn every_exploration_takes_its_options() {
    let exploration = |arguments: &str| read(&format!("--cb_explore_adf {arguments}")).exploration;
    let ties = Ties::Share;
    assert_eq!(exploration("--first_only"), Exploration::EpsilonGreedy { ties: Ties::FirstOnly });
    assert_eq!(exploration("--softmax --lambda -3"), Exploration::Softmax { lambda: 3.0 });
    assert_eq!(exploration("--first 500"), Exploration::First { n_even: 500 });
    assert_eq!(exploration("--bag 7 --greedify"), Exploration::Bag { n_models: 7, greedify: true, ties });
    let cover = Cover { n_policies: 3, psi: 0.1, is_even_on_none: false };
    assert_eq!(exploration("--cover 3 --psi 0.1 --nounif"), Exploration::Cover { cover, ties });
    let square_cb = Exploration::SquareCb { scale: 10.0, exponent: 0.25 };
    assert_eq!(exploration("--squarecb --gamma_exponent=0.25"), square_cb);
    let bounds = RegCb { is_optimistic: true, mellowness: 0.001, least: -1.0, most: 0.0 };
    let arguments = "--regcb --regcbopt --mellowness 0.001 --cb_min_cost -1 --cb_max_cost 0";
    assert_eq!(exploration(arguments), Exploration::RegCb { bounds, ties });
}

#[test]
fn what_vowpal_wabbit_writes_into_its_models_changes_nothing() {
    let model = "--cb_adf --cb_explore_adf --cb_type mtr --csoaa_ldf multiline --csoaa_rank --epsilon 0.2 \
                 --learning_rate 0.001 --power_t 0 --quadratic ::";
    let mut written = read(model);
    written.arguments = Some(LearningSettings::COMPATIBLE_DEFAULT.to_owned());
    assert_eq!(written, read(LearningSettings::COMPATIBLE_DEFAULT));
    assert_eq!(read("--cb_explore_adf --adaptive --normalized --invariant").base, read("--cb_explore_adf").base);
}

#[test]
fn many_slots_are_said_in_either_language() {
    assert!(read("--ccb_explore_adf --epsilon 0.2").is_multi_slot());
    assert!(read("--ccb_explore_adf --cb_explore_adf --cb_sample").is_multi_slot());
    assert!(read("--rankloop --slots").is_multi_slot());
    assert!(!read("--rankloop").is_multi_slot());
}

#[test]
fn what_is_not_done_is_refused_by_name() {
    let unsupported = |name: &str| LearningSettingsError::Unsupported(name.to_owned());
    assert_eq!(refused("--cb_explore_adf --synthcover"), unsupported("--synthcover"));
    assert_eq!(refused("--cb_explore_adf --squarecb --elim"), unsupported("--elim"));
    assert_eq!(refused("--cb_explore_adf data.txt"), unsupported("data.txt"));
    assert_eq!(refused("--cb_explore_adf --sgd"), unsupported("--sgd"));
    assert_eq!(refused("--rankloop --bag 3"), unsupported("--bag"));
    assert!(matches!(refused("--cb_explore_adf --adaptive"), LearningSettingsError::Unsupported(_)));
    assert_eq!(refused("--epsilon 0.2"), LearningSettingsError::NoExploration);
    assert_eq!(refused(""), LearningSettingsError::NoExploration);
    assert_eq!(refused(&"x".repeat(1_025)), LearningSettingsError::TooLong { most: 1_024 });
}

#[test]
fn what_the_server_says_itself_is_refused_with_that_reason() {
    for name in ["--data", "-d", "-f", "-i", "--json", "--quiet", "--save_resume"] {
        let error = refused(&format!("--cb_explore_adf {name} x"));
        assert_eq!(error, LearningSettingsError::ServerSets(name.to_owned()));
        assert!(error.to_string().contains(name));
    }
}

#[test]
fn what_contradicts_itself_is_refused_with_both_names() {
    let conflict = |arguments: &str| refused(&format!("--cb_explore_adf {arguments}"));
    let both = |one: &str, other: &str| LearningSettingsError::Conflict(one.to_owned(), other.to_owned());
    assert_eq!(conflict("--bag 3 --cover 3"), both("--bag", "--cover"));
    assert_eq!(conflict("--squarecb --softmax"), both("--squarecb", "--softmax"));
    assert_eq!(conflict("--coin --power_t 0"), both("--coin", "--power_t"));
    assert_eq!(conflict("--regcb --coin"), both("--coin", "--regcb"));
    assert_eq!(conflict("--squarecb --cb_type ips"), both("--squarecb", "a --cb_type other than mtr"));
    assert_eq!(conflict("--rankloop"), both("--rankloop", "--cb_explore_adf"));
    assert_eq!(conflict("--epsilon 0.1 --epsilon 0.2"), LearningSettingsError::Twice("--epsilon".to_owned()));
    assert!(LearningSettings::parse(Some("--cb_explore_adf --epsilon 0.1 --epsilon 0.1")).is_ok());
    assert_eq!(conflict("--psi 1"), LearningSettingsError::Needs("--psi".to_owned(), "--cover"));
    assert_eq!(conflict("--greedify"), LearningSettingsError::Needs("--greedify".to_owned(), "--bag"));
}

#[test]
fn a_value_out_of_its_range_is_refused_with_its_argument() {
    for bad in [
        "--epsilon 1.1",
        "--epsilon NaN",
        "--epsilon",
        "-b 60",
        "-b60",
        "-q abc",
        "-qa",
        "--cb_type sm",
        "--cubic ab",
        "--bag 0",
        "--cover 100",
        "--first -1",
        "--marginal",
        "--csoaa_ldf singleline",
    ] {
        let error = refused(&format!("--cb_explore_adf {bad}"));
        assert!(matches!(error, LearningSettingsError::Value { .. }), "{bad}: {error}");
    }
    assert!(matches!(refused("--cb_explore_adf=1"), LearningSettingsError::Value { .. }));
    assert_eq!(read("--cb_explore_adf -qij -b20 -l0.1").crosses, read("--cb_explore_adf --quadratic=ij").crosses);
}

#[test]
fn the_own_learner_by_its_name_is_the_default_and_its_options_do_what_they_say() {
    let named = read("--rankloop");
    let default = LearningSettings::parse(None).expect("the own learner");
    assert_eq!(LearningSettings { arguments: None, ..named }, default);
    assert_eq!(default.arguments(), None);
    let other = read(
        "--rankloop --epsilon 0.1 --learning_rate 0.25 --forgetting 0 --gamma_scale 30 --bits 20 --replays 1 \
         --uncertainty 0 --memory 16 --learners mean,network,linear --pairs_with_all 0 --triples_with_id 10",
    );
    assert_eq!((other.epsilon(), other.bits), (Some(0.1), 20));
    assert_eq!(*steps(&other), Steps { rate: 0.25, ..VOWPAL_WABBIT_STEPS });
    let auto = other.auto().expect("the own learner");
    assert_eq!((auto.gamma_scale, auto.uncertainty, auto.n_replays, auto.memory_mib), (30.0, 0.0, 1, 16));
    assert_eq!(auto.is_on, [true, true, true, true, false, false, false, false]);
    let budgets = Budgeted { pairs_with_all: 0, triples_with_id: 10, ..Budgeted::DEFAULT };
    assert_eq!(other.crosses, Crosses::Budgeted(budgets));
}

#[test]
fn a_base_learner_that_is_not_there_is_refused_by_its_name() {
    for learners in ["mean,forrest", "", "mean,,linear"] {
        let refused = LearningSettings::parse(Some(&format!("--rankloop --learners={learners}")));
        let Err(LearningSettingsError::Value { name, value, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!((name.as_str(), value.as_str()), ("--learners", learners));
    }
}

#[test]
fn the_own_learner_can_say_what_it_is() {
    let default = LearningSettings::parse(None).expect("the own learner");
    let said = default.to_text();
    let beginning = "--rankloop --learners mean,linear,network,forest,recent --replays 3 --uncertainty 0.6 \
                     --gamma_scale 100 --memory 64 --learning_rate 0.5 --forgetting 0.01";
    assert!(said.starts_with(beginning), "{said}");
    assert_eq!(LearningSettings { arguments: None, ..read(&said) }, default);
}

proptest! {
    #[test]
    fn no_text_makes_a_panic_and_what_is_accepted_comes_back_as_sent(
        words in prop::collection::vec(prop_oneof![
            Just("--cb_explore_adf".to_owned()), Just("--rankloop".to_owned()), "--[a-z_]{1,12}(=[a-z0-9.:-]{0,4})?",
            "-[a-z]{1,3}", "[a-z:]{1,4}", "-?[0-9]{0,4}\\.?[0-9]{0,3}(e-?[0-9])?", "\\PC{0,6}",
        ], 0..9),
    ) {
        let text = words.join(" ");
        if let Ok(settings) = LearningSettings::parse(Some(&text)) {
            prop_assert_eq!(settings.arguments(), Some(text.as_str()));
            prop_assert_eq!(LearningSettings::parse(Some(&settings.to_text())), Ok(settings));
        }
    }
}
