//! What a visitor of the news site may ask for and answer.

use rankloop::{
    demo::{Choice, LeadError, persona},
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

    let lead = stage.demo.rank_lead(persona("mara")).await.unwrap();

    assert_eq!((lead.stories.len(), lead.choice, lead.model_version), (12, Choice::NothingLearned, Some(7)));
    assert_eq!(lead.stories[0].reasons[0].score, 0.25);
    assert_eq!(stage.demo.chosen_in(&lead.event_id), Some(lead.chosen));
}

#[tokio::test]
async fn an_event_takes_one_reward_and_only_from_whoever_was_given_it() {
    let stage = quiet_stage().await;
    let lead = stage.demo.rank_lead(persona("mara")).await.unwrap();
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
async fn before_the_server_answers_a_visitor_is_told_so() {
    let options = rankloop::demo::DemoOptions { base_url: "http://127.0.0.1:9".to_owned(), token: String::new() };
    let demo = rankloop::demo::Demo::start(options);

    assert!(matches!(demo.rank_lead(persona("mara")).await, Err(LeadError::NotReady)));
    assert!(!demo.status().is_ready);
    demo.shut_down().await;
}
