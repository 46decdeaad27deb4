//! The loop's counters, each with what it counts.

use super::words;
use crate::{
    reports::{CounterRow, Unit},
    trainer::Counters,
};

/// What a counter means where a Rank has several slots; events are counted once, however many slots they have.
const OF_SLOTS: [(&str, &str); 6] = [
    ("ranked", "Ranks stored in the log, each with all its slots."),
    ("explored", "Ranks that tried another action than the most probable one in at least one slot."),
    ("rewarded", "Events with at least one reward in time, in whichever slot."),
    ("learned", "Events all of whose slots are decided, and of at least one the model learned its own reward."),
    ("orphan", "Name an event that was never ranked, or a slot that it does not have."),
    ("duplicate", "Came for a slot that already had its reward."),
];

/// All counters, in the order of an event's life; those that tell of trouble last.
pub fn rows(counters: &Counters, unit: Unit) -> Vec<CounterRow> {
    let mut rows = of_decisions(counters);
    if unit == Unit::Slot {
        for row in &mut rows {
            if let Some((_, meaning)) = OF_SLOTS.iter().find(|(key, _)| *key == row.key) {
                row.meaning = (*meaning).to_owned();
            }
        }
    }
    rows
}

fn of_decisions(counters: &Counters) -> Vec<CounterRow> {
    let row = |key: &str, label: &str, n: u64, meaning: &str| CounterRow {
        key: key.to_owned(),
        label: label.to_owned(),
        n,
        words: words::count(n),
        meaning: meaning.to_owned(),
        is_trouble: false,
    };
    let trouble = |key, label, n, meaning| CounterRow { is_trouble: n > 0, ..row(key, label, n, meaning) };
    vec![
        row("ranked", "Ranked", counters.ranked, "Decisions stored in the log."),
        row(
            "explored",
            "Explored",
            counters.explored,
            "Decisions that tried another action than the most probable one.",
        ),
        row("rewarded", "Rewarded", counters.rewarded, "Events with at least one reward in time."),
        row("learned", "Learned", counters.learned, "Events whose own reward the model has learned."),
        row("expired", "Expired", counters.expired, "No reward came in time; the default reward stands for them."),
        row("pending", "Pending", counters.pending, "Events whose reward wait time still runs."),
        row(
            "dropped",
            "Dropped",
            counters.dropped,
            "Deferred events that were never activated; nothing is learned from them.",
        ),
        trouble(
            "late",
            "Late rewards",
            counters.late_rewards,
            "Came after the reward wait time, and were not counted.",
        ),
        trouble("orphan", "Orphan rewards", counters.orphan_rewards, "Name an event that was never ranked."),
        trouble(
            "duplicate",
            "Duplicate rewards",
            counters.duplicate_rewards,
            "Came for an event that already had its reward.",
        ),
        trouble(
            "conflicting",
            "Conflicting Ranks",
            counters.conflicting_ranks,
            "Used the id of another event: answered, not stored.",
        ),
    ]
}
