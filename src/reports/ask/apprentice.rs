//! How well a loop in apprentice mode imitates, and how well it could.

use super::words;
use crate::{
    loops::{LiveLoop, LoopError},
    reports::{ApprenticeNumbers, Health, Share, Unit},
    terms::LearningMode,
};

/// Recent events whose probabilities tell the ceiling.
const N_CEILING: usize = 20;

/// `None` outside of apprentice mode.
pub async fn numbers(live: &LiveLoop) -> Result<Option<ApprenticeNumbers>, LoopError> {
    let configuration = live.configuration();
    if configuration.learning_mode != LearningMode::Apprentice {
        return Ok(None);
    }
    let unit = Unit::of(configuration.is_multi_slot);
    let imitation = live.imitation();
    let mean = |sum: f64, n: u64| if n > 0 { words::reward(sum / n as f64) } else { "none yet".to_owned() };
    let sentence = format!(
        "{} earned {} per {} over the last {}; where the policy would have chosen the same, {}.",
        unit.baseline_title(),
        mean(imitation.sum_rewards, imitation.n_events),
        unit.one(),
        words::count(imitation.n_events),
        mean(imitation.sum_imitated_rewards, imitation.n_imitated),
    );
    Ok(Some(ApprenticeNumbers {
        imitated: Share::new(imitation.n_imitated, imitation.n_events),
        ceiling: ceiling(live).await?.map(|share| format!("{:.0} %", share * 100.0)),
        sentence,
    }))
}

/// The mean probability of the policy's most probable action: a policy that always agreed with the caller, and
/// explored as it does now, would draw the caller's action that often. Read from recent events, because what is left
/// to exploration differs by exploration, number of actions and what was learned.
async fn ceiling(live: &LiveLoop) -> Result<Option<f64>, LoopError> {
    let recent = live.latest_events(i64::MAX, N_CEILING).await?;
    let (mut sum, mut n) = (0.0, 0_u32);
    for row in recent.iter().filter(|row| row.mode == LearningMode::Apprentice) {
        if let Some(event) = live.event(&row.event_id).await? {
            for slot in &event.slots {
                sum += slot.policy_pmf.iter().map(|(_, probability)| f64::from(*probability)).fold(0.0, f64::max);
                n += 1;
            }
        }
    }
    Ok((n > 0).then(|| sum / f64::from(n)))
}

/// Says the ceiling where the share of imitation is said.
pub fn add_ceiling(health: &mut [Health], numbers: Option<&ApprenticeNumbers>) {
    let Some(ceiling) = numbers.and_then(|numbers| numbers.ceiling.as_ref()) else { return };
    if let Some(imitates) = health.iter_mut().find(|health| health.words.starts_with("apprentice: imitates")) {
        imitates.words = format!("{} (ceiling {ceiling})", imitates.words);
    }
}
