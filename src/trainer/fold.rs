//! A loop's state as a deterministic function of its log: the same records give the same bytes, live or replayed.

use std::sync::Arc;

use super::{
    cell::{InForce, Learned, LoopCell, RulesHistory, lesson_rules, rules_of},
    decision::Decided,
    event_key::EventKey,
    join::{Join, Joined},
    lesson::Lesson,
    marks::Marked,
    tally::Tally,
};
use crate::{
    bandit::{LearningSettings, LearningSettingsError, ModelFileError, Policy},
    checks::FeatureChecks,
    log::{Configured, EventRules, Fact, Record},
    store::LogHead,
};

/// Why a log cannot be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    #[error("the log begins with something else than the loop's settings")]
    NoSettings,
    #[error("record {found} follows record {last}")]
    OutOfOrder { last: i64, found: i64 },
    #[error("the learning settings of record {seq} cannot be read")]
    LearningSettings { seq: i64, source: LearningSettingsError },
    #[error("the model of record {seq} cannot be read")]
    Model { seq: i64, source: ModelFileError },
}

/// The state of a loop after the record `head`.
#[derive(Debug)]
pub struct Fold {
    pub(super) head: LogHead,
    pub(super) cell: Arc<LoopCell>,
    pub(super) join: Join,
    /// Records of events up to this one are to be removed.
    pub(super) logs_deleted_seq: i64,
}

impl Fold {
    /// The state after the first record of a log.
    pub fn begin(first: &Record) -> Result<Self, FoldError> {
        let Fact::Configured(configured) = &first.fact else { return Err(FoldError::NoSettings) };
        let arguments = configured.learning_settings.as_ref().and_then(|change| change.arguments.clone());
        let policy = new_policy(first.seq, arguments.as_deref())?;
        let rules = RulesHistory(vec![(first.seq, first.at_us, rules_of(&configured.configuration))]);
        let in_force = InForce {
            configuration: Arc::new(configured.configuration.clone()),
            arguments,
            policy_version: first.seq,
            relearn_asked_seq: None,
            rules: Arc::new(rules),
        };
        let cell = LoopCell::new(in_force, Learned { policy, version: 0, changed_us: None }, Tally::default());
        let head = LogHead { seq: first.seq, at_us: first.at_us };
        Ok(Self { head, cell: Arc::new(cell), join: Join::default(), logs_deleted_seq: 0 })
    }

    /// The last record that was applied.
    pub fn head(&self) -> LogHead {
        self.head
    }

    /// What everyone else reads.
    pub fn cell(&self) -> &Arc<LoopCell> {
        &self.cell
    }

