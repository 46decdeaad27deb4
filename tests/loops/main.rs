//! What a loop promises, over a real database: learned at once, nothing lost at a restart, the same state from the log.

#[path = "../store/database.rs"]
#[expect(dead_code, reason = "made for the store's own contract, which needs more of it")]
mod database;
mod evaluations;
mod key_use;
mod models;
mod multi_slot;
mod ramp;

use database::{Database, NOON_US, on_both};
use evaluations::{
    a_job_that_a_restart_cut_off_is_done_again, a_loop_keeps_its_policy_when_too_little_is_known,
    a_loop_that_optimizes_itself_takes_what_is_surely_better,
    an_evaluation_can_go_while_it_is_being_done_and_the_next_one_comes, an_evaluation_counts_every_event_of_its_days,
};
use key_use::{
    a_keys_last_use_outlives_a_restart_and_ends_with_the_key, settings_and_their_way_back_are_told_with_who_did_it,
};
use models::{
    a_change_of_many_actions_is_one_change_and_can_be_taken_back,
    a_model_is_kept_each_day_that_it_learned_on_and_the_oldest_of_many_go,
    an_exported_model_starts_another_loop_where_this_one_stands, deleted_logs_are_gone_and_what_was_learned_stays,
    going_back_to_a_kept_model_outlives_the_kept_one_and_every_process_follows,
    the_loops_own_actions_are_counted_and_the_counts_outlive_a_restart,
    what_came_to_decide_is_told_against_the_kept_model_and_kept_for_a_while,
};
use multi_slot::{
    a_loop_becomes_multi_slot_and_plain_again_without_losing_its_model,
    a_restart_keeps_half_rewarded_pages_and_a_replay_gives_the_same_bytes, a_reward_without_a_slot_is_each_slots,
    an_apprentice_shows_each_slots_baseline, each_slot_learns_what_is_right_there_and_no_action_comes_twice,
    slots_are_rewarded_one_by_one_and_the_event_ends_with_the_last,
};
use ramp::{
    a_way_of_exploration_is_stopped_where_it_is_or_finished_at_once,
    exploration_goes_its_way_by_the_clock_and_a_replay_gives_the_same_bytes,
    other_settings_leave_exploration_on_its_way_and_going_back_ends_it,
    what_a_change_would_have_meant_is_told_from_what_is_in_force,
};
use rankloop::{
    clock::{Clock, ManualClock},
    loops::{
        self, ConfigurationChange, LiveLoop, Loops, LoopsOptions, NewLoop, RankRequest, RankableAction, Ranking,
        TrustedSigners,
    },
    store::Durability,
    terms::{
        Author, Configuration, Environment, EventId, EventState, ExplorationShare, FeatureObject, Impact, LearningMode,
        RewardAggregation, RewardValue,
    },
    trainer::{Lag, replay},
};
use serde_json::json;

const SECOND_US: i64 = 1_000_000;

