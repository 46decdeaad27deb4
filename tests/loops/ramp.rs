//! Exploration on its way from one share to another.

use rankloop::{
    loops::{AnnotationKind, LoopError, Preview, RampStep},
    terms::{IsoDuration, RampTime},
};

use super::*;

const HOUR_US: i64 = 3_600 * SECOND_US;

fn share(value: f32) -> ExplorationShare {
    ExplorationShare::try_from(value).expect("a share")
}

fn over(hours: u64) -> RampStep {
    RampStep::Over(RampTime::try_from(IsoDuration::from_secs(hours * 3_600)).expect("a good time"))
}

async fn explore(live: &LiveLoop, value: f32, ramp: RampStep) -> Preview {
    let configuration = Configuration { exploration_percentage: share(value), ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(configuration), ramp, ..ConfigurationChange::default() };
    live.configure(change, &Author::server("ada")).await.expect("applied")
}

fn told(preview: &Preview) -> Vec<String> {
    preview.changes.iter().map(|change| format!("{} → {}", change.before, change.after)).collect()
}

/// A loop that learns by plain ε-greedy, so that its probabilities say what ε is, and exploration 20 % → 5 % in a day.
async fn on_the_way(database: &Database) -> (Loops, LiveLoop, ManualClock) {
    let (loops, live, clock) = with_loop(database).await;
    let arguments = Some(Some("--cb_explore_adf --epsilon 0.2 --cb_type mtr -l 0.5".to_owned()));
    let change = ConfigurationChange { arguments, ..ConfigurationChange::default() };
    live.configure(change, &Author::server("ada")).await.expect("applied");
    until("the new learner ranks", || live.relearning().is_none() && !live.explores_at_most()).await;
    play(&live, "before", 40).await;
    assert_eq!(told(&explore(&live, 0.05, over(24)).await), ["20 % → 5 % over 24 hours"]);
    (loops, live, clock)
}

/// The ε of an answer: each of the two other actions has a third of it.
async fn epsilon(live: &LiveLoop, event_id: &str) -> f32 {
    let least = rank(live, event_id, "mobile").await.ranking.iter().map(|(_, p)| *p).fold(1.0, f32::min);
    (least * 3.0 * 1e4).round() / 1e4
}

pub async fn exploration_goes_its_way_by_the_clock_and_a_replay_gives_the_same_bytes(database: &Database) {
    let (loops, live, clock) = on_the_way(database).await;
    assert_eq!(epsilon(&live, "at the beginning").await, 0.2);
    clock.advance_us(8 * HOUR_US);
    assert_eq!((epsilon(&live, "after a third").await, live.exploration_now()), (0.15, share(0.15)));
    assert!(live.shown_policy().arguments.contains("--epsilon 0.15 "), "{}", live.shown_policy().arguments);
    play(&live, "on the way", 20).await;
    loops.shut_down().await;

    clock.advance_us(4 * HOUR_US);
    let loops = open(database, &clock).await;
    let live = loops.get(live.id()).expect("the loop is still there");
    assert_eq!(epsilon(&live, "after a restart").await, 0.125);
    play(&live, "after a restart", 20).await;
    loops.shut_down().await;
    let newest = database.store.newest_snapshot(live.id()).await.expect("readable").expect("stored at the end");
    database.store.prune_snapshots(live.id(), 0).await.expect("removed");

    // Long after its end: what was decided on the way is in the log, and nothing of it depends on today's clock.
    clock.advance_us(100 * HOUR_US);
    let replayed = replay(&database.store, live.id()).await.expect("the log alone is enough");
    assert_eq!(replayed.to_bytes(), newest.body);
    let live = open(database, &clock).await.get(live.id()).expect("the loop is still there");
    assert_eq!(epsilon(&live, "at the end").await, 0.05);
    let known: Vec<_> = live.annotations(i64::MIN, i64::MAX).await.expect("readable");
    let end = known.iter().find(|one| one.at_us == NOON_US + 24 * HOUR_US).expect("the charts mark its end");
    assert_eq!((end.kind, &end.by, end.changes[0].after.as_str()), (AnnotationKind::Settings, &None, "5 %"));
    assert_eq!(known.iter().filter(|one| one.by.is_none() && one.kind == AnnotationKind::Settings).count(), 1);
}