    /// The instant at which the next event closes by itself.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.join.next_deadline_us()
    }

    /// The oldest record that is still needed to learn from open events.
    pub fn oldest_open_seq(&self) -> Option<i64> {
        self.join.oldest_open_seq()
    }

    /// Up to which record the events were deleted on request; 0 if never.
    pub fn logs_deleted_seq(&self) -> i64 {
        self.logs_deleted_seq
    }

    /// Whether this record puts a retrained model in place of the present one; then `take_over` has to follow `apply`.
    pub fn is_take_over(&self, record: &Record) -> bool {
        matches!(&record.fact, Fact::Relearned(fact) if Some(fact.asked_seq) == self.cell.in_force().relearn_asked_seq)
    }

    /// Applies the next record.
    pub fn apply(&mut self, record: &Record) -> Result<(), FoldError> {
        self.apply_known(record, None)
    }

    /// Applies the next record, a Rank with what is known of its decisions.
    pub(super) fn apply_known(&mut self, record: &Record, decided: Option<Decided>) -> Result<(), FoldError> {
        if record.seq <= self.head.seq {
            return Err(FoldError::OutOfOrder { last: self.head.seq, found: record.seq });
        }
        let rules = rules_of(&self.cell.in_force().configuration);
        self.expire(record.at_us, record.at_us, &rules);
        if let Some(what) = marked(&record.fact) {
            self.cell.tally_mut().marks.add(record.at_us, what);
        }
        match &record.fact {
            Fact::Ranked(_) | Fact::Rewarded(_) | Fact::SlotsRewarded(_) | Fact::Activated(_) => {
                self.join_record(record, decided, &rules);
            }
            Fact::RankConflicted(_) => self.cell.tally_mut().counters.conflicting_ranks += 1,
            Fact::Configured(configured) => self.configure(record, configured, &rules)?,
            Fact::ModelReset(_) => {
                let mut learned = self.cell.learned_mut();
                learned.policy = Policy::new(learned.policy.settings().clone());
                learned.note_change(record.at_us);
            }
            Fact::ModelImported(imported) => self.import(record, &imported.model)?,
            Fact::LogsDeleted(_) => {
                self.join = Join::default();
                self.cell.forget_open(record.seq);
                *self.cell.checks() = FeatureChecks::default();
                self.cell.feed().clear();
                let mut tally = self.cell.tally_mut();
                tally.counters.pending = 0;
                tally.action_sums.forget_open();
                self.logs_deleted_seq = record.seq;
            }
            Fact::Relearned(_) | Fact::Noted(_) | Fact::Ticked => {}
        }
        self.head = LogHead { seq: record.seq, at_us: record.at_us };
        let version = self.cell.learned().version;
        self.cell.tally_mut().counters.model_version = version;
        Ok(())
    }

    /// Closes the events whose wait was over at `until_us`, as the next record, which is of `at_us`, would.
    pub(super) fn close_until(&mut self, until_us: i64, at_us: i64) {
        let rules = rules_of(&self.cell.in_force().configuration);
        self.expire(until_us, at_us, &rules);
    }

    fn expire(&mut self, until_us: i64, at_us: i64, rules: &EventRules) {
        let cell = &self.cell;
        self.join.expire(until_us, rules, |_, joined| take_in(cell, &joined, at_us), |key| cell.note_closed(key));
    }

    fn join_record(&mut self, record: &Record, decided: Option<Decided>, rules: &EventRules) {
        let cell = &self.cell;
        if let Fact::Ranked(ranked) = &record.fact {
            let deadline_us = record.at_us.saturating_add(ranked.reward_wait_us);
            cell.note_open(record.seq, EventKey::of(&ranked.event_id), deadline_us);
            cell.feed().open(record.seq, record.at_us, ranked.clone());
        }
        self.join.apply(record, decided, rules, |_, joined| take_in(cell, &joined, record.at_us));
        if let Fact::Ranked(ranked) = &record.fact {
            cell.checks().offer(record.seq, record.at_us, ranked);
        }
    }

    fn configure(&mut self, record: &Record, configured: &Configured, old: &EventRules) -> Result<(), FoldError> {
        let before = self.cell.in_force();
        let mut in_force = InForce { configuration: Arc::new(configured.configuration.clone()), ..(*before).clone() };
        if let Some(change) = &configured.learning_settings {
            // Checked here, so that a lesson that starts now cannot fail for it later.
            new_policy(record.seq, change.arguments.as_deref())?;
            in_force.arguments.clone_from(&change.arguments);
            in_force.policy_version = record.seq;
        }
        if configured.needs_relearn {
            in_force.relearn_asked_seq = Some(record.seq);
        }
        let new = rules_of(&configured.configuration);
        if new != *old {
            let mut history = (*before.rules).clone();
            history.0.push((record.seq, record.at_us, new));
            in_force.rules = Arc::new(history);
        }
        self.cell.set_in_force(in_force);
        let cell = &self.cell;
        self.join.settle(old, &new, |_, joined| take_in(cell, &joined, record.at_us));
        Ok(())
    }

    /// An imported model brings its own learning settings, and a training that is under way is overtaken by it.
    fn import(&mut self, record: &Record, model: &[u8]) -> Result<(), FoldError> {
        let seq = record.seq;
        let policy = Policy::from_any_bytes(model).map_err(|source| FoldError::Model { seq, source })?;
        let mut in_force = (*self.cell.in_force()).clone();
        in_force.arguments = policy.settings().arguments().map(str::to_owned);
        in_force.policy_version = seq;
        in_force.relearn_asked_seq = None;
        self.cell.set_in_force(in_force);
        let mut learned = self.cell.learned_mut();
        learned.policy = policy;
        learned.note_change(record.at_us);
        Ok(())
    }

    /// A lesson over this loop's past under the settings in force, to be fed every retained record in order.
    pub fn lesson(&self) -> Result<Lesson, FoldError> {
        let in_force = self.cell.in_force();
        let policy = new_policy(in_force.policy_version, in_force.arguments.as_deref())?;
        Ok(Lesson::new(policy, lesson_rules(&in_force.configuration)))
    }

    /// The retrained model takes over. The lesson has seen every retained record up to this fold's head.
    pub fn take_over(&mut self, lesson: Lesson) {
        let policy = lesson.finish(&self.join);
        let mut learned = self.cell.learned_mut();
        learned.policy = policy;
        learned.note_change(self.head.at_us);
        let version = learned.version;
        drop(learned);
        let mut tally = self.cell.tally_mut();
        tally.counters.model_version = version;
        tally.marks.add(self.head.at_us, Marked::Relearned);
        drop(tally);
        let in_force = InForce { relearn_asked_seq: None, ..(*self.cell.in_force()).clone() };
        self.cell.set_in_force(in_force);
    }
}

/// What of a record the charts mark. That a new model took over is marked when it does; the record alone may come too
/// late for that.
fn marked(fact: &Fact) -> Option<Marked> {
    Some(match fact {
        Fact::Configured(_) => Marked::Configured,
        Fact::ModelReset(fact) => Marked::ModelReset { by: fact.by.clone() },
        Fact::ModelImported(fact) => match fact.restores_version {
            Some(version) => Marked::ModelRestored { by: fact.by.clone(), version },
            None => Marked::ModelImported { by: fact.by.clone() },
        },
        Fact::LogsDeleted(fact) => Marked::LogsDeleted { by: fact.by.clone() },
        Fact::Noted(fact) => Marked::Noted { by: fact.by.clone(), text: fact.text.clone() },
        _ => return None,
    })
}

fn new_policy(seq: i64, arguments: Option<&str>) -> Result<Policy, FoldError> {
    let settings = LearningSettings::parse(arguments).map_err(|source| FoldError::LearningSettings { seq, source })?;
    Ok(Policy::new(settings))
}

/// Counts what happened to an event and learns from it.
fn take_in(cell: &LoopCell, joined: &Joined<'_>, at_us: i64) {
    if let Joined::Closed { event, closing, .. } = joined
        && closing.is_learned
        && let Some(decision) = event.decision(closing.slot_idx)
    {
        // Trees whose time has come are finished before Ranks are kept out.
        let due = cell.learned().policy.due_rebuilds();
        due.iter().for_each(|rebuild| rebuild.run());
        let mut learned = cell.learned_mut();
        let n_alarms = learned.policy.n_alarms();
        decision.teach(&mut learned.policy, closing.reward, at_us);
        let has_drifted = learned.policy.n_alarms() > n_alarms;
        learned.note_change(at_us);
        drop(learned);
        let mut tally = cell.tally_mut();
        tally.counters.last_learned_us = Some(at_us);
        if has_drifted {
            tally.marks.add(at_us, Marked::Drifted);
        }
    }
    cell.feed().note(joined);
    cell.tally_mut().count(joined, at_us);
}
