//! Events of the log with what came of them, counted by two sets of rules.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{
    bandit::{ActionInput, Example, slot_example},
    log::{EARLY_REWARD_US, EventLife, EventRules, Fact, Ranked, ReceivedReward},
    loops::{LiveLoop, LoopError, configuration::Wanted},
    store::StoredRecord,
    terms::{ActionId, Configuration, EventId, SlotId},
    trainer::{TrainerError, in_the_background},
};

/// Events that are judged at most.
const N_MOST: usize = 20_000;
/// Pieces of the log that are read.
const N_PIECES: usize = 64;
/// The order in which they are read: with a step that has no factor in common with their number, so that what was read
/// when the time is over still lies everywhere in the span.
const STEP: usize = 27;
/// Events of each piece; what came of them is read at once.
const N_OF_PIECE: usize = N_MOST / N_PIECES;
/// Records of each piece.
const N_RECORDS_OF_PIECE: i64 = 4 * N_OF_PIECE as i64;
/// Events of each piece whose exploration the present model is asked about.
const N_ASKED_OF_PIECE: usize = 12;

/// Events that were read.
#[derive(Debug, Default)]
pub struct Sample {
    /// In the order of the log.
    pub events: Vec<JudgedEvent>,
    /// Some of them, to be shown to the present model.
    pub asked: Vec<(Example, Vec<bool>)>,
    /// Whether the span holds events that were not read.
    pub is_partial: bool,
    /// Of the pieces that were read: records and Ranks among them, and microseconds.
    n_ranked: u64,
    n_records: u64,
    span_records: i64,
    span_length_us: i64,
    numbers: HashMap<ActionId, u32>,
}

/// An event whose wait is over by both sets of rules.
#[derive(Debug)]
pub struct JudgedEvent {
    seq: i64,
    ranked_at_us: i64,
    /// Those that the policy drew.
    pub slots: Vec<JudgedSlot>,
    /// When its first reward came, in microseconds after the Rank.
    pub first_reward_after_us: Option<i64>,
}

/// One decision of it.
#[derive(Debug)]
pub struct JudgedSlot {
    pub actions: Vec<u32>,
    pub pmf: Vec<f32>,
    pub chosen_idx: usize,
    pub baseline_idx: usize,
    /// What it earned by the rules before and after.
    pub rewards: [f32; 2],
}

impl Sample {
    /// When the first and the last of the events were ranked.
    pub fn span_us(&self) -> Option<(i64, i64)> {
        Some((self.events.first()?.ranked_at_us, self.events.last()?.ranked_at_us))
    }

    /// What of the decisions explored: the mean of 1 − max p.
    pub fn explored(&self) -> f64 {
        let explored = |slot: &JudgedSlot| 1.0 - f64::from(slot.pmf.iter().copied().fold(0.0, f32::max));
        let slots = || self.events.iter().flat_map(|event| &event.slots);
        let n = slots().count();
        if n == 0 { 0.0 } else { slots().map(explored).sum::<f64>() / n as f64 }
    }

    /// How often the loop is asked, as far as the pieces tell.
    pub fn decisions_per_second(&self) -> f64 {
        if self.n_records == 0 || self.span_length_us <= 0 {
            return 0.0;
        }
        let n_ranks = self.span_records as f64 * self.n_ranked as f64 / self.n_records as f64;
        n_ranks / (self.span_length_us as f64 / 1e6)
    }

    fn number(&mut self, id: ActionId) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(id).or_insert(next)
    }
}

impl LiveLoop {
    /// Reads events of the last `span_us` whose wait is over, evenly, for as long as `reading`.
    pub(super) async fn sample(&self, wanted: &Wanted, span_us: i64, reading: Duration) -> Result<Sample, LoopError> {
        let (store, id, began) = (&self.tools().store, self.id(), Instant::now());
        let wait_us = wanted.waits_us().into_iter().max().unwrap_or(0);
        let up_to_us = self.now_us().saturating_sub(wait_us);
        let from_us = self.now_us().saturating_sub(span_us.saturating_add(wait_us));
        let first = store.last_seq_before(id, from_us).await?;
        let last = store.last_seq_before(id, up_to_us).await?;
        let rules = wanted.rules();
        let mut sample = Sample { span_records: last - first, ..Sample::default() };
        let mut times: Option<(i64, i64)> = None;
        for nth in 0..N_PIECES as i64 {
            if began.elapsed() > reading {
                sample.is_partial = true;
                break;
            }
            let piece = (nth * STEP as i64) % N_PIECES as i64;
            let [start, end] = [piece, piece + 1].map(|at| first + (last - first) * at / N_PIECES as i64);
            if start == end {
                continue;
            }
            let records = store.records_between(id, start, end, N_RECORDS_OF_PIECE).await?;
            let Some((oldest, newest)) = records.first().zip(records.last()) else { continue };
            sample.is_partial |= newest.seq < end;
            let (low, high) = times.unwrap_or((oldest.at_us, newest.at_us));
            times = Some((low.min(oldest.at_us), high.max(newest.at_us)));
            sample.n_records += records.len() as u64;
            let ranked: Vec<StoredRecord> = records.into_iter().filter(|record| record.kind == Fact::RANKED).collect();
            sample.n_ranked += ranked.len() as u64;
            sample.is_partial |= ranked.len() > N_OF_PIECE;
            let ranked: Vec<StoredRecord> = ranked.into_iter().take(N_OF_PIECE).collect();
            let ids: Vec<EventId> = ranked.iter().filter_map(|record| record.event_id.clone()).collect();
            let later = store.records_after_ranks(id, &ids).await?;
            let work = move || {
                let taken = take_in(&mut sample, ranked, later, rules, up_to_us);
                (sample, taken)
            };
            let taken;
            (sample, taken) = in_the_background(work).await.map_err(TrainerError::from)?;
            taken?;
        }
        sample.events.sort_by_key(|event| event.seq);
        sample.span_length_us = times.map_or(0, |(low, high)| high - low);
        Ok(sample)
    }
}

