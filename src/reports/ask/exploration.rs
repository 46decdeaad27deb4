//! How much was explored, beside how much may be.

use super::{Looked, words};
use crate::{
    loops::LiveLoop,
    reports::{ExplorationNumbers, Share},
    terms::LearningMode,
    trainer::Bucket,
};

/// What was explored in the range.
pub fn numbers(live: &LiveLoop, buckets: &[Bucket], looked: &Looked) -> ExplorationNumbers {
    let configuration = live.configuration();
    let (n_explored, n_ranked) =
        buckets.iter().fold((0, 0), |(n, of), bucket| (n + bucket.n_explored, of + bucket.n_ranked));
    let setting = f64::from(configuration.exploration_at(looked.now_us).get());
    let explored = Share::new(n_explored, n_ranked);
    let events = looked.unit.events();
    let mut sentence = match configuration.learning_mode {
        LearningMode::Apprentice | LearningMode::LoggingOnly => {
            format!("Nothing is explored while {} answered.", looked.unit.baseline_is())
        }
        _ if !live.explores_at_most() => format!(
            "The first is the share of {events} in {} that showed another action than the most probable one. The setting is the share that is drawn \
             evenly among all actions, the most probable one included.",
            looked.range.words(),
        ),
        _ => format!(
            "The first is the share of {events} in {} that showed another action than the most probable one. The setting is a limit: the learner \
             explores where it is unsure, and less the more it knows.",
            looked.range.words(),
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