on_both! {
    an_evaluation_counts_every_event_of_its_days,
    a_job_that_a_restart_cut_off_is_done_again,
    an_evaluation_can_go_while_it_is_being_done_and_the_next_one_comes,
    a_loop_that_optimizes_itself_takes_what_is_surely_better,
    a_loop_keeps_its_policy_when_too_little_is_known,
    a_reward_is_learned_before_it_is_answered,
    what_earns_more_is_soon_shown_more_often,
    a_busy_loop_is_replayed_to_the_same_bytes_from_its_log_and_from_a_snapshot,
    a_restart_goes_on_where_the_log_ended_and_a_replay_gives_the_same_bytes,
    a_repeated_rank_is_answered_as_the_first_time_and_stored_once,
    an_open_event_is_decided_by_a_new_aggregation_and_told_so,
    a_change_of_the_default_reward_is_done_with_the_model_trained_anew,
    events_without_a_reward_expire_though_nothing_else_happens,
    the_exploration_share_holds_from_the_next_rank_on,
    settings_go_back_to_an_earlier_state_as_a_new_entry,
    a_deleted_loop_is_gone_with_its_keys,
    features_are_looked_at_again_after_a_restart,
    an_apprentice_answers_the_first_action_and_learns_to_do_the_same,
    each_slot_learns_what_is_right_there_and_no_action_comes_twice,
    slots_are_rewarded_one_by_one_and_the_event_ends_with_the_last,
    a_reward_without_a_slot_is_each_slots,
    an_apprentice_shows_each_slots_baseline,
    a_loop_becomes_multi_slot_and_plain_again_without_losing_its_model,
    a_restart_keeps_half_rewarded_pages_and_a_replay_gives_the_same_bytes,
    an_exported_model_starts_another_loop_where_this_one_stands,
    deleted_logs_are_gone_and_what_was_learned_stays,
    going_back_to_a_kept_model_outlives_the_kept_one_and_every_process_follows,
    a_model_is_kept_each_day_that_it_learned_on_and_the_oldest_of_many_go,
    what_came_to_decide_is_told_against_the_kept_model_and_kept_for_a_while,
    the_loops_own_actions_are_counted_and_the_counts_outlive_a_restart,
    a_change_of_many_actions_is_one_change_and_can_be_taken_back,
    processes_on_one_database_sign_with_one_key_and_take_each_others_models,
    a_keys_last_use_outlives_a_restart_and_ends_with_the_key,
    settings_and_their_way_back_are_told_with_who_did_it,
    exploration_goes_its_way_by_the_clock_and_a_replay_gives_the_same_bytes,
    other_settings_leave_exploration_on_its_way_and_going_back_ends_it,
    a_way_of_exploration_is_stopped_where_it_is_or_finished_at_once,
    what_a_change_would_have_meant_is_told_from_what_is_in_force,
}

async fn open(database: &Database, clock: &ManualClock) -> Loops {
    let options = LoopsOptions {
        durability: Durability::Commit,
        n_queued: 10_000,
        n_actions_most: 50,
        trusted_signers: TrustedSigners::default(),
        learners: Default::default(),
    };
    let store = database.opened_again().await;
    Loops::open(store, Clock::Manual(clock.clone()), options).await.expect("loops open")
}

async fn with_loop(database: &Database) -> (Loops, LiveLoop, ManualClock) {
    let clock = ManualClock::at(NOON_US);
    let loops = open(database, &clock).await;
    let new = NewLoop {
        name: "test".into(),
        environment: Environment::default(),
        configuration: Configuration::default(),
        arguments: None,
    };
    let live = loops.create(new, &Author::server("test")).await.expect("a loop").live;
    (loops, live, clock)
}

fn object(value: serde_json::Value) -> FeatureObject<'static> {
    value.as_object().expect("an object").clone().into()
}

fn request(event_id: Option<&str>, device: &str) -> RankRequest<'static> {
    let action = |id: &str, topic: &str| {
        RankableAction::new(id.parse().expect("an id"), vec![object(json!({ "topic": topic }))])
    };
    let context = json!({"device": device});
    let body = json!({
        "eventId": event_id,
        "contextFeatures": [context],
        "actions": [
            {"id": "news", "features": [{"topic": "world"}]},
            {"id": "sport", "features": [{"topic": "football"}]},
            {"id": "music", "features": [{"topic": "concerts"}]},
        ],
    });
    RankRequest {
        body: body.to_string().into(),
        context: vec![object(context)],
        actions: Some(vec![action("news", "world"), action("sport", "football"), action("music", "concerts")]),
        excluded: Vec::new(),
        event_id: event_id.map(|id| id.parse().expect("an id")),
        is_deferred: false,
        came_with: None,
        is_explained: false,
    }
}

async fn rank(live: &LiveLoop, event_id: &str, device: &str) -> Ranking {
    let ranking = loops::rank(live, request(Some(event_id), device)).await.expect("a ranking");
    assert!(ranking.is_logged);
    ranking
}

async fn reward(live: &LiveLoop, event_id: &str, value: f32) {
    loops::reward(live, id(event_id), value).await.expect("accepted");
}

fn id(text: &str) -> EventId {
    text.parse().expect("an id")
}

