//! The simulated readers, seen from the server that they call.

use std::{collections::HashSet, time::Duration};

use axum::http::StatusCode;
use rankloop::demo::{Desk, Taste, personas};
use tokio::time::{sleep, timeout};

use crate::played_server::Stage;

#[tokio::test]
async fn the_demo_makes_its_loop_defines_its_stories_and_readers_rank_and_reward() {
    let stage = Stage::open().await;
    stage.demo.set_rate(200.0);

    stage.eventually(|status, _| status.n_ranked >= 60 && status.n_rewarded >= 30 && status.n_unanswered >= 1).await;

    assert_eq!(stage.demo.loop_id().map(String::from), Some("loop1".to_owned()));
    let played = stage.played();
    assert_eq!((played.loops[0].as_str(), played.actions.len()), ("Demo news: lead story", 12));
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
    assert_eq!(stage.played().loops[0], "Demo news: lead story");
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
async fn one_reader_in_ten_is_shown_the_editors_order_and_both_are_counted() {
    let stage = Stage::open().await;
    stage.demo.set_rate(200.0);
    let demo = stage.demo.clone();

    stage
        .eventually(move |_, _| {
            let all = demo.crowd().all;
            all.learned.n >= 100 && all.editor.n >= 3
        })
        .await;

    let all = stage.demo.crowd().all;
    assert!(all.editor.n * 3 < all.learned.n, "{} of {}", all.editor.n, all.learned.n);
    assert!(all.known.random < all.known.best && all.known.best < all.learned.n as f64);
    let editor = stage.demo.loop_of(Desk::Editor).map(String::from).unwrap();
    assert!(stage.played().others.iter().any(|(id, what, _)| *id == editor && *what == "reward"));
}

#[tokio::test]
async fn some_readers_look_at_the_sections_and_at_the_newsletter() {
    let stage = Stage::open().await;
    stage.demo.set_rate(200.0);

    stage
        .eventually(|_, played| {
            let rewards = played.others.iter().filter(|(_, what, _)| *what == "reward").map(|(.., body)| body);
            let (slots, plain): (Vec<_>, Vec<_>) = rewards.partition(|body| body["reward"].is_array());
            !slots.is_empty() && !plain.is_empty() && played.others.iter().any(|(_, what, _)| *what == "slots")
        })
        .await;

    let played = stage.played();
    let of_slots = played.others.iter().find(|(_, what, body)| *what == "reward" && body["reward"].is_array()).unwrap();
    let places: Vec<_> = of_slots.2["reward"].as_array().unwrap().iter().map(|slot| &slot["slotId"]).collect();
    assert_eq!(places, ["first", "second", "third"]);
}

#[tokio::test]
async fn readers_come_all_the_same_when_the_other_loops_are_absent() {
    let stage = Stage::open().await;
    stage.played().are_others_absent = true;
    stage.demo.set_rate(200.0);

    stage.eventually(|status, _| status.n_rewarded >= 100).await;

    assert_eq!(stage.demo.status().trouble, None);
    assert_eq!(stage.demo.loop_of(Desk::Editor), None);
}

#[tokio::test]
async fn a_change_of_taste_is_marked_on_the_charts_and_told() {
    let stage = Stage::open().await;
    stage.eventually(|status, _| status.n_ranked >= 3).await;

    stage.demo.change_taste();

    stage.eventually(|_, played| !played.annotations.is_empty()).await;
    let (loop_id, text) = stage.played().annotations[0].clone();
    assert_eq!(
        (loop_id.as_str(), text.as_str()),
        ("loop1", "The simulated readers' taste changed: a tournament has started")
    );
    assert_eq!(stage.demo.crowd().story.map(|story| story.taste), Some(Taste::TournamentWeek));
}

#[tokio::test]
async fn breaking_news_is_an_action_that_comes_and_goes() {
    let stage = Stage::open().await;
    stage.eventually(|status, _| status.n_ranked >= 3).await;

    stage.demo.set_breaking(true).await.unwrap();
    assert_eq!(stage.played().actions["a-whale-in-the-harbour"]["isActive"], true);
    assert!(stage.demo.crowd().is_breaking);

    stage.demo.set_breaking(false).await.unwrap();
    assert_eq!(stage.played().actions["a-whale-in-the-harbour"]["isActive"], false);
    assert!(!stage.demo.crowd().is_breaking);
}

#[tokio::test]
async fn the_coffee_tutorial_runs_through_a_loop_that_begins_empty() {
    let stage = Stage::open().await;
    stage.eventually(|status, _| status.is_ready).await;
    stage.demo.set_paused(true);
    assert_eq!(stage.demo.loop_of(Desk::Coffee), None, "nobody has asked for it yet");

    stage.demo.start_coffee().await.unwrap();
    stage.demo.start_coffee().await.unwrap();
    let demo = stage.demo.clone();
    stage.eventually(move |_, _| demo.coffee().n_events() >= 300).await;

    assert_eq!(stage.played().n_resets, 1, "a run that is under way is not begun anew");
    // The played server offers the first of the shuffled coffees: a draw.
    let mean = stage.demo.coffee().mean().unwrap();
    assert!((0.1..0.4).contains(&mean), "{mean}");
    stage.demo.shut_down().await;
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
