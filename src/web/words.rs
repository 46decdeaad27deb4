//! Times and spans in words, made on the server so that both renderings of a page agree.

use super::{components::Moment, dashboard::settings::ChangeView, zone::zone};
use crate::{
    loops::Change,
    reports::{
        words::{self, Precision, counted},
        zone::Zone,
    },
    terms::IsoDuration,
};

/// An instant for a page that is made at `now_us`, in the zone of whoever looks.
pub fn moment(at_us: i64, now_us: i64) -> Moment {
    words::moment(&zone(), at_us, now_us, Precision::Minutes)
}

/// The largest unit alone: "14 minutes", "3 days"; and the same beside now: "3 minutes ago".
pub use crate::reports::words::{relative, span as rough_span};

/// A span whole: "10 minutes", "1 day 2 hours".
pub fn exact_span(seconds: u64) -> String {
    let parts = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| counted(i64::try_from(n).unwrap_or(i64::MAX), unit))
        .collect();
    if words.is_empty() { "0 seconds".to_owned() } else { words.join(" ") }
}

/// How the value of a setting is worded.
#[derive(Debug, Clone, Copy)]
enum Wording {
    AsIs,
    Share,
    Span,
    Days,
    Switch,
    Slots,
    Mode,
    Aggregation,
    Learner,
    Start,
}

/// A changed setting: its name and values as the settings page words them.
pub fn change(change: &Change) -> ChangeView {
    let (label, wording) = match change.field {
        "explorationPercentage" => ("Exploration", Wording::Share),
        "rewardWaitTime" => ("Reward wait time", Wording::Span),
        "defaultReward" => ("Default reward", Wording::AsIs),
        "rewardAggregation" => ("Several rewards for one event", Wording::Aggregation),
        "learningMode" => ("Mode", Wording::Mode),
        "logRetentionDays" => ("Keep events", Wording::AsIs),
        "modelExportFrequency" => ("Store the model every", Wording::Span),
        "logMirrorEnabled" => ("Azure's log mirror", Wording::Switch),
        "logMirrorSasUri" => ("Address of Azure's log mirror", Wording::AsIs),
        "multiSlot" => ("Slots", Wording::Slots),
        "isAutoOptimizationEnabled" => ("Automatic optimisation", Wording::Switch),
        "autoOptimizationFrequency" => ("Optimise every", Wording::Span),
        "autoOptimizationStartDate" => ("First optimisation", Wording::Start),
        "isInferenceExplainabilityEnabled" => ("Explain every answer", Wording::Switch),
        "modelRetrainDays" => ("Days for training anew", Wording::Days),
        "arguments" => ("Learner", Wording::Learner),
        other => (other, Wording::AsIs),
    };
    ChangeView {
        label: label.to_owned(),
        before: setting_value(&change.before, wording),
        after: setting_value(&change.after, wording),
        impact: change.impact,
    }
}

fn setting_value(value: &str, wording: Wording) -> String {
    let known = match (wording, value) {
        (Wording::Switch, "true") => "on",
        (Wording::Switch, "false") => "off",
        (Wording::Slots, "true") => "several per Rank",
        (Wording::Slots, "false") => "one action per Rank",
        (Wording::Mode, "LoggingOnly") => "Logging only",
        (Wording::Aggregation, "earliest") => "the first one",
        (Wording::Aggregation, "sum") => "their sum",
        (Wording::Aggregation, "average") => "their average",
        (Wording::Aggregation, "median") => "their median",
        (Wording::Aggregation, "min") => "the smallest",
        (Wording::Aggregation, "max") => "the largest",
        (Wording::Learner, "rankloop's own") => "rankloop's own learner",
        (Wording::Start, "unset") => "one period after it is switched on",
        (Wording::Days, "1") => "1 day",
        (Wording::Days, days) => return format!("{days} days"),
        (Wording::Share, share) => return percent(share),
        (Wording::Span, span) => return span_of(span),
        (_, value) => value,
    };
    known.to_owned()
}

