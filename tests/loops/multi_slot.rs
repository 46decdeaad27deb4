//! Pages with several places: each slot is decided, rewarded and learned by itself.

use rankloop::{
    loops::{self, LiveLoop, LoopError, MultiSlotRankRequest, MultiSlotRanking, SlotRequest},
    terms::{Author, Configuration, EventState, LearningMode, RewardAggregation, SlotId},
};
use serde_json::json;

use super::*;

const HERO: &str = "hero";
const SIDE: &str = "side";

pub async fn multi_slot(live: &LiveLoop, is_multi_slot: bool) {
    let wanted = Configuration { is_multi_slot, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
    live.configure(change, &Author::server("test")).await.expect("applied");
}

fn page(event_id: &str, device: &str) -> MultiSlotRankRequest<'static> {
    let plain = request(Some(event_id), device);
    let mut body: serde_json::Value = serde_json::from_str(&plain.body).expect("JSON");
    body["slots"] = json!([
        {"id": HERO, "features": [{"size": "large"}], "baselineAction": "music"},
        {"id": SIDE, "features": [{"size": "small"}], "excludedActions": ["music"], "baselineAction": "sport"},
    ]);
    let slot = |id: &str, size: &str, excluded: &[&str], baseline: &str| SlotRequest {
        id: id.parse().expect("an id"),
        features: vec![object(json!({ "size": size }))],
        excluded: excluded.iter().map(|id| id.parse().expect("an id")).collect(),
        baseline: baseline.parse().expect("an id"),
    };
    MultiSlotRankRequest {
        body: body.to_string().into(),
        context: plain.context,
        actions: plain.actions,
        slots: vec![slot(HERO, "large", &[], "music"), slot(SIDE, "small", &["music"], "sport")],
        event_id: plain.event_id,
        is_deferred: false,
        came_with: None,
    }
}

async fn rank_page(live: &LiveLoop, event_id: &str, device: &str) -> MultiSlotRanking {
    let ranking = loops::rank_slots(live, page(event_id, device)).await.expect("a ranking");
    assert!(ranking.is_logged);
    ranking
}

async fn reward_slots(live: &LiveLoop, event_id: &str, rewards: &[(&str, f32)]) {
    let rewards: Vec<(SlotId, f32)> = rewards.iter().map(|(id, value)| (id.parse().expect("an id"), *value)).collect();
    loops::reward_slots(live, id(event_id), rewards).await.expect("accepted");
}

fn shown(ranking: &MultiSlotRanking) -> Vec<&str> {
    ranking.slots.iter().map(|slot| slot.reward_action_id.as_str()).collect()
}

/// In the hero place news is right; beside it sport on mobile and news elsewhere.
async fn play_pages(live: &LiveLoop, prefix: &str, n: usize) -> f32 {
    let mut earned = 0.0;
    for number in 0..n {
        let device = if number % 2 == 0 { "mobile" } else { "desktop" };
        let event_id = format!("{prefix}-{number}");
        let ranking = rank_page(live, &event_id, device).await;
        let right =
            [if device == "mobile" { "news" } else { "music" }, if device == "mobile" { "sport" } else { "news" }];
        let values: Vec<f32> =
            shown(&ranking).iter().zip(right).map(|(shown, right)| if *shown == right { 1.0 } else { 0.0 }).collect();
        earned += values.iter().sum::<f32>();
        reward_slots(live, &event_id, &[(HERO, values[0]), (SIDE, values[1])]).await;
    }
    earned / (2 * n) as f32
}

pub async fn each_slot_learns_what_is_right_there_and_no_action_comes_twice(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    multi_slot(&live, true).await;
    // It may know nearly everything after the first hundred, so these are no measure of what it learns.
    let first = play_pages(&live, "first", 100).await;
    let last = play_pages(&live, "last", 100).await;
    assert!(last > 0.8, "{first}, then {last}");
    for number in 0..100 {
        let device = if number % 2 == 0 { "mobile" } else { "desktop" };
        let ranking = rank_page(&live, &format!("first-{number}"), device).await;
        assert!(shown(&ranking)[0] != shown(&ranking)[1] && shown(&ranking)[1] != "music", "{ranking:?}");
    }
    let counted = live.counters();
    assert_eq!((counted.ranked, counted.rewarded, counted.learned), (200, 200, 200));
    assert_eq!(counted.model_version, 400);
}

