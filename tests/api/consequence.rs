//! What a change of settings would have meant, before it is made.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{SECOND_US, TestApp, TestLoop, two_actions};

const COMPATIBLE: &str = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.5 --cb_type mtr -q ::";

/// Events a second apart of which tea earns 0.8 and coffee 0.2; rewards come after ten seconds. At the end all waits are
/// over.
async fn play(app: &TestApp, of: &TestLoop, n_events: usize) {
    for n in 0..n_events {
        let event_id = format!("e{n}");
        let chosen = app.rank(of, two_actions(&event_id)).await.json()["rewardActionId"].clone();
        app.clock.advance_us(10 * SECOND_US);
        let reward = if chosen == "tea" { 0.8 } else { 0.2 };
        assert_eq!(app.reward(of, &event_id, &json!({"value": reward}).to_string()).await.status, 204);
    }
    app.clock.advance_us(700 * SECOND_US);
    // A last record, so that everything before it lies in the past.
    app.rank(of, two_actions("last")).await;
}

async fn compatible(app: &TestApp) -> TestLoop {
    let of = app.make_loop(json!({})).await;
    assert_eq!(app.configure(&of, json!({"policy": {"arguments": COMPATIBLE}})).await.status, StatusCode::OK);
    of
}

async fn told(app: &TestApp, of: &TestLoop, change: Value) -> Value {
    let answer = app.manage(Method::POST, &format!("/loops/{}/consequence", of.id), change).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[tokio::test]
async fn halving_epsilon_halves_what_explores_and_earns_half_of_what_exploring_cost() {
    let app = TestApp::start().await;
    let of = compatible(&app).await;
    play(&app, &of, 400).await;
    let before = (app.stats(&of).await, app.log_head(&of).await);
    let told = told(&app, &of, json!({"explorationPercentage": 0.1})).await;
    assert_eq!((app.stats(&of).await, app.log_head(&of).await), before, "nothing is changed");
    assert_eq!((&told["events"], &told["decisions"], &told["isSampled"]), (&json!(400), &json!(400), &json!(false)));
    let exploration = &told["exploration"];
    assert_eq!((&exploration["percentageNow"], &exploration["isMost"]), (&json!(0.2), &json!(false)));
    let (now, then) = (number(&exploration["reallyNow"]), number(&exploration["reallyThen"]));
    assert!((now - 0.1).abs() < 0.01 && (then - 0.05).abs() < 0.01, "{exploration}");
    // Coffee earns 0.6 less and is shown in a twentieth of the events less.
    let difference = &told["reward"]["difference"];
    let [value, low, high] = ["value", "low", "high"].map(|part| number(&difference[part]));
    assert!((value - 0.03).abs() < 0.01, "{told:#}");
    assert!(low < value && value < high, "{told:#}");
    // Of such intervals one in twenty misses, whatever is drawn here; of those of twice the width one in ten thousand.
    assert!((value - 0.03).abs() <= high - low, "{told:#}");
    assert!(number(&told["notice"]["secondsThen"]) > 1.8 * number(&told["notice"]["secondsNow"]), "{told:#}");
}

#[tokio::test]
async fn of_the_own_learner_the_share_is_a_most_and_both_figures_are_told() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of, 400).await;
    let told = told(&app, &of, json!({"explorationPercentage": 0.5})).await;
    let exploration = &told["exploration"];
    assert_eq!(exploration["isMost"], true);
    assert_eq!((&exploration["percentageNow"], &exploration["percentageThen"]), (&json!(0.2), &json!(0.5)));
    assert!(number(&exploration["reallyThen"]) < 0.2, "it is sure of tea: {exploration}");
}

#[tokio::test]
async fn a_shorter_wait_says_which_rewards_would_come_too_late_and_a_default_counts_anew() {
    let app = TestApp::start().await;
    let of = compatible(&app).await;
    play(&app, &of, 250).await;
    let shorter = told(&app, &of, json!({"rewardWaitTime": "PT5S"})).await;
    assert_eq!(shorter["waiting"], json!({"rewardedEvents": 250, "lateNow": 0, "lateThen": 250}));
    assert_eq!((&shorter["isRecounted"], number(&shorter["reward"]["then"]["value"])), (&json!(true), 0.0));
    let longer = told(&app, &of, json!({"rewardWaitTime": "PT11M"})).await;
    assert_eq!(longer["waiting"]["lateThen"], 0);
    let same = told(&app, &of, json!({"logRetentionDays": 30})).await;
    assert!(same.get("waiting").is_none());
    assert_eq!((&same["isRecounted"], &same["reward"]["difference"]["value"]), (&json!(false), &json!(0.0)));
}

#[tokio::test]
async fn a_young_loop_is_told_how_many_decisions_are_missing() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let change = json!({"explorationPercentage": 0.1});
    let empty = told(&app, &of, change.clone()).await;
    assert_eq!(empty["tooEarly"], json!({"reason": "decisions", "decisionsNeeded": 200}));
    assert!(empty.get("from").is_none() && empty.get("reward").is_none());
    play(&app, &of, 30).await;
    assert_eq!(told(&app, &of, change).await["tooEarly"], json!({"reason": "decisions", "decisionsNeeded": 170}));
}

#[tokio::test]
async fn where_the_caller_decides_the_log_cannot_judge_the_policy_but_can_judge_the_callers_choice() {
    let app = TestApp::start().await;
    let of = compatible(&app).await;
    assert_eq!(app.configure(&of, json!({"learningMode": "Apprentice"})).await.status, StatusCode::OK);
    play(&app, &of, 20).await;
    let to_online = told(&app, &of, json!({"learningMode": "Online"})).await;
    assert_eq!((&to_online["tooEarly"], &to_online["events"]), (&json!({"reason": "nothingDrawn"}), &json!(20)));

    let of = compatible(&app).await;
    play(&app, &of, 400).await;
    let to_apprentice = told(&app, &of, json!({"learningMode": "Apprentice"})).await;
    let then = &to_apprentice["reward"]["then"];
    // Tea stands first in the request.
    assert!((number(&then["value"]) - 0.8).abs() < 0.1, "{to_apprentice:#}");
    assert_eq!(to_apprentice["exploration"]["reallyThen"], json!(0.0));
}

#[tokio::test]
async fn what_cannot_be_applied_cannot_be_previewed() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/consequence", of.id);
    let refused = app.manage(Method::POST, &path, json!({"explorationPercentage": 2})).await;
    assert_eq!(refused.refusal().0, 400);
    let learner = json!({"policy": {"arguments": COMPATIBLE}});
    assert_eq!(told(&app, &of, learner).await["hasOtherLearningSettings"], true);
}
