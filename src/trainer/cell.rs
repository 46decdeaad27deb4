//! What the trainer publishes and everyone else only reads.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLockWriteGuard,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;

use super::{
    event_key::EventKey,
    feed::Feed,
    open_events::OpenEvents,
    shared::{Reading, Shared},
    tally::Tally,
};
use crate::{
    bandit::Policy,
    checks::FeatureChecks,
    log::EventRules,
    terms::{Configuration, EventId, LearningMode},
};

/// How often the trainer lets others run before it insists on the model: some tenths of a millisecond.
const N_GIVEN_WAY: usize = 100;
/// For how long altogether it holds the model before it lets others go first: a learning step of `auto`, or several of a
/// linear policy, for each of which to give way would cost as much as to learn.
const HELD_MOST: Duration = Duration::from_micros(50);

/// The model that ranks.
///
/// One reader-writer lock, held for the microseconds of one prediction or one learning step. The model is some
/// megabytes: to copy it for every reward and swap it whole would cost more than the wait.
#[derive(Debug, Clone)]
pub struct Learned {
    pub policy: Policy,
    pub version: i64,
    /// When it last changed; `None` while it is as it was made.
    pub changed_us: Option<i64>,
}

impl Learned {
    /// When the model of a loop last changed. A fresh one is as old as its loop.
    pub fn changed_us(&self, created_at_us: i64) -> i64 {
        self.changed_us.map_or(created_at_us, |at_us| at_us.max(created_at_us))
    }

    pub(super) fn note_change(&mut self, at_us: i64) {
        self.version += 1;
        self.changed_us = Some(at_us);
    }
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    pub configuration: Arc<Configuration>,
    /// `None` is the server's own learner.
    pub arguments: Option<String>,
    /// The record that set the learning settings.
    pub policy_version: i64,
    /// A new model is being trained because this record asked for it.
    pub relearn_asked_seq: Option<i64>,
    /// What decided events so far, oldest first.
    pub rules: Arc<RulesHistory>,
}

/// The rules of the past: with which record, and when, they came into force.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesHistory(pub Vec<(i64, i64, EventRules)>);

impl RulesHistory {
    /// The rules in force when record `seq` was applied.
    pub fn at_seq(&self, seq: i64) -> EventRules {
        self.last_where(|(set_seq, _)| set_seq < seq)
    }

    /// The rules in force when events of this deadline closed: a change at that very instant came after.
    pub fn at_deadline(&self, deadline_us: i64) -> EventRules {
        self.last_where(|(_, set_at_us)| set_at_us < deadline_us)
    }

    /// The changes after record `after` and before record `before`.
    pub fn between(&self, after: i64, before: i64) -> impl Iterator<Item = &(i64, i64, EventRules)> {
        self.0.iter().filter(move |(seq, _, _)| after < *seq && *seq < before)
    }

    fn last_where(&self, came_before: impl Fn((i64, i64)) -> bool) -> EventRules {
        let found = self.0.iter().rev().find(|(seq, at_us, _)| came_before((*seq, *at_us)));
        let (_, _, rules) = found.or(self.0.first()).expect("the first record of a loop sets its rules");
        *rules
    }
}

/// How far the fold is behind the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lag {
    /// Records that are stored but not folded, as of the last time the trainer looked.
    pub n_records: u64,
    /// For how long the oldest of them has been stored.
    pub age_us: i64,
}

/// The trainer changes the model, for as long as this lives.
pub(super) struct Changing<'a> {
    learned: RwLockWriteGuard<'a, Learned>,
    since: Instant,
    held_ns: &'a AtomicU64,
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.held_ns.fetch_add(self.since.elapsed().as_nanos() as u64, Ordering::Relaxed);
    }
}

impl Deref for Changing<'_> {
    type Target = Learned;

    fn deref(&self) -> &Learned {
        &self.learned
    }
}

impl DerefMut for Changing<'_> {
    fn deref_mut(&mut self) -> &mut Learned {
        &mut self.learned
    }
}

/// One loop's state, shared between its trainer, which writes, and everyone else.
#[derive(Debug)]
pub struct LoopCell {
    in_force: ArcSwap<InForce>,
    learned: Shared<Learned>,
    /// Readers who want the model and do not have it yet.
    n_waiting: AtomicUsize,
    /// For how many nanoseconds the trainer has held the model since it last let others go first.
    held_ns: AtomicU64,
    tally: Shared<Tally>,
    /// What is odd about the features; beside the fold, because no answer to a caller depends on it.
    checks: Mutex<FeatureChecks>,
    /// The newest events; beside the fold as well.
    feed: Mutex<Feed>,
    open_events: Shared<OpenEvents>,
    /// Records that wait to be folded, and since when the oldest has been stored.
    behind: Mutex<(u64, i64)>,
}

