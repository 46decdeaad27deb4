//! What a trial says is right on average, says how sure it is, and is asked at the right moment.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::{
    bandit::{ActionInput, JsonObject, Outcome, slot_example},
    log::{Activated, LogsDeleted, RankedAnswer, RankedSlot, Rewarded, SlotReward, SlotsRewarded},
    terms::{ActionId, LearningMode, RewardAggregation},
};

const SECOND_US: i64 = 1_000_000;
const WAIT_US: i64 = 600 * SECOND_US;
const SPAN_US: std::ops::Range<i64> = 1_000 * SECOND_US..2_000_000 * SECOND_US;
const RULES: EventRules =
    EventRules { aggregation: RewardAggregation::Earliest, default_reward: 0.0, mode: LearningMode::Online };
const IDS: [&str; 3] = ["a", "b", "c"];
/// What the policy that wrote the log did, whatever the context.
const LOGGED: [f32; 3] = [0.5, 0.3, 0.2];
const LEARNER: &str = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -l 0.5 --power_t 0.5 -q ::";

/// Writes a log and applies it as it goes.
struct Scribe {
    trial: Trial,
    seq: i64,
    now_us: i64,
}

impl Scribe {
    fn new(contestants: Vec<Contestant>) -> Self {
        Self { trial: Trial::new(SPAN_US, RULES, contestants), seq: 0, now_us: SPAN_US.start }
    }

    fn write(&mut self, fact: Fact) {
        self.seq += 1;
        self.trial.apply(&Record { seq: self.seq, at_us: self.now_us, fact });
    }

    fn rank(&mut self, name: &str, weather: &str, chosen_idx: usize) {
        self.rank_in(name, weather, chosen_idx, LearningMode::Online, false);
    }

    fn rank_in(&mut self, name: &str, weather: &str, chosen_idx: usize, mode: LearningMode, is_deferred: bool) {
        self.ranked(name, weather, mode, is_deferred, vec![slot(None, chosen_idx)]);
    }

    fn ranked(&mut self, name: &str, weather: &str, mode: LearningMode, is_deferred: bool, slots: Vec<RankedSlot>) {
        let request =
            json!({"contextFeatures": [context(weather)], "actions": IDS.map(|id| json!({"id": id, "features": []}))});
        self.write(Fact::Ranked(Arc::new(Ranked {
            event_id: name.parse().expect("an id"),
            came_with: None,
            request: request.to_string().into(),
            loop_actions: None,
            slots,
            mode,
            is_deferred,
            reward_wait_us: WAIT_US,
            model_version: 0,
            policy_version: 1,
            seed: 0,
        })));
    }

    fn reward(&mut self, name: &str, value: f32) {
        let event_id = name.parse().expect("an id");
        self.write(Fact::Rewarded(Rewarded { event_id, value, missed_deadline_us: None }));
    }
}

fn slot(slot_id: Option<&str>, chosen_idx: usize) -> RankedSlot {
    let ids = IDS.map(|id| id.parse::<ActionId>().expect("an id"));
    RankedSlot {
        slot_id: slot_id.map(|id| id.parse().expect("an id")),
        answer: RankedAnswer {
            ranking: ids.iter().cloned().zip(LOGGED).collect(),
            chosen_idx,
            reward_action_id: ids[chosen_idx].clone(),
        },
        baseline_idx: 0,
        policy_choice_idx: chosen_idx,
        policy_pmf: LOGGED.to_vec(),
        excluded_idx: Vec::new(),
    }
}

fn context(weather: &str) -> JsonObject {
    serde_json::from_value(json!({"weather": weather})).expect("an object")
}

fn learner() -> Contestant {
    let settings = LearningSettings::parse(Some(LEARNER)).expect("good arguments");
    Contestant::learner(settings, ExplorationShare::try_from(0.2).expect("a share"))
}

