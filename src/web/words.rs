//! Times and spans in words, made on the server so that both renderings of a page agree.

use super::{components::Moment, dashboard::settings::ChangeView};
use crate::{loops::Change, terms::IsoDuration};

const SECOND_US: i64 = 1_000_000;

/// An instant for a page that is made at `now_us`.
pub fn moment(at_us: i64, now_us: i64) -> Moment {
    let utc = utc(at_us);
    Moment {
        iso: utc.map_or_else(String::new, |utc| {
            let (date, hour, minute, second) = (utc.date(), utc.hour(), utc.minute(), utc.second());
            format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
        }),
        utc: utc.map_or_else(String::new, |utc| {
            let (day, year, hour, minute) = (utc.day(), utc.year(), utc.hour(), utc.minute());
            format!("{day} {} {year}, {hour:02}:{minute:02} UTC", utc.month())
        }),
        relative: relative(at_us, now_us),
    }
}

fn utc(at_us: i64) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_us) * 1000).ok()
}

/// "3 minutes ago", "in 2 days".
pub fn relative(at_us: i64, now_us: i64) -> String {
    let span = now_us.saturating_sub(at_us);
    match span {
        0..SECOND_US => "just now".to_owned(),
        SECOND_US.. => format!("{} ago", rough_span(span)),
        _ => format!("in {}", rough_span(span.saturating_neg())),
    }
}

/// The largest unit alone: "14 minutes", "3 days".
pub fn rough_span(span_us: i64) -> String {
    const UNITS: [(i64, &str); 5] =
        [(604_800 * 5, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let seconds = span_us / SECOND_US;
    let (length, unit) = UNITS.into_iter().find(|(length, _)| seconds >= *length).unwrap_or((1, "second"));
    let length = if unit == "week" { 604_800 } else { length };
    counted(seconds / length, unit)
}

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

fn counted(n: i64, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
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

/// What a `datetime-local` input sends, read as UTC; an empty one is no instant.
pub fn instant_of_input(text: &str) -> Result<Option<i64>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let with_seconds = if text.len() == "2026-01-01T00:00".len() { format!("{text}:00") } else { text.to_owned() };
    let format = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    time::PrimitiveDateTime::parse(&with_seconds, &format)
        .map(|instant| Some(instant.assume_utc().unix_timestamp() * SECOND_US))
        .map_err(|_| "This is not a date and time such as 2026-11-21T18:00.")
}

/// The other way round, for the input to start with.
pub fn input_of_instant(at_us: Option<i64>) -> String {
    at_us.and_then(utc).map_or_else(String::new, |utc| format!("{}T{:02}:{:02}", utc.date(), utc.hour(), utc.minute()))
}

/// The day of an instant, as a date input has it.
pub fn day_of_input(at_us: i64) -> String {
    utc(at_us).map_or_else(String::new, |utc| utc.date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Impact;

    const NOW: i64 = 1_795_000_000 * SECOND_US;

    #[test]
    fn a_moment_is_told_by_its_largest_unit_on_either_side_of_now() {
        assert_eq!(relative(NOW, NOW), "just now");
        assert_eq!(relative(NOW - 61 * SECOND_US, NOW), "1 minute ago");
        assert_eq!(relative(NOW - 7_300 * SECOND_US, NOW), "2 hours ago");
        assert_eq!(relative(NOW - 20 * 86_400 * SECOND_US, NOW), "20 days ago");
        assert_eq!(relative(NOW - 50 * 86_400 * SECOND_US, NOW), "7 weeks ago");
        assert_eq!(relative(NOW + 86_400 * SECOND_US, NOW), "in 1 day");
    }

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
        assert_eq!(instant_of_input("  "), Ok(None));
        assert!(instant_of_input("tomorrow").is_err());
    }
}
