//! Judging policies on a loop's past: what each would have earned, had it decided.
//!
//! Every policy starts from nothing at the beginning of the span and sees the records in order, as the loop did: it
//! says what it would do at the moment of a Rank, and learns from the event when the event closes. Asked later, it
//! would be asked about well rewarded events sooner than about others (`earliest` closes them at once), and the
//! estimates would be wrong by that.
//!
//! Events still open at the end count with what stands for them; deferred ones only once they are activated.

mod run;
mod sample;
mod segments;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{
    decision::Decision,
    event_key::EventKey,
    event_table::OpenEvent,
    join::{Join, Joined},
};
use crate::{
    bandit::{
        LearningSettings, Policy,
        evaluation::{DoublyRobustSums, Importances, IpsSums, Timeline, WeightedRewards},
    },
    log::{EventRules, Fact, Ranked, RankedSlot, Record},
    terms::{EventState, ExplorationShare, SlotId},
};

pub use run::{TrialError, Trying, run_trial};
use sample::Sample;
use segments::Segments;

/// What the doubly robust estimator leans on: the linear learner alone, whose terms say which features matter.
const MODEL: &str = "--rankloop --learners linear";
/// Slots that are told apart; those of all are in the overall verdicts.
const MAX_SLOTS: usize = 50;

/// One policy that is judged.
#[derive(Debug)]
pub enum Contestant {
    /// What was really shown.
    Logged,
    /// Always the baseline action.
    Baseline,
    /// An even draw over the actions that could be chosen.
    Random,
    /// A policy that learns on the way.
    Learner { policy: Box<Policy>, share: ExplorationShare },
}

impl Contestant {
    /// A policy that has learned nothing yet.
    pub fn learner(settings: LearningSettings, share: ExplorationShare) -> Self {
        Self::Learner { policy: Box::new(Policy::new(settings)), share }
    }

    fn untaught(&self) -> Self {
        match self {
            Self::Logged => Self::Logged,
            Self::Baseline => Self::Baseline,
            Self::Random => Self::Random,
            Self::Learner { policy, share } => Self::learner(policy.settings().clone(), *share),
        }
    }
}

/// What is known of one policy over all events, by each of three estimators.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub ips: IpsSums,
    pub snips: WeightedRewards,
    pub doubly_robust: DoublyRobustSums,
    /// The most that one decision counts for: max w. 0 of those that were judged before it was kept.
    #[serde(default)]
    pub largest_weight: f64,
}

/// What was found out about all policies, for all slots or for one.
#[derive(Debug)]
pub struct Verdicts {
    /// In the order of the contestants.
    pub totals: Vec<Totals>,
    pub timeline: Timeline,
    /// What was earned where a policy had drawn: these events alone can judge others.
    pub drawn: IpsSums,
}

/// The end of a trial.
#[derive(Debug)]
pub struct TrialResult {
    /// Every slot of every event counts as one decision.
    pub overall: Verdicts,
    /// By slot, for multi-slot events.
    pub slots: BTreeMap<SlotId, Verdicts>,
    /// By the value of the feature that was asked for, the contestants' totals.
    pub segments: BTreeMap<String, Vec<Totals>>,
    /// Which features moved a model of the rewards that was trained on the span.
    pub importances: Importances,
}

/// A trial under way.
#[derive(Debug)]
pub struct Trial {
    join: Join,
    bench: Bench,
}

/// Everything but the join, which calls it.
#[derive(Debug)]
struct Bench {
    span_us: std::ops::Range<i64>,
    rules: EventRules,
    contestants: Vec<Contestant>,
    /// What the doubly robust estimator leans on, and what says which features matter.
    model: Policy,
    open: HashMap<EventKey, Vec<Option<Waiting>>>,
    overall: Verdicts,
    slots: BTreeMap<SlotId, Verdicts>,
    segments: Segments,
    sample: Sample,
}

/// A decision whose reward is not known yet, and what the contestants said about it.
#[derive(Debug)]
struct Waiting {
    at_us: i64,
    slot_id: Option<SlotId>,
    segment: Option<String>,
    is_drawn: bool,
    said: Vec<Said>,
    expected_of_logged: f64,
}

