//! What a text looks like: a number, a moment, or a list that somebody printed.

/// What kind of thing a text seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextShape {
    Plain,
    /// Such as "42" or "-0.5".
    Number,
    /// Such as "2024-03-01T10:00:00Z", "2024-03-01 10:00" or "10:00:07".
    Instant,
    /// Such as "{'a', 'b'}", "[1, 2]" or "{\"a\": 1}".
    PrintedList,
}

impl TextShape {
    /// Looks at a text.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        match text {
            _ if is_number(text) => Self::Number,
            _ if is_instant(text) => Self::Instant,
            _ if is_printed_list(text) => Self::PrintedList,
            _ => Self::Plain,
        }
    }
}

/// Seconds or milliseconds since 1970, between 2001 and 2038.
pub fn is_epoch(number: f64) -> bool {
    number.fract() == 0.0 && ((1e9..2.2e9).contains(&number) || (1e12..2.2e12).contains(&number))
}

fn is_number(text: &str) -> bool {
    // "inf" and "nan" parse too, and are words.
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A time of day with minutes, alone or after a date; a date alone is a category of days and may be meant.
fn is_instant(text: &str) -> bool {
    if text.len() > 40 || !text.is_ascii() {
        return false;
    }
    let (date, clock) = match text.find(['T', ' ']) {
        Some(at) if is_date(&text[..at]) => (true, &text[at + 1..]),
        _ => (false, text),
    };
    let mut parts = clock.splitn(3, ':');
    let is_two_digits = |part: Option<&str>| {
        part.is_some_and(|part| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_digit()))
    };
    let (hour, minute, second) = (parts.next(), parts.next(), parts.next());
    // "10:30" alone may be a bus line's name of a slot; with a date or with seconds it is a moment.
    is_two_digits(hour) && is_two_digits(minute) && (date || is_two_digits(second))
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split(['-', '/', '.']);
    let mut is_digits = |most: usize| {
        parts.next().is_some_and(|p| (1..=most).contains(&p.len()) && p.bytes().all(|byte| byte.is_ascii_digit()))
    };
    is_digits(4) && is_digits(2) && is_digits(4) && parts.next().is_none()
}

fn is_printed_list(text: &str) -> bool {
    let is_bracketed = |open, close| text.len() > 1 && text.starts_with(open) && text.ends_with(close);
    let has_items = text.contains([',', ':', '\'', '"']);
    (is_bracketed('{', '}') || is_bracketed('[', ']') || is_bracketed('(', ')')) && has_items
        || text == "[object Object]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_by_their_looks() {
        use TextShape::{Instant, Number, Plain, PrintedList};
        let shapes = [
            ("morning", Plain),
            ("10:30", Plain),
            ("2024-03-01", Plain),
            ("nan", Plain),
            ("(none)", Plain),
            ("42", Number),
            ("-0.5e3", Number),
            ("2024-03-01T10:00:00Z", Instant),
            ("2024-03-01 10:00", Instant),
            ("10:00:07", Instant),
            ("01/03/2024 10:00:00", Instant),
            ("{'vegetarian', 'vegan'}", PrintedList),
            ("[1, 2]", PrintedList),
            ("{\"a\": 1}", PrintedList),
            ("[object Object]", PrintedList),
        ];
        for (text, shape) in shapes {
            assert_eq!(TextShape::of(text), shape, "{text}");
        }
        assert!(is_epoch(1_700_000_000.0) && is_epoch(1_700_000_000_123.0) && !is_epoch(1_500.0));
    }
}
