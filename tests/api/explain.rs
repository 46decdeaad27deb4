//! Why an event was decided as it was, and what would be decided otherwise.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, TestLoop};

const COMPATIBLE: &str = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.5 --cb_type mtr -q ::";

fn request(event_id: &str, device: &str, day: &str) -> Value {
    json!({
        "eventId": event_id,
        "contextFeatures": [{"user": {"device": device}, "day": day}],
        "actions": [
            {"id": "politics", "features": [{"topic": "politics"}]},
            {"id": "sports", "features": [{"topic": "sports"}]},
            {"id": "adverts", "features": [{"topic": "adverts"}]},
        ],
        "excludedActions": ["adverts"],
    })
}

/// A loop that has learned: on mobile sports pays, on desktop politics.
async fn taught(app: &TestApp, arguments: Option<&str>) -> TestLoop {
    let of = app.make_loop(json!({})).await;
    assert_eq!(app.configure(&of, json!({"policy": {"arguments": arguments}})).await.status, StatusCode::OK);
    for n in 0..120 {
        let (device, day) = (["desktop", "mobile"][n % 2], ["mon", "tue", "wed"][n % 3]);
        let event_id = format!("e{n}");
        let pays = if device == "mobile" { "sports" } else { "politics" };
        let mut asked = request(&event_id, device, day);
        if arguments.is_none() && n % 4 < 2 {
            // What does not pay is tried as well: the own learner soon leaves it, and may then know nothing of it.
            asked["excludedActions"] = json!(["adverts", pays]);
        }
        let ranked = app.rank(&of, asked).await;
        assert_eq!(ranked.status, StatusCode::CREATED, "{}", ranked.text);
        let reward = if ranked.json()["rewardActionId"] == pays { 1.0 } else { 0.0 };
        assert_eq!(app.reward(&of, &event_id, &json!({"value": reward}).to_string()).await.status, 204);
    }
    of
}

async fn ask(app: &TestApp, of: &TestLoop, what: &str, body: Value) -> Answer {
    app.manage(Method::POST, &format!("/loops/{}/{what}", of.id), body).await
}

