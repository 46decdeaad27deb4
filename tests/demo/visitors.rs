//! What a visitor of the news site may ask for and answer.

use rankloop::{
    demo::{Choice, Desk, LeadError, Section, persona, yourself},
    terms::EventId,
};

use crate::played_server::Stage;

async fn quiet_stage() -> Stage {
    let stage = Stage::open().await;
    stage.demo.set_paused(true);
    stage.eventually(|status, _| status.is_ready).await;
    stage
}

#[tokio::test]
async fn a_visitor_is_shown_the_ranking_with_its_reasons() {
    let stage = quiet_stage().await;

    let lead = stage.demo.rank_lead(persona("mara"), None).await.unwrap();

    assert_eq!((lead.stories.len(), lead.choice, lead.model_version), (12, Choice::NothingLearned, Some(7)));
    assert_eq!(lead.stories[0].reasons[0].score, 0.25);
    assert_eq!(stage.demo.chosen_in(&lead.event_id), Some(lead.chosen));
}

#[tokio::test]
async fn an_event_takes_one_reward_and_only_from_whoever_was_given_it() {
    let stage = quiet_stage().await;
    let lead = stage.demo.rank_lead(persona("mara"), None).await.unwrap();
    let foreign = EventId::try_from("somebody-elses".to_owned()).unwrap();

    stage.demo.reward(&lead.event_id, 7.5).await.unwrap();
    let again = stage.demo.reward(&lead.event_id, 0.0).await;
    let unknown = stage.demo.reward(&foreign, 1.0).await;

    assert!(matches!(again, Err(LeadError::AlreadyRewarded)) && matches!(unknown, Err(LeadError::UnknownEvent)));
    assert!(matches!(stage.demo.progress(&foreign).await, Err(LeadError::UnknownEvent)));
    let sent: Vec<f64> = stage.played().rewards.iter().filter(|r| r.0 == lead.event_id.as_str()).map(|r| r.1).collect();
    assert_eq!(sent, [1.0]);
}

#[tokio::test]
async fn a_peek_is_deferred_and_activated_when_it_is_shown() {
    let stage = quiet_stage().await;

    let lead = stage.demo.peek_lead(persona("ines")).await.unwrap();
    assert_eq!(stage.played().ranks.last().unwrap()["deferActivation"], true);
    stage.demo.show_lead(&lead.event_id).await.unwrap();
    stage.demo.show_lead(&lead.event_id).await.unwrap();

    assert_eq!(stage.played().activated, [lead.event_id.as_str()]);
}

#[tokio::test]
async fn the_other_decisions_of_a_page_are_answered_and_rewarded_once() {
    let stage = quiet_stage().await;
    let demo = stage.demo.clone();
    stage.eventually(move |_, _| demo.loop_of(Desk::Banner).is_some()).await;

    let (sections, banner) = stage.demo.rank_offers(persona("mara")).await;
    let (sections, banner) = (sections.unwrap(), banner.unwrap());
    assert_eq!(sections.ranked, [Section::Sport, Section::Culture, Section::Science]);
    assert_eq!(banner.banner.id, "night-desk");

    stage.demo.reward_sections(&sections.event_id, Section::Culture).await.unwrap();
    stage.demo.reward(&banner.event_id, 1.0).await.unwrap();
    let again = stage.demo.reward(&banner.event_id, 1.0).await;

    assert!(matches!(again, Err(LeadError::AlreadyRewarded)));
    let played = stage.played();
    let rewards: Vec<_> =
        played.others.iter().filter(|(_, what, _)| *what == "reward").map(|(.., body)| body).collect();
    let values: Vec<_> = rewards[0]["reward"].as_array().unwrap().iter().map(|slot| slot["value"].as_f64()).collect();
    assert_eq!(values, [Some(0.0), Some(1.0), Some(0.0)]);
    assert_eq!(rewards[1]["value"], 1.0);
}

#[tokio::test]
async fn a_page_without_its_other_decisions_is_a_page() {
    let stage = quiet_stage().await;
    stage.played().are_others_absent = true;

    let (sections, banner) = stage.demo.rank_offers(persona("mara")).await;

    assert!(sections.is_none() && banner.is_none());
    assert!(stage.demo.rank_lead(persona("mara"), None).await.is_ok());
}

#[tokio::test]
async fn visitors_as_themselves_have_a_loop_of_their_own_and_see_what_their_reading_did() {
    let stage = quiet_stage().await;
    assert_eq!(stage.demo.loop_of(Desk::Visitors), None, "nobody has come yet");

    let lead = stage.demo.rank_lead(&yourself().on("phone"), None).await.unwrap();
    stage.demo.reward(&lead.event_id, 0.8).await.unwrap();
    let progress = stage.demo.progress(&lead.event_id).await.unwrap();
    let next = stage.demo.rank_lead(yourself(), Some(&lead.event_id)).await.unwrap();

    assert_ne!(Some(lead.loop_id), stage.demo.loop_id());
    assert_eq!(progress.moved, Some((1.0, 1.0)));
    assert_eq!(next.past.map(|past| past.seen.event_id), Some(lead.event_id.to_string()));
    let played = stage.played();
    let first = played
        .others
        .iter()
        .find(|(_, what, body)| *what == "rank" && body["contextFeatures"][0]["reader"].is_object());
    assert_eq!(first.unwrap().2["contextFeatures"], serde_json::json!([{ "reader": { "device": "phone" } }]));
}

#[tokio::test]
async fn before_the_server_answers_a_visitor_is_told_so() {
    let base_url = "http://127.0.0.1:9".to_owned();
    let options = rankloop::demo::DemoOptions { base_url, token: String::new(), side_door: None };
    let demo = rankloop::demo::Demo::start(options);

    assert!(matches!(demo.rank_lead(persona("mara"), None).await, Err(LeadError::NotReady)));
    assert!(!demo.status().is_ready);
    demo.shut_down().await;
}
