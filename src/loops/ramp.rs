//! Exploration on its way from one share to another: begun by a change of settings, stopped or finished before its time.

use super::{ConfigurationChange, LiveLoop, LoopError, Preview};
use crate::terms::{Author, Configuration, ExplorationRamp, ExplorationShare, RampTime};

/// For how long a share that a ramp had in force is taken for something that was read and is written back.
const READ_BACK_US: i64 = 10_000_000;

/// What a change does about the way to the share of exploration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RampStep {
    /// Another share holds at once; the same one goes on as it was, on its way or there.
    #[default]
    GoOn,
    /// The share is reached after this time.
    Over(RampTime),
    /// The share holds at once, also when it was on its way.
    AtOnce,
    /// It stays where it is now.
    Stop,
}

impl LiveLoop {
    /// The share of exploration in force at this moment.
    pub fn exploration_now(&self) -> ExplorationShare {
        self.configuration().exploration_at(self.now_us())
    }

    /// Ends the ramp where it stands; the history has it as a change by whoever did it.
    pub async fn stop_ramp(&self, by: &Author) -> Result<Preview, LoopError> {
        self.end_ramp(RampStep::Stop, by).await
    }

    /// Ends the ramp by going where it leads.
    pub async fn finish_ramp(&self, by: &Author) -> Result<Preview, LoopError> {
        self.end_ramp(RampStep::AtOnce, by).await
    }

    async fn end_ramp(&self, ramp: RampStep, by: &Author) -> Result<Preview, LoopError> {
        // Another process may have begun it a moment ago.
        self.catch_up().await?;
        if self.configuration().ramp_at(self.now_us()).is_none() {
            return Err(LoopError::NoRamp);
        }
        self.configure(ConfigurationChange { ramp, ..ConfigurationChange::default() }, by).await
    }

    /// Whether a running ramp had this share in force a moment ago. Azure's clients have to send the share with every
    /// change, so they send what they read: that is no wish to stop there.
    pub fn is_read_back(&self, share: f32) -> bool {
        let (configuration, now_us) = (self.configuration(), self.now_us());
        let [then, now] = [now_us - READ_BACK_US, now_us].map(|at_us| configuration.exploration_at(at_us).get());
        configuration.ramp_at(now_us).is_some() && (then.min(now)..=then.max(now)).contains(&share)
    }
}

/// The settings wanted, with the way to their share of exploration.
pub(super) fn begin(before: &Configuration, wanted: Configuration, step: RampStep, now_us: i64) -> Configuration {
    let now = before.exploration_at(now_us);
    let to = if step == RampStep::Stop { now } else { wanted.exploration_percentage };
    let ramp = match step {
        RampStep::Over(time) if to != now => Some(ExplorationRamp::new(now, now_us, time)),
        RampStep::GoOn if to == before.exploration_percentage => before.ramp_at(now_us),
        _ => None,
    };
    Configuration { exploration_percentage: to, exploration_ramp: ramp, ..wanted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::IsoDuration;

    const HALF_US: i64 = 1_800_000_000;

    fn share(value: f32) -> ExplorationShare {
        ExplorationShare::try_from(value).expect("a share")
    }

    fn settings(value: f32) -> Configuration {
        Configuration { exploration_percentage: share(value), ..Configuration::default() }
    }

    fn hour() -> RampStep {
        RampStep::Over(RampTime::try_from(IsoDuration::from_secs(3_600)).expect("a good time"))
    }

    #[test]
    fn a_ramp_begins_at_what_is_in_force_also_in_the_middle_of_another() {
        let first = begin(&settings(0.2), settings(0.1), hour(), 0);
        assert_eq!(first.exploration_at(HALF_US), share(0.15));
        let second = begin(&first, settings(0.35), hour(), HALF_US);
        assert_eq!(second.exploration_at(HALF_US), share(0.15));
        assert_eq!(second.exploration_at(2 * HALF_US), share(0.25));
        assert_eq!(begin(&settings(0.2), settings(0.2), hour(), 0), settings(0.2), "there is no way to go");
    }

    #[test]
    fn another_share_ends_it_and_another_setting_does_not() {
        let ramp = begin(&settings(0.2), settings(0.1), hour(), 0);
        assert_eq!(begin(&ramp, ramp.clone(), RampStep::GoOn, HALF_US), ramp);
        assert_eq!(begin(&ramp, settings(0.3), RampStep::GoOn, HALF_US), settings(0.3));
        assert_eq!(begin(&ramp, settings(0.1), RampStep::GoOn, HALF_US), ramp, "that is where it goes already");
        assert_eq!(begin(&ramp, settings(0.1), RampStep::GoOn, 2 * HALF_US), settings(0.1), "it is over");
    }

    #[test]
    fn it_is_stopped_where_it_is_and_finished_where_it_leads() {
        let ramp = begin(&settings(0.2), settings(0.1), hour(), 0);
        assert_eq!(begin(&ramp, ramp.clone(), RampStep::Stop, HALF_US), settings(0.15));
        assert_eq!(begin(&ramp, ramp.clone(), RampStep::AtOnce, HALF_US), settings(0.1));
    }
}