fn probability(ranking: &Ranking, action: &str) -> f32 {
    ranking.ranking.iter().find(|(id, _)| id.as_str() == action).expect("the action").1
}

/// Plays events in which sport is right on mobile and news elsewhere.
async fn play(live: &LiveLoop, prefix: &str, n: usize) {
    for number in 0..n {
        let (device, right) = if number % 2 == 0 { ("mobile", "sport") } else { ("desktop", "news") };
        let event_id = format!("{prefix}-{number}");
        let ranking = rank(live, &event_id, device).await;
        reward(live, &event_id, if ranking.reward_action_id.as_str() == right { 1.0 } else { 0.0 }).await;
    }
}

/// The same events, ten at a time.
async fn play_together(live: &LiveLoop, prefix: &str, n: usize) {
    for batch in 0..n / 20 {
        let one = |number: usize| async move { play(live, &format!("{prefix}-{batch}-{number}"), 2).await };
        futures::future::join_all((0..10).map(one)).await;
    }
}

/// Waits for what the trainer does by itself.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{what}: not so within ten seconds");
}

async fn a_reward_is_learned_before_it_is_answered(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    let first = rank(&live, "one", "mobile").await;
    assert!((probability(&first, "news") - 1.0 / 3.0).abs() < 1e-5, "a fresh loop draws evenly");
    reward(&live, "one", 1.0).await;
    let second = rank(&live, "two", "mobile").await;
    assert_eq!(second.model_version, first.model_version + 1);
    let event = live.event(&id("one")).await.expect("readable").expect("stored");
    assert_eq!((event.state, event.learned_reward), (EventState::Learned, Some(1.0)));
}

/// One reward may be chance, so the learner goes on drawing evenly for a few.
async fn what_earns_more_is_soon_shown_more_often(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    play(&live, "event", 40).await;
    let ranking = rank(&live, "last", "mobile").await;
    assert!(probability(&ranking, "sport") > 0.6, "{:?}", ranking.ranking);
}

/// Trees are grown ahead from some 260 events on, in the background while the log goes on.
async fn a_busy_loop_is_replayed_to_the_same_bytes_from_its_log_and_from_a_snapshot(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    play_together(&live, "before", 340).await;
    loops.shut_down().await;
    let loops = open(database, &clock).await;
    let live = loops.get(live.id()).expect("the loop is still there");
    play_together(&live, "after", 300).await;
    assert_eq!((live.counters().learned, live.lag()), (640, Lag::default()));
    loops.shut_down().await;

    let newest = database.store.newest_snapshot(live.id()).await.expect("readable").expect("stored at the end");
    database.store.prune_snapshots(live.id(), 0).await.expect("removed");
    let replayed = replay(&database.store, live.id()).await.expect("the log alone is enough");
    assert_eq!(replayed.head().seq, newest.seq);
    assert!(replayed.to_bytes() == newest.body, "live over two starts, and replayed from the first record");
}

async fn a_restart_goes_on_where_the_log_ended_and_a_replay_gives_the_same_bytes(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    play(&live, "before", 30).await;
    rank(&live, "still open", "mobile").await;
    loops.shut_down().await;
    let stored = database.store.newest_snapshot(live.id()).await.expect("readable").expect("stored at the end");

    let loops = open(database, &clock).await;
    let again = loops.get(live.id()).expect("the loop is still there");
    assert_eq!(again.counters(), live.counters());
    reward(&again, "still open", 1.0).await;
    assert_eq!(again.counters().learned, 31);
    play(&again, "after", 20).await;
    loops.shut_down().await;

    let newest = database.store.newest_snapshot(live.id()).await.expect("readable").expect("stored at the end");
    assert!(newest.seq > stored.seq);
    database.store.prune_snapshots(live.id(), 0).await.expect("removed");
    let replayed = replay(&database.store, live.id()).await.expect("the log alone is enough");
    assert_eq!(replayed.head().seq, newest.seq);
    assert_eq!(replayed.to_bytes(), newest.body);
}

