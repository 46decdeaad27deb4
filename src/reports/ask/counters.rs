//! The loop's counters, each with what it counts: the way of an event, and what goes wrong on it.

use super::words;
use crate::{
    reports::{CounterRow, Share, Unit},
    trainer::Counters,
};

/// What a counter means where a Rank has several slots; events are counted once, however many slots they have.
const OF_SLOTS: [(&str, &str); 5] = [
    ("ranked", "Ranks stored in the log, each with all its slots."),
    ("rewarded", "Events with at least one reward in time, in whichever slot."),
    ("learned", "Events all of whose slots are decided, and of at least one the model learned its own reward."),
    ("orphan", "Name an event that was never ranked, or a slot that it does not have."),
    ("duplicate", "Came for a slot that already had its reward."),
];

/// The way of an event. Activation is a station of it only where Ranks were deferred.
pub fn funnel(counters: &Counters, unit: Unit) -> Vec<CounterRow> {
    let row = |key, label, n, meaning| row(key, label, n, meaning, counters.ranked);
    let mut rows = vec![row("ranked", "Ranked", counters.ranked, "Decisions stored in the log.")];
    if counters.activated + counters.dropped > 0 {
        rows.push(row("activated", "Activated", counters.activated, "Deferred events that were shown after all."));
    }
    rows.push(row("rewarded", "Rewarded", counters.rewarded, "Events with at least one reward in time."));
    rows.push(row("learned", "Learned", counters.learned, "Events whose own reward the model has learned."));
    rows.push(row(
        "expired",
        "Expired",
        counters.expired,
        "No reward came in time; the default reward stands for them.",
    ));
    rows.push(row("pending", "Pending", counters.pending, "Events whose reward wait time still runs."));
    in_words_of(unit, rows)
}

/// What went wrong; nothing of what did not.
pub fn troubles(counters: &Counters, unit: Unit) -> Vec<CounterRow> {
    let row = |key, label, n, meaning| row(key, label, n, meaning, 0);
    let rows = [
        row(
            "dropped",
            "Dropped",
            counters.dropped,
            "Deferred events that were never activated; nothing is learned from them.",
        ),
        row("late", "Late rewards", counters.late_rewards, "Came after the reward wait time, and were not counted."),
        row("orphan", "Orphan rewards", counters.orphan_rewards, "Name an event that was never ranked."),
        row(
            "duplicate",
            "Duplicate rewards",
            counters.duplicate_rewards,
            "Came for an event that already had its reward.",
        ),
        row(
            "conflicting",
            "Conflicting Ranks",
            counters.conflicting_ranks,
            "Used the id of another event: answered, not stored.",
        ),
    ];
    in_words_of(unit, rows.into_iter().filter(|row| row.n > 0).collect())
}

fn row(key: &str, label: &str, n: u64, meaning: &str, of: u64) -> CounterRow {
    let share = if key == "ranked" { None } else { Share::new(n.min(of), of) };
    CounterRow {
        key: key.to_owned(),
        label: label.to_owned(),
        n,
        words: words::count(n),
        share: share.map_or_else(String::new, Share::percent),
        meaning: meaning.to_owned(),
    }
}

fn in_words_of(unit: Unit, mut rows: Vec<CounterRow>) -> Vec<CounterRow> {
    if unit == Unit::Slot {
        for row in &mut rows {
            if let Some((_, meaning)) = OF_SLOTS.iter().find(|(key, _)| *key == row.key) {
                row.meaning = (*meaning).to_owned();
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_go_wrong_is_not_told() {
        let counters = Counters { ranked: 200, rewarded: 182, late_rewards: 3, ..Counters::default() };
        let troubles = troubles(&counters, Unit::Decision);
        assert_eq!(troubles.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["late"]);
        let funnel = funnel(&counters, Unit::Decision);
        let shares: Vec<_> = funnel.iter().map(|row| (row.key.as_str(), row.share.as_str())).collect();
        assert_eq!(shares[..2], [("ranked", ""), ("rewarded", "91 %")]);
    }
}
