//! The time zone of whoever looks. Everything is stored and sent in UTC; only words and fields for people are in a zone.

use jiff::{Timestamp, civil, tz::TimeZone};

const SECOND_US: i64 = 1_000_000;
/// Longer than any name of the database.
const N_NAME: usize = 64;

/// A zone by its name in the time zone database. The usual one is UTC.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    name: String,
    /// `None` is UTC.
    rules: Option<TimeZone>,
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), rules: None }
    }
}

impl Zone {
    /// `None` of a name that the database does not have.
    pub fn named(name: &str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        if name.is_empty() || name.len() > N_NAME || !name.chars().all(is_plain) {
            return None;
        }
        if matches!(name, "UTC" | "Etc/UTC") {
            return Some(Self::default());
        }
        let rules = TimeZone::get(name).ok()?;
        Some(Self { name: rules.iana_name()?.to_owned(), rules: Some(rules) })
    }

    /// "Europe/Berlin"
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn is_utc(&self) -> bool {
        self.rules.is_none()
    }

    /// What a clock on the wall shows, as if it were an instant in UTC.
    pub fn local_us(&self, at_us: i64) -> i64 {
        let Some(rules) = &self.rules else { return at_us };
        let Ok(at) = Timestamp::from_microsecond(at_us) else { return at_us };
        at_us.saturating_add(i64::from(rules.to_offset(at).seconds()) * SECOND_US)
    }

    /// The instant at which a clock on the wall shows this. Of an hour that comes twice it is the first, and of one that is
    /// left out the time that would be there without the change.
    pub fn instant_us(&self, local_us: i64) -> i64 {
        let Some(rules) = &self.rules else { return local_us };
        let shown = Timestamp::from_microsecond(local_us).map(|at| at.to_zoned(TimeZone::UTC).datetime());
        let at = shown.ok().and_then(|shown: civil::DateTime| rules.to_ambiguous_timestamp(shown).compatible().ok());
        at.map_or(local_us, Timestamp::as_microsecond)
    }

    /// "CET", or "UTC+5:30" where the zone has no name of letters.
    pub fn short(&self, at_us: i64) -> String {
        let Some(rules) = &self.rules else { return self.name.clone() };
        let Ok(at) = Timestamp::from_microsecond(at_us) else { return self.name.clone() };
        let info = rules.to_offset_info(at);
        let letters = info.abbreviation();
        if letters.chars().all(|c| c.is_ascii_alphabetic()) {
            return letters.to_owned();
        }
        let seconds = info.offset().seconds();
        let (sign, minutes) = (if seconds < 0 { '−' } else { '+' }, seconds.abs() / 60);
        match minutes % 60 {
            0 => format!("UTC{sign}{}", minutes / 60),
            rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-01T12:00:00Z.
    const JULY: i64 = 1_782_907_200 * SECOND_US;
    const HOUR_US: i64 = 3_600 * SECOND_US;

    #[test]
    fn a_zone_is_known_by_its_name_and_nothing_else_is_taken() {
        for (name, short, hours) in [("Europe/Berlin", "CEST", 2.0), ("Asia/Kolkata", "IST", 5.5), ("UTC", "UTC", 0.0)]
        {
            let zone = Zone::named(name).expect("it is in the database");
            assert_eq!((zone.name(), zone.short(JULY).as_str()), (name, short));
            assert_eq!(zone.local_us(JULY) - JULY, (hours * HOUR_US as f64) as i64, "{name}");
            assert_eq!(zone.instant_us(zone.local_us(JULY)), JULY, "{name}");
        }
        for name in ["", "Berlin", "../../etc/passwd", "Europe/Berlin; path=/", &"a".repeat(65)] {
            assert_eq!(Zone::named(name), None, "{name}");
        }
        assert_eq!(Zone::named("America/Sao_Paulo").expect("known").short(JULY), "UTC−3");
    }

    #[test]
    fn an_hour_that_does_not_exist_or_comes_twice_is_still_an_instant() {
        let berlin = Zone::named("Europe/Berlin").expect("known");
        // 2026-03-29 02:30 is left out, 2026-10-25 02:30 comes twice.
        let (spring, autumn) = (1_774_751_400 * SECOND_US, 1_792_895_400 * SECOND_US);
        assert_eq!(berlin.instant_us(spring), spring - HOUR_US);
        assert_eq!(berlin.instant_us(autumn), autumn - 2 * HOUR_US);
    }
}
