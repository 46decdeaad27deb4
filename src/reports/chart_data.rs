//! One chart: its picture, and the numbers that it was drawn from.

use serde::{Deserialize, Serialize};

/// A chart as a page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// Part of the ids within the page, and of the names of its files.
    pub id: String,
    pub title: String,
    /// The drawing with its axes, as markup; `None` without a point to draw.
    pub picture: Option<String>,
    /// What the chart shows in a sentence.
    pub summary: String,
    /// What a reader has to know to trust it.
    pub notes: Vec<String>,
    pub data: ChartData,
    /// A row for each span, the newest first.
    pub table: Table,
}

/// The numbers of a chart. Every series has a place for each span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartData {
    /// What its values are: "reward per decision".
    pub unit: String,
    pub from_us: i64,
    pub to_us: i64,
    /// The time zone of whoever looks, for the words at its axis.
    pub zone: String,
    /// The ends of the value axis.
    pub low: f64,
    pub high: f64,
    /// Whether each series stands upon the ones before.
    pub is_stacked: bool,
    /// Without gaps between two of them unless nothing happened there.
    pub spans: Vec<ChartSpan>,
    pub series: Vec<ChartSeries>,
    /// Oldest first.
    pub annotations: Vec<ChartMark>,
}

/// One span of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartSpan {
    pub start_us: i64,
    pub end_us: i64,
    pub n_ranked: u64,
    pub n_rewarded: u64,
    /// Whether its numbers can still change.
    pub is_open: bool,
}

/// One line or area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartSeries {
    /// `learned`, `baseline`, `random`, `others` or the id of an action.
    pub key: String,
    /// For people.
    pub name: String,
    pub slot: SeriesSlot,
    /// "34 %" or "0.55 ± 0.02": its newest value.
    pub newest: String,
    /// Span by span; `None` where too little is known, which is no zero.
    pub points: Vec<Option<Interval>>,
}

/// Which colour and pattern of the style sheet: fixed by what a series is, never by how it fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SeriesSlot {
    Learned,
    Baseline,
    Random,
    /// What is not drawn one by one.
    Others,
    /// An action, by its place among all that the loop ever offered: eight colours, three patterns.
    Action(u8),
}

/// Colours of the style sheet for actions.
pub const N_COLOURS: u8 = 8;
/// Patterns: plain, striped, hatched.
pub const N_PATTERNS: u8 = 3;

impl SeriesSlot {
    /// Of the action that so many others were offered before.
    pub fn of_place(place: u32) -> Self {
        Self::Action((place % u32::from(N_COLOURS * N_PATTERNS)) as u8)
    }

    /// The colours of the style sheet that it is drawn with, where they are its own: one by one the curves can be left
    /// out by taking them away.
    pub fn own_colours(self) -> &'static [&'static str] {
        match self {
            Self::Learned => &["--series-learned", "--series-band"],
            Self::Baseline => &["--series-baseline"],
            Self::Random => &["--series-random"],
            // Actions share colours, and areas that stand upon each other cannot be left out.
            Self::Others | Self::Action(_) => &[],
        }
    }

    /// The class of its swatch.
    pub fn class(self) -> String {
        match self {
            Self::Learned => "swatch swatch--learned".to_owned(),
            Self::Baseline => "swatch swatch--baseline".to_owned(),
            Self::Random => "swatch swatch--random".to_owned(),
            Self::Others => "swatch swatch--others".to_owned(),
            Self::Action(n) => format!("swatch swatch--{} swatch--pattern-{}", n % N_COLOURS + 1, n / N_COLOURS),
        }
    }
}

/// A moment that a vertical line marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartMark {
    pub at_us: i64,
    /// Which it is on this page: "A", "B", …
    pub letter: String,
    /// `settings`, `reset`, `import`, `relearned`, `logsDeleted`, `drift` or `note`.
    pub kind: String,
    /// "23:06:12"
    pub when: String,
    /// Who did it; empty for what the loop did by itself.
    pub by: String,
    pub words: String,
    /// "Exploration: 20 % → 10 %", one for each changed setting.
    pub changes: Vec<String>,
}

/// A value with its 95 % interval, value − half_width to value + half_width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

/// The numbers behind a chart, as words. The first column names the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_four_actions_look_different_and_the_next_begin_anew() {
        let classes: std::collections::BTreeSet<String> =
            (0..24).map(|place| SeriesSlot::of_place(place).class()).collect();
        assert_eq!(classes.len(), 24);
        assert_eq!(SeriesSlot::of_place(24), SeriesSlot::of_place(0));
    }
}
