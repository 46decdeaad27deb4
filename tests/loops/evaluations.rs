//! Evaluations as jobs: done in the background, also after a restart, never for somebody who went away; and those that
//! a loop asks for by itself.

use std::time::Duration;

use rankloop::{
    loops::{CustomPolicy, Evaluation, EvaluationStatus, EvaluationToMake, LiveLoop, NewLoop},
    terms::{Author, AutoOptimization, Configuration, Environment, ExplorationShare, IsoDuration},
};

use super::{Database, NOON_US, SECOND_US, open, rank, reward, with_loop};
use rankloop::clock::ManualClock;

const DAY_US: i64 = 86_400 * SECOND_US;
/// Knows the actions apart and never learns: its steps have no length.
const DULL: &str = "--cb_explore_adf --epsilon 0.4 --cb_type mtr -l 0 --power_t 0";

fn asked(id: &str, n_policies: usize) -> EvaluationToMake {
    let policy = |n| CustomPolicy { name: format!("mine {n}"), arguments: format!("--cb_explore_adf -l 0.{}", n + 1) };
    EvaluationToMake {
        id: Some(id.to_owned()),
        name: "a question".to_owned(),
        start_us: NOON_US,
        end_us: NOON_US,
        policies: (0..n_policies).map(policy).collect(),
        is_optimizing: n_policies > 1,
        segment_by: Some("device".to_owned()),
    }
}

/// Events in which the device says what is right.
async fn play(live: &LiveLoop, n_events: usize) {
    for n in 0..n_events {
        let (device, right) = [("mobile", "news"), ("desktop", "music")][n % 2];
        let event_id = format!("e{n}");
        let chosen = rank(live, &event_id, device).await.reward_action_id;
        reward(live, &event_id, if chosen.as_str() == right { 1.0 } else { 0.0 }).await;
    }
}

async fn ended(live: &LiveLoop, id: &str) -> Evaluation {
    until(async || {
        let evaluation = live.evaluation(id).await.expect("an evaluation");
        (evaluation.status != EvaluationStatus::Running).then_some(evaluation)
    })
    .await
}

async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing came of it within a minute");
}

pub async fn an_evaluation_counts_every_event_of_its_days(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    play(&live, 12).await;
    live.make_evaluation(asked("first", 1), &Author::server("test")).await.expect("made");
    let evaluation = ended(&live, "first").await;
    assert_eq!(evaluation.status, EvaluationStatus::Succeeded);
    let policies = evaluation.summary.expect("a summary").policies;
    let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["mine 0", "online", "baseline1", "baselineRand"]);
    assert!(policies.iter().all(|policy| policy.totals.ips.n_events == 12.0));
}

pub async fn a_job_that_a_restart_cut_off_is_done_again(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    play(&live, 6).await;
    live.make_evaluation(asked("cut off", 1), &Author::server("test")).await.expect("made");
    ended(&live, "cut off").await;
    loops.shut_down().await;
    // What the table looks like when the process ends in the middle of it.
    const UNDONE: &str = "update job set status = 'waiting', summary = null, result = null";
    database.meddle(UNDONE, UNDONE).await;
    let loops = open(database, &clock).await;
    let live = loops.get(live.id()).expect("the loop");
    let evaluation = ended(&live, "cut off").await;
    assert_eq!(evaluation.summary.expect("a summary").policies[1].totals.ips.n_events, 6.0);
    loops.shut_down().await;
}

pub async fn an_evaluation_can_go_while_it_is_being_done_and_the_next_one_comes(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    play(&live, 250).await;
    live.make_evaluation(asked("long", 10), &Author::server("test")).await.expect("made");
    live.make_evaluation(asked("short", 0), &Author::server("test")).await.expect("made");
    let is_begun = async || live.evaluation("long").await.expect("there").share_done;
    until(is_begun).await;
    live.delete_evaluation("long", &Author::server("test")).await.expect("removed");
    assert!(live.evaluation("long").await.is_err());
    assert_eq!(ended(&live, "short").await.status, EvaluationStatus::Succeeded);
    assert_eq!(live.evaluations().await.expect("listed").len(), 1);
}

async fn dull_loop_that_optimizes(
    database: &Database,
    n_events: usize,
) -> (rankloop::loops::Loops, LiveLoop, ManualClock) {
    let clock = ManualClock::at(NOON_US);
    let loops = open(database, &clock).await;
    let configuration = Configuration {
        exploration_percentage: ExplorationShare::try_from(0.4).expect("a share"),
        auto_optimization: AutoOptimization {
            is_enabled: true,
            frequency: IsoDuration::from_secs(86_400),
            start_us: None,
        },
        ..Configuration::default()
    };
    let new = NewLoop {
        name: "dull".into(),
        environment: Environment::default(),
        configuration,
        arguments: Some(DULL.into()),
    };
    let live = loops.create(new, &Author::server("test")).await.expect("a loop").live;
    play(&live, n_events).await;
    (loops, live, clock)
}

async fn automatic(live: &LiveLoop, n: usize) -> Evaluation {
    until(async || {
        let all = live.evaluations().await.expect("listed");
        let newest = all.into_iter().next()?;
        let n_now = live.evaluations().await.expect("listed").len();
        (n_now == n && newest.is_auto && newest.status != EvaluationStatus::Running).then_some(newest)
    })
    .await
}

pub async fn a_loop_that_optimizes_itself_takes_what_is_surely_better(database: &Database) {
    let (_loops, live, clock) = dull_loop_that_optimizes(database, 300).await;
    assert_eq!(live.evaluations().await.expect("listed").len(), 0, "it was not due yet");
    clock.advance_us(DAY_US);
    let evaluation = automatic(&live, 1).await;
    assert_eq!(evaluation.status, EvaluationStatus::OptimalPolicyApplied);
    let summary = evaluation.summary.expect("a summary");
    let optimal = summary.policies.iter().find(|policy| policy.name == summary.optimal_policy).expect("its row");
    assert_ne!(live.arguments().as_deref(), Some(DULL));
    assert_eq!(Some(live.shown_policy().arguments), optimal.arguments);
    let history = live.history().await.expect("a history");
    assert_eq!(history[0].by, "automatic optimisation");
}

pub async fn a_loop_keeps_its_policy_when_too_little_is_known(database: &Database) {
    let (_loops, live, clock) = dull_loop_that_optimizes(database, 20).await;
    clock.advance_us(DAY_US);
    assert_eq!(automatic(&live, 1).await.status, EvaluationStatus::OnlinePolicyRetained);
    assert_eq!(live.arguments().as_deref(), Some(DULL));
    clock.advance_us(DAY_US / 2);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(live.evaluations().await.expect("listed").len(), 1, "the next is due after a whole day");
    clock.advance_us(DAY_US / 2);
    assert_eq!(automatic(&live, 2).await.status, EvaluationStatus::OnlinePolicyRetained);
}