pub async fn slots_are_rewarded_one_by_one_and_the_event_ends_with_the_last(database: &Database) {
    let (_loops, live, clock) = with_loop(database).await;
    multi_slot(&live, true).await;
    rank_page(&live, "one", "mobile").await;
    reward_slots(&live, "one", &[(SIDE, 1.0)]).await;
    reward_slots(&live, "one", &[(SIDE, 0.0), ("nowhere", 1.0)]).await;
    let event = live.event(&id("one")).await.expect("readable").expect("stored");
    assert_eq!((event.state, event.rewards.len()), (EventState::Rewarded, 3));
    assert_eq!(event.slots.iter().map(|slot| slot.learned_reward).collect::<Vec<_>>(), [None, Some(1.0)]);
    let counted = live.counters();
    assert_eq!((counted.duplicate_rewards, counted.orphan_rewards, counted.rewarded), (1, 1, 1));
    assert_eq!((counted.learned, counted.pending), (0, 1));

    clock.advance_us(601 * SECOND_US);
    until("the event ends", || live.counters().pending == 0).await;
    let event = live.event(&id("one")).await.expect("readable").expect("stored");
    assert_eq!((event.state, event.learned_reward), (EventState::Learned, Some(0.5)));
    assert_eq!((live.counters().learned, live.counters().expired), (1, 0));
}

pub async fn a_reward_without_a_slot_is_each_slots(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    multi_slot(&live, true).await;
    rank_page(&live, "one", "mobile").await;
    reward(&live, "one", 0.5).await;
    let event = live.event(&id("one")).await.expect("readable").expect("stored");
    assert_eq!((event.state, event.learned_reward), (EventState::Learned, Some(0.5)));
    assert!(event.slots.iter().all(|slot| slot.learned_reward == Some(0.5)));
}

pub async fn an_apprentice_shows_each_slots_baseline(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    multi_slot(&live, true).await;
    let wanted = Configuration { learning_mode: LearningMode::Apprentice, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
    live.configure(change, &Author::server("test")).await.expect("applied");
    for number in 0..100 {
        let event_id = format!("event-{number}");
        let ranking = rank_page(&live, &event_id, "mobile").await;
        assert_eq!(shown(&ranking), ["music", "sport"]);
        reward_slots(&live, &event_id, &[(HERO, 0.0), (SIDE, 0.0)]).await;
    }
    let event = live.event(&id("event-99")).await.expect("readable").expect("stored");
    for (slot, baseline) in event.slots.iter().zip(["music", "sport"]) {
        let own = slot.policy_pmf.iter().find(|(id, _)| id.as_str() == baseline).expect("the action").1;
        assert!(own > 0.6, "the policy gives the baseline of {:?} {own}", slot.slot_id);
    }
}

pub async fn a_loop_becomes_multi_slot_and_plain_again_without_losing_its_model(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    play(&live, "plain", 40).await;
    let version = live.counters().model_version;
    let refused = loops::rank_slots(&live, page("page", "mobile")).await.expect_err("not multi-slot yet");
    assert!(matches!(refused, LoopError::NotMultiSlot));

    assert_eq!(live.shown_policy().arguments.split(' ').next(), Some("--cb_explore_adf"));
    let change =
        live.policy_change(&live.shown_policy().arguments.replacen("--cb_", "--ccb_", 1)).expect("a good policy");
    assert_eq!(live.configure(change, &Author::server("test")).await.expect("applied").impact, Impact::Instant);
    rank_page(&live, "page", "mobile").await;
    rank(&live, "plain again", "mobile").await;

    multi_slot(&live, false).await;
    assert!(loops::rank_slots(&live, page("page 2", "mobile")).await.is_err());
    assert_eq!(live.counters().model_version, version);
    assert_eq!(live.shown_policy().arguments.split(' ').next(), Some("--cb_explore_adf"));
}

pub async fn a_restart_keeps_half_rewarded_pages_and_a_replay_gives_the_same_bytes(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    multi_slot(&live, true).await;
    let sum = Configuration { reward_aggregation: RewardAggregation::Sum, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(sum), ..ConfigurationChange::default() };
    live.configure(change, &Author::server("test")).await.expect("applied");
    play_pages(&live, "page", 10).await;
    rank_page(&live, "half", "mobile").await;
    reward_slots(&live, "half", &[(HERO, 0.25)]).await;
    loops.shut_down().await;

    let loops = open(database, &clock).await;
    let again = loops.get(live.id()).expect("the loop is still there");
    assert_eq!(again.counters(), live.counters());
    reward_slots(&again, "half", &[(HERO, 0.5), (SIDE, -1.0)]).await;
    clock.advance_us(601 * SECOND_US);
    until("all events end", || again.counters().pending == 0).await;
    let event = again.event(&id("half")).await.expect("readable").expect("stored");
    assert_eq!(event.slots.iter().map(|slot| slot.learned_reward).collect::<Vec<_>>(), [Some(0.75), Some(-1.0)]);
    assert_eq!(again.counters().learned, 11);
    loops.shut_down().await;

    let newest = database.store.newest_snapshot(live.id()).await.expect("readable").expect("stored at the end");
    database.store.prune_snapshots(live.id(), 0).await.expect("removed");
    let replayed = replay(&database.store, live.id()).await.expect("the log alone is enough");
    assert_eq!(replayed.to_bytes(), newest.body);
}
