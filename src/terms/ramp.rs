//! A change of exploration that takes its time.
//!
//! A ramp is part of the settings in the log: where it came from, when it began and when it ends. Where it stands follows
//! from that and from the clock, so nothing has to be written on the way and all processes agree. Only exploration has
//! one: modes and slots have nothing between two values, and half of a change of rewards or of learning settings would
//! mix events that count differently.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Configuration, ConfigurationError, ExplorationShare, IsoDuration};

/// Steps of the share on its way: a hundredth of a percent. What is shown is then just what is in force.
const STEPS: f64 = 10_000.0;

/// How long a ramp takes: 1 minute to 90 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RampTime(IsoDuration);

impl RampTime {
    /// The span itself.
    pub fn get(self) -> IsoDuration {
        self.0
    }
}

impl TryFrom<IsoDuration> for RampTime {
    type Error = ConfigurationError;

    fn try_from(duration: IsoDuration) -> Result<Self, ConfigurationError> {
        let allowed = Duration::from_secs(60)..=Duration::from_secs(90 * 86_400);
        allowed.contains(&duration.get()).then_some(Self(duration)).ok_or(ConfigurationError::RampTime)
    }
}

/// The way of exploration to the share that was asked for, in a straight line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplorationRamp {
    /// What was in force when it began.
    pub from: ExplorationShare,
    pub began_us: i64,
    pub ends_us: i64,
}

impl ExplorationRamp {
    /// A ramp that begins now.
    pub fn new(from: ExplorationShare, began_us: i64, time: RampTime) -> Self {
        Self { from, began_us, ends_us: began_us.saturating_add(time.get().as_micros()) }
    }

    /// How much of its time is over, 0 to 1.
    pub fn done_at(&self, at_us: i64) -> f64 {
        // A clock of another process may lie a little before its beginning.
        if at_us >= self.ends_us {
            1.0
        } else {
            (at_us.saturating_sub(self.began_us).max(0)) as f64 / (self.ends_us - self.began_us) as f64
        }
    }

    /// The share on the way to `to`; never outside of the two ends.
    fn share_at(&self, to: ExplorationShare, at_us: i64) -> ExplorationShare {
        let done = self.done_at(at_us);
        if done >= 1.0 || self.from == to {
            return to;
        }
        let [start, end] = [self.from, to].map(|share| f64::from(share.get()));
        let share = ((start + (end - start) * done) * STEPS).round() / STEPS;
        let (low, high) = (self.from.get().min(to.get()), self.from.get().max(to.get()));
        ExplorationShare::try_from((share as f32).clamp(low, high)).unwrap_or(to)
    }
}

impl fmt::Display for ExplorationRamp {
    /// How long it takes: "24 hours".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = (self.ends_us - self.began_us) / 1_000_000;
        let (n, unit) = match seconds {
            _ if seconds > 86_400 && seconds % 86_400 == 0 => (seconds / 86_400, "day"),
            _ if seconds % 3_600 == 0 => (seconds / 3_600, "hour"),
            _ if seconds % 60 == 0 => (seconds / 60, "minute"),
            _ => (seconds, "second"),
        };
        write!(f, "{n} {unit}{}", if n == 1 { "" } else { "s" })
    }
}

impl Configuration {
    /// The share of exploration in force at this moment. What was asked for is `exploration_percentage`.
    pub fn exploration_at(&self, at_us: i64) -> ExplorationShare {
        let asked_for = self.exploration_percentage;
        self.exploration_ramp.map_or(asked_for, |ramp| ramp.share_at(asked_for, at_us))
    }

    /// The ramp, unless it is over.
    pub fn ramp_at(&self, at_us: i64) -> Option<ExplorationRamp> {
        self.exploration_ramp.filter(|ramp| at_us < ramp.ends_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_US: i64 = 3_600_000_000;

    fn share(value: f32) -> ExplorationShare {
        ExplorationShare::try_from(value).expect("a share")
    }

    fn on_the_way(from: f32, to: f32, hours: u64) -> Configuration {
        let time = RampTime::try_from(IsoDuration::from_secs(hours * 3_600)).expect("a good time");
        Configuration {
            exploration_percentage: share(to),
            exploration_ramp: Some(ExplorationRamp::new(share(from), 1_000, time)),
            ..Configuration::default()
        }
    }

    #[test]
    fn the_share_goes_in_a_straight_line_and_ends_where_it_was_asked_to() {
        let ramp = on_the_way(0.2, 0.05, 24);
        let at = |hours: i64| ramp.exploration_at(1_000 + hours * HOUR_US).get();
        assert_eq!([at(0), at(8), at(12), at(24), at(1_000)], [0.2, 0.15, 0.125, 0.05, 0.05]);
        assert_eq!(ramp.exploration_at(0).get(), 0.2, "a clock that is behind sees its beginning");
        let rising = on_the_way(0.05, 0.2, 24);
        assert_eq!(rising.exploration_at(1_000 + 8 * HOUR_US).get(), 0.1);
    }

    #[test]
    fn the_share_never_leaves_what_lies_between_its_ends() {
        // Smaller than a step, so that rounding alone would lead out of it.
        for (from, to) in [(0.000_01, 0.000_04), (0.999_99, 0.999_96), (0.0, 1.0), (0.3, 0.3)] {
            let ramp = on_the_way(from, to, 1);
            for nth in -1..=60 {
                let now = ramp.exploration_at(1_000 + nth * HOUR_US / 59).get();
                assert!((from.min(to)..=from.max(to)).contains(&now), "{now} between {from} and {to}");
            }
        }
    }

    #[test]
    fn a_ramp_is_over_at_its_end_and_a_damaged_one_is_over_at_once() {
        let ramp = on_the_way(0.2, 0.05, 1);
        assert!(ramp.ramp_at(HOUR_US).is_some() && ramp.ramp_at(1_000 + HOUR_US).is_none());
        let backwards = ExplorationRamp { from: share(0.2), began_us: 5, ends_us: 5 };
        let damaged = Configuration { exploration_ramp: Some(backwards), ..ramp };
        assert_eq!(damaged.exploration_at(5), share(0.05));
    }

    #[test]
    fn a_ramp_takes_a_minute_to_ninety_days_and_says_so_in_words() {
        for bad in [0, 59, 90 * 86_400 + 1] {
            assert_eq!(RampTime::try_from(IsoDuration::from_secs(bad)), Err(ConfigurationError::RampTime));
        }
        let words = |seconds| {
            let time = RampTime::try_from(IsoDuration::from_secs(seconds)).expect("a good time");
            ExplorationRamp::new(share(0.2), 0, time).to_string()
        };
        assert_eq!([3_600, 86_400, 3 * 86_400].map(words), ["1 hour", "24 hours", "3 days"]);
        assert_eq!([60, 5_400, 61].map(words), ["1 minute", "90 minutes", "61 seconds"]);
    }

    #[test]
    fn settings_from_before_there_were_ramps_have_none_and_read_as_ever() {
        let written = serde_json::to_value(Configuration::default()).expect("plain data");
        assert!(written.get("explorationRamp").is_none(), "{written}");
        let read: Configuration = serde_json::from_value(written).expect("settings");
        assert_eq!(read, Configuration::default());
        let ramp = on_the_way(0.2, 0.05, 24);
        let written = serde_json::to_string(&ramp).expect("plain data");
        assert_eq!(serde_json::from_str::<Configuration>(&written).expect("settings"), ramp);
    }
}
