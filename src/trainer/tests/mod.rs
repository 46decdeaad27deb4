//! The promises of the fold: a replay gives the same bytes, an event is counted and learned once, settings settle.

mod behind;
mod growing;
mod pieces;
mod recalled;
mod spared;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::{Counters, Fold, decision::Decided, event_key::EventKey};
use crate::{
    bandit::draw_seed,
    log::{
        Activated, Configured, Fact, LearningSettingsChange, ModelReset, Ranked, RankedAnswer, RankedSlot, Record,
        Relearned, Rewarded,
    },
    store::{Carried, StoredRecord},
    terms::{ActionId, Configuration, EventId, ExplorationShare, LearningMode, RewardAggregation, RewardValue},
};

const SECOND_US: i64 = 1_000_000;
const WAIT_US: i64 = 600 * SECOND_US;

/// Writes a loop's log as the rest of the house would.
struct Scribe {
    records: Vec<Record>,
    now_us: i64,
    configuration: Configuration,
}

impl Scribe {
    fn new() -> Self {
        let mut scribe =
            Self { records: Vec::new(), now_us: 1_000 * SECOND_US, configuration: Configuration::default() };
        scribe.configure(false);
        scribe
    }

    fn write(&mut self, fact: Fact) -> i64 {
        let seq = self.records.len() as i64 + 1;
        self.records.push(Record { seq, at_us: self.now_us, fact });
        seq
    }

    fn configure(&mut self, needs_relearn: bool) -> i64 {
        let is_first = self.records.is_empty();
        self.write(Fact::Configured(Box::new(Configured {
            configuration: self.configuration.clone(),
            learning_settings: is_first.then_some(LearningSettingsChange { arguments: None }),
            needs_relearn,
            by: "test".into(),
            restores_seq: None,
        })))
    }

