//! What happened to a loop, for its charts.

use super::{chart, words};
use crate::{
    loops::{Annotation, Change, LiveLoop, LoopError},
    reports::{ChartMark, zone::Zone},
};

/// The names of settings that people change, as the page Settings calls them.
const NAMES: [(&str, &str); 11] = [
    ("explorationPercentage", "Exploration"),
    ("learningMode", "Learning mode"),
    ("rewardWaitTime", "Reward wait time"),
    ("defaultReward", "Default reward"),
    ("rewardAggregation", "Reward aggregation"),
    ("logRetentionDays", "Keep events"),
    ("modelExportFrequency", "Model export frequency"),
    ("multiSlot", "Several slots"),
    ("isAutoOptimizationEnabled", "Automatic optimization"),
    ("modelRetrainDays", "Retrain every (days)"),
    ("arguments", "Learning settings"),
];

/// The newest moments between two instants, oldest first.
pub async fn marks(live: &LiveLoop, (from_us, to_us): (i64, i64), zone: &Zone) -> Result<Vec<ChartMark>, LoopError> {
    let found = live.annotations(from_us, to_us).await?;
    Ok(chart::letters(found.into_iter().map(|annotation| mark(annotation, to_us - from_us, zone)).collect()))
}

/// When it was last changed, between two instants, how much is explored or by what it is decided.
pub async fn exploration_changed_us(live: &LiveLoop, (from_us, to_us): (i64, i64)) -> Result<Option<i64>, LoopError> {
    const DECIDES: [&str; 3] = ["explorationPercentage", "learningMode", "arguments"];
    let found = live.annotations(from_us, to_us).await?;
    let decides = |annotation: &&Annotation| annotation.changes.iter().any(|it| DECIDES.contains(&it.field));
    Ok(found.iter().rev().find(decides).map(|annotation| annotation.at_us))
}

fn mark(annotation: Annotation, span_us: i64, zone: &Zone) -> ChartMark {
    let at_us = annotation.at_us;
    ChartMark {
        at_us,
        letter: String::new(),
        kind: annotation.kind.as_str().to_owned(),
        when: format!("{} {}", words::row_time(zone.local_us(at_us), span_us), zone.short(at_us)),
        by: annotation.by.unwrap_or_default(),
        words: annotation.words,
        changes: annotation.changes.iter().map(change).collect(),
    }
}

fn change(change: &Change) -> String {
    let name = NAMES.iter().find(|(field, _)| *field == change.field).map_or(change.field, |(_, name)| name);
    format!("{name}: {} → {}", change.before, change.after)
}
