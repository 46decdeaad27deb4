//! Multi-slot Rank, Reward and Activate (contract section 7).

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, TestLoop},
    versions::call,
};

const V11: &str = "v1.1-preview.3";
const MULTI_SLOT: &str = "--ccb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::";

fn page(event_id: &str) -> Value {
    json!({
        "contextFeatures": [{"user": {"profileType": "AnonymousUser", "latLong": "47.6,-122.1"}}, {"device": {"mobile": true}}],
        "actions": [
            {"id": "NewsArticle", "features": [{"type": "News"}]},
            {"id": "SportsArticle", "features": [{"type": "Sports"}]},
            {"id": "EntertainmentArticle", "features": [{"type": "Entertainment"}]},
        ],
        "slots": [
            {"id": "Main Article", "features": [{"size": "Large"}], "positionFeatures": null,
             "excludedActions": ["SportsArticle", "EntertainmentArticle"], "baselineAction": "NewsArticle"},
            {"id": "Side Bar", "features": [{"size": "Small"}], "excludedActions": ["EntertainmentArticle"],
             "baselineAction": "SportsArticle"},
        ],
        "eventId": event_id,
        "deferActivation": true,
    })
}

/// Switched on as the clients' own tests do it.
async fn multi_slot_loop(app: &TestApp) -> TestLoop {
    let of = app.make_loop(json!({})).await;
    let policy = json!({"name": "mine", "arguments": MULTI_SLOT});
    let switched = call(app, &of, V11, Method::PUT, "/configurations/policy", policy).await;
    assert_eq!((switched.status.as_u16(), switched.json()["arguments"].as_str()), (200, Some(MULTI_SLOT)));
    of
}

#[tokio::test]
async fn slots_are_answered_in_order_with_one_action_each() {
    let app = TestApp::start().await;
    let of = multi_slot_loop(&app).await;
    let answer = call(&app, &of, V11, Method::POST, "/multislot/rank", page("123456789")).await;
    assert_eq!(answer.status, 201);
    insta::assert_snapshot!(answer.text, @r#"{"slots":[{"id":"Main Article","rewardActionId":"NewsArticle"},{"id":"Side Bar","rewardActionId":"SportsArticle"}],"eventId":"123456789"}"#);
    assert_eq!(answer.header("csp-billing-usage"), "CognitiveServices.Personalizer.Transaction=1");
    assert_eq!(app.event(&of, "123456789").await["state"], "inactive");
    let event = "/multislot/events/123456789";
    let activated = call(&app, &of, V11, Method::POST, &format!("{event}/activate"), Value::Null).await;
    let reward = json!({"reward": [{"slotId": "Main Article", "value": 0.5}, {"slotId": "Side Bar", "value": 1.0}]});
    let rewarded = call(&app, &of, V11, Method::POST, &format!("{event}/reward"), reward).await;
    assert_eq!((activated.status.as_u16(), rewarded.status.as_u16()), (204, 204));
    assert_eq!((activated.text.as_str(), rewarded.text.as_str()), ("", ""));
    let event = app.event(&of, "123456789").await;
    assert_eq!((&event["state"], &event["learnedReward"]), (&json!("learned"), &json!(0.75)));
    assert_eq!(event["slots"][1]["learnedReward"], 1.0);
    assert_eq!(event["rewards"][0]["slotId"], "Main Article");
}

#[tokio::test]
async fn unknown_events_and_slots_are_no_error() {
    let app = TestApp::start().await;
    let of = multi_slot_loop(&app).await;
    call(&app, &of, V11, Method::POST, "/multislot/rank", page("one")).await;
    for event in ["one", "event_id_returned_by_rank"] {
        let reward = json!({"reward": [{"slotId": "testSlot", "value": 1}]});
        let path = format!("/multislot/events/{event}/reward");
        assert_eq!(call(&app, &of, V11, Method::POST, &path, reward).await.status, 204);
    }
    assert_eq!(app.stats(&of).await["orphanRewards"], 2);
}

#[tokio::test]
async fn a_loop_that_is_not_multi_slot_says_how_to_become_one() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let reward = json!({"reward": [{"slotId": "a", "value": 1}]});
    for (path, body) in [
        ("/multislot/rank", page("one")),
        ("/multislot/events/one/reward", reward),
        ("/multislot/events/one/activate", Value::Null),
    ] {
        let answer = call(&app, &of, V11, Method::POST, path, body).await;
        assert_eq!(answer.refusal(), (400, "InvalidMultiSlotApiAccess".to_owned()));
    }
    let automatic = json!({"isAutoOptimizationEnabled": true});
    call(&app, &of, V11, Method::PUT, "/configurations/service", automatic).await;
    let policy = json!({"name": "mine", "arguments": MULTI_SLOT});
    let answer = call(&app, &of, V11, Method::PUT, "/configurations/policy", policy).await;
    assert_eq!(answer.refusal(), (403, "ProblemTypeIncompatibleWithAutoOptimization".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_filled_is_refused_in_the_old_services_words() {
    let app = TestApp::start().await;
    let of = multi_slot_loop(&app).await;
    let with = |change: fn(&mut Value)| {
        let mut request = page("one");
        change(&mut request);
        request
    };
    for (message, request) in [
        ("At lease one slot must be defined in a multi-slot rank request.", with(|page| page["slots"] = json!([]))),
        ("At lease one slot must be defined in a multi-slot rank request.", with(|page| page["slots"] = json!(null))),
        ("Slots contain null value.", with(|page| page["slots"] = json!([null]))),
        ("All slot's must contain unique, non empty ID", with(|page| page["slots"][1]["id"] = json!("Main Article"))),
        ("All slot's must contain unique, non empty ID", with(|page| page["slots"][1]["id"] = json!(""))),
        (
            "Each slot must contain a unique BaselineAction with an ID corresponding to an element of Actions.",
            with(|page| page["slots"][1]["baselineAction"] = json!("NewsArticle")),
        ),
        (
            "BaselineAction cannot be part of ExcludedActions.",
            with(|page| page["slots"][1]["baselineAction"] = json!("EntertainmentArticle")),
        ),
        (
            "Slots count should be between 1 and the number of actions",
            with(|page| page["actions"] = json!([{"id": "NewsArticle", "features": [{"type": "News"}]}])),
        ),
    ] {
        let answer = call(&app, &of, V11, Method::POST, "/multislot/rank", request).await;
        assert_eq!(answer.refusal(), (400, "InvalidRankRequest".to_owned()));
        assert_eq!(answer.message(), message);
    }
    for reward in [
        json!({}),
        json!({"reward": []}),
        json!({"reward": [{"slotId": "a"}]}),
        json!({"reward": [{"slotId": "", "value": 1}]}),
    ] {
        let answer = call(&app, &of, V11, Method::POST, "/multislot/events/one/reward", reward).await;
        assert_eq!(answer.refusal(), (400, "InvalidRewardRequest".to_owned()));
    }
}