async fn a_repeated_rank_is_answered_as_the_first_time_and_stored_once(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    let first = rank(&live, "one", "mobile").await;
    play(&live, "other", 20).await;
    let repeated = rank(&live, "one", "mobile").await;
    assert_eq!((repeated.ranking, repeated.reward_action_id), (first.ranking, first.reward_action_id));
    let other_body = loops::rank(&live, request(Some("one"), "desktop")).await.expect("answered");
    assert!(!other_body.is_logged);
    let counted = live.counters();
    assert_eq!((counted.ranked, counted.conflicting_ranks), (21, 1));
}

async fn a_change_of_the_default_reward_is_done_with_the_model_trained_anew(database: &Database) {
    let (_loops, live, clock) = with_loop(database).await;
    play(&live, "event", 40).await;
    rank(&live, "unrewarded", "mobile").await;
    clock.advance_us(601 * SECOND_US);
    until("the event expires", || live.counters().expired == 1).await;
    let before = live.counters().model_version;
    let default_reward = RewardValue::try_from(-1.0).expect("a reward");
    let wanted = Configuration { default_reward, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
    assert_eq!(live.preview(&change).expect("a good change").impact, Impact::Relearn);
    live.configure(change, &Author::server("test")).await.expect("applied");
    // The training of a few events is waited for: who exports the model next has the new one.
    assert_eq!((live.relearning(), live.counters().model_version), (None, before + 1));
}

async fn an_open_event_is_decided_by_a_new_aggregation_and_told_so(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    let aggregate = |reward_aggregation| {
        let wanted = Configuration { reward_aggregation, ..(*live.configuration()).clone() };
        ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() }
    };
    live.configure(aggregate(RewardAggregation::Sum), &Author::server("test")).await.expect("applied");
    rank(&live, "one", "mobile").await;
    reward(&live, "one", 0.5).await;
    reward(&live, "one", 0.25).await;
    assert_eq!(live.event(&id("one")).await.expect("readable").expect("stored").state, EventState::Rewarded);
    live.configure(aggregate(RewardAggregation::Earliest), &Author::server("test")).await.expect("applied");
    let event = live.event(&id("one")).await.expect("readable").expect("stored");
    assert_eq!((event.state, event.learned_reward), (EventState::Learned, Some(0.5)));
    assert_eq!(live.counters().learned, 1);
}

async fn events_without_a_reward_expire_though_nothing_else_happens(database: &Database) {
    let (_loops, live, clock) = with_loop(database).await;
    rank(&live, "one", "mobile").await;
    clock.advance_us(599 * SECOND_US);
    assert_eq!(live.event(&id("one")).await.expect("readable").expect("stored").state, EventState::Pending);
    clock.advance_us(2 * SECOND_US);
    until("the event expires", || live.counters().expired == 1).await;
    let event = live.event(&id("one")).await.expect("readable").expect("stored");
    assert_eq!((event.state, event.learned_reward), (EventState::Expired, Some(0.0)));
    reward(&live, "one", 1.0).await;
    let counted = live.counters();
    assert_eq!((counted.late_rewards, counted.orphan_rewards), (1, 0));
    reward(&live, "never ranked", 1.0).await;
    assert_eq!(live.counters().orphan_rewards, 1);
}

