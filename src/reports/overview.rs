//! What the overview of a loop says.

use serde::{Deserialize, Serialize};

use super::{Health, Share, Unit};
use crate::terms::{LearningMode, LoopId};

const MINUTE_US: i64 = 60_000_000;

/// How far back a page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TimeRange {
    QuarterHour,
    Hour,
    Day,
    Week,
}

impl TimeRange {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::QuarterHour, Self::Hour, Self::Day, Self::Week];

    /// The shortest that shows the whole life of a loop of this age; the last week for those that are older.
    pub fn for_age(age_us: i64) -> Self {
        Self::ALL.into_iter().find(|range| range.span_us() >= age_us).unwrap_or(Self::Week)
    }

    /// Its length.
    pub fn span_us(self) -> i64 {
        match self {
            Self::QuarterHour => 15 * MINUTE_US,
            Self::Hour => 60 * MINUTE_US,
            Self::Day => 24 * 60 * MINUTE_US,
            Self::Week => 7 * 24 * 60 * MINUTE_US,
        }
    }

    /// Its word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QuarterHour => "15m",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// Reads the word of an address.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.as_str() == text)
    }

    /// As a person says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::QuarterHour => "15 minutes",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }
}

/// Everything on the overview of a loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    pub loop_id: LoopId,
    pub mode: LearningMode,
    /// What its averages are over.
    pub unit: Unit,
    /// The range that was asked for, or the one that suits the loop's age.
    pub range: TimeRange,
    /// False until the first Rank: there is nothing to draw, and something to do.
    pub has_events: bool,
    pub headline: Headline,
    /// The most urgent first; never empty.
    pub health: Vec<Health>,
    pub counters: Vec<CounterRow>,
    pub reward: RewardCurve,
    pub actions: ActionShares,
    /// In apprentice mode only.
    pub apprentice: Option<ApprenticeNumbers>,
    pub relearning_percent: Option<u32>,
    /// What the page shows is as of this time, by the server's clock: "11:42:07 UTC".
    pub as_of: String,
}

/// A value with its 95 % interval, value − half_width to value + half_width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub value: f64,
    pub half_width: f64,
    /// How many evenly weighted events would tell as much.
    pub n_effective: f64,
}

impl Interval {
    /// The lower end.
    pub fn low(self) -> f64 {
        self.value - self.half_width
    }

    /// The upper end.
    pub fn high(self) -> f64 {
        self.value + self.half_width
    }
}

/// The answer to the screen's question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    pub verdict: Verdict,
    /// "+18 % ± 6 %"; `None` when it would mislead.
    pub figure: Option<String>,
    /// What the figure is of, or why there is none: "reward vs your first action, 95 % interval".
    pub sentence: String,
    /// How it was computed and from how much, for those who ask.
    pub detail: String,
}

/// What the interval allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The interval lies above zero.
    Better,
    /// The interval lies below zero.
    Worse,
    /// The interval holds zero.
    Undecided,
    /// Too few events for an interval.
    TooEarly,
    /// The mode compares nothing.
    NotCompared,
}

/// One number that is counted since the loop was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterRow {
    /// A stable word for tests and styles: `ranked`.
    pub key: String,
    pub label: String,
    pub n: u64,
    /// `12,345`.
    pub words: String,
    /// What is counted, in a sentence.
    pub meaning: String,
    /// Whether the number asks for something to be done.
    pub is_trouble: bool,
}

/// Mean reward over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RewardCurve {
    pub points: Vec<RewardPoint>,
    /// `None` without a point to draw.
    pub drawings: Option<Drawings>,
    /// What the chart shows in a sentence.
    pub summary: String,
    /// What a reader has to know to trust it.
    pub notes: Vec<String>,
    pub table: Table,
}

/// One span of time. A series without enough events has no value there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RewardPoint {
    pub start_us: i64,
    pub span_us: i64,
    pub n_ranked: u64,
    pub n_rewarded: u64,
    pub learned: Option<Interval>,
    pub baseline: Option<Interval>,
    pub random: Option<Interval>,
}

/// Mean probability of each action over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionShares {
    /// In stacking order from the bottom; at most seven, then the others together if there are any.
    pub series: Vec<ActionSeries>,
    pub drawings: Option<Drawings>,
    pub summary: String,
    pub table: Table,
}

/// One action over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionSeries {
    pub name: String,
    /// 1 to 8: which colour of the style sheet. `None` for the others together.
    pub colour: Option<u8>,
    /// Mean probability over the whole range.
    pub mean: f64,
    /// The same as words: `34 %`.
    pub mean_words: String,
    /// The mean of the newest span as words.
    pub newest_words: String,
    /// Span by span.
    pub shares: Vec<f64>,
}

/// The same chart for pages of different widths; the style sheet shows the one that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawings {
    pub drawings: Vec<Drawing>,
}

/// One SVG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// `narrow`, `medium` or `wide`.
    pub width: String,
    pub svg: String,
}

/// The numbers behind a chart, as words. The first column names the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Apprentice mode in the old service's terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprenticeNumbers {
    /// On how many of the last 1,000 events the policy's own draw was the caller's first action.
    pub imitated: Option<Share>,
    /// The highest share that imitation can reach while the policy explores, in words.
    pub ceiling: Option<String>,
    /// Mean reward of all those events, with its meaning: "0.31".
    pub sentence: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_holds_the_life_of_a_young_loop() {
        assert_eq!(TimeRange::for_age(MINUTE_US), TimeRange::QuarterHour);
        assert_eq!(TimeRange::for_age(40 * MINUTE_US), TimeRange::Hour);
        assert_eq!(TimeRange::for_age(i64::MAX), TimeRange::Week);
    }

    #[test]
    fn a_range_survives_the_way_through_an_address() {
        for range in TimeRange::ALL {
            assert_eq!(TimeRange::parse(range.as_str()), Some(range));
        }
        assert_eq!(TimeRange::parse("forever"), None);
    }
}
