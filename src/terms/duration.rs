//! ISO 8601 durations as the service configuration writes them: `PT10M`, `P28D`, `P1DT2H`.
//!
//! Years and months are refused: their length depends on the calendar (contract section 8).

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// A span of time of at most some 290,000 years, kept to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IsoDuration(Duration);

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ISO 8601 duration such as PT10M or P1DT12H")]
pub struct IsoDurationError(String);

impl IsoDuration {
    /// The same span for the standard library.
    pub const fn get(self) -> Duration {
        self.0
    }

    /// From whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Its length in microseconds, as instants of the log are counted.
    pub fn as_micros(self) -> i64 {
        i64::try_from(self.0.as_micros()).unwrap_or(i64::MAX)
    }
}

impl FromStr for IsoDuration {
    type Err = IsoDurationError;

    fn from_str(text: &str) -> Result<Self, IsoDurationError> {
        parse(text).map(Self).ok_or_else(|| IsoDurationError(text.chars().take(40).collect()))
    }
}

fn parse(text: &str) -> Option<Duration> {
    let rest = text.strip_prefix('P')?;
    let (days, clock) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (rest, ""),
    };
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let mut micros: u64 = 0;
    add_units(days, &[('W', 604_800), ('D', 86_400)], &mut micros)?;
    add_units(clock, &[('H', 3_600), ('M', 60), ('S', 1)], &mut micros)?;
    Some(Duration::from_micros(micros))
}

/// Adds `12H30M` to `micros`; each unit at most once, in the given order, a fraction only with seconds.
fn add_units(mut text: &str, units: &[(char, u64)], micros: &mut u64) -> Option<()> {
    let mut units = units.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let letter = text[end..].chars().next()?;
        let (_, seconds) = units.by_ref().find(|(unit, _)| *unit == letter)?;
        let amount = if letter == 'S' {
            seconds_to_micros(&text[..end])?
        } else {
            text[..end].parse::<u64>().ok()?.checked_mul(seconds * 1_000_000)?
        };
        *micros = micros.checked_add(amount)?;
        text = &text[end + letter.len_utf8()..];
    }
    Some(())
}

fn seconds_to_micros(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(fraction.parse().ok()?)
}

impl fmt::Display for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        f.write_str("P")?;
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if hours + minutes + rest + fraction == 0 && days > 0 {
            return Ok(());
        }
        f.write_str("T")?;
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        if fraction > 0 {
            write!(f, "{rest}.{}S", format!("{fraction:06}").trim_end_matches('0'))?;
        } else if rest > 0 || hours + minutes == 0 {
            write!(f, "{rest}S")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for IsoDuration {
    type Error = IsoDurationError;

    fn try_from(text: String) -> Result<Self, IsoDurationError> {
        text.parse()
    }
}

impl From<IsoDuration> for String {
    fn from(duration: IsoDuration) -> Self {
        duration.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_the_contract_survive_the_round_trip() {
        for text in ["PT10M", "PT5S", "PT4H", "P28D", "PT1M", "P1DT2H", "PT0S", "PT1H30M", "PT0.5S"] {
            assert_eq!(text.parse::<IsoDuration>().expect(text).to_string(), text);
        }
        assert_eq!("PT90M".parse::<IsoDuration>().expect("good").to_string(), "PT1H30M");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "P", "PT", "10M", "P1Y", "P1M", "PT-5S", "PT5", "PT1S1H", "PT1.S", "PT99999999999999999999S"] {
            assert!(text.parse::<IsoDuration>().is_err(), "{text} was accepted");
        }
    }
}