/// The rules before and after, each with its wait.
type Rules = [(EventRules, i64); 2];

impl Wanted {
    fn rules(&self) -> Rules {
        let rules = |configuration: &Configuration| EventRules {
            aggregation: configuration.reward_aggregation,
            default_reward: configuration.default_reward.get(),
            mode: configuration.learning_mode,
        };
        let [before_us, after_us] = self.waits_us();
        [(rules(&self.before), before_us), (rules(&self.after), after_us)]
    }
}

fn take_in(
    sample: &mut Sample,
    ranked: Vec<StoredRecord>,
    later: Vec<StoredRecord>,
    rules: Rules,
    up_to_us: i64,
) -> Result<(), LoopError> {
    let mut by_event: HashMap<EventId, Vec<(i64, Fact)>> = HashMap::new();
    for stored in later {
        let fact = Fact::from_body(stored.seq, stored.kind, &stored.body)?;
        if let Some(event_id) = stored.event_id {
            by_event.entry(event_id).or_default().push((stored.at_us, fact));
        }
    }
    for (nth, stored) in ranked.into_iter().enumerate() {
        let Fact::Ranked(ranked) = Fact::from_body(stored.seq, stored.kind, &stored.body)? else { continue };
        if stored.at_us > up_to_us {
            continue;
        }
        let facts = by_event.remove(&ranked.event_id).unwrap_or_default();
        let Ok(features) = ranked.features() else { continue };
        let inputs: Vec<_> =
            features.actions.iter().map(|one| ActionInput { id: one.id.as_str(), features: &one.features }).collect();
        if ranked.mode.policy_decides() && nth < N_ASKED_OF_PIECE {
            for (slot_idx, slot) in ranked.slots.iter().enumerate() {
                let own = features.slots.get(slot_idx).map_or(&[][..], |slot| &slot.features);
                let example = slot_example(&features.context_features, slot.slot_id.as_ref(), own, &inputs);
                // What the live loop could not read either says nothing here.
                let example = example.ok().filter(|example| example.n_actions() == slot.policy_pmf.len());
                sample.asked.extend(example.map(|example| (example, slot.eligible())));
            }
        }
        let numbers: Vec<u32> = features.actions.iter().map(|one| sample.number(one.id.clone())).collect();
        let earned = rules.map(|(rules, wait_us)| earned(&ranked, stored.at_us, &facts, &rules, wait_us));
        let slots = ranked.slots.iter().enumerate().filter_map(|(slot_idx, slot)| {
            let is_told = ranked.mode.policy_decides() && numbers.len() == slot.policy_pmf.len();
            let rewards = [earned[0][slot_idx]?, earned[1][slot_idx]?];
            is_told.then(|| JudgedSlot {
                actions: numbers.clone(),
                pmf: slot.policy_pmf.clone(),
                chosen_idx: slot.answer.chosen_idx,
                baseline_idx: slot.baseline_idx,
                rewards,
            })
        });
        sample.events.push(JudgedEvent {
            seq: stored.seq,
            ranked_at_us: stored.at_us,
            slots: slots.collect(),
            first_reward_after_us: first_reward(&facts).map(|at_us| at_us - stored.at_us),
        });
    }
    Ok(())
}

fn first_reward(facts: &[(i64, Fact)]) -> Option<i64> {
    let is_reward = |fact: &Fact| matches!(fact, Fact::Rewarded(_) | Fact::SlotsRewarded(_));
    facts.iter().find(|(_, fact)| is_reward(fact)).map(|(at_us, _)| *at_us)
}

/// What each slot of an event earned by these rules; `None` for one that was never shown.
fn earned(ranked: &Ranked, at_us: i64, facts: &[(i64, Fact)], rules: &EventRules, wait_us: i64) -> Vec<Option<f32>> {
    let n_slots = ranked.slots.len();
    let mut life = EventLife::new(at_us, wait_us, ranked.mode, ranked.is_deferred, n_slots);
    for (fact_at_us, fact) in facts {
        let is_in_time = *fact_at_us < life.deadline_us && fact_at_us.saturating_add(EARLY_REWARD_US) >= at_us;
        let mut reward = |slot_id: Option<&SlotId>, value: f32| {
            let is_meant = |slot_idx: &usize| {
                slot_id.is_none_or(|slot_id| ranked.slots[*slot_idx].slot_id.as_ref() == Some(slot_id))
            };
            for slot_idx in (0..n_slots).filter(is_meant) {
                life.add_reward(slot_idx, ReceivedReward { value, at_us: *fact_at_us }, rules);
            }
        };
        match fact {
            _ if !is_in_time => {}
            Fact::Rewarded(rewarded) => reward(None, rewarded.value),
            Fact::SlotsRewarded(rewarded) => {
                rewarded.rewards.iter().for_each(|one| reward(Some(&one.slot_id), one.value));
            }
            Fact::Activated(_) => {
                life.activate(rules);
            }
            _ => {}
        }
    }
    let is_active = life.is_active();
    life.rewards_so_far(rules).map(|reward| is_active.then_some(reward)).collect()
}
