//! How far back the pages of a loop look: a named span that ends now, or one between two moments.

use serde::{Deserialize, Serialize};

const MINUTE_US: i64 = 60_000_000;
/// The shortest span that can be drawn: the finest sums are of five seconds.
const SHORTEST_US: i64 = MINUTE_US;

/// A span of time, as addresses say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimeRange {
    Hour,
    Day,
    Week,
    /// From the first to before the second, whatever the time is.
    Custom(i64, i64),
}

impl TimeRange {
    /// Those with a name, the shortest first.
    pub const NAMED: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The shortest that shows the whole life of a loop of this age; the last week for those that are older.
    pub fn for_age(age_us: i64) -> Self {
        Self::NAMED.into_iter().find(|range| range.span_us() >= age_us).unwrap_or(Self::Week)
    }

    /// Between two moments; `None` where there is nothing between them.
    pub fn between(from_us: i64, to_us: i64) -> Option<Self> {
        (to_us.saturating_sub(from_us) >= SHORTEST_US).then_some(Self::Custom(from_us, to_us))
    }

    /// Its length.
    pub fn span_us(self) -> i64 {
        match self {
            Self::Hour => 60 * MINUTE_US,
            Self::Day => 24 * 60 * MINUTE_US,
            Self::Week => 7 * 24 * 60 * MINUTE_US,
            Self::Custom(from_us, to_us) => to_us - from_us,
        }
    }

    /// Where it begins and ends at this instant.
    pub fn ends_us(self, now_us: i64) -> (i64, i64) {
        match self {
            Self::Custom(from_us, to_us) => (from_us, to_us),
            named => (now_us - named.span_us(), now_us),
        }
    }

    /// Its word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Custom(..) => "custom",
        }
    }

    /// Reads the word of an address; the words of earlier versions too, because links are kept.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "hour" | "1h" | "15m" => Some(Self::Hour),
            "day" | "24h" => Some(Self::Day),
            "week" | "7d" => Some(Self::Week),
            _ => None,
        }
    }

    /// To stand behind "over".
    pub fn words(self) -> &'static str {
        match self {
            Self::Hour => "the last hour",
            Self::Day => "the last day",
            Self::Week => "the last week",
            Self::Custom(..) => "the chosen span",
        }
    }
}

/// What each point of the reward curve looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Smoothing {
    /// Its own span.
    #[default]
    Each,
    /// Its own span and the four before it.
    Rolling,
    /// Everything since the beginning of the range.
    Cumulative,
}

impl Smoothing {
    pub const ALL: [Self; 3] = [Self::Each, Self::Rolling, Self::Cumulative];

    /// Its word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Rolling => "rolling",
            Self::Cumulative => "cumulative",
        }
    }

    /// Reads the word of an address; what is none is the usual.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.as_str() == text).unwrap_or_default()
    }

    /// For the person who chooses.
    pub fn words(self) -> &'static str {
        match self {
            Self::Each => "each span",
            Self::Rolling => "rolling",
            Self::Cumulative => "cumulative",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_holds_the_life_of_a_young_loop() {
        assert_eq!(TimeRange::for_age(MINUTE_US), TimeRange::Hour);
        assert_eq!(TimeRange::for_age(70 * MINUTE_US), TimeRange::Day);
        assert_eq!(TimeRange::for_age(i64::MAX), TimeRange::Week);
    }

    #[test]
    fn a_range_survives_the_way_through_an_address() {
        for range in TimeRange::NAMED {
            assert_eq!(TimeRange::parse(range.as_str()), Some(range));
        }
        assert_eq!(TimeRange::parse("forever"), None);
        for smoothing in Smoothing::ALL {
            assert_eq!(Smoothing::parse(smoothing.as_str()), smoothing);
        }
    }

    #[test]
    fn a_span_of_nothing_cannot_be_chosen() {
        assert_eq!(TimeRange::between(5, 5), None);
        assert_eq!(TimeRange::between(MINUTE_US, 0), None);
        assert!(TimeRange::between(0, MINUTE_US).is_some());
    }
}