/// Without the noise of single precision: 15 % is stored as 15.0000006 %.
fn percent(text: &str) -> String {
    let share = text.trim_end_matches(" %").parse::<f64>();
    share.map_or_else(|_| text.to_owned(), |share| format!("{} %", (share * 100.0).round() / 100.0))
}

fn span_of(text: &str) -> String {
    text.parse::<IsoDuration>().map_or_else(|_| text.to_owned(), |span| exact_span(span.get().as_secs()))
}

/// What a `datetime-local` input sends, in the zone of whoever typed it; an empty one is no instant.
pub fn instant_of_input(text: &str) -> Result<Option<i64>, &'static str> {
    instant_of_input_in(&zone(), text)
}

/// The same for those who know the zone.
pub fn instant_of_input_in(zone: &Zone, text: &str) -> Result<Option<i64>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let shown_us = words::read_field_time(text).ok_or("This is not a date and time such as 2026-11-21T18:00.")?;
    Ok(Some(zone.instant_us(shown_us)))
}

/// The other way round, for the input to start with.
pub fn input_of_instant(at_us: Option<i64>) -> String {
    at_us.map_or_else(String::new, |at_us| {
        let mut text = words::field_time(zone().local_us(at_us));
        // Without the seconds.
        text.truncate("2026-01-01T00:00".len());
        text
    })
}

/// The day of an instant in UTC, as a date input has it.
pub fn day_of_input(at_us: i64) -> String {
    let mut text = words::field_time(at_us);
    text.truncate("2026-01-01".len());
    text
}

/// Where a day begins in UTC that a date input sent.
pub fn instant_of_day(text: &str) -> Option<i64> {
    words::read_field_time(&format!("{}T00:00", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Impact;

    const NOW: i64 = 1_795_000_000 * 1_000_000;

    #[test]
    fn a_span_is_told_whole() {
        assert_eq!(exact_span(600), "10 minutes");
        assert_eq!(exact_span(93_600), "1 day 2 hours");
        assert_eq!(exact_span(0), "0 seconds");
    }

    #[test]
    fn a_change_is_told_in_the_words_of_the_settings_page() {
        let told = |field: &'static str, before: &str, after: &str| {
            let (before, after) = (before.to_owned(), after.to_owned());
            let view = change(&Change { field, before, after, impact: Impact::Instant });
            format!("{}: {} → {}", view.label, view.before, view.after)
        };
        assert_eq!(told("multiSlot", "false", "true"), "Slots: one action per Rank → several per Rank");
        assert_eq!(told("isAutoOptimizationEnabled", "false", "true"), "Automatic optimisation: off → on");
        assert_eq!(told("autoOptimizationFrequency", "P28D", "P7D"), "Optimise every: 28 days → 7 days");
        assert_eq!(told("isInferenceExplainabilityEnabled", "true", "false"), "Explain every answer: on → off");
        assert_eq!(told("explorationPercentage", "20 %", "15.000001 %"), "Exploration: 20 % → 15 %");
        assert_eq!(told("logRetentionDays", "90 days", "for ever"), "Keep events: 90 days → for ever");
        assert_eq!(
            told("autoOptimizationStartDate", "unset", "2026-12-01"),
            "First optimisation: one period after it is switched on → 2026-12-01"
        );
    }

    #[test]
    fn an_instant_survives_the_way_through_an_input() {
        let at_us = instant_of_input("2026-11-21T18:30").expect("a good date");
        assert_eq!(input_of_instant(at_us), "2026-11-21T18:30");
        assert_eq!(moment(at_us.expect("given"), NOW).iso, "2026-11-21T18:30:00Z");
        let berlin = Zone::named("Europe/Berlin").expect("known");
        assert_eq!(instant_of_input_in(&berlin, "2026-11-21T19:30"), Ok(at_us));
        assert_eq!(instant_of_input("  "), Ok(None));
        assert!(instant_of_input("tomorrow").is_err());
    }
}
