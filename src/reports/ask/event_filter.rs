//! A filter of events, read from the words of an address and checked.

use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use super::words;
use crate::{
    loops::{EventFilter, MAX_FILTER_CHARS},
    reports::EventFilterWords,
    terms::{Credential, EventState},
};

/// Which word of a filter is wrong, and why, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadFilter {
    pub field: &'static str,
    pub message: String,
}

const STATES: [EventState; 6] = [
    EventState::Pending,
    EventState::Inactive,
    EventState::Rewarded,
    EventState::Learned,
    EventState::Expired,
    EventState::Dropped,
];

/// Checks every word; the first that is wrong is told.
pub fn event_filter(words: &EventFilterWords) -> Result<EventFilter, BadFilter> {
    for (field, value) in words.pairs() {
        if value.chars().count() > MAX_FILTER_CHARS || value.chars().any(char::is_control) {
            return Err(bad(field, format!("`{field}` must be one line of at most {MAX_FILTER_CHARS} characters.")));
        }
    }
    let filter = EventFilter {
        action: given(&words.action),
        states: states(&words.state)?,
        is_exploring: switch(&words.explored)?,
        reward_from: number("rewardMin", &words.reward_min)?,
        reward_to: number("rewardMax", &words.reward_max)?,
        id_prefix: given(&words.event),
        came_with: credential(&words.key)?,
        from_us: instant("from", &words.from)?,
        to_us: instant("to", &words.to)?,
        feature: given(&words.feature),
    };
    if filter.reward_from.zip(filter.reward_to).is_some_and(|(from, to)| from > to) {
        return Err(bad("rewardMax", "`rewardMax` must not be smaller than `rewardMin`.".to_owned()));
    }
    if filter.from_us.zip(filter.to_us).is_some_and(|(from, to)| from >= to) {
        return Err(bad("to", "`to` must be later than `from`.".to_owned()));
    }
    Ok(filter)
}

fn bad(field: &'static str, message: String) -> BadFilter {
    BadFilter { field, message }
}

fn given(word: &str) -> Option<String> {
    Some(word.trim()).filter(|word| !word.is_empty()).map(str::to_owned)
}

fn states(word: &str) -> Result<Vec<EventState>, BadFilter> {
    let read = |word: &str| {
        STATES.into_iter().find(|state| state.as_str() == word.trim()).ok_or_else(|| {
            let all = STATES.map(EventState::as_str).join(", ");
            bad("state", format!("`state` must be one of {all}, or several with commas between them."))
        })
    };
    word.split(',').filter(|word| !word.trim().is_empty()).map(read).collect()
}

fn switch(word: &str) -> Result<Option<bool>, BadFilter> {
    match word.trim() {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(bad("explored", "`explored` must be true or false.".to_owned())),
    }
}

fn credential(word: &str) -> Result<Option<Credential>, BadFilter> {
    let read = |word: String| {
        let found = Credential::ALL.into_iter().find(|credential| credential.as_str() == word);
        found.ok_or_else(|| bad("key", "`key` must be 1, 2 or token.".to_owned()))
    };
    given(word).map(read).transpose()
}

fn number(field: &'static str, word: &str) -> Result<Option<f32>, BadFilter> {
    let read = |word: String| {
        // As pages write it.
        let number = word.replace('−', "-").parse::<f32>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| bad(field, format!("`{field}` must be a number.")))
    };
    given(word).map(read).transpose()
}

/// With a zone, without one (then it is UTC), or a date alone (its midnight, UTC).
fn instant(field: &'static str, word: &str) -> Result<Option<i64>, BadFilter> {
    let read = |word: String| {
        let zoned = || OffsetDateTime::parse(&word, &Rfc3339).ok();
        let day = || Date::parse(&word, format_description!("[year]-[month]-[day]")).ok();
        let of = |at: OffsetDateTime| i64::try_from(at.unix_timestamp_nanos() / 1_000).ok();
        let at_us = zoned()
            .and_then(of)
            .or_else(|| words::read_field_time(&word))
            .or_else(|| day().and_then(|day| of(day.midnight().assume_utc())));
        at_us
            .ok_or_else(|| bad(field, format!("`{field}` must be an instant such as 2026-11-21T18:30:00Z, or a date.")))
    };
    given(word).map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str, value: &str) -> EventFilterWords {
        EventFilterWords::read(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn nothing_written_narrows_nothing_down() {
        assert!(event_filter(&EventFilterWords::default()).expect("good").is_empty());
        assert!(event_filter(&words("action", "  ")).expect("good").is_empty());
    }

    #[test]
    fn good_words_become_a_filter() {
        let filter = |name, value| event_filter(&words(name, value)).expect("good");
        assert_eq!(filter("state", "learned, expired").states, [EventState::Learned, EventState::Expired]);
        assert_eq!(filter("explored", "true").is_exploring, Some(true));
        assert_eq!(filter("key", " 2").came_with, Some(Credential::SecondKey));
        assert_eq!(filter("rewardMin", "−0.5").reward_from, Some(-0.5));
        let same = [("from", "2026-01-01T00:00:00Z"), ("from", "2026-01-01"), ("from", "2026-01-01T00:00")];
        for (name, value) in same {
            assert_eq!(filter(name, value).from_us, Some(1_767_225_600_000_000), "{value}");
        }
    }

    #[test]
    fn a_wrong_word_is_named() {
        let cases = [
            ("state", "done"),
            ("explored", "maybe"),
            ("key", "3"),
            ("rewardMin", "much"),
            ("rewardMax", "NaN"),
            ("from", "yesterday"),
            ("to", "2026-13-01"),
            ("feature", &"x".repeat(201)),
            ("action", "two\nlines"),
        ];
        for (name, value) in cases {
            assert_eq!(event_filter(&words(name, value)).expect_err(value).field, name);
        }
        let turned = EventFilterWords { reward_min: "1".into(), reward_max: "0".into(), ..EventFilterWords::default() };
        assert_eq!(event_filter(&turned).expect_err("turned around").field, "rewardMax");
        let turned =
            EventFilterWords { from: "2026-01-02".into(), to: "2026-01-01".into(), ..EventFilterWords::default() };
        assert_eq!(event_filter(&turned).expect_err("turned around").field, "to");
    }
}