async fn answered(app: &TestApp, of: &TestLoop, what: &str, body: Value) -> Value {
    let answer = ask(app, of, what, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Probabilities are their two shares, and scores the sums of what features add to them.
fn assert_adds_up(decision: &Value) {
    let actions = decision["actions"].as_array().expect("actions");
    let total: f64 = actions.iter().map(|action| number(&action["probability"])).sum();
    assert!((total - 1.0).abs() < 1e-5, "{total}");
    for action in actions {
        let shares = number(&action["exploit"]) + number(&action["explore"]);
        assert!((shares - number(&action["probability"])).abs() < 1e-6, "{action}");
        let features = action["features"].as_array().expect("features");
        let sum: f64 = features.iter().map(|feature| number(&feature["score"])).sum();
        assert!((sum - number(&action["score"])).abs() < 1e-5, "{action}");
    }
}

/// Everything that could change by asking.
async fn traces(app: &TestApp, of: &TestLoop) -> (Value, Value) {
    let stats = app.stats(of).await;
    let model = app.manage(Method::GET, &format!("/loops/{}/model", of.id), Value::Null).await;
    (json!({"stats": stats, "head": app.log_head(of).await}), model.json())
}

#[tokio::test]
async fn the_nearest_change_that_would_have_changed_the_choice_is_named() {
    let app = TestApp::start().await;
    for arguments in [None, Some(COMPATIBLE)] {
        let of = taught(&app, arguments).await;
        let asked = request("nobody", "desktop", "mon");
        let decision = &answered(&app, &of, "what-if", asked).await["decisions"][0];
        assert_eq!(decision["mostProbableActionId"], "politics", "{decision:#}");
        let nearest = &decision["counterfactual"]["nearest"];
        assert_eq!(nearest["actionId"], "sports", "{decision:#}");
        let change = json!({"feature": "user.device", "before": "desktop", "after": "mobile", "usual": 0.5});
        assert_eq!(nearest["changes"], json!([change]));
        assert_adds_up(decision);
    }
}

#[tokio::test]
async fn asking_why_leaves_no_trace() {
    let app = TestApp::start().await;
    let of = taught(&app, None).await;
    let before = traces(&app, &of).await;
    answered(&app, &of, "explain", json!({"eventId": "e7"})).await;
    answered(&app, &of, "what-if", request("new", "mobile", "tue")).await;
    // An event id that was used says nothing here either.
    answered(&app, &of, "what-if", request("e7", "desktop", "tue")).await;
    assert_eq!(traces(&app, &of).await, before);
    assert_eq!(app.event(&of, "new").await["error"]["code"], "ResourceNotFound");
}

#[tokio::test]
async fn an_event_is_explained_by_the_present_model_and_says_so() {
    let app = TestApp::start().await;
    let of = taught(&app, None).await;
    let old = answered(&app, &of, "explain", json!({"eventId": "e7"})).await;
    assert_eq!((&old["eventId"], &old["isPresentModel"]), (&json!("e7"), &json!(false)));
    assert!(number(&old["answeredByModelVersion"]) < number(&old["modelVersion"]));
    let decision = &old["decisions"][0];
    assert_adds_up(decision);
    let excluded = &decision["actions"][2];
    assert_eq!((&excluded["id"], &excluded["isEligible"]), (&json!("adverts"), &json!(false)));
    assert_eq!((&excluded["whyNot"], &excluded["probability"]), (&json!("excluded"), &json!(0.0)));
    let shown = decision["actions"].as_array().expect("actions").iter().filter(|action| action["wasShown"] == true);
    assert_eq!(shown.count(), 1);

    app.rank(&of, request("latest", "desktop", "mon")).await;
    let new = answered(&app, &of, "explain", json!({"eventId": "latest"})).await;
    assert_eq!(new["isPresentModel"], true);
    for action in new["decisions"][0]["actions"].as_array().expect("actions") {
        assert_eq!(action["probability"], action["thenProbability"], "{action}");
    }
}

#[tokio::test]
async fn the_parts_of_an_explanation_are_what_the_document_says() {
    let app = TestApp::start().await;
    let of = taught(&app, Some(COMPATIBLE)).await;
    let mut told = answered(&app, &of, "explain", json!({"eventId": "e6"})).await;
    // What was drawn depends on the loop's salt, and with it what was learned.
    blur(&mut told);
    told["decisions"][0]["actions"].as_array_mut().expect("actions").truncate(1);
    let decision = &mut told["decisions"][0];
    decision["actions"][0]["wasShown"] = json!("whether");
    decision["actions"][0]["id"] = json!("the most probable");
    decision["mostProbableActionId"] = json!("the most probable");
    let counterfactual = decision["counterfactual"].as_object_mut().expect("an object");
    counterfactual["isExhaustive"] = json!("whether");
    // There may be none; where there is one, it changes something and says how usual that is.
    if let Some(nearest) = counterfactual.remove("nearest").filter(|nearest| !nearest.is_null()) {
        let change = &nearest["changes"][0];
        assert!(
            nearest["actionId"].is_string() && change["feature"].is_string() && change["usual"] == "number",
            "{nearest}"
        );
    }
    told.sort_all_objects();
    insta::assert_json_snapshot!(told);
}

/// Numbers become their kind, so that a snapshot shows the shape.
fn blur(value: &mut Value) {
    match value {
        Value::Number(_) => *value = json!("number"),
        Value::Array(items) => {
            items.iter_mut().for_each(blur);
            if items.first().is_some_and(|item| item.get("score").is_some() && item.get("name").is_some()) {
                items.truncate(1);
                items[0]["name"] = json!("name");
            }
        }
        Value::Object(entries) => entries.values_mut().for_each(blur),
        _ => {}
    }
}

#[tokio::test]
async fn slots_are_explained_one_after_the_other() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({"multiSlot": true})).await;
    let page = json!({
        "eventId": "page",
        "contextFeatures": [{"device": "mobile"}],
        "actions": [
            {"id": "a", "features": [{"topic": "news"}]}, {"id": "b", "features": [{"topic": "sport"}]},
            {"id": "c", "features": [{"topic": "art"}]},
        ],
        "slots": [
            {"id": "top", "features": [{"size": "large"}], "baselineAction": "a", "excludedActions": ["c"]},
            {"id": "side", "baselineAction": "b"},
        ],
    });
    let path = "/personalizer/v1.1-preview.3/multislot/rank";
    let ranked = app.call(&of.keys[0], Method::POST, path, page.to_string()).await;
    assert_eq!(ranked.status, StatusCode::CREATED, "{}", ranked.text);
    let shown_first = ranked.json()["slots"][0]["rewardActionId"].clone();

    let told = answered(&app, &of, "explain", json!({"eventId": "page"})).await;
    let (top, side) = (&told["decisions"][0], &told["decisions"][1]);
    assert_eq!((&top["slotId"], &side["slotId"]), (&json!("top"), &json!("side")));
    assert_eq!(top["actions"][2]["whyNot"], "excluded");
    let gone = side["actions"].as_array().expect("actions").iter().find(|action| action["id"] == shown_first);
    let gone = gone.expect("it is among them");
    assert_eq!((&gone["whyNot"], &gone["shownIn"]), (&json!("shown"), &json!("top")));
    [top, side].into_iter().for_each(assert_adds_up);

    let imagined = answered(&app, &of, "what-if", page).await;
    assert_eq!(imagined["decisions"].as_array().map(Vec::len), Some(2));
    imagined["decisions"].as_array().expect("two").iter().for_each(assert_adds_up);
}

#[tokio::test]
async fn what_cannot_be_ranked_cannot_be_asked_about_and_an_unknown_event_is_not_found() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let refused = |what: &'static str, body: Value| {
        let (app, of) = (&app, &of);
        async move { ask(app, of, what, body).await.refusal() }
    };
    assert_eq!(refused("explain", json!({"eventId": "nobody"})).await, (404, "ResourceNotFound".to_owned()));
    assert_eq!(refused("explain", json!({})).await.0, 400);
    assert_eq!(refused("explain", json!({"eventId": ""})).await.0, 400);
    assert_eq!(refused("what-if", json!({"actions": []})).await, (400, "InvalidRankRequest".to_owned()));
    assert_eq!(refused("what-if", json!({"contextFeatures": []})).await.0, 400);
    let mut all_out = request("x", "mobile", "mon");
    all_out["excludedActions"] = json!(["politics", "sports", "adverts"]);
    assert_eq!(refused("what-if", all_out).await.0, 400);
    let multi_slot = refused("what-if", json!({"slots": []})).await;
    assert_eq!(multi_slot, (400, "InvalidMultiSlotApiAccess".to_owned()));
    let reader = app.token(rankloop::terms::Role::Analyst).await;
    let path = format!("/loops/{}/what-if", of.id);
    let read = app.manage_as(&reader, Method::POST, &path, request("x", "mobile", "mon")).await;
    assert_eq!(read.status, StatusCode::OK, "whoever may look may ask: {}", read.text);
}