    fn rank(&mut self, name: &str, is_deferred: bool) {
        let event_id: EventId = name.parse().expect("an id");
        let hour = draw_seed(&event_id, 7) % 24;
        let request = json!({
            "contextFeatures": [{"hour": hour.to_string()}, {"user": {"device": if hour < 12 { "mobile" } else { "desktop" }}}],
            "actions": [{"id": "a", "features": [{"topic": "news"}]}, {"id": "b", "features": [{"topic": "sport"}]}],
        });
        let chosen_idx = (draw_seed(&event_id, 3) % 2) as usize;
        let mode = self.configuration.learning_mode;
        let answered_idx = if mode.policy_decides() { chosen_idx } else { 0 };
        let ids = ["a", "b"].map(|id| id.parse::<ActionId>().expect("an id"));
        self.write(Fact::Ranked(Arc::new(Ranked {
            event_id,
            came_with: None,
            request: request.to_string().into(),
            loop_actions: None,
            slots: vec![RankedSlot {
                slot_id: None,
                answer: RankedAnswer {
                    ranking: vec![(ids[answered_idx].clone(), 0.5), (ids[1 - answered_idx].clone(), 0.5)],
                    chosen_idx: answered_idx,
                    reward_action_id: ids[answered_idx].clone(),
                },
                baseline_idx: 0,
                policy_choice_idx: chosen_idx,
                policy_pmf: vec![0.5, 0.5],
                excluded_idx: Vec::new(),
            }],
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

    fn activate(&mut self, name: &str) {
        self.write(Fact::Activated(Activated { event_id: name.parse().expect("an id") }));
    }

    fn fold(&self) -> Fold {
        fold(&self.records)
    }
}

fn fold(records: &[Record]) -> Fold {
    let mut fold = Fold::begin(&records[0]).expect("a first record");
    for idx in 1..records.len() {
        step(&mut fold, records, idx);
    }
    fold
}

/// Applies `records[idx]` the way both the live trainer and a replay do.
fn step(fold: &mut Fold, records: &[Record], idx: usize) {
    let is_take_over = fold.is_take_over(&records[idx]);
    fold.apply(&records[idx]).expect("the next record");
    if is_take_over {
        let mut lesson = fold.lesson().expect("good settings");
        records[..=idx].iter().for_each(|record| lesson.apply(record, None));
        fold.take_over(lesson);
    }
}

fn counters(scribe: &Scribe) -> Counters {
    scribe.fold().cell().tally().counters
}

#[derive(Debug, Clone)]
enum Call {
    Rank { event: u8, is_deferred: bool },
    Reward { event: u8, quarters: i8 },
    Activate { event: u8 },
    Wait { seconds: u16 },
    SetMode(LearningMode),
    SetAggregation(RewardAggregation),
    SetExploration(u8),
    ResetModel,
    FinishRelearning,
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        6 => (any::<u8>(), prop::bool::weighted(0.2)).prop_map(|(event, is_deferred)| Call::Rank { event, is_deferred }),
        6 => (any::<u8>(), -4_i8..=4).prop_map(|(event, quarters)| Call::Reward { event, quarters }),
        2 => any::<u8>().prop_map(|event| Call::Activate { event }),
        3 => (0_u16..400).prop_map(|seconds| Call::Wait { seconds }),
        1 => prop::sample::select(LearningMode::ALL.to_vec()).prop_map(Call::SetMode),
        1 => prop::sample::select(RewardAggregation::ALL.to_vec()).prop_map(Call::SetAggregation),
        1 => (0_u8..=100).prop_map(Call::SetExploration),
        1 => Just(Call::ResetModel),
        1 => Just(Call::FinishRelearning),
    ]
}

fn written(calls: &[Call]) -> Scribe {
    let mut scribe = Scribe::new();
    let mut ranked = std::collections::HashSet::new();
    let mut asked_seq = None;
    for call in calls {
        let name = |event: &u8| format!("event-{}", event % 40);
        match call {
            Call::Rank { event, is_deferred } => {
                if ranked.insert(name(event)) {
                    scribe.rank(&name(event), *is_deferred);
                }
            }
            Call::Reward { event, quarters } => scribe.reward(&name(event), f32::from(*quarters) / 4.0),
            Call::Activate { event } => scribe.activate(&name(event)),
            Call::Wait { seconds } => {
                scribe.now_us += i64::from(*seconds) * SECOND_US;
                scribe.write(Fact::Ticked);
            }
            Call::SetMode(mode) => {
                scribe.configuration.learning_mode = *mode;
                scribe.configure(false);
            }
            Call::SetAggregation(aggregation) => {
                scribe.configuration.reward_aggregation = *aggregation;
                asked_seq = Some(scribe.configure(true));
            }
            Call::SetExploration(percent) => {
                let share = ExplorationShare::try_from(f32::from(*percent) / 100.0).expect("a share");
                scribe.configuration.exploration_percentage = share;
                scribe.configure(false);
            }
            Call::ResetModel => {
                scribe.write(Fact::ModelReset(ModelReset { by: "test".into() }));
            }
            Call::FinishRelearning => {
                if let Some(asked_seq) = asked_seq.take() {
                    scribe.write(Fact::Relearned(Relearned { asked_seq }));
                }
            }
        }
        scribe.now_us += SECOND_US / 2;
    }
    scribe
}

/// A record as it lies in the log.
fn stored(record: &Record) -> StoredRecord {
    let Record { seq, at_us, fact } = record;
    let (kind, event_id, body) = (fact.kind(), fact.event_id().cloned(), fact.to_body());
    StoredRecord { seq: *seq, at_us: *at_us, kind, event_id, body, carried: Carried::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_gives_the_same_bytes_from_the_start_and_from_any_snapshot(
        calls in prop::collection::vec(call(), 1..120),
        cut in any::<prop::sample::Index>(),
    ) {
        let records = written(&calls).records;
        let live = fold(&records).to_bytes();
        prop_assert_eq!(&fold(&records).to_bytes(), &live);

        let cut = cut.index(records.len()) + 1;
        let snapshot = fold(&records[..cut]).to_bytes();
        let mut restarted = Fold::from_bytes(&snapshot).expect("its own bytes");
        for idx in cut..records.len() {
            for seq in restarted.join.needed_for(&[stored(&records[idx])]) {
                let needed = records.iter().find(|record| record.seq == seq).map(|record| &record.fact);
                let Some(Fact::Ranked(ranked)) = needed else { panic!("record {seq} is no Rank") };
                restarted.join.events.remember(EventKey::of(&ranked.event_id), Decided::read(ranked).decisions);
            }
            step(&mut restarted, &records, idx);
        }
        prop_assert_eq!(restarted.to_bytes(), live);
    }

    #[test]
    fn every_event_ends_in_one_state_and_every_reward_in_one_counter(calls in prop::collection::vec(call(), 1..120)) {
        let mut scribe = written(&calls);
        scribe.now_us += WAIT_US + SECOND_US;
        scribe.write(Fact::Ticked);
        let counted = counters(&scribe);
        let n_of = |is: fn(&Fact) -> bool| scribe.records.iter().filter(|record| is(&record.fact)).count() as u64;
        prop_assert_eq!(counted.ranked, n_of(|fact| matches!(fact, Fact::Ranked(_))));
        prop_assert_eq!(counted.pending, 0);
        // The rest is rewarded but not learned: the loop was frozen or only logging.
        prop_assert!(counted.learned + counted.expired + counted.dropped <= counted.ranked);
        prop_assert!(counted.learned <= counted.rewarded);
        let n_rewards = n_of(|fact| matches!(fact, Fact::Rewarded(_)));
        prop_assert!(counted.orphan_rewards + counted.duplicate_rewards + counted.rewarded <= n_rewards);
    }
}

#[test]
fn with_earliest_a_reward_is_learned_when_it_is_folded() {
    let mut scribe = Scribe::new();
    scribe.rank("one", false);
    let before = scribe.fold().cell().learned().version;
    scribe.reward("one", 1.0);
    scribe.reward("one", 0.0);
    let counted = counters(&scribe);
    assert_eq!(scribe.fold().cell().learned().version, before + 1);
    assert_eq!((counted.learned, counted.rewarded, counted.duplicate_rewards, counted.pending), (1, 1, 1, 0));
}

#[test]
fn a_reward_up_to_two_minutes_early_is_joined_and_no_longer_an_orphan() {
    let mut scribe = Scribe::new();
    scribe.reward("one", 1.0);
    assert_eq!(counters(&scribe).orphan_rewards, 1);
    scribe.now_us += 119 * SECOND_US;
    scribe.rank("one", false);
    assert_eq!((counters(&scribe).orphan_rewards, counters(&scribe).learned), (0, 1));

    let mut too_early = Scribe::new();
    too_early.reward("one", 1.0);
    too_early.now_us += 121 * SECOND_US;
    too_early.rank("one", false);
    assert_eq!((counters(&too_early).orphan_rewards, counters(&too_early).learned), (1, 0));
}

#[test]
fn the_default_reward_is_learned_once_the_wait_is_over_by_log_time() {
    let mut scribe = Scribe::new();
    scribe.rank("one", false);
    scribe.now_us += WAIT_US - 1;
    scribe.write(Fact::Ticked);
    assert_eq!(counters(&scribe).expired, 0);
    scribe.now_us += 1;
    scribe.write(Fact::Ticked);
    assert_eq!((counters(&scribe).expired, counters(&scribe).model_version), (1, 1));
}

#[test]
fn a_late_reward_is_counted_with_how_much_it_missed() {
    let mut scribe = Scribe::new();
    scribe.rank("one", false);
    let deadline_us = scribe.now_us + WAIT_US;
    scribe.now_us = deadline_us + 3 * SECOND_US;
    let event_id = "one".parse().expect("an id");
    scribe.write(Fact::Rewarded(Rewarded { event_id, value: 1.0, missed_deadline_us: Some(deadline_us) }));
    let counted = counters(&scribe);
    assert_eq!((counted.late_rewards, counted.orphan_rewards, counted.expired), (1, 0, 1));
    assert_eq!(counted.latest_miss_us, Some(3 * SECOND_US));
}

#[test]
fn a_frozen_loop_counts_rewards_and_leaves_its_model_alone() {
    let mut scribe = Scribe::new();
    scribe.configuration.learning_mode = LearningMode::Frozen;
    scribe.configure(false);
    scribe.rank("one", false);
    scribe.reward("one", 1.0);
    let counted = counters(&scribe);
    assert_eq!((counted.rewarded, counted.learned, counted.model_version, counted.pending), (1, 0, 0, 0));
}

#[test]
fn curves_hold_the_default_reward_until_the_event_is_rewarded_and_follow_a_new_default() {
    let mut scribe = Scribe::new();
    scribe.rank("one", false);
    scribe.rank("two", false);
    scribe.reward("one", 1.0);
    let mean = |scribe: &Scribe| {
        let fold = scribe.fold();
        let curve = fold.cell().tally().curve(scribe.now_us, 3_600 * SECOND_US, 60);
        curve[0].answered.estimate().expect("two events").value
    };
    assert!((mean(&scribe) - 0.5).abs() < 1e-9);
    scribe.configuration.default_reward = RewardValue::try_from(-1.0).expect("a reward");
    scribe.configure(true);
    assert!((mean(&scribe) - 0.0).abs() < 1e-9);
}

#[test]
fn an_apprentice_is_judged_by_how_often_it_would_have_done_the_same() {
    let mut scribe = Scribe::new();
    scribe.configuration.learning_mode = LearningMode::Apprentice;
    scribe.configure(false);
    for n in 0..20 {
        scribe.rank(&format!("event-{n}"), false);
        scribe.reward(&format!("event-{n}"), 0.5);
    }
    let numbers = scribe.fold().cell().tally().imitation();
    assert_eq!((numbers.n_events, numbers.sum_rewards), (20, 10.0));
    assert!(numbers.n_imitated > 0 && numbers.n_imitated < 20);
    assert!((numbers.sum_imitated_rewards - 0.5 * numbers.n_imitated as f64).abs() < 1e-9);
}

#[test]
fn a_relearned_model_is_what_the_new_rules_would_have_taught() {
    let mut scribe = Scribe::new();
    for n in 0..30 {
        scribe.rank(&format!("event-{n}"), false);
        scribe.reward(&format!("event-{n}"), if n % 2 == 0 { 1.0 } else { 0.0 });
    }
    scribe.rank("unrewarded", false);
    scribe.now_us += WAIT_US;
    scribe.write(Fact::Ticked);
    let mut elsewhere = Scribe { records: Vec::new(), ..Scribe::new() };
    let default_reward = RewardValue::try_from(-1.0).expect("a reward");
    elsewhere.configuration.default_reward = default_reward;
    elsewhere.configure(false);
    elsewhere.records.extend(scribe.records[1..].iter().cloned());

    scribe.configuration.default_reward = default_reward;
    let asked_seq = scribe.configure(true);
    scribe.write(Fact::Relearned(Relearned { asked_seq }));

    let (relearned, taught) = (scribe.fold(), elsewhere.fold());
    assert_eq!(relearned.cell().learned().policy.to_bytes(), taught.cell().learned().policy.to_bytes());
    assert_eq!(relearned.cell().in_force().relearn_asked_seq, None);
}
