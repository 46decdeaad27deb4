//! One loop in the list of loops.

use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::terms::{Environment, LearningMode, LoopId};

/// A loop as a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopRow {
    pub id: LoopId,
    pub name: String,
    pub environment: Environment,
    pub mode: LearningMode,
    /// Mean over the last five minutes, or over the loop's life while it is younger.
    pub events_per_minute: f64,
    /// The same as words: `12.4`.
    pub events_per_minute_words: String,
    /// Since the loop was made.
    pub n_ranked: u64,
    /// Of the events of the last day whose wait time is over, how many were rewarded. `None` while there are none.
    pub reward_rate: Option<Share>,
    pub health: Health,
    /// Whether it earns more than what it is compared with, over the last day.
    pub verdict: Verdict,
    /// By how much: "+18 % ± 6 %"; `None` while that would mislead.
    pub lift: Option<String>,
    /// The same to sort by; what has none comes last.
    pub lift_value: f64,
    /// What that is of, or why there is none.
    pub lift_words: String,
    /// "Settings changed by Ada, 3 hours ago"; `None` while nothing was.
    pub last_change: Option<String>,
    /// "3 seconds ago", or "no Rank yet".
    pub last_event: String,
    /// Lift over the last seven days as a small drawing; `None` while there is nothing to draw.
    pub sparkline: Option<String>,
}

/// A counted part of a counted whole. Counts, not an estimate: there is no interval to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub n: u64,
    pub of: u64,
}

impl Share {
    /// `None` of nothing.
    pub fn new(n: u64, of: u64) -> Option<Self> {
        (of > 0).then_some(Self { n, of })
    }

    /// Between 0 and 1.
    pub fn value(self) -> f64 {
        self.n as f64 / self.of as f64
    }

    /// "96 %". What is neither nothing nor all is not shown as if it were.
    pub fn percent(self) -> String {
        match (self.value() * 100.0).round() {
            percent if percent >= 100.0 && self.n < self.of => "99 %".to_owned(),
            percent if percent < 1.0 && self.n > 0 => "< 1 %".to_owned(),
            percent => format!("{percent} %"),
        }
    }
}

/// How learning goes, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    pub level: HealthLevel,
    pub words: String,
}

/// How urgent it is, the most urgent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HealthLevel {
    /// It learns.
    Good,
    /// Nothing is wrong; something is awaited, or switched off on purpose.
    Waiting,
    /// Somebody should look.
    Attention,
    /// It cannot learn as things are.
    Bad,
}

impl HealthLevel {
    /// The word of the style sheet.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Attention => "attention",
            Self::Bad => "bad",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_but_never_to_nothing_or_all() {
        let percent = |n, of| Share::new(n, of).map(Share::percent);
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(24, 25).as_deref(), Some("96 %"));
        assert_eq!(percent(9_999, 10_000).as_deref(), Some("99 %"));
        assert_eq!(percent(1, 10_000).as_deref(), Some("< 1 %"));
        assert_eq!(percent(0, 10_000).as_deref(), Some("0 %"));
    }
}