#[derive(Debug)]
struct Said {
    /// w = π(a) / p; `None` where the log cannot tell.
    weight: Option<f64>,
    /// What the model expects of the policy.
    expected: f64,
}

impl Trial {
    /// Judges the contestants on events that were ranked within the span, under these rules.
    pub fn new(span_us: std::ops::Range<i64>, rules: EventRules, contestants: Vec<Contestant>) -> Self {
        let settings = LearningSettings::parse(Some(MODEL)).expect("these arguments are known");
        let bench = Bench {
            overall: Verdicts::new(contestants.len()),
            span_us,
            rules,
            contestants,
            model: Policy::new(settings),
            open: HashMap::new(),
            slots: BTreeMap::new(),
            segments: Segments::default(),
            sample: Sample::default(),
        };
        Self { join: Join::default(), bench }
    }

    /// Judges by the values of a feature of the context, too: `device`, or `user.device` within an object.
    pub fn by_segment(mut self, feature: Option<String>) -> Self {
        self.bench.segments = Segments::of(feature);
        self
    }

    /// The instants between which events are judged.
    pub fn span_us(&self) -> std::ops::Range<i64> {
        self.bench.span_us.clone()
    }

    /// Whether no record from this instant on can say more.
    pub fn is_over(&self, at_us: i64) -> bool {
        at_us >= self.bench.span_us.end && self.bench.open.is_empty()
    }

    /// Takes in the next record.
    pub fn apply(&mut self, record: &Record) {
        if matches!(record.fact, Fact::LogsDeleted(_)) {
            return self.start_again();
        }
        let rules = self.bench.rules;
        let bench = &mut self.bench;
        let at_us = record.at_us;
        self.join.expire(record.at_us, &rules, |key, joined| bench.see(key, &joined, at_us), |_| {});
        self.join.apply(record, None, &rules, |key, joined| bench.see(key, &joined, at_us));
    }

    /// The events so far were deleted, though their records may still be there: nothing was ever seen of them.
    fn start_again(&mut self) {
        let Bench { span_us, rules, contestants, segments, .. } = &mut self.bench;
        let contestants = contestants.iter().map(Contestant::untaught).collect();
        let feature = segments.take_feature();
        *self = Self::new(span_us.clone(), *rules, contestants).by_segment(feature);
    }

    /// What was found out.
    pub fn finish(mut self) -> TrialResult {
        for (key, event) in self.join.in_order() {
            self.bench.count_open(key, event);
        }
        let Bench { overall, slots, segments, sample, model, .. } = self.bench;
        TrialResult { overall, slots, segments: segments.into_totals(), importances: sample.importances(&model) }
    }
}

impl Bench {
    fn see(&mut self, key: EventKey, joined: &Joined<'_>, at_us: i64) {
        match joined {
            Joined::Opened { event, ranked, .. } if self.span_us.contains(&event.ranked_at_us) => {
                self.sample.offer(ranked);
                let waiting = self.ask(event, ranked);
                self.open.insert(key, waiting);
            }
            Joined::Closed { event, closing, is_last } => {
                let Some(slots) = self.open.get_mut(&key) else { return };
                let waiting = slots.get_mut(closing.slot_idx).and_then(Option::take);
                if *is_last {
                    self.open.remove(&key);
                }
                if let Some(waiting) = waiting.filter(|_| closing.state != EventState::Dropped) {
                    self.count(&waiting, f64::from(closing.reward));
                }
                if let Some(decision) = event.decision(closing.slot_idx).filter(|_| closing.is_learned) {
                    self.teach(decision, closing.reward, at_us);
                }
            }
            _ => {}
        }
    }

    fn ask(&self, event: &OpenEvent, ranked: &Ranked) -> Vec<Option<Waiting>> {
        let segment = self.segments.of_request(ranked);
        let ask = |(slot_idx, slot): (usize, &RankedSlot)| {
            let decision = event.decision(slot_idx)?;
            let scores = self.model.scores(decision.example());
            let (chosen_idx, _) = decision.chosen_and_baseline();
            let said = self.contestants.iter().map(|contestant| contestant.say(decision, &scores)).collect();
            Some(Waiting {
                at_us: event.ranked_at_us,
                slot_id: slot.slot_id.clone(),
                segment: segment.clone(),
                is_drawn: decision.propensity().is_some(),
                said,
                expected_of_logged: f64::from(scores[chosen_idx]),
            })
        };
        ranked.slots.iter().enumerate().map(ask).collect()
    }

