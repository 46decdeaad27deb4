//! Why an event was decided as it was, and the playground, asked of a real loop.

use rankloop::{
    loops::ActionDraft,
    reports::{FieldKind, PlaygroundPage, ask},
    terms::{Author, LearningMode},
};
use serde_json::json;

use crate::house::{House, house, id};

async fn played() -> House {
    let house = house(LearningMode::Online).await;
    house.play("past", 300).await;
    house
}

async fn playground(house: &House, asked: &[(&str, &str)]) -> PlaygroundPage {
    let asked: Vec<(String, String)> =
        asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ask::playground(&house.live, &asked, Some(vec![json!({"device": "tablet"})])).await.expect("a page")
}

#[tokio::test]
async fn a_loop_without_calls_begins_with_a_made_up_context_and_its_own_actions() {
    let house = house(LearningMode::Online).await;
    for action in ["tea", "coffee"] {
        let features = json!([{"topic": action}]);
        let draft = ActionDraft {
            id: action.parse().expect("an id"),
            features: serde_json::from_value(features).expect("features"),
            is_active: true,
            valid_from_us: None,
            valid_to_us: None,
            notes: String::new(),
            position: None,
        };
        house.live.save_action(draft, &Author::server("test")).await.expect("stored");
    }
    let start = playground(&house, &[]).await;
    assert!(start.event.is_none() && start.has_sample);
    let [side] = &start.sides[..] else { panic!("one context") };
    assert_eq!((side.fields[0].label.as_str(), side.fields[0].value.as_str()), ("device", "tablet"));
    let why = side.why.as_ref().expect("a decision");
    assert_eq!(why.decisions[0].actions.len(), 2, "its own actions");
    let typed = playground(&house, &[("context", r#"{"device": "mobile"}"#)]).await;
    assert!(!typed.has_sample, "what was typed is not made up");

    house.play("past", 3).await;
    let called = playground(&house, &[]).await;
    assert!(called.event.is_some() && !called.has_sample, "its own calls say what a context is");
}

#[tokio::test]
async fn an_event_says_why_and_what_would_have_turned_it() {
    let house = played().await;
    house.rank("last", "mobile").await;
    let why = ask::event_why(&house.live, &id("last")).await.expect("a loop").expect("an event");
    assert!(why.origin.contains("which is still the present one"), "{}", why.origin);
    let [decision] = &why.decisions[..] else { panic!("one slot: {why:?}") };
    assert!(decision.headline.ends_with('.') && decision.headline.contains("most probable"), "{}", decision.headline);
    let turned = &decision.counterfactual;
    assert!(turned.sentence.contains("device = ") && turned.sentence.contains("instead of mobile"), "{turned:?}");
    assert_eq!(turned.context.as_deref().map(|json| json.starts_with(r#"[{"device":""#)), Some(true), "{turned:?}");
    let [.., excluded] = &decision.actions[..] else { panic!("actions: {decision:?}") };
    assert_eq!((excluded.id.as_str(), excluded.words.as_str()), ("music", "excluded"));
    assert_eq!(decision.actions.iter().filter(|action| action.was_shown).count(), 1);
    assert!(ask::event_why(&house.live, &id("nobody")).await.expect("a loop").is_none());
}

#[tokio::test]
async fn the_playground_starts_from_an_event_and_follows_what_is_typed() {
    let house = played().await;
    let start = playground(&house, &[]).await;
    assert!(start.event.as_ref().is_some_and(|event| event.is_newest), "{:?}", start.event);
    let [side] = &start.sides[..] else { panic!("one context") };
    assert_eq!((side.fields[0].label.as_str(), side.fields[0].kind), ("device", FieldKind::Text));
    assert!(side.fields[0].usual.contains(&"mobile".to_owned()), "{:?}", side.fields[0].usual);

    let best = |page: &PlaygroundPage, at: usize| {
        let why = page.sides[at].why.as_ref().expect("a decision");
        why.decisions[0].actions[0].id.clone()
    };
    let mobile = playground(&house, &[("f/device", "mobile")]).await;
    let other = playground(&house, &[("context", r#"{"device": "desktop"}"#)]).await;
    assert_ne!(best(&mobile, 0), best(&other, 0), "each device has a favourite of its own");

    let both = playground(&house, &[("f/device", "mobile"), ("other", r#"{"device": "desktop"}"#)]).await;
    assert_eq!([best(&both, 0), best(&both, 1)], [best(&mobile, 0), best(&other, 0)]);
    assert!(start.other_query.contains("&other=") && !both.other_query.contains("&other="));
}

#[tokio::test]
async fn actions_can_be_imagined_and_what_cannot_be_ranked_is_refused_in_words() {
    let house = played().await;
    let actions = r#"[{"id": "news", "features": [{"topic": "news"}]}, {"id": "new", "features": [{"topic": "new"}]}]"#;
    let page = playground(&house, &[("actions", actions)]).await;
    let decision = &page.sides[0].why.as_ref().expect("a decision").decisions[0];
    let ids: Vec<&str> = decision.actions.iter().map(|action| action.id.as_str()).collect();
    assert!(ids.contains(&"new") && ids.len() == 2, "{ids:?}");
    for wrong in ["{", r#"[{"id": "a"}]"#, "[]"] {
        let page = playground(&house, &[("actions", wrong)]).await;
        assert!(page.sides[0].why.is_err(), "{wrong}");
    }
    let page = playground(&house, &[("context", "7")]).await;
    assert!(page.sides[0].why.as_ref().is_err_and(|problem| problem.contains("object of features")));
}

#[tokio::test]
async fn a_loop_without_an_event_says_that_it_has_nothing_to_choose_from() {
    let house = house(LearningMode::Online).await;
    let page = playground(&house, &[]).await;
    assert_eq!(page.event, None);
    assert!(page.sides[0].why.as_ref().is_err_and(|problem| problem.contains("no active ones")));
}
