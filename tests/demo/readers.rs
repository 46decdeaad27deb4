//! The simulated readers, seen from the server that they call.

use std::{collections::HashSet, time::Duration};

use axum::http::StatusCode;
use rankloop::demo::{Taste, personas};
use tokio::time::{sleep, timeout};

use crate::played_server::Stage;

#[tokio::test]
async fn the_demo_makes_its_loop_defines_its_stories_and_readers_rank_and_reward() {
    let stage = Stage::open().await;
    stage.demo.set_rate(200.0);

    stage.eventually(|status, _| status.n_ranked >= 60 && status.n_rewarded >= 30 && status.n_unanswered >= 1).await;

    assert_eq!(stage.demo.loop_id().map(String::from), Some("loop1".to_owned()));
    let played = stage.played();
    assert_eq!((played.n_loops_made, played.actions.len()), (1, 12));
    let events: HashSet<_> = played.rewards.iter().map(|(event, _)| event).collect();
    assert_eq!(events.len(), played.rewards.len(), "an event was rewarded twice");
    assert!(played.rewards.iter().all(|(_, value)| *value == 0.0 || (0.4..=1.0).contains(value)));
    assert!(played.rewards.iter().any(|(_, value)| *value == 0.0));
}

#[tokio::test]
async fn a_rank_tells_the_situation_and_nothing_that_names_a_reader() {
    let stage = Stage::open().await;

    stage.eventually(|status, _| status.n_ranked >= 5).await;

    for body in &stage.played().ranks {
        assert!(body.get("actions").is_none() && body["contextFeatures"][0]["reader"]["device"].is_string());
        let text = body.to_string();
        assert!(
            personas()
                .iter()
                .all(|persona| !text.contains(&format!("\"{}\"", persona.slug)) && !text.contains(persona.name))
        );
    }
}

#[tokio::test]
async fn paused_readers_stay_away_and_come_back() {
    let stage = Stage::open().await;
    stage.eventually(|status, _| status.n_ranked >= 3).await;

    stage.demo.set_paused(true);
    // Whoever is on the way is answered first.
    sleep(Duration::from_millis(200)).await;
    let before = stage.demo.status().n_ranked;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(stage.demo.status().n_ranked, before);

    stage.demo.set_paused(false);
    stage.eventually(move |status, _| status.n_ranked > before).await;
}

#[tokio::test]
async fn errors_keep_all_but_one_reader_away_until_the_server_answers_again() {
    let stage = Stage::open().await;
    stage.demo.set_rate(100.0);
    stage.eventually(|status, _| status.n_ranked >= 10).await;

    stage.played().refusal = Some(StatusCode::SERVICE_UNAVAILABLE);
    stage.eventually(|status, _| status.trouble.is_some()).await;
    // Readers that were already thinking send their rewards within a second.
    sleep(Duration::from_millis(1_100)).await;
    stage.played().refused.clear();
    sleep(Duration::from_secs(2)).await;
    let n_knocks = stage.played().refused.len();
    assert!((1..=3).contains(&n_knocks), "{n_knocks} calls in two seconds are no back-off");

    stage.played().refusal = None;
    let before = stage.demo.status().n_ranked;
    stage.eventually(move |status, _| status.trouble.is_none() && status.n_ranked > before + 5).await;
}

#[tokio::test]
async fn a_key_that_was_replaced_by_a_person_is_replaced_again() {
    let stage = Stage::open().await;
    stage.eventually(|status, _| status.n_ranked >= 3).await;

    // From now on the server knows only a key that the demo was never given.
    stage.played().n_keys += 1;
    let before = stage.demo.status().n_ranked;

    stage.eventually(move |status, played| played.n_keys == 3 && status.n_ranked > before + 3).await;
    assert_eq!(stage.played().n_loops_made, 1);
}

#[tokio::test]
async fn shutting_down_ends_the_readers_at_once() {
    let stage = Stage::open().await;
    stage.demo.set_rate(100.0);
    stage.eventually(|status, _| status.n_ranked >= 20).await;

    timeout(Duration::from_millis(500), stage.demo.shut_down()).await.expect("readers end at once");
    let before = stage.demo.status().n_ranked;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.demo.status().n_ranked, before);
}

#[tokio::test]
async fn taste_and_rate_change_within_their_limits() {
    let stage = Stage::open().await;
    assert_eq!(stage.demo.change_taste(), Taste::TournamentWeek);
    assert_eq!(stage.demo.change_taste(), Taste::OrdinaryWeek);

    for (asked, kept) in [(1e9, 200.0), (-3.0, 0.1), (f64::NAN, 1.0), (f64::INFINITY, 200.0)] {
        stage.demo.set_rate(asked);
        assert_eq!(stage.demo.status().rate_per_second, kept);
    }
}