    fn teach(&mut self, decision: &Decision, reward: f32, at_us: i64) {
        decision.teach(&mut self.model, reward, at_us);
        for contestant in &mut self.contestants {
            if let Contestant::Learner { policy, .. } = contestant {
                decision.teach(policy, reward, at_us);
            }
        }
    }

    fn count_open(&mut self, key: EventKey, event: &OpenEvent) {
        let Some(slots) = self.open.remove(&key).filter(|_| event.life.is_active()) else { return };
        for (slot_idx, waiting) in slots.into_iter().enumerate() {
            if let Some(waiting) = waiting {
                self.count(&waiting, f64::from(event.life.reward_so_far(slot_idx, &self.rules)));
            }
        }
    }

    fn count(&mut self, waiting: &Waiting, reward: f64) {
        self.overall.count(waiting, reward);
        self.segments.count(waiting, self.contestants.len(), reward);
        let Some(slot_id) = &waiting.slot_id else { return };
        if self.slots.contains_key(slot_id) || self.slots.len() < MAX_SLOTS {
            let n_contestants = self.contestants.len();
            self.slots.entry(slot_id.clone()).or_insert_with(|| Verdicts::new(n_contestants)).count(waiting, reward);
        }
    }
}

impl Contestant {
    fn say(&self, decision: &Decision, scores: &[f32]) -> Said {
        let (chosen_idx, baseline_idx) = decision.chosen_and_baseline();
        let propensity = decision.propensity();
        let expect = |pmf: &[f32]| pmf.iter().zip(scores).map(|(p, score)| f64::from(*p) * f64::from(*score)).sum();
        match self {
            Self::Logged => Said { weight: Some(1.0), expected: f64::from(scores[chosen_idx]) },
            Self::Baseline => {
                let is_shown = chosen_idx == baseline_idx;
                let weight = if is_shown { propensity.map_or(1.0, f64::recip) } else { 0.0 };
                // What was not drawn was the baseline; anything else would be a log that contradicts itself.
                let is_known = propensity.is_some() || is_shown;
                Said { weight: is_known.then_some(weight), expected: f64::from(scores[baseline_idx]) }
            }
            Self::Random => {
                let n_eligible = decision.is_eligible().iter().filter(|eligible| **eligible).count();
                let even = (n_eligible.max(1) as f64).recip();
                let eligible = decision.is_eligible().iter().zip(scores).filter(|(eligible, _)| **eligible);
                let expected = eligible.map(|(_, score)| f64::from(*score) * even).sum();
                Said { weight: propensity.map(|propensity| even / propensity), expected }
            }
            Self::Learner { policy, share } => {
                let Some(propensity) = propensity else { return Said { weight: None, expected: 0.0 } };
                let pmf = policy.pmf(decision.example(), decision.is_eligible(), *share);
                let weight = f64::from(pmf.as_slice()[chosen_idx]) / propensity;
                Said { weight: Some(weight), expected: expect(pmf.as_slice()) }
            }
        }
    }
}

impl Verdicts {
    fn new(n_contestants: usize) -> Self {
        Self {
            totals: vec![Totals::default(); n_contestants],
            timeline: Timeline::new(n_contestants),
            drawn: IpsSums::default(),
        }
    }

    fn count(&mut self, waiting: &Waiting, reward: f64) {
        if waiting.is_drawn {
            self.drawn.add(1.0, reward);
        }
        let window = self.timeline.at(waiting.at_us);
        for ((said, totals), sums) in waiting.said.iter().zip(&mut self.totals).zip(window) {
            let Some(weight) = said.weight else { continue };
            sums.add(weight, reward);
            totals.add(said.expected, weight, reward, waiting.expected_of_logged);
        }
    }
}

impl Totals {
    /// One decision: what was expected of the policy there, its weight, what was earned, and what was expected of that.
    fn add(&mut self, expected: f64, weight: f64, reward: f64, expected_of_logged: f64) {
        self.ips.add(weight, reward);
        self.snips.add(weight, reward);
        self.doubly_robust.add(expected, weight, reward, expected_of_logged);
        self.largest_weight = self.largest_weight.max(weight);
    }
}