fn counted(verdicts: &Verdicts) -> Vec<(f64, f64)> {
    verdicts.totals.iter().map(|totals| (totals.ips.n_events, totals.ips.weighted_reward)).collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

/// The chance of a reward of one.
fn chance(weather: &str, action_idx: usize) -> f64 {
    match (weather, action_idx) {
        ("sunny", 1) => 0.8,
        ("rainy", 2) => 0.7,
        (_, 0) => 0.4,
        _ => 0.1,
    }
}

/// A seeded generator of its own (SplitMix64): nothing else may decide what a test sees.
struct Dice(u64);

impl Dice {
    /// A number in [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One world: the estimates of all contestants, and what they would have earned on average on its events.
fn simulate(world: usize) -> (TrialResult, [f64; 3]) {
    const N_EVENTS: usize = 300;
    let mut scribe = Scribe::new(vec![Contestant::Baseline, Contestant::Random, learner()]);
    // The same learner beside it, so that the truth about it is known.
    let mut twin = Policy::new(LearningSettings::parse(Some(LEARNER)).expect("good arguments"));
    let share = ExplorationShare::try_from(0.2).expect("a share");
    let mut truth = [0.0; 3];
    let mut dice = Dice((world as u64).wrapping_mul(0x5851_f42d_4c95_7f2d));
    for n in 0..N_EVENTS {
        let name = format!("{world}-{n}");
        let weather = if dice.unit() < 0.5 { "sunny" } else { "rainy" };
        let drawn = dice.unit();
        let chosen_idx = if drawn < 0.5 {
            0
        } else if drawn < 0.8 {
            1
        } else {
            2
        };
        let reward = if dice.unit() < chance(weather, chosen_idx) { 1.0 } else { 0.0 };
        let inputs = IDS.map(|id| ActionInput { id, features: &[] });
        let example = slot_example(&[context(weather)], None, &[], &inputs).expect("good features");
        let pmf = twin.pmf(&example, &[true; 3], share);
        let expected = |pmf: &[f32]| -> f64 { (0..3).map(|a| f64::from(pmf[a]) * chance(weather, a)).sum() };
        truth[0] += chance(weather, 0);
        truth[1] += expected(&[1.0 / 3.0; 3]);
        truth[2] += expected(pmf.as_slice());
        scribe.now_us += SECOND_US;
        scribe.rank(&name, weather, chosen_idx);
        scribe.reward(&name, reward);
        let probability = LOGGED[chosen_idx];
        twin.learn(
            &example,
            &[true; 3],
            Outcome { action_idx: chosen_idx, probability, reward, explored: 0.5, at_us: 0 },
        );
    }
    (scribe.trial.finish(), truth.map(|sum| sum / N_EVENTS as f64))
}

#[test]
fn estimates_are_right_on_average_and_their_intervals_hold_the_truth() {
    const N_WORLDS: usize = 60;
    let worlds: Vec<_> = (0..N_WORLDS).map(simulate).collect();
    for (policy_idx, policy) in ["baseline", "random", "learner"].into_iter().enumerate() {
        let misses = |value: &dyn Fn(&Totals) -> f64| -> Vec<f64> {
            worlds.iter().map(|(found, truth)| value(&found.overall.totals[policy_idx]) - truth[policy_idx]).collect()
        };
        for (estimator, misses) in [
            ("ips", misses(&|totals| totals.ips.value())),
            ("doubly robust", misses(&|totals| totals.doubly_robust.value())),
        ] {
            let mean = misses.iter().sum::<f64>() / N_WORLDS as f64;
            let spread = (misses.iter().map(|miss| (miss - mean).powi(2)).sum::<f64>() / N_WORLDS as f64).sqrt();
            // Three standard errors of the mean over the worlds.
            let allowed = 3.0 * spread / (N_WORLDS as f64).sqrt();
            assert!(mean.abs() < allowed, "{policy} by {estimator} is off by {mean} where {allowed} is allowed");
        }
        let holds = |(found, truth): &&(TrialResult, [f64; 3])| {
            let interval = found.overall.totals[policy_idx].ips.interval();
            interval.low <= truth[policy_idx] && truth[policy_idx] <= interval.high
        };
        let n_held = worlds.iter().filter(holds).count();
        assert!(n_held >= N_WORLDS * 17 / 20, "{policy}: only {n_held} of {N_WORLDS} intervals hold the truth");
    }
}

#[test]
fn a_learner_that_learns_is_told_from_one_that_does_not() {
    let (found, truth) = simulate(7);
    let [_, random, learner] = [0, 1, 2].map(|policy_idx| found.overall.totals[policy_idx].doubly_robust.value());
    assert!(truth[2] > truth[1] + 0.1, "the world teaches nothing: {truth:?}");
    assert!(learner > random + 0.05, "{learner} is not above {random}");
}

#[test]
fn a_policy_is_asked_at_the_rank_and_not_when_the_reward_comes() {
    let mut scribe = Scribe::new(vec![learner()]);
    scribe.rank("first", "sunny", 1);
    scribe.rank("second", "sunny", 1);
    scribe.reward("first", 1.0);
    scribe.reward("second", 1.0);
    scribe.rank("third", "sunny", 1);
    scribe.reward("third", 1.0);
    let weight = scribe.trial.finish().overall.totals[0].ips.weight;
    let (untaught, taught) = (1.0 / 3.0 / 0.3, (0.8 + 0.2 / 3.0) / 0.3);
    assert!(close(weight, 2.0 * untaught + taught), "{weight}");
}

#[test]
fn what_was_not_drawn_tells_of_the_baseline_alone() {
    let contestants = vec![Contestant::Logged, Contestant::Baseline, Contestant::Random, learner()];
    let mut scribe = Scribe::new(contestants);
    scribe.rank_in("apprentice", "sunny", 0, LearningMode::Apprentice, false);
    scribe.reward("apprentice", 1.0);
    let found = scribe.trial.finish();
    assert_eq!(counted(&found.overall), [(1.0, 1.0), (1.0, 1.0), (0.0, 0.0), (0.0, 0.0)]);
    assert!(found.overall.drawn.is_empty());
}

#[test]
fn an_open_event_counts_with_the_default_reward_and_a_deferred_one_once_it_is_activated() {
    let mut scribe = Scribe::new(vec![Contestant::Logged]);
    scribe.rank("open", "sunny", 0);
    scribe.rank_in("never shown", "sunny", 0, LearningMode::Online, true);
    scribe.rank_in("shown", "sunny", 0, LearningMode::Online, true);
    scribe.write(Fact::Activated(Activated { event_id: "shown".parse().expect("an id") }));
    let found = scribe.trial.finish();
    assert_eq!(counted(&found.overall), [(2.0, 0.0)]);
}

#[test]
fn the_span_is_about_ranks_and_a_reward_may_come_after_it() {
    let mut scribe = Scribe::new(vec![Contestant::Logged]);
    scribe.now_us = SPAN_US.start - SECOND_US;
    scribe.rank("before", "sunny", 0);
    scribe.now_us = SPAN_US.end - SECOND_US;
    scribe.rank("last", "sunny", 0);
    scribe.now_us = SPAN_US.end + SECOND_US;
    scribe.rank("after", "sunny", 0);
    assert!(!scribe.trial.is_over(scribe.now_us));
    for name in ["before", "last", "after"] {
        scribe.reward(name, 1.0);
    }
    assert!(scribe.trial.is_over(scribe.now_us));
    assert_eq!(counted(&scribe.trial.finish().overall), [(1.0, 1.0)]);
}

#[test]
fn deleted_events_were_never_there() {
    let mut scribe = Scribe::new(vec![Contestant::Logged, learner()]);
    scribe.rank("deleted", "sunny", 1);
    scribe.reward("deleted", 1.0);
    scribe.write(Fact::LogsDeleted(LogsDeleted { by: "test".to_owned() }));
    scribe.rank("kept", "sunny", 1);
    scribe.reward("kept", 0.5);
    let found = scribe.trial.finish();
    assert_eq!(found.overall.totals[0].ips.n_events, 1.0);
    assert!(close(found.overall.totals[1].ips.weight, 1.0 / 3.0 / 0.3), "the learner had to forget too");
}

#[test]
fn every_slot_is_judged_for_itself_and_all_together() {
    let mut scribe = Scribe::new(vec![Contestant::Logged, Contestant::Baseline]);
    let slots = vec![slot(Some("hero"), 0), slot(Some("side"), 1)];
    scribe.ranked("page", "sunny", LearningMode::Online, false, slots);
    let reward = |id: &str, value| SlotReward { slot_id: id.parse().expect("an id"), value };
    scribe.write(Fact::SlotsRewarded(SlotsRewarded {
        event_id: "page".parse().expect("an id"),
        rewards: vec![reward("hero", 1.0), reward("side", 0.5)],
        missed_deadline_us: None,
    }));
    let found = scribe.trial.finish();
    assert_eq!(counted(&found.overall), [(2.0, 1.5), (2.0, 2.0)]);
    let of = |id: &str| counted(&found.slots[&id.parse().expect("an id")]);
    assert_eq!(of("hero"), [(1.0, 1.0), (1.0, 2.0)]);
    assert_eq!(of("side"), [(1.0, 0.5), (1.0, 0.0)]);
}