async fn the_exploration_share_holds_from_the_next_rank_on(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    play(&live, "event", 60).await;
    let exploration_percentage = ExplorationShare::try_from(0.0).expect("a share");
    let wanted = Configuration { exploration_percentage, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
    assert_eq!(live.configure(change, &Author::server("test")).await.expect("applied").impact, Impact::Instant);
    let greedy = rank(&live, "greedy", "mobile").await;
    assert_eq!(probability(&greedy, greedy.reward_action_id.as_str()), 1.0);
}

async fn settings_go_back_to_an_earlier_state_as_a_new_entry(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    let wanted = Configuration { learning_mode: LearningMode::Frozen, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
    live.configure(change, &Author::server("ada")).await.expect("applied");
    let history = live.history().await.expect("readable");
    assert_eq!((history.len(), history[0].by.as_str()), (2, "ada"));
    assert_eq!(history[0].changes[0].field, "learningMode");
    let first = &history[1];
    let back = ConfigurationChange {
        configuration: Some(first.configuration.clone()),
        arguments: Some(first.arguments.clone()),
        restores_seq: Some(first.seq),
        ..ConfigurationChange::default()
    };
    live.configure(back, &Author::server("ada")).await.expect("applied");
    assert_eq!(live.configuration().learning_mode, LearningMode::Online);
    assert_eq!(live.history().await.expect("readable")[0].restores_seq, Some(first.seq));
}

async fn a_deleted_loop_is_gone_with_its_keys(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    let new = NewLoop {
        name: "second".into(),
        environment: Environment::default(),
        configuration: Configuration::default(),
        arguments: None,
    };
    let second = loops.create(new, &Author::server("test")).await.expect("a loop");
    assert!(loops.by_key(&second.keys[1]).is_some());
    rank(&second.live, "one", "mobile").await;
    loops.delete(second.live.id(), &Author::server("test")).await.expect("deleted");
    assert!(loops.by_key(&second.keys[1]).is_none() && loops.get(second.live.id()).is_none());
    loops.shut_down().await;
    let ids: Vec<_> = open(database, &clock).await.list().iter().map(|live| live.id().clone()).collect();
    assert_eq!(ids, [live.id().clone()]);
}

async fn an_apprentice_answers_the_first_action_and_learns_to_do_the_same(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    let wanted = Configuration { learning_mode: LearningMode::Apprentice, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
    live.configure(change, &Author::server("test")).await.expect("applied");
    for number in 0..200 {
        let event_id = format!("event-{number}");
        let ranking = rank(&live, &event_id, if number % 2 == 0 { "mobile" } else { "desktop" }).await;
        assert_eq!(ranking.reward_action_id.as_str(), "news");
        assert_eq!(probability(&ranking, "news"), 1.0);
        reward(&live, &event_id, 0.5).await;
    }
    let event = live.event(&id("event-199")).await.expect("readable").expect("stored");
    let imitated = event.first().policy_pmf.iter().find(|(id, _)| id.as_str() == "news").expect("the action").1;
    assert!(imitated > 0.6, "the policy gives the caller's choice {imitated}");
    assert_eq!(live.imitation().n_events, 200);
}

async fn processes_on_one_database_sign_with_one_key_and_take_each_others_models(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    let other = open(database, &clock).await;
    let (one, two) = tokio::join!(loops.signing_key(), other.signing_key());
    assert_eq!(one.expect("a key").row(), two.expect("a key").row());
    let archive = live.pack_model(b"a model").await.expect("signed");
    let there = other.get(live.id()).expect("the same loop");
    assert_eq!(there.pack_model(b"a model").await.expect("signed"), archive);
    assert_eq!(there.unpack_model(&archive).await.expect("trusted"), b"a model");
    let third = open(database, &clock).await;
    assert_eq!(third.get(live.id()).expect("the loop").unpack_model(&archive).await.expect("trusted"), b"a model");
}

async fn features_are_looked_at_again_after_a_restart(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    for n in 0..60 {
        rank(&live, &format!("e{n}"), &format!("device-{n}")).await;
    }
    let before = live.feature_findings().await.expect("the findings");
    assert_eq!(before.findings.iter().map(|finding| finding.key.as_str()).collect::<Vec<_>>(), ["device"]);
    loops.shut_down().await;

    let loops = open(database, &clock).await;
    let live = loops.get(live.id()).expect("the loop");
    rank(&live, "later", "phone").await;
    // A Rank does not wait until it is folded, and must be counted once whether it was or not.
    live.feature_findings().await.expect("the findings");
    until("the later event is counted", || live.counters().ranked == 61).await;
    let after = live.feature_findings().await.expect("the findings");
    assert_eq!((after.n_events, after.since_us), (61, before.since_us));
    assert_eq!(after.findings[0].kind, before.findings[0].kind);
    loops.shut_down().await;
}
