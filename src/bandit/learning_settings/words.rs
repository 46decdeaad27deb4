//! A command line's words: names with their values, each value checked where it is taken.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use super::LearningSettingsError;

/// Short names that may have their value right behind them, as in `-qab`.
const JOINED: [&str; 3] = ["-q", "-l", "-b"];

/// A text of arguments on the way to being read.
#[derive(Debug)]
pub(super) struct Words<'a> {
    left: std::str::SplitWhitespace<'a>,
    name: &'a str,
    /// The value that came in the same word as its name.
    joined: Option<&'a str>,
}

impl<'a> Words<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { left: text.split_whitespace(), name: "", joined: None }
    }

    /// The name of the next argument. What the last one did not take of its own word is refused.
    pub fn next_name(&mut self) -> Result<Option<&'a str>, LearningSettingsError> {
        if let Some(value) = self.joined {
            return Err(invalid(self.name, value, "given without a value"));
        }
        let Some(word) = self.left.next() else { return Ok(None) };
        (self.name, self.joined) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name, Some(value)),
            _ => match word.split_at_checked(2) {
                Some((name, value)) if JOINED.contains(&name) && !value.is_empty() => (name, Some(value)),
                _ => (word, None),
            },
        };
        Ok(Some(self.name))
    }

    /// The value of the argument at hand, empty if there is none.
    pub fn value(&mut self) -> &'a str {
        self.joined.take().or_else(|| self.left.next()).unwrap_or_default()
    }

    /// Its value as a number within a range.
    pub fn number(&mut self, range: RangeInclusive<f64>) -> Result<f64, LearningSettingsError> {
        let value = self.value();
        let parsed = value.parse().ok().filter(|number| range.contains(number));
        parsed.ok_or_else(|| invalid(self.name, value, "a number in its range"))
    }

    /// Its value as a whole number within a range.
    pub fn whole<T: FromStr + PartialOrd + Display>(
        &mut self,
        range: RangeInclusive<T>,
    ) -> Result<T, LearningSettingsError> {
        let value = self.value();
        let parsed = value.parse().ok().filter(|number| range.contains(number));
        parsed.ok_or_else(|| invalid(self.name, value, "a whole number in its range"))
    }

    /// Its value, which can only be one of a few.
    pub fn one_of<T: Copy>(&mut self, known: &[(&str, T)], must: &'static str) -> Result<T, LearningSettingsError> {
        let value = self.value();
        let found = known.iter().find(|(name, _)| *name == value);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| invalid(self.name, value, must))
    }

    /// Its value as first letters of namespaces, or `:` for any.
    pub fn letters(&mut self, lengths: RangeInclusive<usize>) -> Result<Vec<u8>, LearningSettingsError> {
        let value = self.value();
        // A backslash begins an escape of Vowpal Wabbit's, which nobody was seen to use.
        if lengths.contains(&value.len()) && value.is_ascii() && !value.contains('\\') {
            return Ok(value.as_bytes().to_vec());
        }
        Err(invalid(self.name, value, "the first letters of namespaces, or colons, as many as it takes"))
    }
}

/// Sets what can be set once. Vowpal Wabbit refuses two values for one argument, too.
pub(super) fn set_once<T: PartialEq>(place: &mut Option<T>, name: &str, value: T) -> Result<(), LearningSettingsError> {
    match place {
        Some(other) if *other != value => Err(LearningSettingsError::Twice(name.to_owned())),
        _ => {
            *place = Some(value);
            Ok(())
        }
    }
}

fn invalid(name: &str, value: &str, must: &'static str) -> LearningSettingsError {
    LearningSettingsError::Value { name: name.to_owned(), value: value.to_owned(), must }
}
