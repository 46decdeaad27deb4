//! How much was explored, beside how much may be.

use super::{Looked, words};
use crate::{
    loops::LiveLoop,
    reports::{ExplorationNumbers, Share},
    terms::LearningMode,
    trainer::Bucket,
};

/// What was explored in the range; when what decides it changed within that, what was explored since.
pub fn numbers(live: &LiveLoop, buckets: &[Bucket], looked: &Looked, changed_us: Option<i64>) -> ExplorationNumbers {
    let configuration = live.configuration();
    let since = changed_us.map(|at_us| since(live, at_us, looked));
    let (n_explored, n_ranked) = since.as_deref().unwrap_or(buckets).iter().fold((0, 0), add);
    let setting = f64::from(configuration.exploration_at(looked.now_us).get());
    let explored = Share::new(n_explored, n_ranked);
    let events = looked.unit.events();
    let when = match changed_us {
        None => format!("in {}", looked.range.words()),
        Some(at_us) => format!("since this was changed {}", words::ago(at_us, looked.now_us)),
    };
    let mut sentence = match configuration.learning_mode {
        LearningMode::Apprentice | LearningMode::LoggingOnly => {
            format!("Nothing is explored while {} answered.", looked.unit.baseline_is())
        }
        _ if n_ranked == 0 => format!("Nothing was decided {when}."),
        _ if !live.explores_at_most() => format!(
            "The first is the share of {events} {when} that showed another action than the most probable one. The setting is \
             the share that is drawn evenly among all actions, the most probable one included.",
        ),
        _ => format!(
            "The first is the share of {events} {when} that showed another action than the most probable one. The setting is a \
             limit: the learner explores where it is unsure, and less the more it knows.",
        ),
    };
    if let Some(ramp) = configuration.ramp_at(looked.now_us) {
        let (from, to) = (ramp.from, configuration.exploration_percentage);
        let end = words::moment(&looked.zone, ramp.ends_us, looked.now_us, words::Precision::Minutes);
        sentence.push_str(&format!(" It is on its way from {from} to {to}, there {} ({}).", end.relative, end.local));
    }
    ExplorationNumbers {
        explored: explored.map(|share| words::percent(share.value())),
        setting: words::setting(setting),
        sentence,
    }
}

/// The finest sums that begin after a change: those in which it lies hold decisions from before it as well.
fn since(live: &LiveLoop, changed_us: i64, looked: &Looked) -> Vec<Bucket> {
    let mut sums = live.curve_between(changed_us, looked.to_us.saturating_add(1), usize::MAX);
    sums.retain(|bucket| bucket.start_us >= changed_us);
    sums
}

fn add((n_explored, n_ranked): (u64, u64), bucket: &Bucket) -> (u64, u64) {
    (n_explored + bucket.n_explored, n_ranked + bucket.n_ranked)
}
