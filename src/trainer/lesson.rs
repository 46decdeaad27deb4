//! Training a new model from a loop's past, while the old one serves.

use super::{
    decision::Decided,
    join::{Join, Joined},
};
use crate::{
    bandit::Policy,
    log::{EventRules, Fact, Record},
};

/// A model in training: the retained log, joined anew under today's rules.
#[derive(Debug)]
pub struct Lesson {
    policy: Policy,
    rules: EventRules,
    join: Join,
    seq: i64,
    at_us: i64,
}

impl Lesson {
    pub(super) fn new(policy: Policy, rules: EventRules) -> Self {
        Self { policy, rules, join: Join::default(), seq: 0, at_us: 0 }
    }

    /// The last record that it has seen.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Learns what the next record decides, a Rank with what is known of its decisions.
    pub(super) fn apply(&mut self, record: &Record, decided: Option<Decided>) {
        self.seq = record.seq;
        self.at_us = record.at_us;
        let at_us = record.at_us;
        let policy = &mut self.policy;
        self.join.expire(record.at_us, &self.rules, |_, joined| teach(policy, &joined, at_us), |_| {});
        match &record.fact {
            Fact::ModelReset(_) => self.policy = Policy::new(self.policy.settings().clone()),
            Fact::LogsDeleted(_) => self.join = Join::default(),
            // Weights say something only to the settings that they were trained under.
            Fact::ModelImported(imported) => {
                let imported = Policy::from_any_bytes(&imported.model).ok();
                if let Some(same) = imported.filter(|policy| policy.settings() == self.policy.settings()) {
                    self.policy = same;
                }
            }
            _ => self.join.apply(record, decided, &self.rules, |_, joined| teach(policy, &joined, at_us)),
        }
    }

    /// The finished model. What the live join has closed and this one still waits for (its rules wait longer) is
    /// learned as it stands: nobody will come back to it.
    pub(super) fn finish(mut self, live: &Join) -> Policy {
        for (key, event) in self.join.in_order() {
            let known = live.open(key);
            for (slot_idx, decision) in event.decisions().iter().enumerate() {
                let is_closed = known.is_none_or(|known| known.life.is_slot_closed(slot_idx));
                if is_closed && !event.life.is_slot_closed(slot_idx) && event.life.is_active() {
                    decision.teach(&mut self.policy, event.life.reward_so_far(slot_idx, &self.rules), self.at_us);
                }
            }
        }
        self.policy
    }
}

fn teach(policy: &mut Policy, joined: &Joined<'_>, at_us: i64) {
    if let Joined::Closed { event, closing, .. } = joined
        && closing.is_learned
        && let Some(decision) = event.decision(closing.slot_idx)
    {
        decision.teach(policy, closing.reward, at_us);
    }
}