impl LoopCell {
    pub(super) fn new(in_force: InForce, learned: Learned, tally: Tally) -> Self {
        Self {
            in_force: ArcSwap::from_pointee(in_force),
            learned: Shared::new(learned),
            n_waiting: AtomicUsize::new(0),
            held_ns: AtomicU64::new(0),
            tally: Shared::new(tally),
            checks: Mutex::default(),
            feed: Mutex::default(),
            open_events: Shared::default(),
            behind: Mutex::default(),
        }
    }

    /// Everything that a snapshot brings back.
    pub(super) fn into_parts(self) -> (InForce, Learned, Tally, OpenEvents) {
        let in_force = (*self.in_force.load_full()).clone();
        let learned = self.learned.into_inner();
        let tally = self.tally.into_inner();
        let open_events = self.open_events.into_inner();
        (in_force, learned, tally, open_events)
    }

    /// The settings in force.
    pub fn in_force(&self) -> Arc<InForce> {
        self.in_force.load_full()
    }

    /// The model, for as long as the guard lives: microseconds. Nobody asks again while he holds one (`Shared`).
    pub fn learned(&self) -> Reading<'_, Learned> {
        self.n_waiting.fetch_add(1, Ordering::Relaxed);
        let learned = self.learned.read();
        self.n_waiting.fetch_sub(1, Ordering::Relaxed);
        learned
    }

    /// For those who are about to ask for the model and may do so later: if the trainer changes it at this moment, other
    /// tasks of this thread go first, once. A thread that slept meanwhile would answer nobody.
    pub async fn rather_not_wait(&self) {
        if self.learned.is_busy() {
            tokio::task::yield_now().await;
        }
    }

    /// The counters and curves, for as long as the guard lives.
    pub fn tally(&self) -> Reading<'_, Tally> {
        self.tally.read()
    }

    /// What is odd about the features, for as long as the guard lives.
    pub fn checks(&self) -> MutexGuard<'_, FeatureChecks> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest events, for as long as the guard lives; what is to be looked through is copied out of it.
    pub fn feed(&self) -> MutexGuard<'_, Feed> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end of the event's wait time, while it runs. Every Rank that this process answered is known here.
    pub fn open_until_us(&self, event_id: &EventId) -> Option<i64> {
        self.open_events.read().until_us(EventKey::of(event_id))
    }

    /// This process stored a Rank as record `seq` and is about to answer it.
    pub fn expect_open(&self, seq: i64, event_id: &EventId, deadline_us: i64) {
        let key = EventKey::of(event_id);
        self.open_events.write().expect(seq, key, deadline_us);
    }

    /// How far the fold is behind the log at this instant of the clock.
    pub fn lag(&self, now_us: i64) -> Lag {
        match *self.behind.lock().unwrap_or_else(PoisonError::into_inner) {
            (0, _) => Lag::default(),
            (n_records, oldest_us) => Lag { n_records, age_us: now_us.saturating_sub(oldest_us).max(0) },
        }
    }

    pub(super) fn note_behind(&self, n_records: u64, oldest_us: i64) {
        *self.behind.lock().unwrap_or_else(PoisonError::into_inner) = (n_records, oldest_us);
    }

    pub(super) fn set_in_force(&self, in_force: InForce) {
        self.in_force.store(Arc::new(in_force));
    }

    /// The model, to change it.
    ///
    /// The lock goes to whoever asks at the right moment, and a trainer that is behind asks again before a Rank that
    /// waited has woken up. So it lets those that wait go first: a Rank waits for a step or a few, not for many. It asks a
    /// bounded number of times, because Ranks may come without end.
    pub(super) fn learned_mut(&self) -> Changing<'_> {
        if self.held_ns.load(Ordering::Relaxed) >= HELD_MOST.as_nanos() as u64 {
            self.held_ns.store(0, Ordering::Relaxed);
            for _ in 0..N_GIVEN_WAY {
                if self.n_waiting.load(Ordering::Relaxed) == 0 {
                    break;
                }
                std::thread::yield_now();
            }
        }
        Changing { learned: self.learned.write(), since: Instant::now(), held_ns: &self.held_ns }
    }

    pub(super) fn tally_mut(&self) -> RwLockWriteGuard<'_, Tally> {
        self.tally.write()
    }

    pub(super) fn note_open(&self, seq: i64, key: EventKey, deadline_us: i64) {
        self.open_events.write().open(seq, key, deadline_us);
    }

    pub(super) fn set_open(&self, open_events: OpenEvents) {
        *self.open_events.write() = open_events;
    }

    pub(super) fn forget_open(&self, seq: i64) {
        self.open_events.write().clear(seq);
    }

    pub(super) fn note_closed(&self, key: EventKey) {
        self.open_events.write().close(key);
    }
}

/// The rules that a configuration sets.
pub fn rules_of(configuration: &Configuration) -> EventRules {
    EventRules {
        aggregation: configuration.reward_aggregation,
        default_reward: configuration.default_reward.get(),
        mode: configuration.learning_mode,
    }
}

/// The rules of a lesson over the past: everything that may teach does, whatever the mode is today.
pub fn lesson_rules(configuration: &Configuration) -> EventRules {
    EventRules { mode: LearningMode::Online, ..rules_of(configuration) }
}