pub async fn other_settings_leave_exploration_on_its_way_and_going_back_ends_it(database: &Database) {
    let (_loops, live, clock) = on_the_way(database).await;
    clock.advance_us(8 * HOUR_US);
    assert_eq!(told(&explore(&live, 0.05, over(24)).await), [""; 0], "the same once more");
    let wanted = Configuration { learning_mode: LearningMode::Frozen, ..(*live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
    let preview = live.configure(change, &Author::server("ada")).await.expect("applied");
    assert_eq!(told(&preview), ["Online → Frozen"]);
    clock.advance_us(4 * HOUR_US);
    assert_eq!(live.exploration_now(), share(0.125));

    let first = live.history().await.expect("readable").pop().expect("it was made");
    let back = ConfigurationChange {
        configuration: Some(first.configuration),
        restores_seq: Some(first.seq),
        ..ConfigurationChange::default()
    };
    let preview = live.configure(back, &Author::server("ada")).await.expect("applied");
    assert_eq!(told(&preview), ["5 % over 24 hours → 20 %", "Frozen → Online"]);
    clock.advance_us(100 * HOUR_US);
    assert_eq!((live.exploration_now(), live.configuration().exploration_ramp), (share(0.2), None));
    let marked = live.annotations(i64::MIN, i64::MAX).await.expect("readable");
    assert!(marked.iter().all(|one| one.by.is_some() || one.kind != AnnotationKind::Settings), "it never arrived");
}

pub async fn a_way_of_exploration_is_stopped_where_it_is_or_finished_at_once(database: &Database) {
    let (_loops, live, clock) = on_the_way(database).await;
    let ada = Author::server("ada");
    clock.advance_us(12 * HOUR_US);
    assert_eq!(told(&live.stop_ramp(&ada).await.expect("stopped")), ["5 % over 24 hours → 12.5 %"]);
    clock.advance_us(HOUR_US);
    assert_eq!(epsilon(&live, "stopped").await, 0.125);
    assert!(matches!(live.stop_ramp(&ada).await, Err(LoopError::NoRamp)));
    assert!(matches!(live.finish_ramp(&ada).await, Err(LoopError::NoRamp)));

    explore(&live, 0.2, over(1)).await;
    clock.advance_us(HOUR_US / 2);
    assert_eq!(live.exploration_now(), share(0.1625));
    assert_eq!(told(&live.finish_ramp(&ada).await.expect("finished")), ["20 % over 1 hour → 20 %"]);
    assert_eq!(live.exploration_now(), share(0.2));

    explore(&live, 0.1, over(1)).await;
    assert_eq!(told(&explore(&live, 0.3, RampStep::GoOn).await), ["10 % over 1 hour → 30 %"], "another share ends it");
    explore(&live, 0.1, over(1)).await;
    clock.advance_us(2 * HOUR_US);
    assert!(matches!(live.finish_ramp(&ada).await, Err(LoopError::NoRamp)), "it is there");
    assert_eq!(told(&explore(&live, 0.4, RampStep::GoOn).await), ["10 % → 40 %"]);
    let history = live.history().await.expect("readable");
    assert_eq!(history[0].changes[0].before, "10 %", "the history tells what was in force");
}

pub async fn what_a_change_would_have_meant_is_told_from_what_is_in_force(database: &Database) {
    let (_loops, live, clock) = on_the_way(database).await;
    clock.advance_us(12 * HOUR_US);
    let shares = |wanted: Configuration| {
        let live = &live;
        async move {
            let change = ConfigurationChange { configuration: Some(wanted), ..ConfigurationChange::default() };
            live.consequence(&change).await.expect("judged").exploring.share
        }
    };
    let settings = (*live.configuration()).clone();
    let other = Configuration { exploration_percentage: share(0.3), ..settings.clone() };
    assert_eq!(shares(other).await, [share(0.125), share(0.3)]);
    let frozen = Configuration { learning_mode: LearningMode::Frozen, ..settings };
    assert_eq!(shares(frozen).await, [share(0.125), share(0.125)], "a ramp that goes on is no difference");
}
