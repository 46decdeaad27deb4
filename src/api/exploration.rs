//! How rankloop's own learner explores, as answers of both APIs say it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::bandit::MixtureInside;

/// How rankloop's own learner explores.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MixtureExploration {
    /// The share of recent traffic that explored, the past fading over 200 learned events.
    recent_share: f32,
    /// Whether exploration is held within `explorationPercentage` at this moment.
    is_capped: bool,
    /// How strongly it counts that an action is known to be worse: γ of inverse-gap weighting.
    gamma: f32,
    /// How often it noticed that the world had changed.
    alarms: u64,
    /// Events learned in all,
    events_learned: u64,
    /// and since the world last changed.
    events_since_alarm: u64,
    /// What an event earned on average.
    mean_reward: f32,
}

impl From<&MixtureInside> for MixtureExploration {
    fn from(inside: &MixtureInside) -> Self {
        Self {
            recent_share: inside.explored,
            is_capped: inside.is_capped,
            gamma: inside.gamma,
            alarms: inside.n_alarms,
            events_learned: inside.n_learned,
            events_since_alarm: inside.n_since_alarm,
            mean_reward: inside.mean_reward,
        }
    }
}
