//! What a change of settings would have meant for the loop's own last days: told before it is applied.
//!
//! Nothing is changed, and nothing but a copy of the model and the log is asked. The log is read in pieces that lie evenly
//! in the span, so that a long log costs no more than a short one, and within a limit of time: what was read by then is
//! what is judged. The estimates are explained in `bandit::evaluation::consequence`.

mod reading;

use std::time::Duration;

use reading::Sample;

use super::{ConfigurationChange, LiveLoop, LoopError, configuration::Wanted};
use crate::{
    bandit::evaluation::{Consequence, Deciding, ExpectedRewards, LoggedDecision, TooEarly},
    terms::{Configuration, ExplorationShare, LearningMode},
    trainer::{TrainerError, in_the_background},
};

/// How far back the log is asked.
const SPAN_US: i64 = 7 * 86_400 * 1_000_000;
/// For how long the log is read.
const READING: Duration = Duration::from_secs(8);

/// What a change would have meant.
#[derive(Debug, Clone)]
pub struct ConsequenceReport {
    /// When the judged events were ranked; `None` without any.
    pub span_us: Option<(i64, i64)>,
    /// Events that were judged.
    pub n_events: u64,
    /// Whether there were more of them than were read.
    pub is_sampled: bool,
    /// Decisions of those events that the policy drew: these alone can tell what other draws would have earned.
    pub n_decisions: u64,
    /// What a decision earns by the present settings and by those proposed.
    pub rewards: Result<ExpectedRewards, TooEarly>,
    /// Whether the change is one of what counts as a reward, so that the same events are counted otherwise.
    pub is_recounted: bool,
    pub exploring: Exploring,
    /// Seconds until a change of an action's reward by a tenth would be noticed, now and then.
    pub notice_seconds: [Option<f64>; 2],
    /// Which rewards would come too late; `None` when the wait stays as it is.
    pub waiting: Option<Waiting>,
    /// Whether other learning settings are proposed: what they would do, only an evaluation tells.
    pub has_other_learner: bool,
}

/// How much of the traffic explores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exploring {
    /// The share set, now and then.
    pub share: [ExplorationShare; 2],
    /// What of recent decisions would really explore by the present model; `None` without decisions.
    pub really: Option<[f64; 2]>,
    /// Whether the share is a most that the learner need not use up, as for rankloop's own.
    pub is_most: bool,
}

/// Rewards against the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Events that got a reward, in time or not.
    pub n_rewarded: u64,
    /// Those of them whose first reward came after the wait, now and then.
    pub n_late: [u64; 2],
}

impl LiveLoop {
    /// What a change would have meant for the last seven days. It is checked like a change that is applied.
    pub async fn consequence(&self, change: &ConfigurationChange) -> Result<ConsequenceReport, LoopError> {
        let wanted = self.wanted(change)?;
        let sample = self.sample(&wanted, SPAN_US, READING).await?;
        let _copy = super::explain::COPIES.acquire().await.expect("nobody closes it");
        let cell = self.cell_handle();
        let judged = in_the_background(move || {
            let policy = cell.learned().policy.clone();
            let share = [&wanted.before, &wanted.after].map(|settings| settings.exploration_percentage);
            let asked = || sample.asked.iter().map(|(example, is_eligible)| (example, is_eligible.as_slice()));
            let really = (!sample.asked.is_empty()).then(|| share.map(|share| policy.explores(asked(), share)));
            judge(&sample, &wanted, Exploring { share, really, is_most: policy.explores_at_most() })
        });
        Ok(judged.await.map_err(TrainerError::from)?)
    }
}

fn judge(sample: &Sample, wanted: &Wanted, exploring: Exploring) -> ConsequenceReport {
    let [now, then] = decidings(sample, wanted, &exploring);
    let mut consequence = Consequence::new(now, then);
    let mut waiting = Waiting { n_rewarded: 0, n_late: [0; 2] };
    for event in &sample.events {
        for slot in &event.slots {
            consequence.take_in(LoggedDecision {
                actions: &slot.actions,
                pmf: &slot.pmf,
                chosen_idx: slot.chosen_idx,
                baseline_idx: slot.baseline_idx,
                rewards: slot.rewards.map(f64::from),
            });
        }
        if let Some(first_after_us) = event.first_reward_after_us {
            waiting.n_rewarded += 1;
            for (n_late, wait_us) in waiting.n_late.iter_mut().zip(wanted.waits_us()) {
                *n_late += u64::from(first_after_us >= wait_us);
            }
        }
    }
    let explores = |settings: &Configuration, really: f64| {
        if settings.learning_mode.policy_decides() { really } else { 0.0 }
    };
    let really =
        exploring.really.map(|[before, after]| [explores(&wanted.before, before), explores(&wanted.after, after)]);
    let seconds = |which: usize| {
        let n = consequence.n_to_notice(really?[which])?;
        let rate = sample.decisions_per_second();
        (rate > 0.0).then(|| n / rate)
    };
    ConsequenceReport {
        span_us: sample.span_us(),
        n_events: sample.events.len() as u64,
        is_sampled: sample.is_partial,
        n_decisions: consequence.n_decisions(),
        rewards: if consequence.n_decisions() == 0 && !sample.events.is_empty() {
            Err(TooEarly::NothingDrawn)
        } else {
            consequence.rewards()
        },
        is_recounted: wanted.changes_reward(),
        notice_seconds: [seconds(0), seconds(1)],
        exploring: Exploring { really, ..exploring },
        waiting: (wanted.waits_us()[0] != wanted.waits_us()[1]).then_some(waiting),
        has_other_learner: wanted.has_other_learner,
    }
}

/// How it is decided now and then, against how much the logged decisions explored.
fn decidings(sample: &Sample, wanted: &Wanted, exploring: &Exploring) -> [Deciding; 2] {
    let logged = sample.explored();
    let is_same = exploring.share[0] == exploring.share[1];
    let times = |which: usize| match exploring.really {
        // Nothing was explored: any amount of it is a number of times that the log says nothing about.
        _ if logged == 0.0 && !is_same => which as f64,
        Some(really) if logged > 0.0 => really[which] / logged,
        _ => 1.0,
    };
    let deciding = |which: usize, mode: LearningMode| {
        if mode.policy_decides() { Deciding::Exploring(times(which)) } else { Deciding::Baseline }
    };
    [deciding(0, wanted.before.learning_mode), deciding(1, wanted.after.learning_mode)]
}
